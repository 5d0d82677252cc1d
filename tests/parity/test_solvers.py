"""HiGHS, GLOP and CBC find the same stage values: GLOP to 1e-9, CBC, which hands over eight digits, to 1e-6.

Stage values are compared, not plans: where several plans are worth the same, solvers differ in which they find.
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from making import prepare
from random_cases import cases

from repayplan.cases.models import Case
from repayplan.errors import InputError
from repayplan.formulation.build import formulate
from repayplan.solvers.chain import solver
from repayplan.solvers.highs import Highs
from repayplan.solvers.interface import Solver
from repayplan.solvers.result import Solution, Status
from repayplan.solvers.sparse import SparseProgram

EXACT = {"glop": 1e-9, "cbc": 1e-6}


@pytest.mark.parametrize("name", EXACT)
@settings(max_examples=30)
@given(case=cases())
def test_solvers_agree_on_stage_values(name: str, case: Case) -> None:
    agree(name, case)


@pytest.mark.long
@pytest.mark.parametrize("name", EXACT)
@settings(max_examples=1_000)
@given(case=cases())
def test_solvers_agree_on_stage_values_of_a_thousand_cases(name: str, case: Case) -> None:
    agree(name, case)


def agree(name: str, case: Case) -> None:
    """Both stages of the first, the middle and the last date that may hold the last payment."""
    try:
        formulation = formulate(prepare(case)[1])
    except InputError:  # another test's subject
        return
    here, there = Highs(), solver(name)
    lanes = formulation.frame.lanes
    for lane in sorted({0, lanes // 2, lanes - 1}):
        first = same(name, here, there, formulation.valued(lane))
        if first is not None:
            least = -first.objective - 0.005 * abs(first.objective) - 1e-6
            same(name, here, there, formulation.preferred(lane, least))


def same(name: str, here: Solver, there: Solver, program: SparseProgram) -> Solution | None:
    """The one solution, if there is one; a solver that takes no whole numbers has no say in them."""
    if program.mixed and not there.takes_whole_numbers:
        return None
    one, two = here.solve(program), there.solve(program)
    assert one.solved == two.solved or nearly_impossible(program), (one.message, two.message)
    if not (one.solved and two.solved):
        return None
    assert one.status == Status.OPTIMAL
    assert two.objective == pytest.approx(one.objective, rel=EXACT[name], abs=EXACT[name])
    assert np.isfinite(two.bound)
    return one


def nearly_impossible(program: SparseProgram) -> bool:
    """Whether a millionth of the debt decides if there is a point: then tolerances do, and solvers may differ."""
    from dataclasses import replace

    free = np.isfinite(program.row_upper)
    wider = replace(
        program,
        row_upper=np.where(free, program.row_upper + 1e-6, program.row_upper),
        row_lower=program.row_lower - 1e-6,
    )
    tighter = replace(
        program, row_upper=np.where(free & ~np.isfinite(program.row_lower), program.row_upper - 1e-6, program.row_upper)
    )
    return Highs().solve(wider).solved and not Highs().solve(tighter).solved
