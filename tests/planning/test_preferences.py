"""What decides between plans worth the same, and how many installments there are: by hand and by enumeration."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from making import make_case, prepare

from repayplan.cases.models import Case
from repayplan.errors import InputError
from repayplan.formulation.build import formulate
from repayplan.planning.optimum import optimize
from repayplan.planning.plan import plan
from repayplan.planning.plan_file import plan_file
from repayplan.planning.result import Plan
from repayplan.planning.verify import verify
from repayplan.solvers.highs import Highs

FLAT = {"loan": {"principal": "12000.00", "rate": "0.00%"}, "opening": "1200.00", "months": 4, "unit": "100.00"}
"""12,000.00 that bear nothing, so that every plan that pays them is worth the same. By the four payment dates
1,200.00, 3,200.00, 12,200.00 and 21,200.00 can have been paid."""

RECEIPTS = ["2000.00", "9000.00", "9000.00"]


def flat(**policy: object) -> Case:
    return make_case(**FLAT, monthly=RECEIPTS, **policy)


def paid(made: Plan) -> list[int]:
    """Currency units a payment date that is paid."""
    days: dict[object, int] = {}
    for row in made.installments:
        days[row.date] = days.get(row.date, 0) + row.payment
    assert [f for f in verify(plan_file(made)) if f.result == "fail"] == []
    return [cents // 100 for cents in days.values()]


def test_earliest_pays_what_there_is() -> None:
    assert paid(plan(flat())) == [1200, 2000, 8800]


def test_smoothest_has_the_smallest_peak() -> None:
    # 3,200.00 by the second date leaves 8,800.00 for two: none larger than 4,400.00
    made = plan(flat(prefer="smoothest"))
    assert made.status == "optimal"
    assert paid(made) == [1200, 2000, 4400, 4400]


def test_then_the_least_variation() -> None:
    # 15,000.00 a month, the first date nothing: with a peak of 4,000.00 three dates are alike and nothing goes down
    case = make_case(loan={"principal": "12000.00", "rate": "0.00%"}, monthly=["15000.00"] * 4, months=4, unit="100.00")
    smooth = case.model_copy(update={"policy": case.policy.model_copy(update={"prefer": "smoothest"})})
    assert paid(plan(smooth)) == [4000, 4000, 4000]
    assert paid(plan(case)) == [12000]


def test_one_more_loan_is_smoothed_with_the_first() -> None:
    loans = [{"principal": "5000.00", "rate": "0.00%"}, {"principal": "7000.00", "rate": "0.00%"}]
    made = plan(make_case(loans=loans, opening="50000.00", months=6, unit="100.00", prefer="smoothest"))
    assert paid(made) == [2000] * 6


def test_the_preference_gives_up_no_more_than_it_may_and_says_how_much() -> None:
    policy = {"monthly": ["9000.00", "1000.00", "5000.00"] * 4, "months": 12, "discount_rate": "12%", "unit": "1.00"}
    case = make_case(loan={"principal": "40000.00"}, tolerance="2%", prefer="smoothest", **policy)
    made = plan(case)
    best = plan(make_case(loan={"principal": "40000.00"}, tolerance="0%", **policy))
    assert made.proof.given_up is not None
    assert best.proof.value == pytest.approx(made.proof.value, rel=1e-9)
    assert 0 < made.proof.given_up <= 0.02 * 100 * best.proof.value + 1
    assert max(paid(made)) < max(paid(best))
    (told,) = [finding for finding in made.findings if finding.rule == "tolerance"]
    assert told.amount == made.proof.given_up
    assert "installments as even as possible" in str(told.sentence)


def test_the_fewest_amounts_and_of_these_the_earliest() -> None:
    # one amount besides the last: 1,200.00 twice and the rest has paid 1,200 + 2,400 + 12,000 + 12,000 by the four
    # dates, 27,600 in sum; 3,200.00 on the second date and the rest 27,200
    made = plan(flat(prefer="fewest"))
    assert made.status == "optimal"
    assert paid(made) == [1200, 1200, 9600]
    assert "All installments are of one amount, but for the last" in [str(f.sentence) for f in made.findings]


def test_between_the_last_dates_that_are_tried_an_earlier_one_is_sought() -> None:
    # 24 dates of which three are tried at first: the one in the middle of the rest has a plan of one amount that ends
    # in June 2028; between it and the earliest, which needs several amounts, there is one that ends in February
    made = plan(
        make_case(
            opening="20000.00",
            monthly=[*["5000.00"] * 9, "40000.00", *["5000.00"] * 14],
            months=24,
            unit="100.00",
            cover={"minimum": "1.2"},
            balloon="20%",
            prefer="fewest",
        )
    )
    amounts = paid(made)
    assert len(set(amounts[:-1])) == 1
    assert f"{made.metrics.final_date}" == "2028-02-20"
    assert "not every date was tried" in str(made.proof.unproven)


def test_two_amounts_where_one_does_not_do() -> None:
    # at most 4,500.00 a date: 1,200 twice leaves 9,600 for two; 1,200, 2,000, 4,400, 4,400 has two besides the last
    made = plan(flat(prefer="fewest", maximum_installment="4500.00"))
    assert made.status == "optimal"
    amounts = paid(made)
    assert len(set(amounts[:-1])) == 2
    assert max(amounts) <= 4500
    assert "Installments are of 2 different amounts, besides the last" in [str(f.sentence) for f in made.findings]


def test_where_no_few_amounts_do_the_earliest_plan_stands_and_is_not_called_the_best() -> None:
    # nothing may be given up of the value, and every date pays all that came in before it: seven different amounts
    receipts = [f"{amount}00.00" for amount in (11, 23, 17, 29, 13, 19, 31, 7)]
    case = make_case(monthly=receipts, months=8, settle="best", discount_rate="12%", prefer="fewest", unit="1.00")
    made = plan(case)
    assert len(set(paid(made)[:-1])) > 4
    assert (made.status, made.proof.gap) == ("feasible", None)
    assert "no plan of 4 different amounts or fewer was found" in str(made.proof.unproven)
    assert not [finding for finding in verify(plan_file(made)) if finding.result == "fail"]


@pytest.mark.parametrize(
    ("count", "expected"),
    [
        (1, [12000]),  # on the third date, when there is enough
        (2, [3200, 8800]),  # 0 + 3,200 + 12,000 + 12,000 in sum; 1,200 first makes 26,400
        (3, [1200, 2000, 8800]),
        (4, [1200, 2000, 8700, 100]),  # the last is a unit
    ],
)
def test_asked_for_so_many_installments_there_are_so_many(count: int, expected: list[int]) -> None:
    made = plan(flat(installments=count))
    assert made.status == "optimal"
    assert paid(made) == expected
    (said,) = [finding for finding in made.findings if finding.rule == "installments"]
    assert (said.result, str(said.sentence)) == ("pass", f"Asked for {count} installments, there are {count}")


def test_more_installments_than_dates_are_refused() -> None:
    with pytest.raises(InputError, match="at most 4"):
        plan(flat(installments=5))


def test_the_least_amount_is_that_of_dates_that_are_paid() -> None:
    # 1,500.00 at least before the last: the first date is left out, since it has 1,200.00
    assert paid(plan(flat(installments=2, minimum_installment="1500.00"))) == [3200, 8800]


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5])
def test_the_optimum_is_that_of_trying_every_choice_of_dates(count: int) -> None:
    """With interest and a discount rate above it the choice of dates matters: every choice is a linear program."""
    common = {
        "loan": {"principal": "20000.00", "rate": "6.00%"},
        "opening": "3000.00",
        "monthly": ["4000.00", "500.00", "9000.00", "2000.00", "7000.00"],
        "months": 6,
        "discount_rate": "15%",
        "settle": "best",
        "unit": "100.00",
        "maximum_installment": "6500.00",
    }
    asked = optimize(prepare(make_case(installments=count, **common))[1])
    free = formulate(prepare(make_case(**common))[1])
    program, dates = free.valued(0), np.flatnonzero(free.frame.problem.pays[0])
    places = {stage: free.layout.index("payment.0", int(stage)) for stage in dates}
    unit = float(free.frame.problem.limits.unit[0] / free.frame.problem.scale[0])
    best = -np.inf
    for chosen in combinations(dates, count):
        lower, upper = program.lower.copy(), program.upper.copy()
        for stage, place in places.items():
            lower[place], upper[place] = (unit, upper[place]) if stage in chosen else (0.0, 0.0)
        solution = Highs().solve(replace(program, lower=lower, upper=upper))
        best = max(best, -solution.objective if solution.solved else -np.inf)
    assert asked is not None
    assert asked.value / float(free.frame.problem.scale[0]) == pytest.approx(best, abs=1e-7)
