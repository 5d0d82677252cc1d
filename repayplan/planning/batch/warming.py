"""Kernels compiled before many processes need them at once."""

from __future__ import annotations

from repayplan.planning.batch.asks import Ask
from repayplan.planning.batch.engine import FEW, batched
from repayplan.planning.batch.items import Together, items, together
from repayplan.solvers.chain import Chain


def warm_up(ask: Ask) -> None:
    """Solve one program with as many lanes as the batched solver takes, all of them the same; nothing comes of it."""
    engine = batched(Chain())
    for part in together([item for number in range(FEW + 1) for item in items(ask, number)]):
        if isinstance(part, Together):
            engine(part.formulation.layout)
