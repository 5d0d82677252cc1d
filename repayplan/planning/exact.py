"""The plan in whole cents: rounded, replayed by the ledger, judged limit by limit; nothing else leaves the engine."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from repayplan.cases.models import Case
from repayplan.compliance.registry import failures
from repayplan.compliance.replay import Replay, replay
from repayplan.errors import Fault, ProofError, SolverError
from repayplan.formulation.build import Formulation, formulate
from repayplan.language import tr
from repayplan.money import grouped
from repayplan.planning.courses import Fineness, moved_by_shares
from repayplan.planning.diving import dive
from repayplan.planning.optimum import Optimum, solve
from repayplan.planning.rounding import Grain, Rounded, aim, round_payments
from repayplan.planning.value import debt_bound, linear_debt, planned_value
from repayplan.problem.arrays import Problem
from repayplan.problem.terms import Terms
from repayplan.solvers.chain import Chain

ACCEPTED_COST = Fraction(1, 1000)
"""Share of the debt that rounding may cost before a finer unit is tried."""

INTEREST_UNITS_AHEAD = 12
"""A year of months in which interest alone is paid, each raised to the next unit."""


@dataclass(frozen=True)
class Exact:
    """A replay that holds every limit; all in cents.

    ``unit``: what amounts were rounded to; ``round``: all but the last of each loan are multiples of it, or the shape
    has other amounts; ``cost``: what rounding takes from the planning value; ``ledger_difference``: the largest error
    of the linear map.
    """

    replay: Replay
    unit: int
    cost: int
    round: bool
    ledger_difference: int

    @property
    def cheap(self) -> bool:
        """Whether rounding costs so little that no finer unit is needed."""
        return self.cost <= ACCEPTED_COST * self.replay.opening_debt


def make_exact(
    case: Case,
    terms: Terms,
    problem: Problem,
    optimum: Optimum,
    forgiven: Collection[str] = (),
    chain: Chain | None = None,
) -> Exact | None:
    """The coarsest rounding that holds at little cost, round if possible; None where not even cents hold.

    Limits named in ``forgiven`` need not hold.
    """
    chain, found = chain or Chain(), list[Exact]()
    problem = replace(problem, wishes=optimum.formulation.frame.problem.wishes)  # as many amounts as it has
    for unit in _units(terms.unit):
        if chain.time_is_up and unit > 1:  # the finest unit is the likeliest to hold without another solve
            continue
        for used, rounded in _rounded(case, terms, problem, optimum, unit, chain):
            result = replay(case, terms, problem, rounded.payments, rounded.rules)
            if all(finding.rule in forgiven for finding in failures(result)):
                found.append(_exact(problem, optimum, result, used, rounded.whole))
                if found[-1].cheap and found[-1].round and used == unit:
                    return found[-1]
        if any(exact.cheap and exact.unit == unit for exact in found) or (found and chain.time_is_up):
            break
    return min(found, key=lambda exact: (not exact.cheap, -exact.unit, not exact.round, exact.cost), default=None)


def without_payments(
    case: Case, terms: Terms, problem: Problem, optimum: Optimum, forgiven: Collection[str]
) -> Exact | None:
    """Nothing is paid: what is left where no whole cents hold every limit that is not ``forgiven``."""
    result = replay(case, terms, problem, [])
    if any(finding.rule not in forgiven for finding in failures(result)):
        return None
    return _exact(problem, optimum, result, 1, True)


def _exact(problem: Problem, optimum: Optimum, result: Replay, unit: int, whole: bool) -> Exact:
    worth = planned_value(problem, result.paid, result.debt)
    paid, left = result.paid, result.debt
    if problem.sharing.together:  # the borrower pays one amount, and the rule says what each loan gets of it
        paid, left = paid.sum(axis=1, keepdims=True), left.sum(axis=1, keepdims=True)
    odd = (paid % unit != 0) & (left > 0) & ~problem.pace.settled[0][:, None]  # what settles a loan is what is owed
    return Exact(result, unit, round(optimum.kept - worth), not (whole and odd.any()), ledger_difference(result))


def _rounded(
    case: Case, terms: Terms, problem: Problem, optimum: Optimum, unit: int, chain: Chain
) -> Iterator[tuple[int, Rounded]]:
    """Candidates for one unit and what they are really rounded to, the cheapest to find first.

    The optimum rounded down and up; then date by date with the program solved again; then the optimum under limits
    tightened by what rounding can move. Rounding moves what has been paid on a loan by less than a unit, interest
    raised to the next unit by as much as it may run ahead.
    """
    loans = problem.shape[2]
    slack = math.ceil(float(debt_bound(problem)[-1].sum()))
    units_ahead = (1, INTEREST_UNITS_AHEAD) if problem.debt.current.any() else (0,)
    smooth = problem.wishes.prefer[0] == "smoothest" and problem.form.is_free
    for even in (True, False) if smooth else (_even(problem),):
        target = aim(problem, optimum.payments, optimum.theta, even=even)
        for up in (False, True):
            yield unit, round_payments(case, terms, problem, target, Grain(unit, units_ahead[-1] * unit, up))
    if chain.time_limit is not None:  # a plan in cents takes one solve more and is nearly always there
        yield from _tightened(case, terms, problem, optimum, Grain(1, units_ahead[0]), slack, chain)
    if chain.time_is_up:
        return
    ground = formulate(problem.tightened(slack))
    yield from _dived(case, terms, ground, optimum, unit, loans * unit + slack, chain)
    for ahead in units_ahead:
        yield from _tightened(case, terms, problem, optimum, Grain(unit, ahead * unit), slack, chain)
    most = int(ACCEPTED_COST * int(problem.debt.opening.sum()))
    yield from _dived(case, terms, ground, optimum, unit, most, chain)


def _tightened(
    case: Case, terms: Terms, problem: Problem, optimum: Optimum, grain: Grain, slack: int, chain: Chain
) -> Iterator[tuple[int, Rounded]]:
    """The optimum of limits tightened by what rounding can move, with the same last payment where solves are long."""
    moved = moved_by_shares(problem, Fineness(grain.unit, terms.unit))
    margin = problem.shape[2] * (grain.unit + grain.ahead) + slack + moved
    free = chain.time_limit is None and not problem.wishes.amounts[0]
    try:
        chosen = solve(formulate(problem.tightened(margin)), chain, None if free else optimum.lane)
    except SolverError:  # no time to find it
        return
    if chosen is not None:
        target = aim(problem, chosen.payments, chosen.theta, even=_even(problem))
        for up in (False, True) if moved else (False,):
            yield grain.unit, round_payments(case, terms, problem, target, replace(grain, up=up))


def _dived(
    case: Case, terms: Terms, ground: Formulation, optimum: Optimum, unit: int, given_up: int, chain: Chain
) -> Iterator[tuple[int, Rounded]]:
    """Where payments have a shape, what follows from its rounded θ is all there is, but for one amount on all dates."""
    form = ground.frame.problem.form
    if not form.is_free and form.kind != "level":
        return
    payments = dive(case, terms, ground, optimum, unit, given_up, chain)
    if payments is not None:
        yield unit, Rounded(payments, ())


def _even(problem: Problem) -> bool:
    """Whether whole payments of a date are rounded, not those of each loan, so that like amounts stay alike."""
    return bool(problem.wishes.amounts[0] or problem.wishes.prefer[0] == "smoothest")


def _units(unit: int) -> Iterator[int]:
    """The unit, a tenth of it, and so on down to the cent."""
    while unit > 1:
        yield unit
        unit = max(unit // 10, 1)
    yield 1


def ledger_difference(result: Replay) -> int:
    """The largest difference of unrounded and ledger debt in cents; ProofError beyond what accrual lines explain."""
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
