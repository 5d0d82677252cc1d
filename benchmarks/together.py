"""``python -m benchmarks.together [--cases N]``: planning many cases at once, phase by phase; CPU milliseconds a case.

*resolve* and *assemble*: from a case to its problem; *write*: the programs of all lanes, both stages and those with
room for rounding; *solve*: the batched solver, and the chain for what it does not certify; *cents*: everything else:
whole units, the ledger's arithmetic, every limit. Cases are invented, of one loan or several, with the last payment on
the last date. The first batch is not counted: it compiles.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import product

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.registry import Size, Subject, draw
from repayplan.cases.models import Case
from repayplan.planning.batch.asks import Ask, Counted, counted
from repayplan.planning.batch.engine import batched
from repayplan.planning.batch.items import items, together
from repayplan.planning.batch.plan import plan_batch
from repayplan.problem.assemble import assemble
from repayplan.problem.terms import resolve
from repayplan.solvers.chain import Chain
from repayplan.solvers.result import Solution
from repayplan.solvers.sparse import Layout

PHASES = ("resolve", "assemble", "write", "solve", "cents")
SUBJECTS = (
    Subject("free, the defaults", {}, 1000),
    Subject("free, no limit on steps", {"step": "off", "balloon": "off"}, 1000),
    Subject("level", {"shape": "level"}, 1000),
)
CASES = 200


@dataclass
class Measured:
    """CPU seconds by phase of so many cases, and how they were planned."""

    cases: int
    spent: dict[str, float] = field(default_factory=dict)
    how: Counted | None = None


def measure(cases: Sequence[Case]) -> Measured:
    """One batch."""
    found = Measured(len(cases))
    began = time.process_time()
    terms = [resolve(case) for case in cases]
    found.spent["resolve"] = time.process_time() - began
    began = time.process_time()
    problems = [assemble(case, each) for case, each in zip(cases, terms, strict=True)]
    found.spent["assemble"] = time.process_time() - began
    asks = [
        Ask(case, each, problem, int(np.flatnonzero(problem.pays[0])[-1]))
        for case, each, problem in zip(cases, terms, problems, strict=True)
    ]
    began = time.process_time()
    list(together([item for number, each in enumerate(asks) for item in items(each, number)]))
    found.spent["write"] = time.process_time() - began
    engine, solving = batched(Chain()), 0.0

    def timed(layout: Layout) -> list[Solution]:
        nonlocal solving
        since = time.process_time()
        solutions = engine(layout)
        solving += time.process_time() - since
        return solutions

    began = time.process_time()
    found.how = counted(plan_batch(asks, timed))
    found.spent["solve"] = solving
    found.spent["cents"] = time.process_time() - began - solving - found.spent["write"]
    return found


def main() -> None:
    """Measure every size and subject and print it."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.together", description=__doc__)
    parser.add_argument("--cases", type=int, default=CASES, help="cases of each size and subject")
    count = parser.parse_args().cases
    table = Table("size", "subject", *PHASES, "whole", "by", "rounded alone")
    for size, subject in product((Size(36, 1), Size(60, 1), Size(60, 2), Size(60, 3)), SUBJECTS):
        measure(list(draw(size, subject, 32)))
        found = measure(list(draw(size, subject, count)))
        each = [f"{1e3 * found.spent[phase] / count:.2f}" for phase in PHASES]
        whole = f"{1e3 * sum(found.spent.values()) / count:.2f}"
        how = found.how or counted([])
        by = ", ".join(f"{solver} {times}" for solver, times in how.solver.items())
        table.add_row(str(size), subject.name, *each, whole, by, str(how.rounded_alone))
    Console(width=150).print(table)


if __name__ == "__main__":
    main()
