"""README.md says what is so: its commands are run, its screen is compared, its example is a case, its Python works."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

import repayplan
from repayplan.cases.readers import read_text
from repayplan.cli.main import cli

ROOT = Path(repayplan.__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
DOCUMENTS = [ROOT / "README.md", *sorted(ROOT.glob("scenarios/*/README.md")), *sorted(ROOT.glob("docs/*.md"))]


def blocks(kind: str) -> list[str]:
    return re.findall(rf"^```{kind}\n(.*?)^```$", README, flags=re.MULTILINE | re.DOTALL)


def sessions() -> list[tuple[str, list[str]]]:
    """Every command of the README with the lines that are shown under it."""
    lines = [line for block in blocks("console") for line in block.splitlines()]
    starts = [place for place, line in enumerate(lines) if line.startswith("$ ")]
    ends = [*starts[1:], len(lines)]
    return [(lines[start][2:], lines[start + 1 : end]) for start, end in zip(starts, ends, strict=True)]


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory of our own with the scenarios in it."""
    shutil.copytree(ROOT / "scenarios", tmp_path / "scenarios")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(command: str):
    program, *arguments = shlex.split(command, comments=True)
    assert program == "repayplan"
    return CliRunner(env={"REPAYPLAN_LANG": "en", "COLUMNS": "80"}).invoke(cli, arguments)


@pytest.mark.usefixtures("elsewhere")
def test_the_commands_work_and_print_what_is_shown(request: pytest.FixtureRequest) -> None:
    assert len(sessions()) >= 8
    for command, shown in sessions():
        outcome = run(command)
        assert outcome.exit_code == 0, f"{command}: {outcome.output}"
        printed = [line.rstrip() for line in outcome.output.splitlines()]
        if shown and request.config.getoption("--refresh"):
            refresh(shown, printed)
        else:
            assert printed[: len(shown)] == shown, f"{command} (pytest --refresh writes the README again)"


def refresh(shown: list[str], printed: list[str]) -> None:
    """Show what is printed now: a plan up to its limits, a forecast up to its months."""
    end = next(place for place, line in enumerate(printed) if line.startswith(("What holds", "By month")))
    now = "\n".join(printed[:end]).rstrip()
    page = ROOT / "README.md"
    page.write_text(page.read_text(encoding="utf-8").replace("\n".join(shown), now), encoding="utf-8")


def test_every_documented_command_exists() -> None:
    for document in DOCUMENTS:
        for command in re.findall(
            r"repayplan ((?:init|check|forecast|plan|verify|schema)\b[^`|\n]*)", document.read_text("utf-8")
        ):
            name, *options = command.split()
            known = {opt for parameter in cli.get_command(None, name).params for opt in parameter.opts}  # type: ignore[arg-type]
            assert {option for option in options if option.startswith("-")} <= known, f"{document.name}: {command}"


def test_the_scenarios_say_commands_that_work(elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for document in sorted((elsewhere / "scenarios").glob("*/README.md")):
        monkeypatch.chdir(document.parent)
        commands = re.findall(r"^    (repayplan .*)$", document.read_text(encoding="utf-8"), flags=re.MULTILINE)
        assert commands, document
        for command in commands:
            expected = int(*re.findall(r"# .*exit code (\d)", command) or ["0"])
            assert run(command).exit_code == expected, f"{document.parent.name}: {command}"


def test_the_example_is_a_case(elsewhere: Path) -> None:
    (example,) = blocks("yaml")
    assert read_text(example, "README.md", "yaml").loans[0].id == "L1"
    (elsewhere / "case.yaml").write_text(example, encoding="utf-8")
    assert run("repayplan plan .").exit_code == 0


def test_the_python_works(elsewhere: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (program,) = blocks("python")
    exec(compile(program, "README.md", "exec"), {})
    assert capsys.readouterr().out.startswith("optimal")
    assert (elsewhere / "out" / "notebook" / "plan.json").exists()


def test_it_opens_with_the_two_commands() -> None:
    assert [line.split("#")[0].strip() for line in README.splitlines()[2:4]] == ["make demo", "make test"]
