"""Solving the lanes of one program: the batched solver first, HiGHS for the lanes that it does not certify."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from repayplan.solvers.chain import Chain
from repayplan.solvers.result import Solution
from repayplan.solvers.sparse import Layout
from repayplan.solvers.staged import StagedProgram

Engine = Callable[[StagedProgram, Layout], list[Solution]]
"""A solution for every lane, in order; each optimal with its certificate, infeasible with a proof, or failed."""


def one_by_one(chain: Chain | None = None) -> Engine:
    """Every lane by a chain of solvers."""
    used = chain or Chain()

    def solve(program: StagedProgram, layout: Layout) -> list[Solution]:
        return [used.solve(layout.lane(lane)) for lane in range(program.lanes)]

    return solve


def unsolved(found: Sequence[Solution]) -> list[int]:
    """Lanes that were neither solved nor shown to have no point."""
    return [lane for lane, solution in enumerate(found) if solution.status == "failed"]
