"""Plans of one case that stand futures, in whole cents: by risk aversion, or with so many futures given up."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from repayplan.cases.models import Case
from repayplan.compliance.findings import Finding
from repayplan.errors import Fault, InputError
from repayplan.formulation.build import formulate
from repayplan.language import tr
from repayplan.planning.exact import Exact, make_exact
from repayplan.planning.fewest import fewest
from repayplan.planning.optimum import Optimum, most_value, optimize
from repayplan.planning.plan import finish
from repayplan.planning.result import Plan, Proof, Status
from repayplan.planning.robust.averse import averse
from repayplan.planning.robust.bounded import MOST_TREES, bounded, caps_of, least_missed
from repayplan.planning.robust.capping import Caps, no_sooner, within
from repayplan.planning.robust.means import Means
from repayplan.planning.robust.samples import PLANNED_ON, Samples
from repayplan.planning.robust.shortfall import Aversion
from repayplan.problem.arrays import Problem
from repayplan.problem.terms import Terms
from repayplan.solvers.chain import Chain
from repayplan.solvers.result import CERTIFIED, relative_gap


@dataclass(frozen=True)
class Ground:
    """A case, one problem for each bucket of burden, and the futures it is planned on."""

    case: Case
    terms: Terms
    problem: Problem
    samples: Samples
    paid: Means
    chain: Chain

    @classmethod
    def of(cls, case: Case, terms: Terms, problem: Problem, samples: Samples, chain: Chain) -> Ground:
        """Futures are drawn once. InputError where no program stands for the case."""
        if not problem.provable:
            what = tr("debts that are paid alike at different rates cannot be planned for many futures")
            remedy = tr("let loans share freely or by rank (policy.allocation)")
            raise InputError(Fault(what, "policy.allocation", "pari_passu", remedy=remedy))
        return cls(case, terms, problem, samples, samples.means(PLANNED_ON), chain)

    @property
    def futures(self) -> int:
        """How many futures there are."""
        return len(self.paid.own)


@dataclass(frozen=True)
class Chosen:
    """A plan, what must be said of how it was chosen, and whether it is all that was asked for."""

    plan: Plan
    said: tuple[Finding, ...] = ()
    holds: bool = True


@dataclass(frozen=True)
class _Found:
    """The unrounded plan of one bucket: what it is ``worth`` by what was maximized, its gap, which caps it keeps."""

    problem: Problem
    optimum: Optimum
    worth: float
    gap: float
    caps: Callable[[int], Caps]


def by_aversion(ground: Ground, aversion: Aversion) -> Plan | None:
    """The plan that is worth most to a bank so averse; None where none is found that holds every limit in whole cents.

    Rounding and preference may run ahead of the best cumulative payments by units, not by more.
    """
    found = [one for problem in ground.problem.buckets() if (one := _averse(ground, problem, aversion)) is not None]
    method = f"cutting planes over {ground.futures} futures, risk aversion {aversion.tail:g}"
    dates = int(ground.problem.pays.sum())
    unit = ground.terms.unit * len(ground.case.loans)
    return _settled(ground, found, method, (unit, 12 * unit, dates * unit))


def by_bound(ground: Ground, most: int, trees: int = MOST_TREES) -> Plan | None:
    """The preferred plan of those missed in ``most`` futures and worth nearly the most; None where there is none.

    ``trees``: see :func:`repayplan.planning.robust.bounded.bounded`.
    """
    found = [one for problem in ground.problem.buckets() if (one := _bounded(ground, problem, most, trees)) is not None]
    method = f"mixed-integer program over {ground.futures} futures, {most} of them given up at most"
    return _settled(ground, found, method, (0,))


def least_often_missed(ground: Ground) -> Plan | None:
    """The best plan with as few futures given up as a quick search finds; unproven. None where there is no plan."""
    found = []
    for problem in ground.problem.buckets():
        given_up = least_missed(problem, ground.paid, ground.chain)
        caps = None if given_up is None else caps_of(ground.paid, given_up)
        optimum = None if caps is None else optimize(within(problem, caps), ground.chain)
        if given_up is not None and caps is not None and optimum is not None:
            found.append(_Found(problem, optimum, -float(given_up.sum()), np.inf, _always(caps)))
    return _settled(ground, found, f"fewest of {ground.futures} futures given up", (0,))


def _always(caps: Caps) -> Callable[[int], Caps]:
    """The same caps whatever slack there is."""
    return lambda _: caps


def _averse(ground: Ground, problem: Problem, aversion: Aversion) -> _Found | None:
    best = averse(problem, ground.paid, ground.samples.days, ground.case.as_of, aversion, ground.chain)
    if best is None:
        return None

    def caps(slack: int) -> Caps:
        return no_sooner(problem, best.payments, slack)

    optimum = optimize(within(problem, caps(ground.terms.unit)), ground.chain)
    return None if optimum is None else _Found(problem, optimum, best.value, best.gap, caps)


def _bounded(ground: Ground, problem: Problem, most: int, trees: int) -> _Found | None:
    """The tolerance has been spent on the choice as far as the caps make the plan worth less; what is left is kept."""
    choice = bounded(problem, ground.paid, most, ground.chain, trees)
    if choice is None:
        return None
    caps = caps_of(ground.paid, choice.given_up)
    capped = most_value(formulate(within(problem, caps)), ground.chain)
    if capped is None:
        return None
    left = min(max(1 - choice.least / capped, 0.0), float(problem.value.tolerance[0])) if capped > 0 else 0.0
    kept = replace(problem, value=replace(problem.value, tolerance=np.array([left])))
    optimum = optimize(within(kept, caps), ground.chain)
    if optimum is None:
        return None
    scale, tolerated = float(problem.scale[0]), choice.value - choice.least
    gap = max(choice.gap, relative_gap((choice.bound - tolerated) / scale, optimum.kept / scale))
    return _Found(kept, optimum, choice.value, gap, _always(caps))


def _settled(ground: Ground, found: list[_Found], method: str, slacks: tuple[int, ...]) -> Plan | None:
    """The best of the buckets that comes out in whole cents."""
    for one in sorted(found, key=lambda candidate: -candidate.worth):
        chosen = _exact(ground, one, slacks)
        if chosen is not None:
            optimum, exact = chosen
            gap = max(optimum.gap, *(other.gap for other in found))
            status: Status = "optimal" if gap <= CERTIFIED and optimum.status == "optimal" else "feasible"
            made = finish(ground.case, ground.terms, one.problem, optimum, exact, status, ground.chain)
            return replace(made, proof=_proof(made.proof, method, gap))
    return None


def _exact(ground: Ground, one: _Found, slacks: tuple[int, ...]) -> tuple[Optimum, Exact] | None:
    """In whole units, with as little slack as will do; where none does, in the roundest amounts that were found."""
    found: list[tuple[Optimum, Exact]] = []
    for slack in slacks:
        capped = within(one.problem, one.caps(slack))
        optimum = one.optimum
        if ground.terms.prefer == "fewest":
            optimum = fewest(optimum, ground.chain)
        exact = make_exact(ground.case, ground.terms, capped, optimum, chain=ground.chain)
        if exact is not None:
            found.append((optimum, exact))
            if ground.chain.time_is_up or (exact.round and exact.unit == ground.terms.unit):
                break
    return max(found, key=lambda pair: (pair[1].round, pair[1].unit), default=None)


def _proof(proof: Proof, method: str, gap: float) -> Proof:
    """What the plan was made by, and the larger gap: of what was maximized over futures, or of what followed."""
    unproven = proof.unproven
    if unproven is None and gap > CERTIFIED:
        unproven = tr("the search over futures was not finished")
    known = proof.gap is not None and math.isfinite(gap)
    return replace(proof, gap=gap if known else None, method=f"{method}; {proof.method}", unproven=unproven)
