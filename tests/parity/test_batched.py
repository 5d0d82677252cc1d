"""The batched solver and HiGHS agree on the value of every stage of every lane, and neither claims what cannot be."""

from __future__ import annotations

from typing import Any

import pytest
from asking import company
from borrowers_of import borrower
from making import make_case

from repayplan.cases.models import Case
from repayplan.planning.batch.items import Together, items, together
from repayplan.planning.batch.stages import both_stages
from repayplan.solvers.batched import solve_lanes
from repayplan.solvers.highs import FEASIBILITY, Highs
from repayplan.solvers.result import GAP_FLOOR, Solution, Status
from repayplan.solvers.sparse import Layout

SAME = 1e-8
"""Stage values agree to this, relative to the value or a twentieth of the debt; and to what a row is worth that either
may miss by HiGHS' tolerance, which is much where a little value buys much earliness."""

CASES = 30
"""Cases of one test; four lanes in five at least are certified, though many of these cases hardly have a plan."""


class Both:
    """An engine that solves every lane both ways and compares."""

    def __init__(self) -> None:
        self.compared = self.certified = 0
        self._highs = Highs()

    def __call__(self, layout: Layout) -> list[Solution]:
        found = []
        for lane, batched in enumerate(solve_lanes(layout)):
            highs = self._highs.solve(layout.lane(lane))
            self.compare(batched, highs)
            found.append(highs)
        return found

    def compare(self, batched: Solution, highs: Solution) -> None:
        """Where the batched solver is sure, it is right."""
        self.compared += 1
        if batched.status is Status.INFEASIBLE:
            assert highs.status is Status.INFEASIBLE
        elif batched.status is Status.OPTIMAL and highs.status is Status.OPTIMAL:
            scale = max(abs(highs.objective), GAP_FLOOR)
            same = SAME * scale + FEASIBILITY * float(abs(highs.row_duals).max(initial=0.0))
            assert abs(batched.objective - highs.objective) <= same + batched.gap() * scale
            assert batched.bound <= highs.objective + same
        if highs.status is Status.INFEASIBLE:
            assert not batched.solved
        self.certified += batched.status in (Status.OPTIMAL, Status.INFEASIBLE)


def compare(made: list[Case]) -> Both:
    """Both stages of all cases by both."""
    both = Both()
    wanted = [item for number, each in enumerate(company(made, to_the_end=True)) for item in items(each, number)]
    for part in together(wanted):
        if isinstance(part, Together):
            both_stages(part.formulation, part.owner, both)
    return both


@pytest.mark.parametrize("number", [*range(10), *(pytest.param(n, marks=pytest.mark.long) for n in range(10, 100))])
def test_stage_values_are_those_of_highs(number: int) -> None:
    both = compare([borrower(CASES * number + n) for n in range(CASES)])
    assert both.compared
    assert both.certified >= 0.8 * both.compared


OPEN: dict[str, Any] = {"monthly": ["9000.00"] * 14, "months": 12}

EDGES: dict[str, list[dict[str, Any]]] = {
    "months without cash": [{"monthly": ["0.00", "0.00", "60000.00", "0.00", "60000.00"], "months": 9}],
    "no cash at all": [{"monthly": ["0.00"] * 12, "months": 12, "settle": "best"}],
    "zero step": [{**OPEN, "step": "0%"}, {**OPEN, "step": "0%", "settle": "best"}],
    "a loan without a balance": [{**OPEN, "loans": [{"principal": "50000.00"}, {"principal": "0.00"}]}],
    "ties": [{**OPEN, "loans": [{"principal": "30000.00"}] * 3}],
    "infeasible": [{**OPEN, "monthly": ["100.00"] * 12}, {**OPEN, "maximum_installment": "5000.00"}],
    "one month": [{"monthly": ["120000.00"], "months": 1}, {"monthly": ["1.00"], "months": 1}],
    "a rate of zero": [{**OPEN, "loan": {"rate": "0%"}}, {**OPEN, "loan": {"rate": "0%"}, "shape": "level"}],
    "discounted at zero": [{**OPEN, "discount_rate": "0%"}],
}


@pytest.mark.parametrize("name", EDGES)
def test_edges_are_those_of_highs(name: str) -> None:
    both = compare([make_case(**{**OPEN, **edge}) for edge in EDGES[name]])
    assert both.certified == both.compared >= len(EDGES[name])


def test_ten_years_are_those_of_highs() -> None:
    both = compare([borrower(number, months=120) for number in (3, 4)])
    assert both.certified == both.compared >= 2
