"""What accrues and compounds at the original rate and is paid in full loses nothing, whatever the schedule."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from making import make_case, prepare

from repayplan.cases.models import Case
from repayplan.compliance.replay import Payment, ledgers, replay
from repayplan.compliance.worth import value_after, value_missed
from repayplan.planning.value import debt_bound
from repayplan.problem.terms import payment_dates


@st.composite
def full_repayments(draw: st.DrawFn) -> tuple[Case, list[Payment]]:
    """A loan with arrears, and any schedule that settles it: nothing for years, all at once, or anything between."""
    cents = st.integers(0, 5_000_000).map(lambda amount: f"{amount / 100:.2f}")
    loan = {
        "principal": draw(st.integers(100, 50_000_000).map(lambda amount: f"{amount / 100:.2f}")),
        "rate": f"{draw(st.integers(1, 2_400)) / 100:.2f}%",
        "day_count": draw(st.sampled_from(["ACT/360", "ACT/365F", "30/360"])),
        **{name: draw(cents) for name in ("overdue_principal", "interest", "penalty", "fees")},
    }
    policy = {"payment_every": draw(st.sampled_from([1, 3, 12])), "npv": {"test": "eba"}}
    case = make_case(loan=loan, months=draw(st.integers(12, 60)), **policy)
    terms, _ = prepare(case)
    (ledger,) = ledgers(case, terms)
    dates, payments = payment_dates(case, terms), []
    for date in dates:
        ledger.advance(date)
        share = 1.0 if date == dates[-1] else draw(st.sampled_from([0.0, 0.0, 0.01, 0.3, 1.0]))
        paid = ledger.debt if share == 1 else int(ledger.debt * share)
        if paid:
            ledger.pay(date, paid)
            payments.append(Payment(date, ledger.loan, paid))
    return case, payments


@settings(max_examples=100)
@given(full_repayments())
def test_any_schedule_that_pays_all_at_the_original_rate_loses_nothing(paid: tuple[Case, list[Payment]]) -> None:
    case, payments = paid
    terms, problem = prepare(case)
    made = replay(case, terms, problem, payments)
    assert made.unpaid == 0
    rounding = float(debt_bound(problem)[-1].sum())  # interest is booked to the cent
    assert abs(float(value_after(problem, made.paid)[0]) - made.opening_debt) <= rounding
    if made.opening_debt > 100 * rounding:
        assert not value_missed(problem, made.paid).any()
