"""docs/workbook.md says what is so: its cells are read or refused, its table of headings and its Python work."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import repayplan
from repayplan.cases import cells
from repayplan.cases.cells import Cell
from repayplan.cases.excel.headings import headings
from repayplan.cases.excel.parts import MAX_PACKED, MAX_UNPACKED
from repayplan.errors import InputError

PAGE = (Path(repayplan.__file__).parents[1] / "docs" / "workbook.md").read_text(encoding="utf-8")


def block(kind: str) -> str:
    (found,) = re.findall(rf"^```{kind}\n(.*?)^```$", PAGE, flags=re.MULTILINE | re.DOTALL)
    return str(found)


def typed(row: str) -> list[str]:
    """The cells in backticks in the first column of the row that says ``row``."""
    (line,) = [line for line in PAGE.splitlines() if line.startswith("|") and line.endswith(f"| {row} |")]
    return re.findall(r"`([^`]+)`", line.split("|")[1])


@pytest.mark.parametrize(
    ("row", "read"),
    [
        ("the amount", cells.amount),
        ("the amount, without the remark; parentheses are a minus", cells.amount),
        ("the share", lambda cell: cells.fraction(cell, percent="%" not in str(cell.value))),
        ("the day", cells.date),
        ("the day, with a doubt in `check`, as for amounts with 约", cells.date),
    ],
)
def test_cells_are_read(row: str, read: Callable[[Cell], Any]) -> None:
    assert typed(row)
    for text in typed(row):
        read(Cell(int(text) if text == "46096" else text))


def test_nothing_is_nothing() -> None:
    assert all(Cell(text).blank for text in typed("nothing"))


def test_cells_are_refused() -> None:
    (paragraph,) = [text for text in PAGE.split("\n\n") if text.startswith("Refused, with sheet and cell")]
    refused = re.findall(r"`([^`]+)`", paragraph)
    assert len(refused) >= 6
    for text in refused:
        for read in (cells.amount, cells.date):
            with pytest.raises(InputError):
                read(Cell(text))


def test_every_sheet_is_in_the_table() -> None:
    for layout in headings().layouts.values():
        if layout.key != "overview":
            assert f"| {layout.en} | {layout.zh} |" in PAGE


def test_the_limits_are_those_of_the_program() -> None:
    assert f"larger than {MAX_PACKED // 1024**2} MiB or {MAX_UNPACKED // 1024**2} MiB unpacked" in PAGE


def test_the_table_of_headings_and_the_python_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "headings.toml").write_text(block("toml"), encoding="utf-8")
    monkeypatch.setenv("REPAYPLAN_HEADINGS", str(tmp_path / "headings.toml"))
    export = "客户编号,主账号,PRIN_BAL,年利率\nC-10023,A1,1000000,4.35%\nC-2,A2,5,5%\n"
    (tmp_path / "export.csv").write_text(export, encoding="gbk")
    monkeypatch.chdir(tmp_path)
    told: dict[str, Any] = {}
    exec(compile(block("python"), "workbook.md", "exec"), told)
    assert [(loan.id, str(loan.principal)) for loan in told["loans"]] == [("A1", "1000000.00")]
