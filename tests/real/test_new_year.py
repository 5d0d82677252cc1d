"""Chinese imports as a case: the New Year trough moves with the holiday, between January and February."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest
from seasons import chinese

from repayplan.cases.models import Case
from repayplan.planning.forecasts import outlook


@pytest.mark.parametrize(("last", "trough"), [(2011, 1), (2012, 2)])
def test_the_trough_is_in_the_month_of_the_holiday(real_data: Path, last: int, trough: int) -> None:
    """New Year fell on 2012-01-23 and 2013-02-10, the troughs of imports; ten years of history before each."""
    series = chinese(real_data)["imports"]
    months = [dt.date(year, month, 1) for year in range(last - 9, last + 1) for month in range(1, 13)]
    case = Case.model_validate(
        {
            "schema": "repayplan/case/1",
            "as_of": dt.date(last, 12, 31),
            "enterprise": {"name": "Importers"},
            "loans": [{"id": "L1", "principal": "100.00", "rate": "4%"}],
            "cash": {
                "opening": "0.00",
                "floor": 0,
                "sources": [
                    {
                        "kind": "season",
                        "name": "Imports",
                        "margin": "100%",
                        "history": {"start": f"{last - 9}-01", "amounts": [_cents(series[month]) for month in months]},
                    }
                ],
            },
            "policy": {"months": 12},
        }
    )
    seen = outlook(case)
    expected = {flow.date.month: flow.amount for flow in seen.borrower if flow.date.year == last + 1}
    assert min(expected, key=lambda month: expected[month]) == trough
    actual = {month: series[dt.date(last + 1, month, 1)] for month in range(1, 13)}
    assert min(actual, key=lambda month: actual[month]) == trough
    (said,) = (str(finding.sentence) for finding in seen.findings if finding.rule == "lunar_new_year")
    assert "sales move with Lunar New Year" in said


def _cents(amount: float) -> Decimal:
    return Decimal(str(amount)).quantize(Decimal("0.01"))
