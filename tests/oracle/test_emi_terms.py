"""How the level-installment tests are read. No data needed."""

from __future__ import annotations

import datetime as dt

import pytest
from oracle_emi import _is_monthly, _on


@pytest.mark.parametrize(
    ("start", "end", "monthly"),
    [
        ((2024, 1, 31), (2024, 2, 29), True),
        ((2024, 1, 30), (2024, 2, 29), True),
        ((2024, 1, 1), (2024, 2, 1), True),
        ((2024, 1, 1), (2024, 1, 16), False),
        ((2024, 1, 31), (2024, 2, 14), False),
    ],
)
def test_months_end_where_they_are_short(start: tuple[int, int, int], end: tuple[int, int, int], monthly: bool) -> None:
    assert _is_monthly(dt.date(*start), dt.date(*end)) is monthly


def test_a_new_rate_may_come_in_the_next_year() -> None:
    assert _on(2, 1, dt.date(2023, 12, 12)) == dt.date(2024, 2, 1)
    assert _on(12, 31, dt.date(2023, 12, 12)) == dt.date(2023, 12, 31)
