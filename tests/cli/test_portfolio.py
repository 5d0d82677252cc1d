"""``repayplan portfolio``: its commands in both languages, what they print, and how they end."""

from __future__ import annotations

import json
import shutil
import signal
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from repayplan.cli.main import cli
from repayplan.errors import Fault, InputError
from repayplan.language import Message
from repayplan.portfolio.run.lock import alone
from repayplan.portfolio.run.results import read_results

QUICK = "schema: repayplan/menu/1\nplans: [{shapes: [level], installments: [24]}]\ntreatments: [remind, do_nothing]\n"


def run(*arguments: str | Path) -> Result:
    return CliRunner(env={"REPAYPLAN_LANG": "en", "COLUMNS": "80"}).invoke(cli, ["portfolio", *map(str, arguments)])


@pytest.mark.parametrize("command", ["run", "show", "generate"])
def test_every_command_explains_itself_in_both_languages(command: str) -> None:
    english, chinese = run(command, "--help"), run(command, "--help", "--lang", "zh")
    assert (english.exit_code, chinese.exit_code) == (0, 0)
    assert "Show this text and exit." in english.output
    assert "显示本说明并退出。" in chinese.output


def test_help_names_every_command_and_a_wrong_one_is_named() -> None:
    assert all(f" {name} " in run("--help").output for name in ("run", "show", "generate"))
    wrong = run("runn")
    assert wrong.exit_code == 2
    assert "there is no command runn" in wrong.stderr


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with a generated book, a menu and a run."""
    folder = tmp_path_factory.mktemp("portfolio")
    (folder / "menu.yaml").write_text(QUICK)
    assert run("generate", folder / "book", "--borrowers", "6", "--seed", "2").exit_code == 0
    outcome = run(
        *("run", folder / "book", "--menu", folder / "menu.yaml", "-o", folder / "out"),
        *("--workers", "1", "--scenarios", "20", "--chunk", "4", "--json"),
    )
    assert outcome.exit_code == 0, outcome.output
    assert json.loads(outcome.stdout)["borrowers"] == 6
    return folder


def test_the_summary_fits_the_terminal_and_says_what_it_rests_on(done: Path) -> None:
    arguments = ("run", done / "book", "--menu", done / "menu.yaml", "-o", done / "out")
    options = ("--workers", "1", "--scenarios", "20", "--chunk", "4", "--resume")
    for language, words in (
        ("en", ("Portfolio: 6 borrowers", "Illustrative", "Recovery by rating")),
        ("zh", ("6 个借款人", "示例")),
    ):
        outcome = run(*arguments, *options, "--lang", language)
        assert outcome.exit_code == 0, outcome.output
        assert all(word in outcome.stdout for word in words)
        if language == "en":
            assert max(map(len, outcome.stdout.splitlines())) <= 80


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_run_that_is_stopped_says_how_it_goes_on(
    number: signal.Signals, done: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def asked_to_end(*_: object, **__: object) -> None:
        signal.raise_signal(number)

    monkeypatch.setattr("repayplan.portfolio.run.run.run_portfolio", asked_to_end)
    before = signal.getsignal(number)
    outcome = run("run", done / "book", "-o", done / "out")
    assert outcome.exit_code == 130
    assert "go on with --resume" in outcome.stderr
    assert signal.getsignal(number) is before


def test_a_run_is_not_begun_twice_by_mistake(done: Path) -> None:
    outcome = run("run", done / "book", "-o", done / "out")
    assert outcome.exit_code == 2
    assert "a portfolio run is here already" in " ".join(outcome.stderr.split())


def test_one_borrower_opens_as_a_plan_with_the_same_files(done: Path, tmp_path: Path) -> None:
    results = read_results(done / "out")
    case = next(row["case"] for row in results.table("options").to_pylist() if row["option"] == "level-24")
    outcome = run("show", done / "out", case, "--option", "level-24", "-o", tmp_path)
    assert outcome.exit_code == 0, outcome.output
    assert "level-24" in outcome.stdout
    assert "Schedule" in outcome.stdout
    assert {"plan.json", "schedule.csv", "cash.csv"} == {path.name for path in tmp_path.iterdir()}
    plan = json.loads((tmp_path / "plan.json").read_text())
    rows = results.table("schedules").to_pylist()
    kept = [row for row in rows if (row["case"], row["option"]) == (case, "level-24")]
    assert plan["status"] in ("optimal", "feasible")
    shown = {(row["date"], row["loan"]): round(100 * float(row["payment"])) for row in plan["installments"]}
    assert shown == {(row["date"].isoformat(), row["loan"]): row["payment"] for row in kept}
    option = next(row for row in results.table("options").to_pylist() if (row["case"], row["option"]) == kept_of(kept))
    said = " ".join(outcome.stdout.split())
    assert f"Recovered, net of costs {option['recovery'] / 100:,.2f}" in said
    assert f"Recovered, {option['recovery'] / 100:,.2f}, is the mean of 20 drawn futures" in said
    assert float(plan["metrics"]["expected_recovery"]) > 0
    assert f"{float(plan['metrics']['expected_recovery']):,.2f}, weighs the payments" in said
    checked = CliRunner(env={"REPAYPLAN_LANG": "en"}).invoke(cli, ["verify", str(tmp_path / "plan.json")])
    assert checked.exit_code == 0, checked.output


def kept_of(rows: list[dict[str, Any]]) -> tuple[str, str]:
    return rows[0]["case"], rows[0]["option"]


def test_limits_that_cannot_be_kept_end_with_1(done: Path) -> None:
    limits = done / "limits.yaml"
    limits.write_text("schema: repayplan/limits/1\ntargets: [{name: All gone, fall: 99%, month: 1}]\n")
    shutil.copytree(done / "out", done / "limited")
    outcome = run(
        *("run", done / "book", "--menu", done / "menu.yaml", "--limits", limits, "-o", done / "limited"),
        *("--workers", "1", "--scenarios", "20", "--chunk", "4", "--resume"),
    )
    assert outcome.exit_code == 1, outcome.output
    assert "All gone" in outcome.stdout
    assert (done / "limited" / "report.html").exists()


def test_a_run_that_is_done_is_chosen_again_under_other_limits(done: Path) -> None:
    limits = done / "fewer.yaml"
    limits.write_text("schema: repayplan/limits/1\nlimits: [{name: Hours, sum: officer_hours, at_most: 900}]\n")
    asked = ("run", done / "book", "--limits", limits, "-o", done / "out", "--resume")
    outcome = run(*asked, "--workers", "1")  # scenarios and chunks are those of the run
    assert outcome.exit_code == 0, outcome.output
    assert "Hours" in (done / "out" / "report.html").read_text(encoding="utf-8")


def test_what_is_left_out_is_that_of_the_run_that_is_there_when_it_goes_on(
    done: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run that was killed early is done by another process, of 20 scenarios, just before this one has the lock."""
    out = tmp_path / "out"
    out.mkdir()
    (out / ".lock").write_text("repayplan/portfolio-run/1")

    def overtaken(directory: Path) -> AbstractContextManager[None]:
        shutil.copytree(done / "out", directory, dirs_exist_ok=True)
        return alone(directory)

    monkeypatch.setattr("repayplan.portfolio.run.run.alone", overtaken)
    outcome = run("run", done / "book", "-o", out, "--resume", "--workers", "1")
    assert outcome.exit_code == 0, outcome.output
    assert read_results(out).manifest.settings["scenarios"] == 20
    told = run("run", done / "book", "-o", out, "--resume", "--workers", "1", "--scenarios", "30")
    assert told.exit_code == 2
    assert "scenarios was 20, now 30" in " ".join(told.stderr.split())


