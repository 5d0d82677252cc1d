"""What borrowers owe by the rows of a book: to the cent where it can be read, not known where it cannot."""

from __future__ import annotations

from pathlib import Path

import pytest
from books import many, write_csv

from repayplan.portfolio.book.index import build_index, rows_of
from repayplan.portfolio.book.owing import owed_by

CLAIMS = {
    "principal": "60000.00",
    "overdue_principal": "3.8万",
    "interest": "1500.00",
    "compound_interest": "20.00",
    "penalty": "500.00",
    "fees": "0.50",
}
OWED = 100_020_50


def owed(folder: Path, currency: str | None = None, borrower: str = "", **changes: str) -> int | None:
    """What the first of two borrowers owes, some of whose cells are changed."""
    book = many(2, ("trade",))
    (first, *_), mine = book["borrowers"], next(row for row in book["loans"] if row["case"] == "B-00000")
    book["loans"] = [row for row in book["loans"] if row is mine or row["case"] != "B-00000"]
    mine |= CLAIMS | changes
    first["currency"] = borrower
    index = build_index(str(write_csv(folder / "book", book)), folder / "index.sqlite")
    return owed_by(next(iter(rows_of(index, 0, 1))), currency)


@pytest.mark.parametrize("wrong", [{}, {"rate": "435"}, {"collateral": "much"}, {"id": ""}])
def test_claims_are_added_up_whatever_else_is_wrong(tmp_path: Path, wrong: dict[str, str]) -> None:
    assert owed(tmp_path, **wrong) == OWED


@pytest.mark.parametrize(
    "wrong", [{"principal": ""}, {"principal": "-1.00"}, {"interest": "much"}, {"fees": "1.005"}, {"penalty": "=2+3"}]
)
def test_a_claim_that_cannot_be_read_is_not_guessed(tmp_path: Path, wrong: dict[str, str]) -> None:
    assert owed(tmp_path, **wrong) is None


def test_what_another_bank_lends_is_not_owed_to_this_one(tmp_path: Path) -> None:
    assert owed(tmp_path, lender="Another bank") == 0


def test_only_the_currency_of_the_book_is_added_up(tmp_path: Path) -> None:
    assert owed(tmp_path, "CNY") == OWED
    for currency, of_it in (("USD", None), ("yuan", None), ("CNY", OWED)):
        folder = tmp_path / currency
        folder.mkdir()
        assert owed(folder, "CNY", currency) == of_it


def test_who_has_no_loans_owes_nothing_that_is_known(tmp_path: Path) -> None:
    book = many(2, ("trade",))
    book["loans"] = [row for row in book["loans"] if row["case"] != "B-00000"]
    index = build_index(str(write_csv(tmp_path / "book", book)), tmp_path / "index.sqlite")
    assert owed_by(next(iter(rows_of(index, 0, 1)))) is None
