"""`repayplan init --loans`: a case for every borrower of a list. And no more than a hundred faults are shown."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from repayplan.cases.readers import read_case
from repayplan.cli.main import cli

LIST = """客户名称,客户编号,借据号,正常本金余额,逾期本金余额,拖欠利息,执行年利率(%),逾期天数
恒泰建设,C-1,JJ-001,"1,000,000.00","200,000.00","3,500.50",4.35,95
恒泰建设,C-1,JJ-002,"500,000.00",0.00,0.00,4.75,0
锦绣服饰,C/2,JJ-003,1.00,,,5,
合计,,,"1,500,001.00",,,,
"""


def run(*arguments: Any) -> Result:
    return CliRunner(env={"REPAYPLAN_LANG": "en"}).invoke(cli, [str(argument) for argument in arguments])


@pytest.fixture
def exported(tmp_path: Path) -> Path:
    path = tmp_path / "export.csv"
    path.write_bytes(LIST.encode("gbk"))
    return path


def test_a_case_for_every_borrower(tmp_path: Path, exported: Path) -> None:
    done = run("init", tmp_path / "out", "--loans", exported, "--as-of", "2026-11-20", "--json")
    assert [Path(path).name for path in json.loads(done.output)["files"]] == ["C-1.yaml", "C_2.yaml"]
    first, second = (read_case(tmp_path / "out" / name) for name in ("C-1.yaml", "C_2.yaml"))
    assert (first.enterprise.name, first.enterprise.id, len(first.loans)) == ("恒泰建设", "C-1", 2)
    assert (f"{first.as_of}", f"{first.loans[0].contract.overdue_since}") == ("2026-11-20", "2026-08-17")
    assert (second.enterprise.name, second.loans[0].principal) == ("锦绣服饰", 1)
    assert run("check", tmp_path / "out" / "C-1.yaml").exit_code == 0
    assert run("ledger", tmp_path / "out" / "C-1.yaml").exit_code == 0


def test_one_borrower_by_its_number(tmp_path: Path, exported: Path) -> None:
    done = run("init", tmp_path / "out", "--loans", exported, "--as-of", "2026-11-20", "--borrower", "C/2")
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["case.yaml"]
    assert "repayplan ledger" in done.output
    again = run("init", tmp_path / "out", "--loans", exported, "--as-of", "2026-11-20", "--borrower", "C/2")
    assert (again.exit_code, "is there already" in again.output) == (2, True)


def test_the_banks_own_headings(tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text('[loans]\nprincipal = ["PRIN_BAL"]\n', encoding="utf-8")
    (tmp_path / "list.csv").write_text("合同号,PRIN_BAL,年利率\nA,100,5%\n", encoding="utf-8")
    command = ("init", tmp_path / "out", "--loans", tmp_path / "list.csv", "--as-of", "2026-11-20")
    assert run(*command).exit_code == 2
    assert run(*command, "--headings", tmp_path / "own.toml").exit_code == 0
    assert read_case(tmp_path / "out" / "case.yaml").enterprise.name == "list"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--loans", "LIST"), "--as-of"),
        (("--as-of", "2026-11-20"), "this needs a loan list"),
        (("--loans", "LIST", "--as-of", "2026-11-20", "--excel"), "does not go with a loan list"),
        (("--loans", "LIST", "--as-of", "2026-11-20", "--borrower", "x"), "not on the list"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_written(
    tmp_path: Path, exported: Path, options: tuple[str, ...], words: str
) -> None:
    done = run("init", tmp_path / "out", *(exported if option == "LIST" else option for option in options))
    assert (done.exit_code, words in done.output) == (2, True), done.output
    assert not (tmp_path / "out").exists()


def test_a_row_that_names_nobody_is_refused(tmp_path: Path, exported: Path) -> None:
    exported.write_text(LIST.replace("恒泰建设,C-1,JJ-002", ",,JJ-002"), encoding="utf-8")
    for more in ((), ("--borrower", "C-1")):
        done = run("init", tmp_path / "out", "--loans", exported, "--as-of", "2026-11-20", *more)
        assert (done.exit_code, "export.csv A3: this row does not say whose loan it is" in done.output) == (2, True)


def test_a_hundred_faults_are_shown_and_the_others_counted(tmp_path: Path) -> None:
    lines = "\n".join(f"S{number},x" for number in range(1_250))
    (tmp_path / "stores.csv").write_text(f"name,monthly\n{lines}\n", encoding="utf-8")
    (tmp_path / "case.yaml").write_text(
        "cash: {sources: [{kind: stores, name: S, file: stores.csv}]}\n", encoding="utf-8"
    )
    done = run("check", tmp_path)
    assert done.exit_code == 2
    assert done.output.count("✘") == 100
    assert done.output.rstrip().endswith("and 1,155 more")
    told = json.loads(run("check", tmp_path, "--json").output)
    assert (told["exit_code"], told["count"], len(told["faults"])) == (2, 1_255, 100)
