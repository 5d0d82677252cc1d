"""How cash may fan out over time, on the screen and as a picture, with the installments below it."""

from __future__ import annotations

from typing import Any

import numpy as np
from rich.cells import cell_len
from rich.text import Text

from repayplan.language import tr
from repayplan.planning.stress import Trial
from repayplan.report.chart import Bucket, Scale, axis, bars, years
from repayplan.report.picture import two_charts
from repayplan.report.words import compact

CASH, FLOOR = "green", "red"

_HEIGHT = 8
_PAYMENTS = 4
_WIDEST = 130
_MEDIAN, _NEAR, _FAR = "━", "▒", "░"


def fan(trial: Trial, width: int) -> list[Text]:
    """Lines no wider than ``width``: the band of nine futures in ten, that of every second one and the median of cash,
    then what is planned to be paid; a column for some stages."""
    bands = trial.evaluation.bands
    if bands is None:
        return []
    cash = bands.cash[0] / 100
    groups = _groups(trial, min(width, _WIDEST) - 12)
    ends = [group[-1] for group in groups]
    low, high = float(min(cash[:, ends].min(), 0)), float(max(cash[:, ends].max(), 1))
    paid = [sum(trial.planned[stage] for stage in group) for group in groups]
    buckets = [Bucket(trial.days[end], 0, 0, cents) for end, cents in zip(ends, paid, strict=True)]
    labels = [compact(round(amount * 100)) for amount in (low, high)] + [compact(max(paid))]
    gutter = max(map(cell_len, labels)) + 1
    cell = max(1, min(3, (min(width, _WIDEST) - gutter - 1) // len(groups)))
    lines = [_caption()]
    for line in reversed(range(_HEIGHT)):
        label = labels[1] if line == _HEIGHT - 1 else labels[0] if line == 0 else ""
        text = axis(label, gutter)
        for end in ends:
            text.append(_mark(cash[:, end], low, high, line) * cell, CASH)
        lines.append(text)
    scale = Scale(0, max(1, *paid), _PAYMENTS)
    return [*lines, axis("", gutter), *bars(buckets, scale, gutter, cell), years(buckets, gutter, cell)]


def _groups(trial: Trial, most: int) -> list[list[int]]:
    """Stages of so many months together that they fit, each column named by its last."""
    months = [day.year * 12 + day.month for day in trial.days]
    size = -(-(months[-1] - months[0] + 1) // max(most, 1))
    found: dict[int, list[int]] = {}
    for stage, month in enumerate(months):
        found.setdefault((month - months[0]) // size, []).append(stage)
    return list(found.values())


def _mark(quantiles: Any, low: float, high: float, line: int) -> str:
    """The character of one place: median, the middle half, nine in ten, or nothing."""
    places = [min(int((amount - low) / (high - low) * _HEIGHT), _HEIGHT - 1) for amount in quantiles]
    if line == places[2]:
        return _MEDIAN
    if places[1] <= line <= places[3]:
        return _NEAR
    return _FAR if places[0] <= line <= places[4] else " "


def _caption() -> Text:
    return Text.assemble(
        (f"{_MEDIAN} ", CASH),
        str(tr("median")),
        (f"   {_NEAR} ", CASH),
        str(tr("every second future")),
        (f"   {_FAR} ", CASH),
        str(tr("nine in ten")),
        ("   █ ", "cyan"),
        str(tr("planned installments")),
    )


def picture(trial: Trial) -> bytes:
    """The same as a PNG."""

    def charts(upper: Any, lower: Any, _: str | None) -> None:
        _draw(upper, trial)
        _draw_debt(lower, trial)

    return two_charts(charts)


def _draw(axes: Any, trial: Trial) -> None:
    """Bands of cash, and the installments as bars."""
    bands = trial.evaluation.bands
    if bands is None:
        return
    days, cash = np.array(trial.days), bands.cash[0] / 100
    axes.fill_between(days, cash[0], cash[4], alpha=0.2, color="green", label=str(tr("nine in ten")))
    axes.fill_between(days, cash[1], cash[3], alpha=0.3, color="green", label=str(tr("every second future")))
    axes.plot(days, cash[2], color="green", label=str(tr("median")))
    paid = np.array(trial.planned) / 100
    axes.bar(days[paid > 0], paid[paid > 0], width=12, color="tab:cyan", label=str(tr("planned installments")))
    axes.set_title(str(tr("Cash of the business, and the installments ({currency})", currency=trial.case.currency)))


def _draw_debt(axes: Any, trial: Trial) -> None:
    bands = trial.evaluation.bands
    if bands is None:
        return
    days, debt = np.array(trial.days), bands.debt[0] / 100
    axes.fill_between(days, debt[0], debt[4], alpha=0.2, color="tab:red", label=str(tr("nine in ten")))
    axes.plot(days, debt[2], color="tab:red", label=str(tr("median")))
    axes.set_title(str(tr("What is owed to the bank")))
