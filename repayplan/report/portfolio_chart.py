"""The chart of a portfolio's page: today's overdue balance by month, what is left of it and why it has fallen."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from repayplan.language import Message, current, tr
from repayplan.money import grouped
from repayplan.portfolio.run.choosing import LimitUse
from repayplan.portfolio.run.summary import Month
from repayplan.report.portfolio_words import FALLS
from repayplan.report.words import compact

_COLORS = {"fall_cash": "#2e7d4f", "fall_rescheduled": "#7aa6c2", "fall_written_off": "#c98a3d", "fall_sold": "#8a6fb0"}
_OVERDUE = "#b5483a"

WIDTH, HEIGHT = 720.0, 260.0
"""Size of the chart, in its own units; the page scales it."""

LEFT, BOTTOM = 70.0, 30.0
"""Room for the labels of levels and of months."""

_TOP = 12.0
_BAR = 0.66
"""Of the room of a month."""

_LEVELS = 5


@dataclass(frozen=True, slots=True)
class Bar:
    """A rectangle of a chart, with what it says when it is pointed at."""

    x: float
    y: float
    width: float
    height: float
    color: str
    title: str


@dataclass(frozen=True, slots=True)
class Line:
    """A level across a chart with its label."""

    y: float
    label: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A target: a line across the bar of its month from ``x``, so ``width``, with the number of its ``sentence``."""

    x: float
    y: float
    width: float
    number: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars above an axis: labels below them, levels at the left, targets across their months."""

    bars: Sequence[Bar]
    labels: Sequence[tuple[float, str]]
    levels: Sequence[Line]
    targets: Sequence[Mark]


def legend() -> list[tuple[str, str]]:
    """Colors and what they stand for."""
    return [(_OVERDUE, str(tr("Overdue"))), *((_COLORS[name], str(words)) for name, words in FALLS.items())]


def month_chart(months: Sequence[Month], limits: Sequence[LimitUse]) -> Chart:
    """The overdue balance of every month and what it has fallen by, so that each column is today's balance.

    Cash is on top: it must reach down to the line of a target.
    """
    today = months[0].overdue
    most = float(max(sum(map(abs, (month.overdue, *month.falls.values()))) for month in months)) or 1.0
    levels = _levels(most)
    scale = (HEIGHT - BOTTOM - _TOP) / levels[-1]
    step = (WIDTH - LEFT) / len(months)
    bars: list[Bar] = []
    labels: list[tuple[float, str]] = []
    for place, month in enumerate(months):
        x, y = LEFT + step * (place + (1 - _BAR) / 2), HEIGHT - BOTTOM
        labels.append((x + step * _BAR / 2, str(month.number)))
        parts = [(_OVERDUE, tr("Overdue"), month.overdue)]
        parts += [(_COLORS[name], words, month.falls[name]) for name, words in reversed(list(FALLS.items()))]
        for color, words, cents in parts:
            size = max(cents, 0) * scale
            y -= size
            bars.append(Bar(x, y, step * _BAR, size, color, f"{words}: {grouped(cents)}"))
    wanted = [limit for limit in limits if limit.target is not None and limit.in_cash]
    marks = [
        Mark(
            x=LEFT + step * (limit.target or 0),
            y=HEIGHT - BOTTOM - today * (1 - limit.limit) * scale,
            width=step * (1 + _BAR) / 2,
            number=str(number),
            sentence=str(_aim(number, limit)),
        )
        for number, limit in enumerate(wanted, 1)
    ]
    return Chart(
        bars, labels, [Line(HEIGHT - BOTTOM - level * scale, compact(round(level))) for level in levels], marks
    )


def _aim(number: int, limit: LimitUse) -> Message:
    target = limit.label[current()]
    return tr("Line {number}, down to which cash must reach: {target}", number=number, target=target)


def _levels(most: float) -> list[float]:
    """Round figures from nothing up to at least the most; cents."""
    power = 10.0 ** math.floor(math.log10(most / _LEVELS))
    step = next(each * power for each in (1.0, 2.0, 2.5, 5.0, 10.0) if each * power * _LEVELS >= most)
    return [step * number for number in range(math.ceil(most / step - 1e-9) + 1)]
