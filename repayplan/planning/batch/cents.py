"""Plans of one program in whole cents: rounded together, confirmed by the ledger's arithmetic, judged limit by limit.

What does not come out round, cheap and within every limit at the first attempts is left to the search that single plans
make (:mod:`repayplan.planning.exact`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from repayplan.compliance.registry import checks
from repayplan.compliance.together.checks import SINGLY, can_judge, hold
from repayplan.compliance.together.plans import Plans
from repayplan.compliance.together.worth import debts
from repayplan.debt.many import Bearing, bearing, opening, settlement_order
from repayplan.debt.order import ORDERS
from repayplan.planning.batch.asks import Ask
from repayplan.planning.batch.items import Item
from repayplan.planning.batch.rounding import Grains, Ground, Targets, Walked, aims, fractions, walk
from repayplan.planning.batch.stages import Found
from repayplan.planning.batch.worth import values
from repayplan.planning.courses import NOISE, Course, Fineness, Unknowns, courses, looked_up
from repayplan.planning.evening import even_amounts
from repayplan.planning.exact import ACCEPTED_COST, INTEREST_UNITS_AHEAD
from repayplan.problem.arrays import Cents, Mask, Problem, Real
from repayplan.problem.form import Rule
from repayplan.problem.stacking import stack, taken

FLOATS = 1e-3
"""Cents that floats lose of a debt; see :func:`repayplan.planning.value.debt_bound`."""


@dataclass(frozen=True)
class Winner:
    """The plan of an ask that is to be rounded: what is asked, the item and what was found of it."""

    number: int
    ask: Ask
    item: Item
    found: Found

    @property
    def kept(self) -> float:
        """The value of the preferred plan in units of the debt."""
        return self.found.kept / float(self.item.problem.scale[0])


@dataclass(frozen=True)
class InCents:
    """(T, L) payments in cents that hold every limit, and what the ledger makes of them. ``round``: all but the last of
    each loan are multiples of the unit, or the shape has other amounts."""

    paid: Cents
    debt: Cents
    principal: Cents
    rules: tuple[Rule, ...]
    round: bool


def in_cents(winners: Sequence[Winner], finer: int = 1) -> dict[int, InCents]:
    """Whole cents by the number of the ask, of those for which they are found at once; of all the arrays can be
    stacked. Units are so much ``finer`` than asked."""
    if not winners:
        return {}
    problem = stack([winner.item.problem for winner in winners])
    rounding = _Rounding(problem, winners, finer)
    found = rounding.attempt(np.arange(len(winners)), up=False)
    alone = problem.shape[2] == 1  # of several loans one or the other is paid exactly its interest, whatever is tried
    waiting = [
        place
        for place, winner in enumerate(winners)
        if winner.number not in found or (alone and not found[winner.number].round)
    ]
    if waiting:
        more = rounding.attempt(np.array(waiting), up=True)
        found |= {number: each for number, each in more.items() if each.round or number not in found}
    return found


def can_be_rounded(winner: Winner) -> bool:
    """Whether a case can be rounded and judged together with others."""
    problem, ask = winner.item.problem, winner.ask
    pinned = problem.pace.settled[0]
    ends = pinned[winner.found.last :].any() if pinned.any() else False
    exact = all(each.exact for each in _bearings(ask))
    return not (problem.sharing.together or ends) and exact and can_judge(ask.terms, problem)


def _bearings(ask: Ask) -> list[Bearing]:
    """What each loan bears in each settlement period; periods end on payment dates."""
    days = ask.problem.days()
    dates = [days[stage] for stage in np.flatnonzero(ask.problem.pays[0]).tolist()]
    periods = list(zip([ask.case.as_of, *dates], dates, strict=False))
    return [bearing(loan, periods) for loan in ask.case.loans]


class _Rounding:
    """Attempts at whole cents of some cases, and which of them hold."""

    def __init__(self, problem: Problem, winners: Sequence[Winner], finer: int) -> None:
        self.problem, self.winners = problem, winners
        self.payments = np.stack([_fitted(winner, problem.shape[1]) for winner in winners])
        top, bottom = fractions([_bearings(winner.ask) for winner in winners], problem.pays)
        openings = [[opening(loan, w.ask.terms.arrears) for loan in w.ask.case.loans] for w in winners]
        self.ground = Ground(
            problem=problem,
            terms=[winner.ask.terms for winner in winners],
            opening=np.array(openings, dtype=np.int64),
            order=settlement_order(ORDERS[winners[0].ask.terms.order]),
            top=top,
            bottom=bottom,
            settles=problem.pays,
        )
        self.unit = np.maximum(problem.limits.unit // finer, 1)
        self.targets = aims(problem, self.payments, self.unit)
        ahead = np.where(problem.debt.current.any(axis=1), INTEREST_UNITS_AHEAD * self.unit, 0)
        self.ahead = np.asarray(ahead)

    def attempt(self, places: NDArray[np.int64], *, up: bool) -> dict[int, InCents]:
        """What holds of some cases, rounded down or ``up``; shapes a second way where more was due than the first has,
        or it leaves too much."""
        ways = [self._ways(place, up=up) for place in places.tolist()]
        first = {n: way for n, made in enumerate(ways) if (way := next(made, None)) is not None}
        walked = self._walked(places, first, up=up)
        second = {n: way for n in first if (way := _second(first[n], ways[n], walked.paid[n])) is not None}
        if second:
            some = np.array(sorted(second))
            again = self._walked(places[some], {k: second[n] for k, n in enumerate(some.tolist())}, up=up)
            for part, other in ((walked.paid, again.paid), (walked.debt, again.debt)):
                part[some] = other
            walked.principal[some] = again.principal
        return self._holding(places, walked, first | second)

    def _ways(self, place: int, *, up: bool) -> Iterator[Course]:
        """How the shape of a case can be rounded, or like amounts where they are to stay alike; nothing otherwise."""
        winner, stages = self.winners[place], self.winners[place].item.problem.shape[1]
        problem, unit = winner.item.problem, int(self.unit[place])
        final = int(self.targets.final[place])
        if final < 0:
            return
        totals = self.payments[place, :stages].sum(axis=1)
        if not problem.form.is_free:
            unknowns = Unknowns(winner.found.theta[:, :stages], final, float(totals[final]))
            yield from courses(problem, unknowns, Fineness(unit, winner.ask.terms.unit, up))
        elif problem.wishes.prefer[0] == "smoothest":
            noise = 10 * NOISE * float(problem.scale[0])
            amounts = even_amounts(problem, np.where(totals > noise, totals, 0.0), unit, up=up)
            yield looked_up(amounts)

    def _walked(self, places: NDArray[np.int64], made: Mapping[int, Course], *, up: bool) -> Walked:
        every = len(places) == len(self.winners)
        ground = self.ground if every else _some(self.ground, places)
        aimed = self.targets
        targets = Targets(aimed.cumulative[places], aimed.last[places], aimed.final[places])
        return walk(ground, targets, Grains(self.unit[places], self.ahead[places], up), made)

    def _holding(self, places: NDArray[np.int64], walked: Walked, made: Mapping[int, Course]) -> dict[int, InCents]:
        problem = self.problem if len(places) == len(self.winners) else taken(self.problem, places)
        terms = [self.winners[place].ask.terms for place in places.tolist()]
        plans = Plans(problem, terms, walked.paid, walked.debt, walked.principal)
        fine, whole = (
            hold(plans) & self._confirmed(problem, walked),
            self._round(problem, self.unit[places], walked, made),
        )
        worth = values(problem, np.arange(len(places)), walked.paid, walked.debt)
        kept = np.array([self.winners[place].found.kept for place in places.tolist()])
        fine &= np.round(kept - worth) <= float(ACCEPTED_COST) * problem.debt.opening.sum(axis=1)
        found = {}
        for n in np.flatnonzero(fine).tolist():
            winner = self.winners[int(places[n])]
            rules = made[n].rules if n in made else ()
            if self._holds_singly(plans, n, winner, rules):
                stages = winner.item.problem.shape[1]
                paid, debt, principal = (
                    each[n, :stages].copy() for each in (walked.paid, walked.debt, walked.principal)
                )
                found[winner.number] = InCents(paid, debt, principal, rules, bool(whole[n]))
        return found

    @staticmethod
    def _confirmed(problem: Problem, walked: Walked) -> Mask:
        """(N,) whether the unrounded debt is no further from the ledger's than accrual lines explain."""
        linear = debts(problem, np.arange(len(walked.paid)), walked.paid.astype(float))
        bound = problem.debt.booking + FLOATS
        return np.asarray((np.abs(linear - walked.debt) <= bound).all(axis=(1, 2)))

    @staticmethod
    def _round(problem: Problem, unit: Cents, walked: Walked, made: Mapping[int, Course]) -> Mask:
        """(N,) whether all but the last of each loan are multiples of the unit, or the shape has other amounts."""
        odd = (walked.paid % unit[:, None, None] != 0) & (walked.debt > 0) & ~problem.pace.settled[:, :, None]
        other = np.array([n in made and not made[n].whole for n in range(len(walked.paid))])
        return np.asarray(other | ~odd.any(axis=(1, 2)))

    @staticmethod
    def _holds_singly(plans: Plans, place: int, winner: Winner, rules: tuple[Rule, ...]) -> bool:
        """Whether a plan holds the limits that have no twin."""
        problem = winner.item.problem
        asked = [name for name in SINGLY if name == problem.form.kind]
        single = plans.single(place, problem, rules, winner.ask.terms) if asked else None
        return single is None or not any(True for name in asked for _ in checks()[name].judge(single))


def _second(made: Course, ways: Iterator[Course], paid: Cents) -> Course | None:
    """Another way for a case of which (T, L) has been paid; None where the first will do."""
    raised = made.paying(paid.sum(axis=1).tolist())
    return raised or (next(ways, None) if _too_large_at_last(paid) else None)


def _some(ground: Ground, places: NDArray[np.int64]) -> Ground:
    return Ground(
        problem=taken(ground.problem, places),
        terms=[ground.terms[place] for place in places.tolist()],
        opening=ground.opening[places],
        order=ground.order,
        top=ground.top[places],
        bottom=ground.bottom[places],
        settles=ground.settles[places],
    )


def _fitted(winner: Winner, stages: int) -> Real:
    """(T, L) payments on the stages of a program, whichever program they are from."""
    own, loans = winner.item.problem.shape[1:]
    payments = np.zeros((stages, loans))
    payments[:own] = winner.found.payments[:own]
    return payments


def _too_large_at_last(paid: Cents) -> bool:
    """Whether the last day's payments (T, L) are more than a tenth above those of the payment day before."""
    totals = paid.sum(axis=1)
    two = totals[totals > 0][-2:]
    return len(two) == 2 and 10 * int(two[1]) > 11 * int(two[0])