def test_a_directory_with_anything_else_in_it_is_refused(done: Path) -> None:
    before = sorted(done.iterdir())
    for directory, words in ((done, "other files are in this directory"), (done / "book", "among the tables")):
        for more in ((), ("--resume",)):
            outcome = run("run", done / "book", "-o", directory, *more)
            assert outcome.exit_code == 2
            assert words in " ".join(outcome.stderr.split())
    assert sorted(done.iterdir()) == before


def test_what_cannot_be_shown_is_said(done: Path) -> None:
    for case, words in (("B-99999", "no borrower has this case"), ("B-00001", "this borrower has no such option")):
        outcome = run("show", done / "out", case, "--option", "level-600")
        assert outcome.exit_code == 2
        assert words in " ".join(outcome.stderr.split())
    treated = run("show", done / "out", "B-00001", "--option", "remind", "--json")
    assert treated.exit_code == 0
    assert json.loads(treated.stdout)["plan"] is None
    said = " ".join(run("show", done / "out", "B-00001", "--option", "remind", "-o", done / "none").stdout.split())
    assert "Remind is no plan: there is no schedule to show or to write" in said


def test_a_first_run_says_before_it_begins_that_it_compiles(
    done: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The output is a file here, as it is in a nightly job."""
    said: list[bool] = []
    told = "The first run on a machine compiles"

    def look(*_: object, **__: object) -> None:
        raise InputError(Fault(Message("stopped here"), "test"))

    monkeypatch.setattr("repayplan.portfolio.run.run.run_portfolio", look)
    monkeypatch.setattr("repayplan.portfolio.run.processes.begin_server", lambda: None)
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "cache"))
    for compiled in (False, True):
        if compiled:
            (tmp_path / "cache" / "evaluate_1").mkdir(parents=True)
            (tmp_path / "cache" / "evaluate_1" / "kernels.play-1.py311.nbi").write_bytes(b"")
        said.append(told in run("run", done / "book", "-o", tmp_path / "out").stderr)
    assert said == [True, False]
