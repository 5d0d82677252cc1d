"""Fineract's equal-installment tests: its ways of counting days, several disbursements, a new rate.

The file holds neither the day nor the height of a new rate; both are read off the test's name, where its authors
wrote them.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any

from oracle import UNREADABLE, Verdict, data

from repayplan.calendar.cycles import step
from repayplan.calendar.dates import day_in_month
from repayplan.calendar.daycount import year_fraction
from repayplan.debt.book import DayCount
from repayplan.debt.contract import Contract, Level, Row
from repayplan.debt.installments import shared_out
from repayplan.debt.rates import RatePath
from repayplan.debt.smoothing import smoothed

DAY = dt.timedelta(days=1)

KNOWN_CALLS = {"addDisbursement", "generateInterestScheduleModel", "changeInterestRate"}
NEW_RATE = re.compile(r"_(?:interest_)?(?:on)?(\d\d)(\d\d)_(\d+)per")


def judge() -> list[Verdict]:
    """Every test: payment, interest, principal and balance to the cent, rate factors to twelve places."""
    tests = json.loads(data("fineract", "fineract_progressive_emi_tests.json").read_text("utf-8"))
    return [_judge(test) for test in tests]


def _judge(test: dict[str, Any]) -> Verdict:
    name = test["test"]
    reason = _outside(test)
    if reason is not None:
        return Verdict("Fineract level installments", name, outside=reason)
    try:
        worst, where = _largest(test)
    except UNREADABLE as error:
        return Verdict("Fineract level installments", name, detail=repr(error))
    return Verdict("Fineract level installments", name, difference=worst, tolerance=1e-6, detail=where)


def _largest(test: dict[str, Any]) -> tuple[float, str]:
    worst, where = 0.0, ""
    blocks = _blocks(test["expected_raw"])
    drawn = [(dt.date.fromisoformat(x["date"]), round(x["amount"] * 100)) for x in test["disbursements"]]
    for number, block in enumerate(blocks, 1):
        rows, factors = _schedule(test, drawn[: number + len(drawn) - len(blocks)])
        for line in block:
            period, expected = int(line[0]), [float(value) for value in line[-3:]]
            ours = [rows[period].interest / 100, rows[period].principal / 100, rows[period].balance / 100]
            pairs = list(zip(ours, expected, strict=True))
            pairs.append((rows[period].payment / 100, float(line[2])))
            if sum(int(other[0]) == period for other in block if float(other[3])) == 1 and float(line[3]):
                pairs.append((factors[period], float(line[3])))
            for got, want in pairs:
                if abs(got - want) > worst:
                    worst, where = abs(got - want), f"block {number}, period {period}: {got} against {want}"
    return worst, where


def _outside(test: dict[str, Any]) -> str | None:
    calls = set(test["other_calls"]) - KNOWN_CALLS
    if "addBalanceCorrection" in calls:
        return "balance correction"
    if calls:
        return f"calls whose arguments the file does not hold: {', '.join(sorted(calls))}"
    if "changeInterestRate" in test["other_calls"] and not NEW_RATE.search(test["test"]):
        return "a new rate that the file does not hold"
    if not test["expected_raw"]:
        return "nothing is expected"
    return None


def _blocks(lines: Sequence[Sequence[str]]) -> list[list[Sequence[str]]]:
    """Rows of one schedule after another; a new one begins where the period falls."""
    found: list[list[Sequence[str]]] = []
    for line in lines:
        if not re.fullmatch(r"\d+", line[0]):
            continue
        key = (int(line[0]), int(line[1]))
        if not found or key <= (int(found[-1][-1][0]), int(found[-1][-1][1])):
            found.append([])
        found[-1].append(line)
    return found


def _schedule(test: dict[str, Any], drawn: Sequence[tuple[dt.date, int]]) -> tuple[list[Row], list[float]]:
    starts = [dt.date.fromisoformat(period["from"]) for period in test["periods"]]
    first_end = dt.date.fromisoformat(test["periods"][0]["to"])
    monthly = _is_monthly(starts[0], first_end)
    months = (first_end.year - starts[0].year) * 12 + first_end.month - starts[0].month
    length = (first_end - starts[0]).days
    end = step(starts[0], months * len(starts), "months") if monthly else starts[-1] + length * DAY
    bounds = [*starts, end]
    count = _years(bounds, test["days_in_year"], test["days_in_month"], months if monthly else None)
    rate = RatePath.fixed(Fraction(Decimal(str(test["rate_pct"]))) / 100)
    if "changeInterestRate" in test["other_calls"]:
        for month, date, per_cent in NEW_RATE.findall(test["test"]):
            day = _on(int(month), int(date), starts[0])
            rate = rate.then(day, RatePath.fixed(Fraction(int(per_cent), 100)))
    contract = Contract(
        principal=drawn[0][1],
        start=drawn[0][0],
        maturity=end,
        rate=rate,
        repayment=Level(),
        interest_dates=bounds[1:],
        principal_dates=bounds[1:-1],
        drawings=dict(drawn[1:]),
        day_count=count,
        rounded=round,
    )
    assert callable(count)
    factors = [float(rate.at(a) * count(a, b)) for a, b in pairwise(bounds)]
    return smoothed(contract), factors


def _is_monthly(start: dt.date, end: dt.date) -> bool:
    """The same day of another month, or its last where it is shorter."""
    return (start.year, start.month) != (end.year, end.month) and end == day_in_month(end.year, end.month, start.day)


def _on(month: int, day: int, start: dt.date) -> dt.date:
    """The first such day that is not before ``start``."""
    year = start.year + ((month, day) < (start.month, start.day))
    return day_in_month(year, month, day)


def _years(bounds: Sequence[dt.date], in_year: str, in_month: str, months: int | None) -> DayCount:
    """Years of a whole period, shared out by days within it."""

    def of(start: dt.date, end: dt.date) -> Fraction:
        if in_year == "ACTUAL" and start.year != end.year:
            return year_fraction("ACT/ACT", start + DAY, end + DAY)  # a night belongs to the day on which it ends
        year = 366 if in_year == "ACTUAL" and year_fraction("ACT/ACT", start, start + DAY).denominator == 366 else 365
        year = year if in_year == "ACTUAL" else int(in_year.removeprefix("DAYS_"))
        if months is None or in_month != "DAYS_30":
            return Fraction((end - start).days, year)
        return Fraction(30 * months, year)

    return shared_out(bounds, {b: of(a, b) for a, b in pairwise(bounds)})
