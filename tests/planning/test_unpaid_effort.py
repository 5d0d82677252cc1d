"""A best effort that no whole cents can make pays nothing, and is no fault of the engine."""

from __future__ import annotations

from making import make_case

from repayplan.planning.plan import plan
from repayplan.planning.plan_file import plan_file
from repayplan.planning.verify import verify

LOANS = (
    {"principal": "321106.03", "overdue_principal": "2.37", "interest": "8.99", "penalty": "76.12", "rate": "4.7%"},
    {"principal": "287541.66", "overdue_principal": "198.52", "interest": "137.19", "penalty": "5.70", "rate": "11.6%"},
    {"principal": "8163.67", "overdue_principal": "1.77", "interest": "11.52", "penalty": "2.14", "rate": "2.1%"},
)
MORE = (
    {"rate_after_signing": "0.7%", "day_count": "ACT/ACT", "collateral": "43995.86"},
    {"rate_after_signing": "6%", "day_count": "30/360", "collateral": "16.59"},
    {"rate_after_signing": "4.8%", "day_count": "ACT/ACT", "collateral": "204.65", "lender": "Union"},
)


def test_shares_of_a_payment_that_no_cents_hold_beside_blocked_accounts_leave_it_unpaid() -> None:
    """Found at random: the shares of one payment in whole cents take 24 cents more from the business's own 67.80 than
    its floor leaves, though most of the payment comes from the account on which proceeds for loan L1 are blocked."""
    made = plan(
        make_case(
            loans=[{**loan, **more} for loan, more in zip(LOANS, MORE, strict=True)],
            opening="8.23",
            floor="59.60",
            contingency="8.20",
            monthly=["2089.84", "-2.70", "-775.54", "-274.03"],
            milestones={"2026-12-02": "22.40", "2026-11-24": "49.55"},
            pledged={"2026-12-20": "20635.59", "2026-12-03": "11.44", "2026-11-30": "200000.00"},
            months=5,
            payment_every=1,
            shape={"kind": "interest_only", "months": 2},
            prefer="smoothest",
            delay="allow",
            allocation="pari_passu",
            discount_rate="11.2%",
            hazard="0.6%",
            recovery="19.4%",
            cover={"minimum": "1", "window": "period", "carry": "100%"},
            grace={"months": 2, "interest_only": True},
            interest_every=2,
            minimum_installment="2.47",
            maximum_installment="11126.30",
            installments=4,
            step="50.7%",
            step_against="last_year",
            balloon="20%",
            reserve=1,
            cumulative="6.9%",
            average_life={"years": "0.2"},
            named_payments=[{"date": "2027-02-20", "amount": "400.00"}],
            fixed_payments=[{"date": "2027-02-10", "amount": "750.25"}],
        )
    )
    assert made.status == "infeasible"
    assert made.installments == ()
    broken = {finding.rule for finding in made.findings if finding.result == "fail"}
    assert "maturity" in broken
    assert not broken & {"floors", "pledged", "allocation", "grace", "maximum"}
    assert {finding.rule for finding in verify(plan_file(made)) if finding.result == "fail"} <= broken


def test_where_nothing_can_be_paid_and_nothing_is_demanded_paying_nothing_is_a_plan() -> None:
    """Found at random: beside nine hundred million a loan of 1.00, on which principal comes first, is lost in a
    solver's tolerance, which then calls possible things impossible. No limit is broken, and the plan does not say so.
    """
    made = plan(
        make_case(
            loans=[
                {"principal": "1.00", "rate": "0.01%", "interest": "100.00", "fees": "0.01", "compound_rate": "54%"},
                {"principal": "900000000.00", "rate": "0.01%", "overdue_principal": "100.00", "fees": "100.00"},
            ],
            months=12,
            settle="best",
            order="principal_first",
            allocation="legal",
            max_burden="90%",
            prefer="fewest",
            balloon="50%",
            payment_day=31,
        )
    )
    assert made.status in ("optimal", "feasible")
    assert made.installments == ()
    assert not [finding for finding in verify(plan_file(made)) if finding.result == "fail"]
