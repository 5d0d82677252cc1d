"""Kernels compiled before many processes need them at once."""

from __future__ import annotations

import numpy as np

from repayplan.planning.batch.asks import Ask
from repayplan.planning.batch.engine import FEW, batched
from repayplan.planning.batch.items import Together, items, together
from repayplan.planning.batch.rounding import BY_CASE, BY_DATE, BY_LOAN
from repayplan.planning.batch.worth import planned_values
from repayplan.solvers.chain import Chain


def warm_up(ask: Ask) -> None:
    """Solve one program with as many lanes as the batched solver takes, all of them the same, and round and value one
    plan that pays nothing; nothing comes of it."""
    engine = batched(Chain())
    for part in together([item for number in range(FEW + 1) for item in items(ask, number)]):
        if isinstance(part, Together):
            engine(part.formulation.layout)
    planned_values(ask.problem, np.zeros(1, dtype=np.int64), np.zeros(ask.problem.shape))
    _round_nothing()


def _round_nothing() -> None:
    from repayplan.planning.batch.walking import walk

    def empty(*shape: int) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
        return np.zeros(shape, dtype=np.int64)

    dates, loans, cases = empty(1, 1, BY_DATE), empty(1, 1, 1, BY_LOAN), empty(1, BY_CASE)
    fields = dates, loans, cases, empty(1, 1), empty(1, 1, 0), empty(1, 1, 5)
    walk(fields, empty(0), empty(5), False, (empty(1, 1, 1), empty(1, 1, 1), empty(1, 1, 1)))
