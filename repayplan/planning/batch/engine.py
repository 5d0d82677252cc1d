"""Solving the lanes of one program: the batched solver first, a chain of solvers for the lanes it does not certify."""

from __future__ import annotations

from collections.abc import Callable

from repayplan.solvers.batched import solve_lanes
from repayplan.solvers.chain import Chain
from repayplan.solvers.result import Solution, Status
from repayplan.solvers.sparse import Layout

Engine = Callable[[Layout], list[Solution]]
"""A solution for every lane, in order; each optimal with its certificate, infeasible with a proof, or failed."""

FEW = 1
"""Up to so many lanes the chain is asked at once: eight are solved in the time of one."""


def batched(chain: Chain) -> Engine:
    """All lanes at once; those that are not certified by a chain of solvers."""

    def solve(layout: Layout) -> list[Solution]:
        if layout.program.lanes <= FEW:
            return one_by_one(chain)(layout)
        found = solve_lanes(layout)
        return [
            solution if solution.status in (Status.OPTIMAL, Status.INFEASIBLE) else chain.solve(layout.lane(lane))
            for lane, solution in enumerate(found)
        ]

    return solve


def one_by_one(chain: Chain) -> Engine:
    """Every lane by a chain of solvers."""

    def solve(layout: Layout) -> list[Solution]:
        return [chain.solve(layout.lane(lane)) for lane in range(layout.program.lanes)]

    return solve
