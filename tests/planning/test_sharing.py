"""Several loans: by rank, in the legal order, alike; loans of other lenders."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from making import make_case, pay, prepare

from repayplan.compliance.registry import failures
from repayplan.errors import LedgerError
from repayplan.planning.optimum import optimize
from repayplan.planning.plan import plan
from repayplan.planning.plan_file import plan_file
from repayplan.planning.result import Plan
from repayplan.planning.verify import verify
from repayplan.solvers.result import Status

CASH: dict[str, Any] = {"opening": "5000.00", "monthly": ["20000.00"] * 8, "months": 8, "unit": "100.00"}
TWO = [{"principal": "60000.00"}, {"principal": "40000.00", "rate": "7.20%"}]


def paid(made: Plan) -> dict[tuple[str, str], int]:
    return {(f"{row.date}", row.loan): row.payment for row in made.installments}


def holds(made: Plan, mode: str, status: str = "optimal") -> Plan:
    assert (made.status, made.proof.mode) == (status, mode)
    assert not [finding for finding in verify(plan_file(made)) if finding.result == "fail"]
    return made


def test_by_rank_the_second_loan_waits_for_the_first() -> None:
    made = holds(plan(make_case(loans=TWO, allocation="rank", rank=["L1", "L2"], **CASH)), "A")
    # L1: 60,000.00 + 180.00 − 5,000.00; 55,180.00 × 0.0031 = 171.06 − 20,000.00; 35,351.06 × 0.0031 = 109.59
    # − 20,000.00; 15,460.65 × 0.0028 = 43.29: 15,503.94, and the rest of 20,000.00 goes to L2
    assert paid(made)["2027-03-20", "L1"] == 1_550_394
    assert paid(made)["2027-03-20", "L2"] == 2_000_000 - 1_550_394
    assert ("2027-02-20", "L2") not in paid(made)
    assert made.proof.method == "mixed-integer program"


def test_by_rank_interest_of_every_loan_is_paid_where_it_is_due() -> None:
    made = holds(plan(make_case(loans=TWO, allocation="rank", rank=["L1", "L2"], interest_every=1, **CASH)), "B")
    # 40,000.00 at 7.20 % for 30, 31, 31 days
    days = ("2026-12-20", "2027-01-20", "2027-02-20")
    assert [paid(made)[day, "L2"] for day in days] == [24_000, 24_800, 24_800]
    assert [paid(made)[day, "L1"] + paid(made)[day, "L2"] for day in days] == [500_000, 2_000_000, 2_000_000]


def test_the_legal_order_is_overdue_first_then_least_secured_then_dearer() -> None:
    # L3 is overdue; L1 is secured in full, L2 not at all
    loans = [
        {"principal": "20000.00", "collateral": "20000.00"},
        {"principal": "20000.00"},
        {"principal": "0.00", "overdue_principal": "20000.00"},
    ]
    made = holds(plan(make_case(loans=loans, allocation="legal", **CASH)), "A")
    cleared = {loan: max(row.date for row in made.installments if row.loan == loan) for loan in ("L1", "L2", "L3")}
    started = {loan: min(row.date for row in made.installments if row.loan == loan) for loan in ("L1", "L2", "L3")}
    assert cleared["L3"] <= started["L2"] <= cleared["L2"] <= started["L1"]


def test_alike_every_loan_gets_the_same_fraction_of_what_is_owed() -> None:
    made = holds(plan(make_case(loans=TWO, allocation="pari_passu", **CASH)), "A")
    # 60,180.00 and 40,240.00 are owed in December: 500,000 × 60,180 / 100,420 = 299,641.506 cents and 200,358.494, and
    # the cent left over goes to the larger remainder
    assert (paid(made)["2026-12-20", "L1"], paid(made)["2026-12-20", "L2"]) == (299_642, 200_358)
    last = max(row.date for row in made.installments)
    assert {row.loan for row in made.installments if row.date == last} == {"L1", "L2"}
    assert {row.debt_after for row in made.installments if row.date == last} == {0}
    for row in made.installments:
        assert row.payment > 0


def test_alike_and_interest_paid_up() -> None:
    made = holds(plan(make_case(loans=TWO, allocation="pari_passu", interest_every=1, **CASH)), "B")
    for row in made.installments:
        assert row.debt_after == row.principal_after


def test_fixed_weights_stop_working_when_the_small_loan_clears() -> None:
    """90 to 10 as at signing, though the large loan bears interest and the small one none.

    By weights the small loan is clear on the fourth date while the large one still owes interest: its tenth of anything
    more has nowhere to go, and on the way the fractions of what is owed drift apart.
    """
    loans = [{"principal": "90000.00", "rate": "12.00%"}, {"principal": "10000.00", "rate": "0%"}]
    case = make_case(loans=loans, opening="200000.00", months=4, allocation="pari_passu", settle="best")
    weights = [(2_250_000, 250_000)] * 4
    found = failures(pay(case, *weights))
    assert {finding.rule for finding in found} == {"allocation"}
    with pytest.raises(LedgerError, match="larger than the debt"):
        pay(case, *weights[:3], (2_250_000 + 9_000, 250_000 + 1_000))
    optimum = optimize(prepare(case)[1])
    assert optimum is not None
    assert optimum.status == Status.OPTIMAL


def test_alike_on_debts_of_several_rates_is_found_by_repetition_and_not_called_optimal() -> None:
    loans = [
        {"principal": "60000.00", "interest": "2000.00", "compound_rate": "0%"},
        {"principal": "40000.00", "rate": "7.20%", "fees": "900.00", "compound_rate": "10%"},
    ]
    made = holds(plan(make_case(loans=loans, allocation="pari_passu", arrears="keep", **CASH)), "repeated", "feasible")
    assert (made.proof.gap, made.proof.bound) == (None, None)
    assert "proves nothing" in str(made.proof.unproven)
    assert made.metrics.unpaid == 0
    shares = {row.loan: row.payment for row in made.installments if f"{row.date}" == "2026-12-20"}
    # 62,180.00 of principal, interest and 30 days; 41,140.00
    assert shares["L1"] / (shares["L1"] + shares["L2"]) == pytest.approx(62_180 / 103_320, abs=1e-5)


SEVERAL_RATES = [
    {"principal": "60000.00", "interest": "2000.00", "compound_rate": "0%"},
    {"principal": "40000.00", "rate": "7.20%"},
]


def test_what_cannot_be_done_however_loans_share_cannot_be_done_alike() -> None:
    case = make_case(loans=SEVERAL_RATES, opening="100.00", months=3, allocation="pari_passu", arrears="keep")
    made = plan(case)
    assert made.status == "infeasible"
    named = [finding.clause for finding in made.findings if finding.rule == "conflict" and finding.clause]
    assert {"maturity", "floors"} <= set(named)
    # that leaving out one of them would help is only known of loans that share freely
    assert not any("without any one" in str(finding.sentence) for finding in made.findings)


def test_what_cannot_be_done_alike_is_not_called_impossible_without_a_proof() -> None:
    """Two months in which each loan is paid its interest and nothing more: freely that is easy; alike, the loan at
    3.60 % with 2,000.00 of arrears would get another fraction than that at 7.20 % without any."""
    grace = {"months": 2, "interest_only": True}
    case = make_case(loans=SEVERAL_RATES, allocation="pari_passu", arrears="keep", grace=grace, **CASH)
    assert plan(case).status == "failed"
    assert plan(case.model_copy(update={"policy": case.policy.model_copy(update={"allocation": "free"})})).status == (
        "optimal"
    )


def test_by_rank_on_debts_of_several_rates() -> None:
    loans = [
        {"principal": "60000.00", "interest": "2000.00", "compound_rate": "0%"},
        {"principal": "40000.00", "rate": "7.20%", "fees": "900.00", "compound_rate": "10%"},
    ]
    made = holds(plan(make_case(loans=loans, allocation="rank", rank=["L2", "L1"], arrears="keep", **CASH)), "D")
    first = max(row.date for row in made.installments if row.loan == "L2")
    assert min(row.date for row in made.installments if row.loan == "L1") >= first


@pytest.mark.parametrize("rank", [["L1", "L2"], ["L2", "L1"]])
def test_what_other_lenders_get_is_no_recovery_of_the_bank(rank: list[str]) -> None:
    loans = [TWO[0], {**TWO[1], "lender": "Municipal Credit Union (invented)", "interest": "10.00"}]
    made = holds(plan(make_case(loans=loans, allocation="rank", rank=rank, **CASH)), "A")
    own = sum(row.payment for row in made.installments if row.loan == "L1")
    others = sum(row.payment for row in made.installments if row.loan == "L2")
    figures = made.metrics
    assert (figures.recovered, figures.to_others) == (own, others)
    assert (figures.debt_at_signing, figures.capitalized) == (6_000_000, 0)
    assert figures.interest_paid == own - 6_000_000
    assert figures.largest_payment == 2_000_000  # what the borrower pays on a day, whoever gets it
    assert figures.npv_at_eir == pytest.approx(6_000_000, abs=100)  # its own loan at its own rate, paid in full
    assert figures.expected_recovery <= own


def test_the_bank_recovers_more_where_it_comes_first() -> None:
    loans = [TWO[0], {**TWO[1], "lender": "Another bank (invented)"}]
    first, last = (
        plan(make_case(loans=loans, allocation="rank", rank=rank, settle="best", **{**CASH, "months": 4}))
        for rank in (["L1", "L2"], ["L2", "L1"])
    )
    assert first.metrics.recovered > last.metrics.recovered
    assert first.metrics.unpaid == 0
    assert last.metrics.to_others > first.metrics.to_others


def test_the_check_of_a_rank_is_to_the_cent() -> None:
    case = make_case(loans=TWO, allocation="rank", rank=["L1", "L2"], opening="200000.00", months=2, settle="best")
    assert not failures(pay(case, (6_018_000, 1), (0, 5)))
    found = failures(pay(case, (6_017_999, 1), (1, 5)))
    assert [(finding.rule, finding.loan, finding.amount) for finding in found] == [("allocation", "L2", 1)]
    # on the second date the cent left on L1, which has borne nothing, is paid with it


def test_sharing_alike_leaves_no_loan_behind_at_any_time() -> None:
    made = plan(make_case(loans=TWO, allocation="pari_passu", **CASH))
    debts = {loan: [row.debt_after for row in made.installments if row.loan == loan] for loan in ("L1", "L2")}
    grown = np.array([6_000_000 * 1.003, 4_000_000 * 1.006])
    assert debts["L1"][0] / grown[0] == pytest.approx(debts["L2"][0] / grown[1], abs=1e-6)


@pytest.mark.parametrize("allocation", ["free", "legal", "pari_passu"])
def test_a_loan_on_which_nothing_is_owed_is_paid_nothing(allocation: str) -> None:
    kept = {"principal": "40000.00", "interest": "900.00", "compound_rate": "5.40%"}
    nothing = {"principal": "0.00", "compound_rate": "5.40%"}
    made = plan(make_case(loans=[kept, nothing], allocation=allocation, arrears="keep", **CASH))
    assert made.status in ("optimal", "feasible")
    assert {row.loan for row in made.installments} == {"L1"}
    assert made.metrics.unpaid == 0
    assert not [finding for finding in verify(plan_file(made)) if finding.result == "fail"]
