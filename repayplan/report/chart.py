"""Cash and payments over time, drawn with block characters: a column a month, the floor as a line across it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.text import Text

from repayplan.language import tr
from repayplan.planning.result import CashRow, Plan
from repayplan.report.words import compact

CASH, PAYMENT, FLOOR = "green", "cyan", "red"

_EIGHTHS = " ▁▂▃▄▅▆▇█"
_CASH_HEIGHT = 8
_PAYMENT_HEIGHT = 4
_WIDEST = 130
_YEAR = 5
"""Columns that a year and the space after it take."""


@dataclass(frozen=True, slots=True)
class Bucket:
    """One column: the months up to ``end``; cents. ``lowest`` cash is that nearest to its ``floor``."""

    end: dt.date
    lowest: int
    floor: int
    payment: int


@dataclass(frozen=True, slots=True)
class Scale:
    """Amounts to eighths of a character over ``height`` lines."""

    low: int
    high: int
    height: int

    def eighths(self, cents: int) -> int:
        """How many eighths of a line stand for an amount."""
        return round((cents - self.low) * self.height * 8 / max(self.high - self.low, 1))

    def line_of(self, cents: int) -> int:
        """The line on which an amount lies, 0 at the bottom."""
        return min(max(self.eighths(cents) - 1, 0) // 8, self.height - 1)


def chart(plan: Plan, width: int) -> list[Text]:
    """Lines of text no wider than ``width``: cash above, payments below, years under both."""
    if not plan.cash:
        return []
    width = min(width, _WIDEST)
    rows = _told(plan)
    labels = [amount for row in rows for amount in (row.lowest, row.floor, row.payment)]
    gutter = max(cell_len(compact(amount)) for amount in labels) + 1
    size, buckets = _buckets(plan.case.as_of, rows, width - gutter - 1)
    cell = max(1, min(3, (width - gutter - 1) // len(buckets)))
    low = min(0, *(bucket.lowest for bucket in buckets))
    high = max(1, *(max(bucket.lowest, bucket.floor) for bucket in buckets))
    most = max(1, *(bucket.payment for bucket in buckets))
    return [
        _caption(),
        *_cash_panel(buckets, Scale(low, high, _CASH_HEIGHT), gutter, cell),
        axis("", gutter),
        *bars(buckets, Scale(0, most, _PAYMENT_HEIGHT), gutter, cell),
        years(buckets, gutter, cell),
        *_merged(size),
    ]


def _told(plan: Plan) -> list[CashRow]:
    """The stages that matter: up to the last payment where it settles everything, else all up to the maturity."""
    last = plan.metrics.final_date if not plan.metrics.unpaid else None
    end = max(last or plan.terms.maturity, plan.cash[0].date)
    return [row for row in plan.cash if row.date <= end]


def _buckets(start: dt.date, rows: Sequence[CashRow], most: int) -> tuple[int, list[Bucket]]:
    """At most ``most`` columns of as many whole months each as that takes, and how many those are."""
    months = [_months_since(start, row.date) for row in rows]
    size = -(-(max(months) + 1) // max(most, 1))
    groups: dict[int, list[CashRow]] = {}
    for month, row in zip(months, rows, strict=True):
        groups.setdefault(month // size, []).append(row)
    lowest = {column: min(group, key=lambda row: row.lowest - row.floor) for column, group in groups.items()}
    return size, [
        Bucket(group[-1].date, lowest[column].lowest, lowest[column].floor, sum(row.payment for row in group))
        for column, group in sorted(groups.items())
    ]


def _months_since(start: dt.date, date: dt.date) -> int:
    """Whole months that have passed before ``date``: the day a month after ``start`` still belongs to the first."""
    return max(0, (date.year - start.year) * 12 + date.month - start.month - (date.day <= start.day))


def _caption() -> Text:
    return Text.assemble(
        ("█ ", CASH),
        str(tr("Lowest cash of each month")),
        ("   ─ ", FLOOR),
        str(tr("Floor")),
        ("   █ ", PAYMENT),
        str(tr("Payments")),
    )


def _merged(size: int) -> list[Text]:
    """What a column stands for, where it is more than a month."""
    return [Text(str(tr("One bar = {count} months, payments added up", count=size)), "dim")] if size > 1 else []


def _cash_panel(buckets: Sequence[Bucket], scale: Scale, gutter: int, cell: int) -> list[Text]:
    labels = {scale.height - 1: compact(scale.high), 0: compact(scale.low)}
    labels[scale.line_of(buckets[-1].floor)] = compact(buckets[-1].floor)
    lines = []
    for line in reversed(range(scale.height)):
        text = axis(labels.get(line, ""), gutter)
        for bucket in buckets:
            level = min(max(scale.eighths(bucket.lowest) - line * 8, 0), 8)
            if bucket.floor > scale.low and line == scale.line_of(bucket.floor):
                text.append("─" * cell, f"{FLOOR} on {CASH}" if level == 8 else FLOOR)
            else:
                text.append(_EIGHTHS[level] * cell, CASH)
        lines.append(text)
    return lines


def bars(buckets: Sequence[Bucket], scale: Scale, gutter: int, cell: int, style: str = PAYMENT) -> list[Text]:
    """Lines of a bar for each bucket's payment, its scale at the left."""
    labels = {scale.height - 1: compact(scale.high), 0: "0"}
    bar = max(1, cell - 1)
    lines = []
    for line in reversed(range(scale.height)):
        text = axis(labels.get(line, ""), gutter)
        for bucket in buckets:
            level = min(max(_visible(scale, bucket.payment) - line * 8, 0), 8)
            text.append(_EIGHTHS[level] * bar + " " * (cell - bar), style)
        lines.append(text)
    return lines


def _visible(scale: Scale, payment: int) -> int:
    """A payment is never too small to be seen."""
    return max(scale.eighths(payment), 1) if payment else 0


def axis(label: str, gutter: int) -> Text:
    """The line between labels and columns."""
    return Text(" " * (gutter - 1 - cell_len(label)) + label + " │", "dim")


def years(buckets: Sequence[Bucket], gutter: int, cell: int) -> Text:
    """The year under the first column of each year, as far as there is room; a year cut short gives way."""
    starts = [place for place in range(1, len(buckets)) if buckets[place - 1].end.year != buckets[place].end.year]
    if not starts or starts[0] * cell >= _YEAR:
        starts.insert(0, 0)
    line = ""
    for place in starts:
        if len(line) <= place * cell <= len(buckets) * cell - _YEAR + 1:
            line = f"{line:<{place * cell}}{buckets[place].end.year} "
    return Text(" " * (gutter + 1) + line.rstrip(), "dim")
