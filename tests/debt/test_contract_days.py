"""The days of a running contract: where they move, what they settle, and what an operation changes of them."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction
from typing import Any

from repayplan.cases.models import Case, Loan
from repayplan.debt.claim import Claim
from repayplan.debt.ledger import Ledger
from repayplan.debt.payoff import payoff
from repayplan.debt.running import enter, provisional_days, running_ledger
from repayplan.language import tr

START = dt.date(2026, 12, 20)
MARCH = dt.date(2027, 3, 20)
CHINA = {"business_days": "china", "adjustment": "following"}


def ledger(contract: dict[str, Any], **fields: str) -> Ledger:
    loan = Loan.model_validate({"id": "L1", "principal": "360000", "rate": "6%", "contract": contract, **fields})
    book = running_ledger(loan, START, dt.date(2030, 1, 1))
    enter(book, loan.contract, loan.contract.operations)
    return book


def test_new_installments_move_with_the_banks() -> None:
    """Friday 1 January 2027 is a holiday; the next bank day is Monday the 4th."""
    parts = [{"date": "2027-01-01", "amount": "60000"}, {"date": "2028-12-20", "amount": "300000"}]
    operations = [{"kind": "reschedule", "date": "2026-12-20", "installments": parts}]
    book = ledger({"maturity": "2028-12-20", **CHINA, "operations": operations})
    book.advance(dt.date(2027, 1, 4))
    assert book.claim.overdue == 0
    book.advance(dt.date(2027, 1, 5))
    assert book.claim.overdue == 6_000_000


def test_a_charge_falls_due_on_the_next_bank_day() -> None:
    fee = {"kind": "charge", "date": "2026-12-20", "name": "Letter", "amount": "10", "due": "2027-01-01"}
    book = ledger({**CHINA, "operations": [fee]}, principal="0")
    assert book.days_past_due(dt.date(2027, 1, 5)) == 1


def test_capitalization_moves_with_its_settlement() -> None:
    """Sunday 20 June 2027: settled and capitalized on Monday the 21st. 93 days at 60.00 from Saturday 20 March,
    moved to Monday the 22nd: 91 days, 5,460.00."""
    book = ledger({"capitalize_on": ["2027-06-20"], "business_days": "weekdays", "adjustment": "following"})
    book.advance(dt.date(2027, 3, 22))
    book.pay(dt.date(2027, 3, 22), book.debt - 36_000_000)
    book.advance(dt.date(2027, 6, 21))
    assert book.claim == Claim(principal=36_000_000 + 91 * 6_000)


def test_a_capitalization_day_settles_what_has_accrued() -> None:
    book = ledger({"capitalize_on": ["2027-01-19"]})
    book.advance(dt.date(2027, 1, 19))
    assert book.claim == Claim(principal=36_000_000 + 30 * 6_000)


def test_interest_capitalized_after_the_term_is_overdue_at_once() -> None:
    book = ledger({"maturity": "2026-12-10", "capitalize_on": ["2026-12-30"]}, principal="0", interest="360000")
    book.advance(dt.date(2026, 12, 31))
    # 360,000 × 9 % × 10/360 = 900.00 of compound interest with it
    assert book.claim == Claim(overdue=36_000_000 + 90_000)


def test_provisional_days_are_all_days_of_the_contract() -> None:
    """Holidays of 2029 are not announced: 1 October and its week are free by rule."""
    loan = {
        "id": "L1",
        "principal": "360000",
        "rate": "6%",
        "contract": {
            **CHINA,
            "maturity": "2029-10-20",
            "installments": [{"date": "2029-04-17", "amount": "1000"}],
            "charges": [{"name": "Valuation", "date": "2029-05-17", "amount": "10"}],
            "capitalize_on": ["2029-07-18"],
        },
    }
    source = {"kind": "monthly", "name": "Shop", "start": "2027-01", "amount": "1", "months": 1}
    case = Case.model_validate(
        {
            "schema": "repayplan/case/1",
            "as_of": "2026-12-20",
            "enterprise": {"name": "Invented"},
            "loans": [loan],
            "cash": {"opening": "0", "sources": [source]},
        }
    )
    found = provisional_days(case, dt.date(2029, 12, 31))
    named = [dt.date(2029, 4, 17), dt.date(2029, 5, 17), dt.date(2029, 7, 18), dt.date(2029, 10, 22)]
    assert set(named) <= set(found)
    assert provisional_days(case, dt.date(2029, 4, 17))[-1] == named[0]


def test_a_new_rate_holds_until_the_contract_fixes_it_anew() -> None:
    follow = {
        "index": [{"date": "2025-05-20", "rate": "3.00%"}],
        "spread": "0.60%",
        "resets": ["2027-01-01", "2027-02-01"],
    }
    operations = [{"kind": "rate", "date": "2027-01-10", "rate": "7.20%"}]
    book = ledger({"floating": follow, "operations": operations})
    book.advance(MARCH)
    # 12 nights at 6 %, 9 at 3.6 %, 22 at 7.2 %, 47 at 3.6 %: 60.00, 36.00, 72.00, 36.00 a night
    assert book.claim.interest == 12 * 6_000 + 9 * 3_600 + 22 * 7_200 + 47 * 3_600


def test_a_new_rate_carries_penalty_and_compound_interest_with_it() -> None:
    book = ledger({"maturity": "2026-12-10"}, principal="0", overdue_principal="360000", interest="36000")
    book.reprice(START, Fraction(4, 100))
    book.advance(MARCH)
    # 4 % × 1.5 for 90 days, on principal and on interest
    assert book.claim == Claim(penalty=540_000, compound=54_000, interest=3_600_000, overdue=36_000_000)


def test_a_credit_settles_a_charge_on_its_day() -> None:
    book = ledger({}, principal="0")
    book.pay(START, 70_000)
    book.charge(START, "interest", 30_000, tr("charge"))
    assert (book.debt, book.credit) == (0, 40_000)
    book.charge(START, "fees", 25_000, tr("charge"), dt.date(2027, 1, 10))
    book.advance(dt.date(2027, 1, 9))
    assert (book.debt, book.credit) == (25_000, 40_000)
    book.advance(dt.date(2027, 1, 10))
    assert (book.debt, book.credit) == (0, 15_000)
    assert payoff(book, dt.date(2027, 3, 19)).total == -15_000
    assert book.days_past_due(dt.date(2027, 6, 1)) == 0


def test_interest_to_date_may_be_waived_before_it_is_settled() -> None:
    """60.00 a night: after 40 nights 2,400.00; half of it waived leaves half to be settled on 20 March, and nothing
    bears compound interest sooner."""
    day = START + dt.timedelta(days=40)
    book = ledger({})
    book.waive(day, {"interest": 120_000})
    assert (book.debt, book.accrued(day)) == (36_000_000, Claim(interest=120_000))
    book.advance(dt.date(2027, 6, 20))
    # 90 nights less 20; then 92 nights, with 4,200.00 × 6 % × 92/360 = 64.40 of compound interest
    assert book.claim == Claim(compound=6_440, interest=420_000 + 92 * 6_000, principal=36_000_000)
