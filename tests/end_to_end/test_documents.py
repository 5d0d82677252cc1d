"""The Python of the documents runs, one block after the other, and prints what stands behind it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import repayplan
from repayplan.cases.readers import read_text
from repayplan.debt.running import last_day, ledgers
from repayplan.debt.settling import payoffs

ROOT = Path(repayplan.__file__).parents[1]
DEBT = (ROOT / "docs" / "debt.md").read_text(encoding="utf-8")


def blocks(kind: str) -> list[str]:
    return re.findall(rf"^```{kind}\n(.*?)^```$", DEBT, flags=re.MULTILINE | re.DOTALL)


def test_the_python_prints_what_is_shown(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    program = "\n".join(blocks("python"))
    exec(compile(program, "docs/debt.md", "exec"), {})
    shown = re.findall(r"^print\(.*\)  # (.*)$", program, flags=re.MULTILINE)
    assert len(shown) == program.count("print(")
    assert capsys.readouterr().out.splitlines() == shown


def test_the_example_is_a_case_with_an_account() -> None:
    (example,) = blocks("yaml")
    case = read_text(example, "docs/debt.md", "yaml")
    ledgers(case, last_day(case))
    assert payoffs(case, case.as_of)[0].total == 102_000_000


def test_the_orders_of_settlement_are_spelled_out() -> None:
    from repayplan.debt.order import ORDERS, PRINCIPAL

    rows = dict(re.findall(r"^\| `(\w+)`[^|]*\| ([^|]*) \|$", DEBT, flags=re.MULTILINE))
    assert rows.pop("order") == "settles, first to last"
    assert rows.keys() == {*ORDERS, "by_arrears"}
    for name, order in ORDERS.items():
        if not order.oldest_first:
            classes = [part for part in order.due if part not in PRINCIPAL[1:]]
            told = [
                word.replace(" interest", "") if word.startswith("compound") else word
                for word in rows[name].split(", ")
            ]
            assert told == ["principal" if part == "overdue" else part for part in classes]
