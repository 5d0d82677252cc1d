"""Two thousand spoiled case files of every form: a case, or an error with places; nothing else, and nothing written."""

from __future__ import annotations

import datetime as dt
import json
import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from spoiled_text import spoiled
from spoiling import spoiled_csv, spoiled_workbook

import repayplan
from repayplan.cli.main import cli
from repayplan.errors import Fault, InputError
from repayplan.language import tr

ROOT = Path(repayplan.__file__).parents[1]
SCENARIOS = ROOT / "scenarios"
SECONDS = 60
"""A real process takes one or two; a spoiled file may not keep it busy."""

LOANS = "借据号,正常本金余额,逾期本金余额,执行年利率,逾期天数\nA1,1000000.00,200000,4.35%,95\nA2,500000,,4.75%,\n"


def text(notation: str) -> Callable[[random.Random, Path], Path]:
    def write(dice: random.Random, folder: Path) -> Path:
        path = folder / f"case.{notation}"
        path.write_text(spoiled(notation, dice.randrange(10**9)), encoding="utf-8", newline="")  # type: ignore[arg-type]
        return path

    return write


def workbook(dice: random.Random, folder: Path) -> Path:
    source = dice.choice(sorted(SCENARIOS.glob("*/case.xlsx")))
    path = folder / "case.xlsx"
    path.write_bytes(spoiled_workbook(source.read_bytes(), dice))
    return path


def csv(dice: random.Random, folder: Path) -> Path:
    """A case that is in order, and one of the CSV files it names is not."""
    for source in (SCENARIOS / "restaurant").iterdir():
        shutil.copy(source, folder / source.name)
    path = folder / dice.choice(("stores.csv", "history.csv"))
    path.write_bytes(spoiled_csv(path.read_text(encoding="utf-8"), dice))
    return folder / "case.yaml"


FORMS = {"yaml": text("yaml"), "json": text("json"), "csv": csv, "xlsx": workbook}


def judge(exit_code: int, printed: str, out: Path) -> bool:
    """Whether a case came of it: 0 for a case, 2 with every fault in words, and never a file."""
    assert exit_code in (0, 2), printed
    assert not out.exists()
    answer = json.loads(printed)
    if exit_code == 2:
        assert answer["faults"]
        assert all(fault["what"] and fault["where"] and fault["remedy"] for fault in answer["faults"])
    return exit_code == 0


@pytest.mark.parametrize("count", [60, pytest.param(500, marks=pytest.mark.long)])
@pytest.mark.parametrize("form", FORMS)
def test_in_process(tmp_path: Path, form: str, count: int) -> None:
    runner = CliRunner(env={"REPAYPLAN_LANG": "en"})
    read = 0
    for seed in range(count):
        path, out = FORMS[form](random.Random(f"{form}-{seed}"), tmp_path), tmp_path / f"out-{seed}"
        before = time.process_time()
        outcome = runner.invoke(cli, ["check", str(path), "--json"])
        good = judge(outcome.exit_code, outcome.stdout, out)
        if not good and seed % 2:  # the commands that write: nothing is there afterwards, not even the directory
            command = "plan" if seed % 4 == 1 else "forecast"
            outcome = runner.invoke(cli, [command, str(path), "-o", str(out), "--json"])
            assert not judge(outcome.exit_code, outcome.stdout, out)
        assert time.process_time() - before < SECONDS, seed
        read += good
    # the changes must spoil something, and must not all be caught at the first gate
    assert count * 0.02 < read < count * 0.8


@pytest.mark.parametrize("count", [1, pytest.param(5, marks=pytest.mark.long)])
@pytest.mark.parametrize("form", FORMS)
def test_as_real_processes(tmp_path: Path, form: str, count: int) -> None:
    """Twenty in all, in the long run."""
    for seed in range(count):
        path = FORMS[form](random.Random(f"real-{form}-{seed}"), tmp_path)
        run = subprocess.run(
            [sys.executable, "-m", "repayplan", "check", str(path), "--json"],
            cwd=ROOT,
            env={**os.environ, "REPAYPLAN_LANG": "en", "PYTHONUTF8": "1"},
            capture_output=True,
            encoding="utf-8",
            timeout=SECONDS,
            check=False,
        )
        assert "Traceback" not in run.stderr
        judge(run.returncode, run.stdout, tmp_path / "out")


def test_loan_lists(tmp_path: Path) -> None:
    path = tmp_path / "loans.csv"
    for seed in range(500):
        path.write_bytes(spoiled_csv(LOANS, random.Random(seed)))
        faults: tuple[Fault, ...] = ()
        try:
            assert repayplan.read_loans(path, dt.date(2026, 11, 20))
        except InputError as error:
            faults = error.faults or (Fault(tr("an error without a fault")),)
        assert all(fault.where and fault.remedy for fault in faults)
