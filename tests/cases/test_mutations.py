"""Two hundred spoiled files of every kind: each is read or refused with a place, never anything else."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from spoiled_text import spoiled

from repayplan.cases.models import Case
from repayplan.cases.readers import Notation, read_case, read_text
from repayplan.cli.main import cli
from repayplan.errors import Fault, InputError
from repayplan.language import tr
from repayplan.planning.forecasts import outlook

SCENARIOS = Path(__file__).parents[2] / "scenarios"
COUNT = 200


def judge(read: Callable[[], Case]) -> bool:
    """Whether a case came of it; any other end than a case or an InputError with places fails the test."""
    faults: tuple[Fault, ...] = ()
    try:
        case = read()
        assert isinstance(case, Case)
        if case.cash.sources:
            assert outlook(case).sources
    except InputError as error:
        faults = error.faults or (Fault(tr("an error without a fault")),)
    for fault in faults:
        assert str(fault)
        assert fault.where
        assert fault.remedy is not None
    return not faults


@pytest.mark.parametrize("notation", ["yaml", "json"])
def test_spoiled_texts(notation: Notation) -> None:
    read = [
        judge(lambda seed=seed: read_text(spoiled(notation, seed), "case", notation))  # type: ignore[misc]
        for seed in range(COUNT)
    ]
    # the changes must spoil something, and must not all be caught at the first gate
    assert COUNT * 0.02 < sum(read) < COUNT * 0.5


def test_spoiled_bytes(tmp_path: Path) -> None:
    path = tmp_path / "case.yaml"
    for seed in range(COUNT):
        dice = random.Random(seed)
        content = bytearray((SCENARIOS / "trade" / "case.yaml").read_bytes())
        for _ in range(dice.randrange(1, 4)):
            content[dice.randrange(len(content))] = dice.randrange(256)
        path.write_bytes(bytes(content))
        judge(lambda: read_case(path))


@pytest.mark.parametrize("notation", ["yaml", "json"])
def test_spoiled_files_through_the_command_line(tmp_path: Path, notation: Notation) -> None:
    """A wrong file ends with exit code 2, words for every fault, and nothing written."""
    runner = CliRunner(env={"REPAYPLAN_LANG": "en"})
    for seed in range(COUNT):
        text = spoiled(notation, seed)
        readable = judge(lambda text=text: read_text(text, "case", notation))  # type: ignore[misc]
        path, out = tmp_path / f"{seed}.{notation}", tmp_path / f"out-{seed}"
        path.write_text(text, encoding="utf-8", newline="")
        if readable:
            assert runner.invoke(cli, ["check", str(path)]).exit_code == 0
            continue
        outcome = runner.invoke(cli, ["plan", str(path), "-o", str(out), "--json"])
        assert (outcome.exit_code, out.exists()) == (2, False)
        faults = json.loads(outcome.stdout)["faults"]
        assert faults
        assert all(fault["what"] and fault["where"] and fault["remedy"] for fault in faults)
