"""Hazards by burden: an example that a bank replaces, whose form is checked."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from repayplan.errors import InputError
from repayplan.rules.hazard import hazard_table, to_table


def table(*rows: dict[str, str], monotone: bool = True) -> dict[str, Any]:
    return {"bucket": list(rows), "monotone": monotone, "clause": "x", "valid_from": dt.date(2026, 1, 1)}


def test_the_table_that_is_shipped_rises_and_says_that_it_is_an_example() -> None:
    shipped = hazard_table()
    # 37.6 % a year is 1 − 0.624^(1/12) = 3.8538 % a month, 58.8 % is 1 − 0.412^(1/12) = 7.1230 %
    assert [round(bucket.monthly, 6) for bucket in shipped.buckets] == [0.038538, 0.07123]
    assert shipped.buckets[-1].up_to is None
    assert "example" in shipped.clause


def test_edges_rise_and_the_last_bucket_has_none() -> None:
    for rows in (
        [{"up_to": "0.8", "yearly": "0.1"}],
        [{"yearly": "0.1"}, {"yearly": "0.2"}],
        [{"up_to": "0.8", "yearly": "0.1"}, {"up_to": "0.8", "yearly": "0.1"}, {"yearly": "0.2"}],
    ):
        with pytest.raises(InputError, match="do not rise"):
            to_table(table(*rows))


def test_a_heavier_burden_is_not_safer_unless_the_table_says_so() -> None:
    rows = {"up_to": "0.8", "yearly": "0.588"}, {"yearly": "0.562"}
    with pytest.raises(InputError, match="taken to be safer"):
        to_table(table(*rows))
    assert len(to_table(table(*rows, monotone=False)).buckets) == 2
