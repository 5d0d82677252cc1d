"""What is said without a program is what the program says."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from making import make_case
from random_cases import cases

from repayplan.cases.models import Case
from repayplan.errors import InputError
from repayplan.formulation.build import formulate
from repayplan.planning.batch.asks import Ask, ask
from repayplan.planning.batch.items import items
from repayplan.planning.batch.kinds import why_alone
from repayplan.planning.batch.straight import straight
from repayplan.planning.optimum import solve
from repayplan.problem.arrays import Problem
from repayplan.solvers.chain import Chain

CLOSE = 1e-8
"""In units of the debt."""


def asked(made: list[Case]) -> list[Ask]:
    """Those that can be planned with others, each with its last payment on the last date."""
    found = []
    for case in made:
        try:
            each = ask(case, to_the_end=True)
        except InputError:
            continue
        if why_alone(each.problem, each.terms) is None:
            found.append(each)
    return found


def compared(problem: Problem, last: int) -> str:
    """What is said of a problem, after its program has confirmed it."""
    known = straight(problem, np.array([last]))
    formulation = formulate(problem)
    if formulation.mixed or not (known.impossible[0] or known.found[0]):
        return "a program"
    lanes = formulation.frame.last
    lane = int(np.flatnonzero(lanes == last)[0]) if formulation.frame.guessed else None
    optimum = solve(formulation, Chain(), lane)
    if known.impossible[0]:
        assert optimum is None
        return "impossible"
    assert optimum is not None
    scale = float(problem.scale[0])
    assert known.value[0] == pytest.approx(optimum.value / scale, abs=CLOSE)
    assert known.bound[0] == pytest.approx(optimum.value / scale, abs=CLOSE)
    assert known.kept[0] >= optimum.value / scale * (1 - float(problem.value.tolerance[0])) - CLOSE
    return "closed form" if known.tied[0] else "greedy"


policies: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {
        "months": st.sampled_from([6, 9, 12, 18]),
        "shape": st.sampled_from(["free", "level", {"kind": "step_up", "growth": "5%", "every": 3}]),
        "cover": st.sampled_from(
            ["off", {"minimum": "1.20", "carry": "100%"}, {"minimum": "1.5", "carry": "50%"}, {"minimum": "1.2"}]
        ),
        "step": st.sampled_from(["off", "25%"]),
        "balloon": st.sampled_from(["off", "40%"]),
        "interest_every": st.sampled_from(["off", 3]),
    },
    optional={
        "minimum_installment": st.sampled_from(["500.00", "2000.00"]),
        "maximum_installment": st.sampled_from(["9000.00", "20000.00"]),
        "grace": st.sampled_from([{"months": 2}, {"months": 3, "interest_only": True}]),
        "cumulative": st.sampled_from(["30%", "70%"]),
        "max_burden": st.sampled_from(["60%", "90%"]),
    },
)

income = st.lists(st.integers(6_000, 60_000).map(lambda amount: f"{amount}.00"), min_size=18, max_size=18)


@settings(deadline=None, max_examples=40)
@given(policies, income, st.sampled_from(["0%", "5.5%", "11%"]), st.integers(0, 60_000))
def test_it_is_what_the_program_says(policy: dict[str, Any], monthly: list[str], rate: str, secured: int) -> None:
    case = make_case(monthly=monthly, loan={"rate": rate, "collateral": f"{secured}.00"}, **policy)
    for each in asked([case]):
        for item in items(each, 0):
            compared(item.problem, item.lasts[0])


@settings(deadline=None, max_examples=40)
@given(cases())
def test_it_is_so_whatever_the_case(case: Case) -> None:
    for each in asked([case]):
        for item in items(each, 0):
            compared(item.problem, item.lasts[0])
