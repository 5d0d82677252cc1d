"""Sales with a season: what comes in month by month, from a history or from given indices."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from functools import lru_cache

from repayplan.calendar.dates import add_months, day_in_month
from repayplan.cases.histories import History
from repayplan.cases.past import idle_since
from repayplan.cases.sources import Season
from repayplan.errors import Fault, InputError
from repayplan.forecast.decomposition import LUNAR_HISTORY, Decomposition, decompose, lunar_helps, usable
from repayplan.forecast.flows import Flow, Window, month_of
from repayplan.language import Message, tr
from repayplan.money import MAX_CENTS, grouped

MonthlySales = Callable[[dt.date], float]
"""Expected sales of a month, currency units."""


def season_flows(source: Season, window: Window) -> Iterator[Flow]:
    """One flow a month: expected sales times the margin, to the cent below."""
    day = source.day or window.receipt_day
    start = source.start or next_month(window.after)
    expected = expected_sales(source, start)
    for month in months_from(start, source.months, window):
        date = day_in_month(month.year, month.month, day)
        cents = whole_cents(expected(month) * float(source.margin), source.name)
        yield Flow(date, cents, source.name, month_of(month), source.kind)


def expected_sales(source: Season, start: dt.date) -> MonthlySales:
    """What a season sells in any month from ``start`` on."""
    if source.history is not None:
        made = learned(source.history, source.lunar_new_year)
        if idle_since(source.history) is not None:
            return lambda _: 0.0
        growth = None if source.trend is None else float(source.trend)
        return lambda month: made.ahead(month, growth)
    return given(source.indices or (), source.yearly or Decimal(0), source.trend or Decimal(0), start)


def given(indices: Sequence[Decimal], yearly: Decimal, trend: Decimal, start: dt.date) -> MonthlySales:
    """A year's sales by index; the growth comes in steps, a year after the first month, so that years add up."""
    total = sum(indices)

    def sales(month: dt.date) -> float:
        years = ((month.year - start.year) * 12 + month.month - start.month) // 12
        return float(yearly * indices[month.month - 1] / total * (1 + trend) ** years)

    return sales


@lru_cache(maxsize=2_048)
def learned(history: History, lunar_new_year: str) -> Decomposition:
    """Trend and season of a history; ``auto``: Lunar New Year only where it lowers the error out of sample."""
    start = history.start or dt.date.min
    series = [None if amount is None else float(amount) for amount in history.series]
    if not usable(series):
        raise InputError(
            Fault(
                tr("no month of this history is above zero"),
                "history",
                remedy=tr("give indices and yearly in place of the history, or leave the source out"),
            )
        )
    lunar = lunar_new_year == "on" or (lunar_new_year == "auto" and lunar_helps(start, series))
    return decompose(start, series, lunar)


def lunar_choice(source: Season) -> Message | None:
    """What ``auto`` made of Lunar New Year and why; None where there was nothing to choose."""
    if source.history is None or source.lunar_new_year != "auto":
        return None
    if source.history.known < LUNAR_HISTORY:
        return tr(
            "{source}: sales are not moved with Lunar New Year; whether that helps cannot be tested with {known} "
            "months of history, only with {least} or more",
            source=source.name,
            known=source.history.known,
            least=LUNAR_HISTORY,
        )
    if learned(source.history, source.lunar_new_year).lunar:
        return tr("{source}: sales move with Lunar New Year; that lowered the error on past years", source=source.name)
    return tr(
        "{source}: sales are not moved with Lunar New Year; that did not lower the error on past years",
        source=source.name,
    )


def months_from(start: dt.date, months: int | None, window: Window) -> Iterator[dt.date]:
    """First days of the months that are counted."""
    ahead = 0
    while (months is None or ahead < months) and (month := add_months(start, ahead)) <= window.until:
        yield month
        ahead += 1


def next_month(date: dt.date) -> dt.date:
    """The first day of the month after ``date``."""
    return add_months(date.replace(day=1), 1)


def whole_cents(amount: float, source: str) -> int:
    """Cents, to the cent below; InputError where a forecast has outgrown every enterprise."""
    if not amount * 100 < MAX_CENTS:
        raise InputError(
            Fault(
                tr("the forecast of one month comes to more than {limit}", limit=grouped(MAX_CENTS)),
                f"cash.sources: {source}",
                remedy=tr("check the history and the trend of this source"),
            )
        )
    return math.floor(amount * 100 + 1e-6)
