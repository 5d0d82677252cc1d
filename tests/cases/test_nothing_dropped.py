"""CSV files: what stands under no heading, or twice, is refused; a thousand stores of ten years are read."""

from __future__ import annotations

from pathlib import Path

import pytest

from repayplan.cases import csv_files
from repayplan.cases.readers import read_case
from repayplan.errors import InputError

HEAD = "schema: repayplan/case/1\nas_of: 2026-11-20\nenterprise: {name: X}\nloans: [{id: L, principal: 1, rate: 4%}]\n"


def case(folder: Path, source: str) -> Path:
    (folder / "case.yaml").write_text(f"{HEAD}cash: {{opening: 1, sources: [{source}]}}\n", encoding="utf-8")
    return folder / "case.yaml"


def test_a_value_under_no_heading_is_refused(tmp_path: Path) -> None:
    (tmp_path / "h.csv").write_text("month,,amount\n2024-01,100000,5\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"h\.csv:2: this value stands under no heading; value: 100000"):
        read_case(case(tmp_path, "{kind: season, name: S, history: {file: h.csv}}"))


def test_a_history_stands_here_or_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "h.csv").write_text("store,month,amount\nA,2024-01,5\n", encoding="utf-8")
    store = "{name: A, history: {start: 2026-01, amounts: [1, 2]}}"
    with pytest.raises(InputError, match="figures stand here and in a file"):
        read_case(case(tmp_path, f"{{kind: stores, name: S, stores: [{store}], history_file: h.csv}}"))


def test_sales_before_the_opening_or_after_the_closing_are_refused(tmp_path: Path) -> None:
    for field, words in (("opened: 2026-03", "sold before it opened"), ("closing: 2026-01", "sold after it closed")):
        store = f"{{name: A, {field}, history: {{start: 2026-02, amounts: [1, 2]}}}}"
        with pytest.raises(InputError, match=words):
            read_case(case(tmp_path, f"{{kind: stores, name: S, stores: [{store}]}}"))


def test_a_figure_beside_a_history_of_nothing_is_refused(tmp_path: Path) -> None:
    store = "{name: A, monthly: 500, history: {start: 2026-02, amounts: [0, 0]}}"
    with pytest.raises(InputError, match="every month of this store's history is zero"):
        read_case(case(tmp_path, f"{{kind: stores, name: S, stores: [{store}]}}"))
    later = store.replace("monthly", "opened: 2027-01, monthly")
    assert read_case(case(tmp_path, f"{{kind: stores, name: S, stores: [{later}]}}"))


def test_the_rows_of_every_store_that_is_allowed(tmp_path: Path) -> None:
    """1,000 stores and 60 months: 60,000 rows; the bound is ten years of each."""
    assert csv_files.MAX_ROWS == 1_000 * 120
    months = [f"{year}-{month:02}" for year in range(2021, 2026) for month in range(1, 13)]
    rows = "".join(f"S{store},{month},100\n" for store in range(1_000) for month in months)
    (tmp_path / "h.csv").write_text(f"store,month,amount\n{rows}", encoding="utf-8")
    (tmp_path / "s.csv").write_text("name\n" + "".join(f"S{store}\n" for store in range(1_000)), encoding="utf-8")
    made = read_case(case(tmp_path, "{kind: stores, name: S, file: s.csv, history_file: h.csv}"))
    assert sum(len(store.history.series) for store in made.cash.sources[0].stores) == 60_000  # type: ignore[union-attr]
