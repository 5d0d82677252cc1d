"""The 500 real loans as a portfolio: every one is appraised, and what their plans would recover on made-up cash."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from small_businesses import write_book

from repayplan.portfolio.appraise import Appraised, appraise
from repayplan.portfolio.book import BookCase
from repayplan.portfolio.book.build import read_cases
from repayplan.portfolio.book.index import build_index
from repayplan.portfolio.menu import Menu, read_menu
from repayplan.portfolio.settings import Settings

MENU = read_menu(Path(__file__).with_name("plans.yaml"))

FEW = MENU.model_copy(update={"plans": MENU.plans[:1]})


def appraised(data: Path, folder: Path, offer: Menu, every: int, scenarios: int) -> tuple[int, Appraised]:
    index = build_index(write_book(data, folder / "book", every), folder / "book.index")
    read = list(read_cases(index, 0, index.borrowers))
    books = [each for each in read if isinstance(each, BookCase)]
    assert len(books) == len(read) == index.borrowers
    return len(books), appraise(books, offer, Settings(scenarios=scenarios, engine="numpy", keep_all=True))


def recovered(options: pa.Table) -> float:
    """What the best plan of each borrower recovers, of all that they owe."""
    best = options.group_by("case").aggregate([("recovery", "max"), ("balance", "max")])
    return pc.sum(best["recovery_max"]).as_py() / pc.sum(best["balance_max"]).as_py()


def test_a_sample_of_real_loans_is_planned(real_data: Path, tmp_path: Path) -> None:
    count, found = appraised(real_data, tmp_path, FEW, every=50, scenarios=50)
    assert count == 10
    assert all("no option of the menu" in failure.reason for failure in found.failures)
    assert set(found.options["kind"].to_pylist()) == {"plan"}
    assert not any(found.options["illustrative"].to_pylist())
    assert 0 < recovered(found.options) <= 1.1


@pytest.mark.long
def test_all_of_them(real_data: Path, tmp_path: Path) -> None:
    """The figures of tests/real/README.md."""
    count, found = appraised(real_data, tmp_path, MENU, every=1, scenarios=400)
    options = found.options
    assert count == 500
    assert not found.failures
    assert len(set(options["case"].to_pylist())) == 500
    by_rating = {level: options.filter(pc.equal(options["rating"], level)) for level in ("low", "medium", "high")}
    assert {level: len(set(part["case"].to_pylist())) for level, part in by_rating.items()} == {
        "low": 100,
        "medium": 200,
        "high": 200,
    }
    assert recovered(options) == pytest.approx(0.86, abs=0.01)
    assert [recovered(part) for part in by_rating.values()] == pytest.approx([0.88, 0.85, 0.87], abs=0.01)
