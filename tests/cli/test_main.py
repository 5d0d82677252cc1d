"""The command line itself: help, languages, errors, exit codes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from repayplan.cli.main import COMMANDS, cli
from repayplan.errors import Fault, ProofError
from repayplan.language import current, tr

ENGLISH = {"REPAYPLAN_LANG": "en", "COLUMNS": "100"}


def run(*arguments: str, env: dict[str, str] | None = None) -> Result:
    return CliRunner(env=ENGLISH | (env or {})).invoke(cli, arguments)


def test_help_names_every_command() -> None:
    outcome = run("--help")
    assert outcome.exit_code == 0
    assert all(f" {name} " in outcome.output for name in COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself_in_both_languages(command: str) -> None:
    english, chinese = run(command, "--help"), run(command, "--help", "--lang", "zh")
    assert (english.exit_code, chinese.exit_code) == (0, 0)
    assert "Show this text and exit." in english.output
    assert "显示本说明并退出。" in chinese.output
    assert "Show " not in chinese.output
    assert "Show this text and exit." in run(command, "--help").output


@pytest.mark.parametrize(
    ("arguments", "variable", "language"),
    [
        (["--help"], "en", "en"),
        (["--help"], "zh", "zh"),
        (["plan", "--help", "--lang=zh"], "en", "zh"),
        (["--lang", "en", "--help"], "zh", "en"),
    ],
)
def test_the_option_goes_before_the_environment(arguments: list[str], variable: str, language: str) -> None:
    outcome = run(*arguments, env={"REPAYPLAN_LANG": variable})
    assert ("显示本说明并退出。" in outcome.output) == (language == "zh")
    assert current() == "en"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["plna"], "repayplan: there is no command plna"),
        (["plan"], "repayplan plan: CASE is missing"),
        (["plan", "x.yaml", "--colour"], "there is no option --colour"),
        (["plan", "x.yaml", "--shape", "round"], "--shape cannot be this"),
        (["plan", "x.yaml", "--lang", "fr"], "--lang cannot be this"),
        (["plan", "x.yaml", "y.yaml"], "this command line cannot be understood"),
        (["plan", "no-such-case.yaml"], "no-such-case.yaml: there is no such file"),
        (["verify", "no-such-plan.json"], "no-such-plan.json: there is no such file"),
    ],
)
def test_wrong_input_ends_with_2_and_words_on_standard_error(arguments: list[str], words: str) -> None:
    outcome = run(*arguments)
    assert outcome.exit_code == 2
    assert words in outcome.stderr
    assert outcome.stdout == ""


def test_no_command_shows_the_help() -> None:
    outcome = run()
    assert outcome.exit_code == 2
    assert "verify" in outcome.output


@pytest.mark.parametrize("arguments", [["plan", "--json"], ["check", "no-such-case.yaml", "--json"], ["--json"]])
def test_with_json_errors_are_json_on_standard_output(arguments: list[str]) -> None:
    outcome = run(*arguments)
    told = json.loads(outcome.stdout)
    assert told["exit_code"] == outcome.exit_code == 2
    assert set(told["faults"][0]) == {"what", "where", "value", "limit", "remedy"}


def test_every_fault_of_a_file_is_told_with_value_limit_and_remedy(tmp_path) -> None:
    path = tmp_path / "case.yaml"
    path.write_text("schema: repayplan/case/1\nloans: [{id: L1, principal: -5, rate: 435%}]\n", encoding="utf-8")
    told = run("check", str(path), env={"COLUMNS": "500"}).stderr
    assert f"✘ {path}:2 loans[0].rate: this is not a yearly rate" in told
    assert "value: 435%" in told
    assert "limit: 0% to 100%" in told
    assert "→ write a percentage such as 4.35%" in told
    assert "loans[0].principal" in told
    assert "as_of: this field is missing" in told


def test_errors_wrap_at_the_width_of_the_terminal_and_in_a_log_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("case.json").write_text('{"schemes": "repayplan/case/1"}', encoding="utf-8")
    narrow = run("check", "case.json", env={"COLUMNS": "50"}).stderr.splitlines()
    assert max(map(len, narrow)) <= 50
    monkeypatch.delenv("COLUMNS", raising=False)
    log = run("check", "case.json", env={"COLUMNS": None}).stderr.splitlines()
    assert max(map(len, log)) > 70
    assert len(log) < len(narrow)


@pytest.mark.parametrize("file", ["plan.json", "deep/plan.json"])
def test_a_plan_that_is_missing_or_empty_is_to_be_planned_again(tmp_path: Path, file: str) -> None:
    path = tmp_path / file
    for _ in range(2):
        told = " ".join(run("verify", str(path), env={"COLUMNS": "500"}).stderr.split())
        assert f"{path}" in told
        assert "repayplan plan" in told
        assert "init" not in told
        path.parent.mkdir(exist_ok=True)
        path.write_text("", encoding="utf-8")


@pytest.mark.parametrize("arguments", [["schema"], ["--help"]])
def test_a_reader_that_goes_away_is_no_failure_of_the_plan(arguments: list[str]) -> None:
    program = [sys.executable, "-m", "repayplan", *arguments]
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write, "wb") as closed:
        outcome = subprocess.run(program, stdout=closed, stderr=subprocess.PIPE, text=True, check=False)
    assert (outcome.returncode, outcome.stderr) == (141, "")


def failing(error: BaseException):
    def command(**_options: object) -> None:
        raise error

    return command


@pytest.mark.parametrize("arguments", [["schema"], ["schema", "--debug"]])
def test_a_bug_ends_with_3_and_no_traceback_unless_asked(monkeypatch: pytest.MonkeyPatch, arguments: list[str]) -> None:
    module = import_module("repayplan.cli.schema")
    monkeypatch.setattr(module.command, "callback", failing(ZeroDivisionError("division by zero")))
    outcome = run(*arguments)
    assert outcome.exit_code == 3
    assert "the program failed: ZeroDivisionError: division by zero" in outcome.stderr
    assert "run it again with --debug" in outcome.stderr
    assert ("Traceback" in outcome.stderr) == ("--debug" in arguments)


def test_a_proof_that_fails_is_the_programs_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    module = import_module("repayplan.cli.schema")
    monkeypatch.setattr(module.command, "callback", failing(ProofError(Fault(tr("report this case")))))
    assert run("schema").exit_code == 3


def test_a_person_who_stops_the_program_gets_what_shells_expect(monkeypatch: pytest.MonkeyPatch) -> None:
    module = import_module("repayplan.cli.schema")
    monkeypatch.setattr(module.command, "callback", failing(KeyboardInterrupt()))
    assert run("schema").exit_code == 130


def test_schema_is_json() -> None:
    outcome = run("schema")
    assert outcome.exit_code == 0
    assert "loans" in json.loads(outcome.stdout)["properties"]


def test_the_version_is_the_packages() -> None:
    import repayplan

    assert run("--version").output == f"repayplan {repayplan.__version__}\n"
