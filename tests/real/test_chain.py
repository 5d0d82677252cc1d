"""A chain of 206 real stores, seven months of each with gaps between: every store borrows the season of its sector."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from pathlib import Path

import pytest
from chain import TERM, Months, sector_season, stores, write_chain

from repayplan.calendar.dates import add_months
from repayplan.cases.readers import read_case, read_document
from repayplan.cases.sources import Stores
from repayplan.forecast import Window, forecast
from repayplan.forecast.stores import Chain, own_season, store_sales
from repayplan.forecast.stores import sector_season as borrowed
from repayplan.planning.plan import plan
from repayplan.planning.plan_file import plan_file, to_plan_file
from repayplan.planning.verify import verify

AFTER = dt.date(2017, 10, 31)
SPRING = dt.date(2017, 3, 31)
MONTHS = [dt.date(*year_month, 1) for year_month in [(2015, 3), (2016, 3), (2017, 1), (2017, 2), (2017, 3)]]


@pytest.fixture(scope="module")
def known(real_data: Path) -> dict[str, Months]:
    return stores(real_data)


def chain(path: Path) -> Stores:
    (source,) = read_case(path).cash.sources
    assert isinstance(source, Stores)
    return source


def expected(source: Stores, first: dt.date, months: int) -> list[float]:
    """Sales of the whole chain month by month."""
    made = Chain(source, borrowed(source), first)
    ahead = [add_months(first, number) for number in range(months)]
    return [sum(sales) for sales in zip(*(store_sales(made, store, ahead) for store in source.stores), strict=True)]


def test_the_stores_are_all_there(known: dict[str, Months]) -> None:
    assert (len(known), sum(map(len, known.values()))) == (206, 1425)
    assert sum(sum(months.values()) for months in known.values()) == Decimal("48623227.28")
    assert [month for month in known["MB139364"] if month <= SPRING] == MONTHS


def test_files_as_an_officer_leaves_them_hold_every_figure(
    real_data: Path, known: dict[str, Months], tmp_path: Path
) -> None:
    source = chain(write_chain(tmp_path, known, AFTER, sector_season(real_data)))
    assert len(source.stores) == 206
    for store in source.stores:
        assert store.history is not None
        assert store.history.start == min(known[store.name])
        assert store.history.known == len(known[store.name]) <= 7
        assert sum(amount for amount in store.history.series if amount) == sum(known[store.name].values())
        assert own_season(store) is None


def test_a_store_by_hand(real_data: Path, known: dict[str, Months], tmp_path: Path) -> None:
    source = chain(write_chain(tmp_path, known, AFTER, sector_season(real_data)))
    store = next(store for store in source.stores if store.name == "MB139364")
    made = Chain(source, borrowed(source), dt.date(2017, 11, 1))
    # 36,065.97 + 42,677.91 + 40,100.90 + 39,232.99 + 40,410.90 + 32,917 + 44,552 = 275,957.67 in March three times,
    # January, February, September, October: 3 × 1.0475 + 0.9301 + 0.9243 + 0.9761 + 1.0061 = 6.9791 average months;
    # one is 39,540.58, November 0.9537 of it, December 1.0225; the factors are divided by their mean, 12.0002 / 12
    november, december = store_sales(made, store, [dt.date(2017, 11, 1), dt.date(2017, 12, 1)])
    assert november == pytest.approx(275_957.67 / 6.9791 * 0.9537)
    assert december == pytest.approx(275_957.67 / 6.9791 * 1.0225)
    flow = next(flow for flow in forecast(read_case(tmp_path / "case.json"), window(12), "borrower"))
    assert (flow.date, flow.part) == (dt.date(2017, 11, 30), "MB139364 2017-11")
    assert flow.amount == int(november * 16)  # 16 % stay as cash, in cents


def test_every_month_has_the_share_of_its_sector(real_data: Path, known: dict[str, Months], tmp_path: Path) -> None:
    """All stores borrow, so the chain's months are to each other as the Census Bureau's factors are."""
    indices = [float(index) for index in sector_season(real_data)]
    sales = expected(chain(write_chain(tmp_path, known, AFTER, sector_season(real_data))), dt.date(2018, 1, 1), 12)
    assert [month / sum(sales) for month in sales] == pytest.approx([index / sum(indices) for index in indices])


def test_autumn_from_spring(real_data: Path, known: dict[str, Months], tmp_path: Path) -> None:
    """Out of sample: from what was known in March 2017, September and October together, with and without a season.

    Stores that opened since are unknown in March and not counted. What the file shows is one pair of months, so that
    this is a check of size, no proof that a season helps.
    """
    season = expected(chain(write_chain(tmp_path, known, SPRING, sector_season(real_data))), dt.date(2017, 9, 1), 2)
    flat = expected(chain(write_chain(tmp_path, known, SPRING)), dt.date(2017, 9, 1), 2)
    there = [months for months in known.values() if min(months) < SPRING]
    came = [float(sum(months[dt.date(2017, month, 1)] for months in there)) for month in (9, 10)]
    assert abs(sum(season) / sum(came) - 1) < 0.01
    assert abs(sum(flat) / sum(came) - 1) < 0.01
    # each alone is off: September was weaker than the sector's (by 13.8 %), October stronger (by 11.2 %)
    assert max(abs(month / actual - 1) for month, actual in zip(season, came, strict=True)) < 0.15


def test_the_plan_is_proven_and_verified(real_data: Path, known: dict[str, Months], tmp_path: Path) -> None:
    made = plan(read_case(write_chain(tmp_path, known, AFTER, sector_season(real_data))))
    assert (made.status, made.metrics.unpaid) == ("optimal", 0)
    # 206 stores × 36 months, the bank's view a tenth less
    assert made.metrics.receipts_bank == pytest.approx(0.9 * made.metrics.receipts_borrower, rel=1e-4)
    text = json.dumps(plan_file(made).as_dict())
    findings = verify(to_plan_file(read_document(text, "plan.json", "json")))
    assert [str(finding.sentence) for finding in findings if finding.result == "fail"] == []


def window(months: int = TERM) -> Window:
    return Window(AFTER, add_months(AFTER, months), 31, 31)
