"""Ratings reckoned by hand, each reason on both sides of its limits, what is not known; worse is never better."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from borrowers import LOAN, RECENT, borrower
from hypothesis import given
from hypothesis import strategies as st

from repayplan.language import speaking, tr
from repayplan.risk.figures import Figure, Known, Unknown
from repayplan.risk.rating import UNKNOWN, Rating, rate, rated
from repayplan.rules.hazard import LEVELS
from repayplan.rules.rating import SENSES, rating_table

COVER = Decimal("1.30")


def points(rating: Rating) -> dict[str, Decimal]:
    return {reason.code: reason.points for reason in rating.reasons}


def test_a_rating_by_hand() -> None:
    # leverage 0.91 above 0.752 (construction): 2 of 2; interest cover 1.50 below 2: 1 of 2; 100,000 owed are 3.33 times
    # 30,000, below 4: 0 of 1; one year in two without operating cash, one with a loss: 0.5 each; revenue -20 %: 0.5;
    # 20 August to 20 November are 92 days, above 90: 3 of 3; three late payments: 1 of 2; no change before: 0 of 1;
    # cover 1.30 below 1.50: 1.5 of 3. Together 10 of 17 points, 58.8 %, below 60 %.
    rating = rate(borrower(), COVER)
    assert points(rating) == {
        "leverage": 2, "interest_cover": 1, "debt_to_ebitda": 0, "operating_cash_flow": Decimal("0.5"),
        "losses": Decimal("0.5"), "revenue": Decimal("0.5"), "days_overdue": 3, "late_payments": 1, "restructured": 0,
        "cover": Decimal("1.5"),
    }  # fmt: skip
    assert (rating.points, rating.weight, rating.weight_of_all) == (10, 17, 17)
    assert (rating.level, rating.confidence, rating.missing) == ("medium", "high", ())


def test_one_point_more_makes_it_high() -> None:
    # six late payments: 2 of 2; 11 of 17 points are 64.7 %
    loan = {**LOAN, "conduct": {"late_payments": 6, "restructured": 0}}
    assert rate(borrower(loans=[loan]), COVER).level == "high"


def test_an_officer_can_read_why() -> None:
    said = {reason.code: str(reason.sentence) for reason in rate(borrower(), COVER).reasons}
    assert said == {
        "leverage": "liabilities/assets 0.91 in 2025, limit 0.752",
        "interest_cover": "EBITDA/interest 1.50 in 2025, at least 2.00",
        "debt_to_ebitda": "what is owed here/EBITDA 3.33 in 2025, limit 4.00",
        "operating_cash_flow": "years in which operations took cash: 1 of 2, in order below 1",
        "losses": "years with a loss: 1 of 2, in order below 1",
        "revenue": "revenue changed by -20% from 2024 to 2025, limit -10%",
        "days_overdue": "days past due: 92, limit 90",
        "late_payments": "late payments in twelve months: 3, in order below 3",
        "restructured": "earlier extensions and restructurings: 0, in order below 1",
        "cover": "the cash forecast is worth 1.30 times what is owed, at least 1.50",
    }
    with speaking("zh"):
        assert "2025 年资产负债率 0.91，上限 0.752" in [str(each.sentence) for each in rate(borrower(), COVER).reasons]


def test_a_figure_is_never_shown_as_its_limit() -> None:
    year = {**RECENT, "total_liabilities": "702001.00"}  # 0.702001, the limit of construction is 0.702
    (reason,) = (each for each in rate(borrower(statements=[year]), COVER).reasons if each.code == "leverage")
    assert str(reason.sentence) == "liabilities/assets 0.702001 in 2025, limit 0.702"


TABLE = rating_table()


@pytest.mark.parametrize("code", SENSES)
def test_each_reason_is_in_order_at_its_limit_and_fires_beyond_it(code: str) -> None:
    limits, step = TABLE.limits[code], Decimal("0.000001")
    worse = -step if limits.sense == "below" else step
    inside = -step if limits.sense == "from" else Decimal(0)  # counts fire from their limit on
    for limit, before, beyond in ((limits.watch, 0, 1), (limits.alarm, 1, 2)):
        assert limits.severity(limit + inside) == before
        assert limits.severity(limit + inside + worse) == beyond
        sentence = _only(code, limit + inside + worse)
        assert sentence.reasons[0].points == Decimal(limits.weight * beyond) / 2


def _only(code: str, value: Decimal) -> Rating:
    said = {"year": "2025", "before": "2024", "years": 2}
    known: dict[str, Known] = {each: Unknown(tr("EBITDA/interest"), "x") for each in SENSES}
    return rated({**known, code: Figure(value, said)}, TABLE.limits, TABLE)


@pytest.mark.parametrize(
    ("code", "figure", "least"),
    [
        ("days_overdue", 90, "low"),
        ("days_overdue", 91, "medium"),
        ("days_overdue", 270, "medium"),
        ("days_overdue", 271, "high"),
        ("leverage", Decimal("1.00"), "low"),
        ("leverage", Decimal("1.01"), "high"),
        ("cover", Decimal("1.00"), "low"),
        ("cover", Decimal("0.99"), "high"),
    ],
)
def test_some_figures_decide_by_themselves(code: str, figure: Any, least: str) -> None:
    known: dict[str, Known] = {each: Figure(_best(each), {"year": "1", "before": "0", "years": 2}) for each in SENSES}
    known[code] = Figure(Decimal(figure), {"year": "2025"})
    rating = rated(known, TABLE.limits, TABLE)
    assert rating.level == least
    assert rating.points / rating.weight < Decimal("0.25")


def _best(code: str) -> Decimal:
    return Decimal(100) if TABLE.limits[code].sense == "below" else Decimal(-100)


def test_without_accounts_each_figure_is_named_and_the_confidence_falls() -> None:
    # 8 of 17 points stand in the accounts: 9 are known, 52.9 %, between 50 and 80 %
    rating = rate(borrower(statements=[]), COVER)
    assert [each.code for each in rating.missing] == [
        "leverage", "interest_cover", "debt_to_ebitda", "operating_cash_flow", "losses", "revenue",
    ]  # fmt: skip
    assert (rating.weight, rating.weight_of_all, rating.confidence) == (9, 17, "medium")
    assert all(each.fields.startswith("statements: ") for each in rating.missing)
    # of 9 points 3 + 1 + 1.5 = 5.5 count, 61.1 %: what is not known counts on neither side
    assert (rating.points, rating.level) == (Decimal("5.5"), "high")


def test_who_is_known_too_little_is_never_a_low_risk() -> None:
    # only the 3 points of the forecast are known, in order: 3 / 17 is less than half
    silent = {"id": "L1", "principal": "90000.00", "overdue_principal": "10000.00", "rate": "3.60%"}
    rating = rate(borrower(statements=[], loans=[silent]), Decimal(3))
    assert (rating.points, rating.confidence, rating.level) == (0, "low", "medium")
    assert [reason.code for reason in rating.against] == [UNKNOWN]
    assert {each.code for each in rating.missing} == SENSES.keys() - {"cover"}


def test_of_whom_nothing_is_known_nothing_good_is_known() -> None:
    silent = {"id": "L1", "principal": "90000.00", "overdue_principal": "10000.00", "rate": "3.60%"}
    rating = rate(borrower(statements=[], loans=[silent]), None)
    assert (rating.level, rating.confidence, rating.weight) == ("high", "low", 0)
    assert str(rating.against[0].sentence) == "nothing is known of this borrower"


def test_an_industry_without_limits_of_its_own_has_those_of_all() -> None:
    # 0.74 is above 0.70 and not above 0.75; of construction 0.74 is above 0.702, of wholesale it is below 0.778
    year = {**RECENT, "total_liabilities": "740000.00"}
    for industry, severity, name in (
        ("opera", 1, None),
        (None, 1, None),
        ("Wholesale of steel", 0, "wholesale"),
        ("钢材批发", 0, "wholesale"),
        ("clothing retail", 2, "retail"),
    ):
        rating = rate(borrower(statements=[year], industry=industry), COVER)
        assert {each.code: each.severity for each in rating.reasons}["leverage"] == severity
        assert (rating.industry and rating.industry["en"]) == name


def test_a_debt_without_earnings_is_endless() -> None:
    year = {**RECENT, "ebitda": "-1.00"}
    reasons = {each.code: each for each in rate(borrower(statements=[year]), COVER).reasons}
    assert reasons["debt_to_ebitda"].severity == 2
    assert str(reasons["debt_to_ebitda"].sentence) == "no EBITDA in 2025 to repay anything from, limit 6.0"
    assert reasons["interest_cover"].severity == 2


def test_a_loan_nobody_speaks_of_makes_no_figure_good() -> None:
    silent = {"id": "L2", "principal": "1000.00", "overdue_principal": "10.00", "rate": "3.60%"}
    codes = {"days_overdue", "late_payments", "restructured"}
    good = {**LOAN, "contract": {"overdue_since": "2026-11-15"}, "conduct": {"late_payments": 1, "restructured": 0}}
    rating = rate(borrower(loans=[good, silent]), COVER)
    assert codes <= {each.code for each in rating.missing}
    bad = {**LOAN, "conduct": {"late_payments": 3, "restructured": 2}}
    rating = rate(borrower(loans=[bad, silent]), COVER)  # 92 days, three late payments, twice restructured
    assert {code: points(rating)[code] for code in codes} == {"days_overdue": 3, "late_payments": 1, "restructured": 1}
    assert not rating.missing


# whatever the figures are

FIGURES = st.dictionaries(
    st.sampled_from(list(SENSES)), st.decimals(-20, 400, places=2), min_size=1, max_size=len(SENSES)
)


def _rated(values: dict[str, Decimal]) -> Rating:
    said = {"year": "2025", "before": "2024", "years": 2}
    unknown = Unknown(tr("EBITDA/interest"), "x")
    known = {code: Figure(values[code], said) if code in values else unknown for code in SENSES}
    return rated(known, TABLE.limits, TABLE)


@given(FIGURES, st.data())
def test_a_worse_figure_is_never_a_better_rating(values: dict[str, Decimal], data: st.DataObject) -> None:
    code = data.draw(st.sampled_from(sorted(values)))
    step = data.draw(st.decimals(0, 500, places=2))
    worse = values[code] - step if SENSES[code] == "below" else values[code] + step
    before, after = _rated(values), _rated({**values, code: worse})
    assert LEVELS.index(after.level) >= LEVELS.index(before.level)
    assert after.points >= before.points
    assert after.confidence == before.confidence


@given(FIGURES)
def test_what_becomes_known_counts_on_its_own_side(values: dict[str, Decimal]) -> None:
    before = _rated(values)
    share = before.points / before.weight
    for code in SENSES.keys() - values.keys():
        bad, good = (_rated({**values, code: figure}) for figure in (-_best(code) * 10, _best(code) * 10))
        assert bad.points / bad.weight >= share >= good.points / good.weight
        assert LEVELS.index(bad.confidence) >= LEVELS.index(before.confidence)
