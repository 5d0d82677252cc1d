"""Day counts by hand."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction

import pytest

from repayplan.calendar.daycount import year_fraction


@pytest.mark.parametrize(
    ("convention", "start", "end", "expected"),
    [
        ("ACT/360", "2026-11-20", "2026-12-20", Fraction(30, 360)),
        ("ACT/365F", "2024-01-01", "2025-01-01", Fraction(366, 365)),
        ("ACT/ACT", "2024-07-01", "2025-07-01", Fraction(184, 366) + Fraction(181, 365)),
        ("ACT/ACT", "2023-12-31", "2026-01-01", Fraction(1, 365) + 2),
        ("30/360", "2026-01-31", "2026-03-31", Fraction(60, 360)),
        ("30/360", "2026-01-30", "2026-03-31", Fraction(60, 360)),
        ("30/360", "2026-01-29", "2026-03-31", Fraction(62, 360)),
        ("30/360", "2026-02-28", "2026-03-31", Fraction(30, 360)),
        ("30/360", "2024-02-28", "2024-03-31", Fraction(33, 360)),
        ("30/360", "2024-02-29", "2025-02-28", Fraction(1)),  # from an end of February to the next
        ("30/360", "2023-02-28", "2024-02-29", Fraction(1)),
        ("30/360", "2023-02-28", "2024-02-28", Fraction(358, 360)),  # the 28th is no end in 2024
        ("30E/360", "2024-02-29", "2025-02-28", Fraction(359, 360)),
        ("ACT/ACT", "2025-07-01", "2024-07-01", -(Fraction(184, 366) + Fraction(181, 365))),
        ("ACT/ACT", "2026-01-01", "2023-12-31", -(Fraction(1, 365) + 2)),
        ("30E/360", "2026-01-29", "2026-03-31", Fraction(61, 360)),
        ("30E/360", "2026-02-28", "2026-03-31", Fraction(32, 360)),
        ("ACT/360", "2026-12-20", "2026-11-20", Fraction(-30, 360)),
    ],
)
def test_year_fractions(convention: str, start: str, end: str, expected: Fraction) -> None:
    assert year_fraction(convention, dt.date.fromisoformat(start), dt.date.fromisoformat(end)) == expected


def test_an_unknown_convention_is_named() -> None:
    with pytest.raises(ValueError, match="30/361"):
        year_fraction("30/361", dt.date(2026, 1, 1), dt.date(2026, 2, 1))
