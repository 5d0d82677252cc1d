"""docs/rating.md says what is so: its example, its limits, its hazards."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner

import repayplan
from repayplan.cli.main import cli
from repayplan.rules.hazard import LEVELS, hazard_table
from repayplan.rules.rating import SENSES, Limits, rating_table

PAGE = (Path(repayplan.__file__).parents[1] / "docs" / "rating.md").read_text(encoding="utf-8")


def rows(heading: str) -> list[list[str]]:
    """Cells of the table whose first heading this is."""
    lines = PAGE.splitlines()
    start = next(place for place, line in enumerate(lines) if line.startswith(f"| {heading} |"))
    table = lines[start + 2 :]
    end = next(place for place, line in enumerate(table) if not line.startswith("|"))
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table[:end]]


def test_the_example_is_rated_as_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (example,) = re.findall(r"^```yaml\n(.*?)^```$", PAGE, flags=re.MULTILINE | re.DOTALL)
    (shown,) = re.findall(r"^```console\n\$ (.*?)^```$", PAGE, flags=re.MULTILINE | re.DOTALL)
    (tmp_path / "case.yaml").write_text(example, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    command, *lines = shown.splitlines()
    outcome = CliRunner(env={"REPAYPLAN_LANG": "en", "COLUMNS": "120"}).invoke(cli, command.split()[1:])
    assert [line.rstrip() for line in outcome.output.splitlines()][: len(lines)] == lines


def test_the_limits_are_those_of_the_table() -> None:
    told = {cells[0].strip("`"): cells[2:] for cells in rows("code")}
    assert told.keys() == SENSES.keys()
    for code, limits in rating_table().limits.items():
        assert told[code] == [*_limits(code, limits), str(limits.weight)]


def _limits(code: str, limits: Limits) -> list[str]:
    def said(limit: Decimal) -> str:
        return f"{limits.sense} {limit:.0%}" if code == "revenue" else f"{limits.sense} {limit:f}"

    alone = [f"{name} {said(limit)}" for name, limit in (("medium", limits.medium), ("high", limits.high)) if limit]
    return [said(limits.watch), said(limits.alarm), ", ".join(alone)]


def test_the_hazards_are_those_of_the_table() -> None:
    columns = [hazard_table(rating) for rating in (None, *LEVELS)]
    told = [cells[1:] for cells in rows("burden")]
    assert told == [[f"{table.buckets[row].yearly:.1%}" for table in columns] for row in range(2)]
