"""What others in a chunk may change of a borrower's rows: nothing but what a solver leaves open.

Programs of one kind are solved side by side, reduced by what holds in all of them. So a borrower whose neighbor is set
aside comes to the same optimum by other steps: treatments, plans of closed forms and proofs that there is none are the
same to the byte, and of a plan that is iterated the value is, to its gap. Of several schedules that are equally good
another may come out: two loans in another order, and what whole units then cost.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from books import Tables, many, write_csv
from books_spoiled import one_in_ten, spoil
from portfolio_runs import MENU, QUICK, wish

from repayplan.portfolio import generate
from repayplan.portfolio.book.index import Index, build_index
from repayplan.portfolio.menu import Menu, default_menu, read_menu
from repayplan.portfolio.run.chunk import Job, bounds, count, work

Rows = list[dict[str, Any]]

UNIT = 100_00
"""Cents to which plans of books are rounded."""

MOVED = 1e-4
"""In units of the debt, what may differ between two plans that are equally good but for whole units."""

OPEN = {
    "gap",
    "solver",
    "recovery",
    "by_plan",
    "npv_loss",
    "provision",
    "fall_cash",
    "fall_rescheduled",
    "miss",
    "default",
}
"""What follows from amounts, and how near the solver came."""

ITERATED = {"batched", "HiGHS 1.12.0"}
"""Solvers whose digits hang on what is solved beside; one is asked for what the other leaves open."""


def rows_of(table: str, files: Mapping[str, bytes]) -> Rows:
    import pyarrow.parquet as pq

    return list(pq.read_table(io.BytesIO(files[table])).to_pylist())


def chunk(job: Job, index: Index, number: int) -> tuple[Rows, Rows, Rows, int]:
    """Options, schedules, failures, and how many borrowers were set aside."""
    done, files = work(job, index, number)
    return (*(rows_of(name, files) for name in ("options", "schedules", "failures")), done.failed)


def paid(rows: Rows) -> dict[tuple[str, str], dict[Any, int]]:
    """Payments by day and loan of each option."""
    found: dict[tuple[str, str], dict[Any, int]] = {}
    for row in rows:
        found.setdefault((row["case"], row["option"]), {})[row["date"], row["loan"]] = row["payment"]
    return found


def so_far(payments: Mapping[Any, int], day: Any) -> int:
    return sum(cents for (other, _), cents in payments.items() if other <= day)


def near(one: dict[str, Any], other: dict[str, Any]) -> None:
    """One option, found among others."""
    assert {name: value for name, value in one.items() if name not in OPEN} == {
        name: value for name, value in other.items() if name not in OPEN
    }
    assert one["solver"] == other["solver"] or {one["solver"], other["solver"]} <= ITERATED
    if one["solver"] not in ITERATED:
        assert one == other
        return
    assert max(one["gap"], other["gap"]) <= max(1e-6, 2 * min(one["gap"], other["gap"]))
    most = MOVED * one["balance"]
    for name in ("recovery", "npv_loss", "provision"):
        assert abs(one[name] - other[name]) <= most, name
    for name in ("fall_cash", "fall_rescheduled"):
        assert max(abs(a - b) for a, b in zip(one[name], other[name], strict=True)) <= most, name
    for name in ("miss", "default"):  # one of the futures, where cash is just short
        assert abs(one[name] - other[name]) <= 1 / QUICK.scenarios + 1e-12, name


def same_but_for_noise(one: tuple[Rows, Rows], other: tuple[Rows, Rows]) -> int:
    """Options and schedules of the same borrowers among others; how many schedules are not the same to the cent.

    What has been paid of all loans by a day is then as much, but for a unit a loan; cents of interest come last.
    """
    for first, second in zip(one[0], other[0], strict=True):
        near(first, second)
    before, after = paid(one[1]), paid(other[1])
    assert before.keys() == after.keys()
    iterated = {(row["case"], row["option"]): row["solver"] in ITERATED for row in one[0]}
    differ = [key for key in before if before[key] != after[key]]
    for key in differ:
        assert iterated[key]
        loans = len({loan for _, loan in before[key]})
        days = sorted({day for day, _ in (*before[key], *after[key])})
        for day in days[:-1]:
            assert abs(so_far(before[key], day) - so_far(after[key], day)) <= loans * UNIT
    return len(differ)


def others(rows: Rows, gone: Mapping[str, str]) -> Rows:
    return [row for row in rows if row["case"] not in gone]


def compared(tmp_path: Path, book: Tables, ways: dict[str, str], menu: Menu, size: int) -> int:
    """Chunks of a book and of the same with rows spoiled: each is named, the others are what they were."""
    told = spoil(tmp_path / "spoiled", book, ways)
    job, aside, differ = Job(menu, QUICK, size, "en"), dict[str, set[str]](), 0
    whole = build_index(write_csv(tmp_path / "whole", book), tmp_path / "whole.index")
    harmed = build_index(tmp_path / "spoiled", tmp_path / "spoiled.index")
    for number in range(count(size, len(book["borrowers"]))):
        options, schedules, _, _ = chunk(job, whole, number)
        left, planned, failures, failed = chunk(job, harmed, number)
        differ += same_but_for_noise((others(options, ways), others(schedules, ways)), (left, planned))
        assert failed == len({row["case"] for row in failures})
        for row in failures:
            aside.setdefault(row["case"], set()).add(row["table"])
    assert aside.keys() == ways.keys()
    assert all(told[case][0] in tables for case, tables in aside.items())
    return differ


def generated(numbers: tuple[int, ...], seed: int = 8) -> Tables:
    """Some borrowers of a generated book."""
    found: Tables = {}
    for number in numbers:
        for table, rows in generate.borrower(number, seed).items():
            found.setdefault(table, []).extend({name: str(value) for name, value in row.items()} for row in rows)
    return found


def test_spoiled_rows_leave_the_plans_of_others_as_they_are(tmp_path: Path) -> None:
    """The menu that is shipped; borrowers of two loans, which may be paid in one order or the other."""
    book = generated((8, 20, 46, 96, 10, 24))
    compared(
        tmp_path, book, {"B-00025": "a rate no bank has", "B-00011": "a loan that stands twice"}, default_menu(), 6
    )


def test_another_size_of_chunks_leaves_what_needs_no_program_as_it_is(tmp_path: Path) -> None:
    """What docs/portfolio.md says of another --chunk: the same options, byte for byte but for plans of a program."""
    index = build_index(write_csv(tmp_path / "book", generated((20, 46))), tmp_path / "index")
    found: list[dict[tuple[str, str], dict[str, Any]]] = []
    for size in (2, 1):
        rows = [
            row
            for number in range(2 // size)
            for row in chunk(Job(default_menu(), QUICK, size, "en"), index, number)[0]
        ]
        found.append({(row["case"], row["option"]): row for row in rows})
    one, other = found
    assert list(one) == list(other)
    iterated = {key for key in one if {one[key]["solver"], other[key]["solver"]} <= ITERATED}
    assert {key: row for key, row in one.items() if key not in iterated} == {
        key: row for key, row in other.items() if key not in iterated
    }
    assert max(row["gap"] for rows in found for row in rows.values() if row["solver"] in ITERATED) <= 1e-6


def test_chunks_without_a_spoiled_row_are_the_same_bytes(tmp_path: Path) -> None:
    book = many(20, ("trade", "logistics"))
    ways = dict(list(one_in_ten(many(250, ("trade", "logistics"))).items())[:2])
    spoil(tmp_path / "spoiled", book, ways)
    asked = wish(tmp_path, 20)
    assert asked.menu is not None
    job = Job(read_menu(asked.menu), QUICK, 5, "en")
    whole = build_index(write_csv(tmp_path / "w", book), tmp_path / "w.index")
    harmed = build_index(tmp_path / "spoiled", tmp_path / "spoiled.index")
    for number in range(count(job.chunk, 20)):
        first, last = bounds(number, job.chunk, 20)
        if not {f"B-{place:05}" for place in range(first, last)} & set(ways):
            assert work(job, whole, number)[1] == work(job, harmed, number)[1]


@pytest.mark.long
@pytest.mark.parametrize("menu", ["short", "shipped"])
def test_a_tenth_of_the_rows_spoiled_in_every_way_changes_nobody_elses_rows(tmp_path: Path, menu: str) -> None:
    """All 250 borrowers are offered a plan, so that those set aside leave batches of other sizes behind."""
    (tmp_path / "menu.yaml").write_text(MENU)
    book = many(250, ("trade", "logistics"))
    ways = one_in_ten(book)
    assert len(ways) == 25
    offered = default_menu() if menu == "shipped" else read_menu(tmp_path / "menu.yaml")
    differ = compared(tmp_path, book, ways, offered, 125)
    assert menu == "shipped" or differ == 0  # one loan each


@pytest.mark.long
def test_a_tenth_of_a_generated_book_spoiled_changes_nobody_elses_rows(tmp_path: Path) -> None:
    book = generated(tuple(range(120)))
    names = [row["case"] for row in book["borrowers"]]
    assert compared(tmp_path, book, dict.fromkeys(names[3::10], "a rate no bank has"), default_menu(), 60) <= 60
