"""The fewest different amounts: one amount, then two, and so on, until some plan worth enough has no more.

Every count is a mixed-integer program a last date; the first count that is possible is the answer, with the earliest
payments. The last payment is what is left and counts for nothing.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from repayplan.formulation.build import formulate
from repayplan.planning.branching import Branching
from repayplan.planning.optimum import Optimum, linear_value
from repayplan.planning.preference import choose_nearly
from repayplan.solvers.chain import Chain
from repayplan.solvers.result import CERTIFIED, Status

MOST_AMOUNTS = 4
"""More amounts than this are no schedule that anybody would call even; then the earliest plan stands."""


def fewest(optimum: Optimum, chain: Chain) -> Optimum:
    """The optimum with the fewest amounts, or ``optimum`` itself where more than a handful are needed.

    Not called optimal where the solver could not say that fewer amounts are impossible.
    """
    problem = optimum.formulation.frame.problem
    unsure = False
    for count in range(1, MOST_AMOUNTS + 1):
        wished = replace(problem, wishes=problem.wishes.with_amounts(count))
        formulation = formulate(wished)
        chain.out_of_time = False
        chosen = choose_nearly(Branching(formulation, chain), formulation, optimum.worth)
        if chosen is None:
            unsure = unsure or chain.out_of_time
            continue
        payments = np.maximum(formulation.payments(chosen.lane, chosen.solution.columns), 0.0)
        gap = np.inf if unsure else max(optimum.value_gap, chosen.gap)
        return replace(
            optimum,
            formulation=formulation,
            lane=chosen.lane,
            payments=payments,
            kept=linear_value(problem, payments),
            gap=gap,
            status=Status.OPTIMAL if gap <= CERTIFIED else Status.FEASIBLE,
            preferred=chosen.solution,
            criteria=chosen.kept,
        )
    return optimum
