"""docs/debt.md says what is so: its case is read, its commands are run."""

from __future__ import annotations

import re
from pathlib import Path

from click.testing import CliRunner

import repayplan
from repayplan.cli.main import cli

PAGE = (Path(repayplan.__file__).parents[1] / "docs" / "debt.md").read_text(encoding="utf-8")


def test_the_case_of_the_page_runs_through_its_commands(tmp_path: Path) -> None:
    (example,) = re.findall(r"^```yaml\n(.*?)^```$", PAGE, flags=re.MULTILINE | re.DOTALL)
    (tmp_path / "case.yaml").write_text(example, encoding="utf-8")
    commands = re.findall(r"^- `repayplan ([^`]+)`", PAGE, flags=re.MULTILINE)
    assert [command.split()[0] for command in commands] == ["check", "payoff", "ledger"]
    for command in commands:
        words = command.replace("CASE", str(tmp_path)).replace("DIR", str(tmp_path / "out")).split()
        outcome = CliRunner(env={"REPAYPLAN_LANG": "en", "COLUMNS": "120"}).invoke(cli, words)
        assert outcome.exit_code == 0, outcome.output
    assert (tmp_path / "out" / "account.csv").exists()


def test_the_page_names_only_orders_and_modules_that_exist() -> None:
    from repayplan.cases.agreements import Agreement
    from repayplan.debt import contract, schedules, several, yields
    from repayplan.rules import capitals

    for name in ("civil_code", "penalty_first", "interest_first", "principal_first", "oldest_first", "by_arrears"):
        assert f"`{name}`" in PAGE
        assert Agreement(order=name).order == name
    for module in (contract, schedules, several, yields, capitals):
        assert module.__name__ in PAGE
