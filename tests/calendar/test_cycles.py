"""Dates that come round."""

from __future__ import annotations

import datetime as dt

import pytest

from repayplan.calendar.cycles import Stub, Unit, cycle


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


@pytest.mark.parametrize(
    ("anchor", "every", "unit", "until", "month_end", "stub", "expected"),
    [
        ("2026-01-31", 1, "months", "2026-04-30", False, "short", ["01-31", "02-28", "03-31", "04-30"]),
        ("2026-01-30", 1, "months", "2026-04-01", True, "short", ["01-30", "02-28", "03-30"]),
        ("2026-02-28", 1, "months", "2026-05-31", True, "short", ["02-28", "03-31", "04-30", "05-31"]),
        ("2026-02-28", 1, "months", "2026-05-31", False, "short", ["02-28", "03-28", "04-28", "05-28"]),
        ("2026-01-15", 1, "months", "2026-04-01", False, "long", ["01-15", "02-15"]),
        ("2026-01-15", 1, "months", "2026-03-15", False, "long", ["01-15", "02-15", "03-15"]),
        ("2026-01-01", 2, "weeks", "2026-02-01", False, "short", ["01-01", "01-15", "01-29"]),
        ("2026-01-01", 10, "days", "2026-01-21", False, "short", ["01-01", "01-11", "01-21"]),
        ("2026-01-01", 1, "years", "2026-12-31", False, "short", ["01-01"]),
        ("2026-01-02", 1, "months", "2026-01-01", False, "short", []),
    ],
)
def test_cycles(
    anchor: str, every: int, unit: Unit, until: str, month_end: bool, stub: Stub, expected: list[str]
) -> None:
    found = cycle(day(anchor), every, unit, day(until), end_of_month=month_end, stub=stub)
    assert [f"{date:%m-%d}" for date in found] == expected


def test_a_cycle_needs_a_step() -> None:
    with pytest.raises(ValueError, match="every is 0"):
        cycle(day("2026-01-01"), 0, "days", day("2026-02-01"))
