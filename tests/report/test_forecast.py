"""The forecast on the screen fits and foots; its files hold every flow."""

from __future__ import annotations

import csv
import io
import json
from decimal import Decimal
from pathlib import Path

import pytest
from rich.cells import cell_len
from rich.console import Console

from repayplan.cases.readers import read_case
from repayplan.language import LANGUAGES, speaking
from repayplan.planning.forecasts import Outlook, outlook
from repayplan.report.forecast import show_forecast
from repayplan.report.forecast_files import forecast_document, write_forecast

SCENARIOS = sorted(path.parent for path in (Path(__file__).parents[2] / "scenarios").glob("*/case.yaml"))


def printed(seen: Outlook, width: int) -> str:
    console = Console(width=width, file=io.StringIO(), highlight=False, markup=False)
    show_forecast(seen, console)
    text: str = console.file.getvalue()  # type: ignore[attr-defined]
    return text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("folder", SCENARIOS, ids=lambda folder: folder.name)
def test_the_screen_fits_and_cuts_nothing(folder: Path, language: str) -> None:
    with speaking(language):
        seen = outlook(read_case(folder / "case.yaml"))
        for width in (80, 120):
            text = printed(seen, width)
            assert max(map(cell_len, text.splitlines())) <= width
            assert "…" not in text
            assert f"{sum(flow.amount for flow in seen.bank) / 100:,.2f}" in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_files_hold_every_flow(tmp_path: Path, language: str) -> None:
    seen = outlook(read_case(SCENARIOS[0].parent / "textile" / "case.yaml"))
    with speaking(language):
        table, picture = write_forecast(seen, tmp_path)
    rows = list(csv.reader(io.StringIO(table.read_bytes().decode("utf-8-sig"))))[1:]
    assert len(rows) == len(seen.borrower) + len(seen.bank)
    total = sum(flow.amount for flow in (*seen.borrower, *seen.bank))
    assert sum(Decimal(row[-1]) for row in rows) * 100 == total
    assert picture.read_bytes().startswith(b"\x89PNG")


def test_the_document_is_json_and_says_the_difference() -> None:
    seen = outlook(read_case(SCENARIOS[0].parent / "guarantor" / "case.yaml"))
    told = json.loads(json.dumps(forecast_document(seen), allow_nan=False))
    (views,) = (finding for finding in told["findings"] if finding["rule"] == "views")
    assert views["amount"] == "450000.00"  # 30 % of the guarantor's 1,500,000
    assert {flow["view"] for flow in told["flows"]} == {"borrower", "bank"}
