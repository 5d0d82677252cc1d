"""Contract dates."""

from __future__ import annotations

import datetime as dt

import pytest

from repayplan.calendar.dates import add_months, month_ends, recurring


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


@pytest.mark.parametrize(
    ("start", "months", "expected"),
    [
        ("2026-01-31", 1, "2026-02-28"),
        ("2024-01-31", 1, "2024-02-29"),
        ("2026-03-31", -1, "2026-02-28"),
        ("2026-11-20", 14, "2028-01-20"),
        ("2026-12-31", 12, "2027-12-31"),
    ],
)
def test_months_are_clipped_to_the_end_of_the_month(start: str, months: int, expected: str) -> None:
    assert add_months(day(start), months) == day(expected)


def test_month_ends_lie_after_the_first_day_and_up_to_the_last() -> None:
    assert month_ends(day("2026-01-31"), day("2026-03-31")) == [day("2026-02-28"), day("2026-03-31")]


@pytest.mark.parametrize(
    ("number", "every", "after", "until", "first", "expected"),
    [
        (31, 1, "2026-01-30", "2026-03-31", None, ["2026-01-31", "2026-02-28", "2026-03-31"]),
        (20, 1, "2026-11-20", "2027-01-20", None, ["2026-12-20", "2027-01-20"]),
        (20, 3, "2026-11-20", "2027-06-19", None, ["2026-12-20", "2027-03-20"]),
        (20, 3, "2027-01-01", "2027-08-31", "2026-11-20", ["2027-02-20", "2027-05-20", "2027-08-20"]),
        (20, 1, "2026-11-20", "2027-02-20", "2027-01-05", ["2027-01-05", "2027-02-20"]),
        (20, 1, "2026-11-20", "2026-12-19", None, []),
    ],
)
def test_recurring_days(
    number: int, every: int, after: str, until: str, first: str | None, expected: list[str]
) -> None:
    series = recurring(number, every, day(after), day(until), day(first) if first else None)
    assert series == [day(text) for text in expected]
