"""Pictures for files: two charts above each other, in Chinese where the machine has a font for it."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

from repayplan.language import current, speaking

_CHINESE_FONTS = (
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "Microsoft YaHei",
    "PingFang SC",
    "SimHei",
    "WenQuanYi Micro Hei",
)


def two_charts(draw: Callable[[Any, Any, str | None], None]) -> bytes:
    """A PNG: ``draw`` fills the upper and the lower axes, and is told the font for Chinese, or that there is none."""
    from matplotlib import rc_context
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    font = chinese_font()
    content = io.BytesIO()
    with speaking(current() if font else "en"), rc_context({"font.family": [*([font] if font else []), "DejaVu Sans"]}):
        figure = Figure(figsize=(11, 8), layout="constrained")
        FigureCanvasAgg(figure)
        upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=(3, 2))
        draw(upper, lower, font)
        for axes in (upper, lower):
            axes.axhline(0, color="black", linewidth=0.8)
            axes.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
            axes.margins(y=0.2)  # room for the legend
            axes.legend(fontsize="small", ncols=3, loc="upper left")
        figure.savefig(content, format="png", dpi=110, metadata={"Software": None})
    return content.getvalue()


def chinese_font() -> str | None:
    """A font of this machine that has Chinese characters."""
    from matplotlib.font_manager import fontManager

    known = set(fontManager.get_font_names())
    return next((font for font in _CHINESE_FONTS if font in known), None)
