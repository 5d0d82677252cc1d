"""The plan in whole cents: rounded, replayed by the ledger, judged limit by limit; nothing else leaves the engine."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator
from dataclasses import dataclass

import numpy as np

from repayplan.cases.models import Case
from repayplan.compliance.registry import failures
from repayplan.compliance.replay import Replay, replay
from repayplan.errors import Fault, ProofError
from repayplan.language import tr
from repayplan.money import grouped
from repayplan.planning.optimum import Optimum, optimize
from repayplan.planning.rounding import aim, round_payments
from repayplan.planning.value import debt_bound, linear_debt
from repayplan.problem.arrays import Problem
from repayplan.problem.terms import Terms


@dataclass(frozen=True)
class Exact:
    """A replay that holds every limit, the unit its amounts are multiples of, and the linear map's largest error.

    ``unit`` and ``ledger_difference`` in cents.
    """

    replay: Replay
    unit: int
    ledger_difference: int


def make_exact(
    case: Case,
    terms: Terms,
    problem: Problem,
    optimum: Optimum,
    forgiven: Collection[str] = (),
    time_limit: float | None = None,
) -> Exact | None:
    """The first rounding that holds, from the wished unit down to the cent; None where not even cents hold.

    Limits named in ``forgiven`` need not hold.
    """
    for unit, margin in _attempts(terms.unit, problem):
        chosen = optimum if not margin else optimize(problem.tightened(margin), time_limit)
        if chosen is None:
            continue
        target = aim(problem, chosen.payments, level=bool(problem.limits.level[0]))
        result = replay(case, terms, problem, round_payments(case, terms, problem, target, unit))
        if all(finding.rule in forgiven for finding in failures(result)):
            return Exact(result, unit, _ledger_difference(result))
    return None


def _attempts(unit: int, problem: Problem) -> Iterator[tuple[int, int]]:
    """Unit and margin in cents: first as it is, then with limits tightened by what rounding can move, then finer.

    Rounding down moves a payment by less than a unit, raising it to what interest needs by another.
    """
    loans = problem.shape[2]
    slack = math.ceil(float(debt_bound(problem)[-1].sum()))
    while True:
        yield unit, 0
        yield unit, 2 * loans * unit + slack
        if unit == 1:
            return
        unit = max(unit // 10, 1)


def _ledger_difference(result: Replay) -> int:
    """The largest difference of linear and ledger debt in cents; ProofError beyond what accrual lines explain."""
    difference = np.abs(linear_debt(result.problem, result.paid.astype(float)) - result.debt)
    if (difference > debt_bound(result.problem)).any():
        raise ProofError(
            Fault(
                tr("the ledger does not confirm the debt of the optimization"),
                value=grouped(math.ceil(float(difference.max()))),
                limit=tr("half a cent per accrual line, compounded"),
                remedy=tr("report this case: no plan is given out"),
            )
        )
    return math.ceil(float(difference.max()))
