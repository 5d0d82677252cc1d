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
