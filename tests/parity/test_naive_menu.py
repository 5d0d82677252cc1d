"""A plain model in PuLP of every shape of the benchmark's menu: the batch must find the same value."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import end_to_end
from repayplan.portfolio.book import BookCase
from repayplan.portfolio.book.build import read_cases
from repayplan.portfolio.book.index import build_index
from repayplan.portfolio.generate import generate
from repayplan.portfolio.menu import read_menu

pytestmark = pytest.mark.filterwarnings(
    "ignore:Constructing LpVariable:DeprecationWarning", "ignore::DeprecationWarning:pulp"
)


def agree(folder: Path, borrowers: list[int]) -> None:
    """``loop`` stops where both sides differ."""
    generate(folder / "book", max(borrowers) + 1, 3)
    index = build_index(folder / "book", folder / "index.sqlite")
    (folder / "menu.yaml").write_text(end_to_end.EIGHT, encoding="utf-8")
    there, menu = end_to_end.Theirs(), read_menu(folder / "menu.yaml")
    for number in borrowers:
        (book,) = read_cases(index, number, number + 1)
        assert isinstance(book, BookCase)
        end_to_end.loop(book, menu, there)
    assert there.options == 8 * len(borrowers)
    assert there.difference <= end_to_end.AGREEMENT


def test_a_borrower_with_two_loans_and_pledged_stock(tmp_path: Path) -> None:
    agree(tmp_path, [15])


@pytest.mark.long
def test_generated_borrowers_of_every_industry(tmp_path: Path) -> None:
    agree(tmp_path, list(range(25)))
