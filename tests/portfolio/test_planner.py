"""An option of the menu planned with others is the plan that its case has alone."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from portfolios import borrower, menu

from repayplan.planning.batch.items import Item, items
from repayplan.planning.batch.known import without_programs
from repayplan.planning.batch.plan import plan_batch
from repayplan.planning.plan import plan
from repayplan.portfolio.book import BookCase
from repayplan.portfolio.book.build import read_cases
from repayplan.portfolio.book.index import build_index
from repayplan.portfolio.generate import generate
from repayplan.portfolio.menu import default_menu
from repayplan.portfolio.planner import ask_for, case_of
from repayplan.portfolio.variants import planned_variant
from repayplan.problem.terms import resolve


@pytest.mark.parametrize("count", [24, 36])
def test_amounts_that_follow_cash_end_as_soon_as_the_planner_of_single_cases_ends_them(count: int) -> None:
    """The debt can be cleared within a year: a plan of 24 or 36 installments that trickles on is worth no more."""
    case = borrower(loan={"collateral": "20000.00"}).case
    offer = menu(plans=[{"shapes": ["free"], "installments": [count]}])
    (option,) = offer.plan_options
    variant = planned_variant(case, resolve(case), option)
    assert variant is not None
    (found,) = plan_batch([ask_for(variant, option)])
    alone = plan(case_of(case, offer, option.id))
    assert found.payments is not None
    paid = {day: int(row.sum()) for day, row in zip(found.days, found.payments, strict=True) if row.any()}
    expected = {item.date: item.payment for item in alone.installments}
    assert paid == expected
    assert len(paid) < count


@pytest.mark.long
def test_how_much_is_known_without_a_program_is_what_the_page_says(tmp_path: Path) -> None:
    """docs/portfolio.md, *Planning in batch*: half has no plan, nearly a fifth is known, three in ten are left."""
    generate(tmp_path / "book", 250, seed=1)
    index = build_index(tmp_path / "book", tmp_path / "index")
    books = [each for each in read_cases(index, 0, index.borrowers) if isinstance(each, BookCase)]
    wanted: list[Item] = []
    for book in books:
        for option in default_menu().plan_options:
            variant = planned_variant(book.case, resolve(book.case), option)
            if variant is not None:
                wanted += items(ask_for(variant, option), len(wanted))
    assert len(wanted) == 2_000
    count = Counter(type(said).__name__ for _, said in without_programs(wanted))
    assert count["Unanswered"] / len(wanted) == pytest.approx(0.5, abs=0.03)
    assert count["Found"] / len(wanted) == pytest.approx(0.19, abs=0.02)
    assert count["Open"] / len(wanted) == pytest.approx(0.31, abs=0.03)
