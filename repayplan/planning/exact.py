"""The plan in whole cents: rounded, replayed by the ledger, judged limit by limit; nothing else leaves the engine."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from repayplan.cases.models import Case
from repayplan.compliance.registry import failures
from repayplan.compliance.replay import Replay, replay
from repayplan.errors import Fault, ProofError
from repayplan.language import tr
from repayplan.money import grouped
from repayplan.planning.optimum import Optimum, optimize
from repayplan.planning.rounding import aim, round_payments
from repayplan.planning.value import debt_bound, expected_recovery, linear_debt
from repayplan.problem.arrays import Problem
from repayplan.problem.terms import Terms

ACCEPTED_COST = Fraction(1, 1000)
"""Share of the debt that rounding may cost before a finer unit is tried."""


@dataclass(frozen=True)
class Exact:
    """A replay that holds every limit; all in cents.

    ``unit``: what its amounts are multiples of; ``cost``: what rounding takes from the planning value;
    ``ledger_difference``: the largest error of the linear map.
    """

    replay: Replay
    unit: int
    cost: int
    ledger_difference: int


def make_exact(
    case: Case,
    terms: Terms,
    problem: Problem,
    optimum: Optimum,
    forgiven: Collection[str] = (),
    time_limit: float | None = None,
) -> Exact | None:
    """The coarsest rounding that holds at little cost, else the cheapest; None where not even cents hold.

    Limits named in ``forgiven`` need not hold.
    """
    found: list[Exact] = []
    for unit, margin in _attempts(terms.unit, problem):
        chosen = optimum if not margin else optimize(problem.tightened(margin), time_limit)
        if chosen is None:
            continue
        target = aim(problem, chosen.payments, level=bool(problem.limits.level[0]))
        result = replay(case, terms, problem, round_payments(case, terms, problem, target, unit))
        if all(finding.rule in forgiven for finding in failures(result)):
            cost = round(optimum.kept - expected_recovery(result, problem.value.planning[0]))
            found.append(Exact(result, unit, cost, _ledger_difference(result)))
            if cost <= ACCEPTED_COST * result.opening_debt:
                break
    return min(found, key=lambda exact: exact.cost, default=None)


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
    exact_map = result.problem.modes[0] != "replay"
    if exact_map and (difference > debt_bound(result.problem)).any():
        raise ProofError(
            Fault(
                tr("the ledger does not confirm the debt of the optimization"),
                value=grouped(math.ceil(float(difference.max()))),
                limit=tr("half a cent per accrual line, compounded"),
                remedy=tr("report this case: no plan is given out"),
            )
        )
    return math.ceil(float(difference.max()))
