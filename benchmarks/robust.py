"""A plan by risk aversion: cutting planes here against the extensive program, every future written out, in HiGHS."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from benchmarks.registry import SEED, SUBJECTS, Size, draw
from repayplan.cases.models import Case
from repayplan.formulation.build import formulate
from repayplan.planning.robust.averse import arguments, averse
from repayplan.planning.robust.means import Means, means
from repayplan.planning.robust.shortfall import Aversion
from repayplan.planning.robust.weights import Weights, followed, weights
from repayplan.problem.arrays import Problem
from repayplan.problem.assemble import assemble
from repayplan.problem.terms import resolve
from repayplan.solvers.chain import Chain
from repayplan.solvers.highs import Highs
from repayplan.solvers.sparse import SparseProgram

SIZES = (Size(36, 1), Size(60, 1), Size(36, 3))
FUTURES = 5_000
AVERSION = Aversion(arrears=0.1, tail=1.0, level=0.95)

SAME = 2e-6
"""Both sides have found the same value where theirs differ by no more, relative to it."""


@dataclass(frozen=True)
class Averse:
    """CPU seconds of both sides on one program."""

    size: Size
    futures: int
    rounds: int
    here: float
    there: float
    difference: float


def against(size: Size, futures: int) -> Averse:
    """Both sides on the same futures; SystemExit where they disagree. Neither side's arrays of futures are counted."""
    case = next(draw(size, SUBJECTS[0], 1))
    problem, paid = subject(case, futures)
    days = followed(problem.days())
    began = time.process_time()
    found = averse(problem, paid, days, case.as_of, AVERSION, Chain())
    here = time.process_time() - began
    if found is None:
        raise SystemExit(f"{size}: no plan")
    program, columns = formulate(problem).valued(0), arguments(formulate(problem))
    began = time.process_time()
    written = extensive(program, columns, paid, float(problem.scale[0]), weights(problem, days, case.as_of), AVERSION)
    solution = Highs().solve(written)
    there = time.process_time() - began
    difference = abs(-solution.objective * float(problem.scale[0]) - found.value) / abs(found.value)
    if not solution.solved or difference > SAME:
        raise SystemExit(f"{size}: {found.value} here, {-solution.objective * float(problem.scale[0])} there")
    return Averse(size, futures, found.rounds, here, there, difference)


def subject(case: Case, futures: int) -> tuple[Problem, Means]:
    """A case and what it can have paid in so many futures: the economy moves every month, and each its own way."""
    terms = resolve(case)
    problem = assemble(case, terms)
    random = np.random.default_rng([SEED, futures, *problem.shape])
    net = (problem.cash.inflow - problem.cash.outflow)[0]
    later = len(followed(problem.days())) - problem.shape[1]
    net = np.concatenate([net, np.full(later, int(net.mean() / 2))])
    moved = random.normal(-0.1, 0.25, (futures, 1)) + random.normal(-0.1, 0.5, (futures, len(net)))
    own = (net * np.exp(moved)).astype(np.int64)
    apart = np.zeros((*own.shape, 0), dtype=np.int64)
    return problem, means(int(problem.cash.opening[0]), terms.floor, own, apart, problem.shape[1])


def extensive(
    program: SparseProgram,
    columns: NDArray[np.intp],
    paid: Means,
    scale: float,
    counted: Weights,
    aversion: Aversion,
) -> SparseProgram:
    """``program`` with a column for what is behind in every future and stage, the excess of every future, and the
    quantile, as a modeler writes it."""
    height, width = program.shape
    means_, futures = paid.total / scale, len(paid.own)
    stage_of, future_of = np.nonzero(np.repeat((counted.group >= 0)[:, None], futures, axis=1))
    weight = counted.lost + aversion.arrears * counted.years
    behind = len(stage_of)
    count = behind + futures + 1
    # rows: Q − u ≤ M for everything that may be behind; Σ lost·u − excess − quantile ≤ 0 for every future
    rows = np.arange(behind)
    place = columns[counted.group[stage_of]]
    tail = aversion.tail / ((1 - aversion.level) * futures)
    entries = [
        (rows, place, np.ones(behind)),
        (rows, width + rows, -np.ones(behind)),
        (behind + future_of, width + rows, counted.lost[stage_of]),
        (behind + np.arange(futures), width + behind + np.arange(futures), -np.ones(futures)),
        (behind + np.arange(futures), np.full(futures, width + count - 1), -np.ones(futures)),
    ]
    own = sparse.csc_array((program.values, program.indices, program.starts), shape=(height, width))
    own.resize((height, width + count))
    more = sparse.csc_array(
        (np.concatenate([e[2] for e in entries]), tuple(np.concatenate([e[n] for e in entries]) for n in (0, 1))),
        shape=(behind + futures, width + count),
    )
    whole = sparse.csc_array(sparse.vstack([own, more]))
    whole.sort_indices()
    most = float(program.upper[columns].max()) * np.append(np.ones(count - 1), 1.0)
    return SparseProgram(
        cost=np.concatenate([program.cost, weight[stage_of] / futures, np.full(futures, tail), [aversion.tail]]),
        lower=np.concatenate([program.lower, np.zeros(count)]),
        upper=np.concatenate([program.upper, most]),
        row_lower=np.concatenate([program.row_lower, np.full(behind + futures, -np.inf)]),
        row_upper=np.concatenate([program.row_upper, means_[future_of, stage_of], np.zeros(futures)]),
        starts=whole.indptr.astype(np.int32),
        indices=whole.indices.astype(np.int32),
        values=whole.data,
        integer=np.concatenate([program.integer, np.zeros(count, dtype=bool)]),
    )


HEADINGS = ("size", "futures", "rounds", "extensive", "cutting planes", "ratio", "difference")

TITLE = """## Robust plans

Risk aversion 1 at 95 %, a price of arrears, free shape, one program; the cash of every month moves with the economy and
by itself. *extensive*: every future and stage a column, as a modeler writes it, solved by HiGHS; *cutting planes*: the
same value to 1e-6, bounded from both sides, the earliest of equally good plans included. CPU seconds a plan; drawing
the futures is left out on both sides.
"""


def measured() -> list[Averse]:
    """Every size."""
    against(Size(12, 1), 100)  # imports and caches
    return [against(size, FUTURES) for size in SIZES]


def rows(found: list[Averse]) -> list[list[str]]:
    """A row of text for each size."""
    return [
        [
            f"{one.size}",
            f"{one.futures:,}",
            f"{one.rounds}",
            f"{one.there:.1f}",
            f"{one.here:.2f}",
            f"{one.there / one.here:.0f}×",
            f"{one.difference:.0e}",
        ]
        for one in found
    ]
