"""Generated books: the same bytes from the same seed, the mix of the story, and every borrower can be read."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest
from portfolios import menu, settings

import repayplan
from repayplan.errors import InputError
from repayplan.portfolio.appraise import appraise
from repayplan.portfolio.book import BookCase
from repayplan.portfolio.book.build import read_cases
from repayplan.portfolio.book.index import build_index
from repayplan.portfolio.generate import COLUMNS, generate
from repayplan.portfolio.menu import read_menu
from repayplan.portfolio.tables import FALLS
from repayplan.rules.hazard import LEVELS

SHIPPED = Path(repayplan.__file__).parents[1] / "scenarios" / "portfolio-500"


def table(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / f"{name}.csv").open(encoding="utf-8") as source:
        return list(csv.DictReader(source))


def test_the_shipped_book_is_what_the_generator_makes(tmp_path: Path) -> None:
    for path in generate(tmp_path, 500, seed=1):
        assert path.read_bytes() == (SHIPPED / path.name).read_bytes(), path.name
    assert sum(path.stat().st_size for path in SHIPPED.iterdir()) < 1_000_000


def test_the_story_is_a_hundred_high_and_two_hundred_each_in_five_industries() -> None:
    borrowers = table(SHIPPED, "borrowers")
    assert Counter(row["rating"] for row in borrowers) == {"high": 100, "medium": 200, "low": 200}
    assert set(Counter(row["industry"] for row in borrowers).values()) == {100}
    together = Counter((row["industry"], row["rating"]) for row in borrowers)
    assert {count for (_, rating), count in together.items() if rating == "high"} == {20}


def test_riskier_borrowers_owe_more_of_what_they_can_pay_and_for_longer() -> None:
    rating = {row["case"]: row["rating"] for row in table(SHIPPED, "borrowers")}
    late: dict[str, list[float]] = {level: [] for level in LEVELS}
    for loan in table(SHIPPED, "loans"):
        overdue, principal = float(loan["overdue_principal"]), float(loan["principal"])
        late[rating[loan["case"]]].append(overdue / (overdue + principal))
    shares = [sum(values) / len(values) for values in late.values()]
    assert shares == sorted(shares)


def test_a_larger_book_begins_with_the_smaller_one(tmp_path: Path) -> None:
    generate(tmp_path / "few", 7, seed=3)
    generate(tmp_path / "more", 12, seed=3)
    for name in COLUMNS:
        few = (tmp_path / "few" / f"{name}.csv").read_text(encoding="utf-8")
        assert (tmp_path / "more" / f"{name}.csv").read_text(encoding="utf-8").startswith(few)


def test_another_seed_makes_another_book(tmp_path: Path) -> None:
    one, other = (generate(tmp_path / str(seed), 5, seed=seed)[1].read_bytes() for seed in (1, 2))
    assert one != other


def test_every_borrower_can_be_read(tmp_path: Path) -> None:
    index = build_index(SHIPPED, tmp_path / "index")
    assert index.borrowers == 500
    wrong = [each for each in read_cases(index, 0, 500) if not isinstance(each, BookCase)]
    assert not wrong


def test_the_menu_of_the_story_names_borrowers_that_there_are() -> None:
    menu = read_menu(SHIPPED / "menu.yaml")
    rating = {row["case"]: row["rating"] for row in table(SHIPPED, "borrowers")}
    assert {rating[case] for barred in menu.black_list for case in barred.cases} == {"high"}


@pytest.mark.parametrize("borrowers", [0, -1, 10**8])
def test_a_size_that_is_none_is_refused(tmp_path: Path, borrowers: int) -> None:
    with pytest.raises(InputError, match="no book has so many borrowers"):
        generate(tmp_path, borrowers)


def test_a_file_in_the_way_is_told(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("", encoding="utf-8")
    with pytest.raises(InputError, match="this is not a directory"):
        generate(tmp_path / "taken", 5)


BANKS: dict[str, tuple[str, str]] = {
    "a bank's book": ("borrowers.csv", "case,name,as_of,opening\nC-1,Mill,2026-11-20,100\n"),
    "one more file": ("statements.csv", "case,year\nB-00001,2025\n"),
    "something of anybody's": ("notes.txt", "do not lose"),
    "a table that is a workbook": ("book.xlsx", ""),
}


@pytest.mark.parametrize("overwrite", [False, True])
@pytest.mark.parametrize("with_book", [False, True])
@pytest.mark.parametrize("name", BANKS)
def test_what_is_anybodys_is_never_written_over(tmp_path: Path, name: str, with_book: bool, overwrite: bool) -> None:
    if with_book:
        generate(tmp_path, 4, seed=1)
    file, content = BANKS[name]
    (tmp_path / file).write_text(content, encoding="utf-8")
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    with pytest.raises(InputError, match="other files are in this directory"):
        generate(tmp_path, 3, overwrite=overwrite)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


@pytest.mark.parametrize(
    ("table_name", "row"),
    [
        ("borrowers", "B-00005,A real mill,textiles,East,low,2026-11-20,1.00,1.00,1.00,2027-01-20,4.35%,35%"),
        ("borrowers", "C-5,Mill 5 (invented),textiles,East,low,2026-11-20,1.00,1.00,1.00,2027-01-20,4.35%,35%"),
        ("loans", "C-5,L1,1.00,0,0,0,0,0,4.35%,0,2026-01-01,1"),
        ("flows", "B-00001"),
    ],
)
def test_a_borrower_of_a_bank_among_invented_ones_is_not_written_over(
    tmp_path: Path, table_name: str, row: str
) -> None:
    generate(tmp_path, 4, seed=1)
    with (tmp_path / f"{table_name}.csv").open("a", encoding="utf-8") as file:
        file.write(f"{row}\n")
    with pytest.raises(InputError, match="other files are in this directory"):
        generate(tmp_path, 3, overwrite=True)


def test_a_generated_book_is_written_over_where_that_is_asked_for_alone(tmp_path: Path) -> None:
    first = {path.name: path.read_bytes() for path in generate(tmp_path / "book", 4, seed=1)}
    with pytest.raises(InputError, match="a generated book is here already"):
        generate(tmp_path / "book", 3, seed=2)
    assert {path.name: path.read_bytes() for path in (tmp_path / "book").iterdir()} == first
    again = {path.name: path.read_bytes() for path in generate(tmp_path / "book", 3, seed=2, overwrite=True)}
    fresh = {path.name: path.read_bytes() for path in generate(tmp_path / "fresh", 3, seed=2)}
    assert again == fresh != first
    assert {path.name for path in (tmp_path / "book").iterdir()} == set(fresh), "nothing half-written stays"


def test_a_book_that_is_not_complete_is_not_seen_and_in_nobodys_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    generate(tmp_path, 4, seed=1)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    with monkeypatch.context() as patch:
        patch.setattr("repayplan.portfolio.generate.borrower", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            generate(tmp_path, 5, seed=1, overwrite=True)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before
    (tmp_path / "killed").mkdir()
    (tmp_path / "killed" / ".loans.csv.part").write_text("case,id", encoding="utf-8")
    generate(tmp_path / "killed", 4, seed=1)
    assert {path.name: path.read_bytes() for path in (tmp_path / "killed").iterdir()} == before


def test_every_story_has_options_that_make_sense(tmp_path: Path) -> None:
    """One borrower of low risk of each industry: planned and treated, with figures that can be."""
    index = build_index(SHIPPED, tmp_path / "index")
    books = [each for first in (2, 7, 12, 17, 22) for each in read_cases(index, first, first + 1)]
    offer = menu(
        plans=[{"shapes": ["level"], "installments": [36], "concessions": ["best"]}],
        concessions=[{"name": "best", "settle": "best"}],
        treatments=["remind", "enforce", "sell", "do_nothing"],
    )
    found = appraise([each for each in books if isinstance(each, BookCase)], offer, settings())
    assert not found.failures
    assert found.options.num_rows == 25
    for row in found.options.to_pylist():
        falls = [row[name] for name in FALLS]
        assert all(0 <= sum(month) <= row["overdue"] for month in zip(*falls, strict=True)), row["option"]
        assert 0 <= row["miss"] <= 1
        assert row["default"] <= row["miss"]
        assert row["recovery"] <= 1.1 * row["balance"]
        assert 0 <= row["provision"] <= 1.1 * row["balance"], "with a year's interest"
    worth = dict.fromkeys(offer.treatments, 0)
    for row in found.options.to_pylist():
        if row["kind"] in worth:
            worth[row["kind"]] += row["recovery"]
    assert worth["remind"] > worth["do_nothing"], "a letter costs less than what it brings"
