"""A run that is killed at any moment goes on from there, and its tables are those of a run nobody disturbed."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from portfolio_runs import QUICK, begin, run, tables, wish

from repayplan import rules
from repayplan.errors import InputError
from repayplan.portfolio.run.results import read_results
from repayplan.portfolio.run.run import Means, Progress, Wish, run_portfolio


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Wish:
    return wish(tmp_path_factory.mktemp("asked"))


@pytest.fixture(scope="module")
def undisturbed(asked: Wish, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return run(asked, tmp_path_factory.mktemp("undisturbed"))


@pytest.fixture(scope="module")
def little(tmp_path_factory: pytest.TempPathFactory) -> tuple[Wish, Path]:
    """A run of two borrowers that nobody changes."""
    folder = tmp_path_factory.mktemp("little")
    one = wish(folder, 2)
    run(one, folder / "run", workers=1)
    return one, folder / "run"


CHUNKS = 12
"""Of the run that is killed."""

MOMENTS = ("index", "chunks", "choosing")


def killed(asked: Wish, directory: Path, dice: random.Random, moment: str, resume: bool = False) -> None:
    """Begin a run and kill it with all its processes: while it reads the book, between any two of its files, or when
    all chunks are done and it chooses."""
    process = begin(asked, directory, resume=resume)
    while process.poll() is None and not (directory / ".lock").exists():
        time.sleep(0.002)
    files, seconds = _due(directory, dice, moment)
    while process.poll() is None and not files():
        time.sleep(0.002)
    time.sleep(dice.random() * seconds)
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _due(directory: Path, dice: random.Random, moment: str) -> tuple[Callable[[], bool], float]:
    """What must be there before a run is killed, and how many seconds may pass then."""
    if moment == "index":
        return lambda: any(directory.glob(".*book.sqlite*")), 0.1
    if moment == "choosing":
        return lambda: len(list(directory.glob("options/*.parquet"))) == CHUNKS, 0.3
    until = dice.randint(min(len(list(directory.glob("*/*.parquet"))), 3 * CHUNKS), 3 * CHUNKS)
    return lambda: len(list(directory.glob("*/*.parquet"))) >= until, 0.05


@pytest.mark.parametrize("moment", MOMENTS)
def test_killed_once_and_resumed(moment: str, asked: Wish, undisturbed: dict[str, bytes], tmp_path: Path) -> None:
    killed(asked, tmp_path, random.Random(1), moment)
    assert run(asked, tmp_path, resume=True) == undisturbed


@pytest.mark.long
@pytest.mark.parametrize("seed", range(3, 33))
def test_killed_again_and_again(seed: int, asked: Wish, undisturbed: dict[str, bytes], tmp_path: Path) -> None:
    dice = random.Random(seed)
    for number in range(dice.randrange(1, 4)):
        killed(asked, tmp_path, dice, dice.choice(MOMENTS), resume=number > 0)
    assert run(asked, tmp_path, workers=dice.randrange(1, 3), resume=True) == undisturbed


def test_the_number_of_processes_changes_nothing(asked: Wish, undisturbed: dict[str, bytes], tmp_path: Path) -> None:
    assert run(asked, tmp_path, workers=1) == undisturbed
    assert {name.split("/")[0] for name in undisturbed} == {"choices.parquet", "failures", "options", "schedules"}
    assert all(f"{table}/000011.parquet" in undisturbed for table in ("failures", "options", "schedules"))


def test_a_run_that_has_ended_is_only_chosen_again(little: tuple[Wish, Path], tmp_path: Path) -> None:
    one, done = little
    shutil.copytree(done, tmp_path / "run")
    told: list[Progress] = []
    run_portfolio(one, tmp_path / "run", Means(workers=1), resume=True, told=told.append)
    assert told == [Progress(2, 2, 0, 0)]
    assert tables(tmp_path / "run") == tables(done)
    events = [json.loads(line)["event"] for line in (tmp_path / "run" / "run.log").read_text().splitlines()]
    assert events.count("chunk") == 1
    assert events[-2:] == ["resumed", "chosen"]


def test_other_inputs_are_refused_with_the_reason(little: tuple[Wish, Path], tmp_path: Path) -> None:
    one, done = little
    assert one.menu is not None
    with pytest.raises(InputError, match="a portfolio run is here already"):
        run(one, done)
    other_menu = tmp_path / "other.yaml"
    other_menu.write_text(one.menu.read_text().replace("24", "36"))
    other_book = wish(tmp_path / "other", 3).book
    changes = {
        "the book has changed": replace(one, book=other_book),
        "the menu is another one": replace(one, menu=other_menu),
        "chunks had 2 borrowers, now 3": replace(one, chunk=3),
        "seed was 3, now 4": replace(one, settings=replace(QUICK, seed=4)),
        "scenarios was 16, now 17": replace(one, settings=replace(QUICK, scenarios=17)),
    }
    for words, changed in changes.items():
        with pytest.raises(InputError, match=words):
            run(changed, done, resume=True)
    assert not list(done.glob(".again*")), "the index of the other book is gone"


def test_other_tables_of_rules_are_refused(
    little: tuple[Wish, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, done = little
    _own_treatments(tmp_path, monkeypatch)
    with pytest.raises(InputError, match="the environment names other tables of rules"):
        run(one, done, resume=True)


def test_two_runs_do_not_write_into_one_directory(asked: Wish, tmp_path: Path) -> None:
    process = begin(asked, tmp_path / "run")
    try:
        while not (tmp_path / "run" / "manifest.json").exists():
            time.sleep(0.01)
            assert process.poll() is None
        with pytest.raises(InputError, match="another run is at work here"):
            run(asked, tmp_path / "run", resume=True)
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def test_processes_end_with_the_run_that_began_them(asked: Wish, tmp_path: Path) -> None:
    process = begin(asked, tmp_path / "run")
    while not list((tmp_path / "run" / "options").glob("*.parquet")):
        time.sleep(0.01)
        assert process.poll() is None
    process.kill()  # the parent alone
    process.wait()
    until = time.monotonic() + 5
    while _alive(process.pid) and time.monotonic() < until:
        time.sleep(0.05)
    assert not _alive(process.pid)


def test_a_person_may_stop_it_at_once(asked: Wish, undisturbed: dict[str, bytes], tmp_path: Path) -> None:
    process = begin(asked, tmp_path / "run")
    while not list((tmp_path / "run" / "options").glob("*.parquet")):
        time.sleep(0.01)
        assert process.poll() is None
    os.killpg(process.pid, signal.SIGINT)  # as Ctrl-C does, to the whole group
    assert process.wait(timeout=20) != 0
    assert run(asked, tmp_path / "run", resume=True) == undisturbed


def test_processes_take_the_tables_of_rules_of_the_moment(
    little: tuple[Wish, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, done = little
    before = tables(done)
    _own_treatments(tmp_path, monkeypatch)
    after = run(one, tmp_path / "after", workers=1)
    assert before["choices.parquet"] != after["choices.parquet"]
    assert not read_results(tmp_path / "after").summary.illustrative


def _own_treatments(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The shipped table of treatments as a bank's own."""
    shipped = (Path(rules.__file__).parent / "treatments.toml").read_text(encoding="utf-8")
    (folder / "own.toml").write_text(shipped.replace("illustrative = true", "illustrative = false"), encoding="utf-8")
    monkeypatch.setenv("REPAYPLAN_TREATMENTS", str(folder / "own.toml"))


def _alive(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True
