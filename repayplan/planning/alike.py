"""Lenders who are paid alike on debts whose parts bear different rates: no program knows how such a debt grows.

So the course is repeated. A plan is settled class by class, each loan getting its part of every payment; how each loan
grew on the way is put into a program that is linear in the fraction left of every loan; its plan is settled again,
until payments stay the same. What comes out holds, but nothing says that it is the best.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from repayplan.planning.value import planned_value
from repayplan.problem.arrays import Problem, Real
from repayplan.problem.claims import settle

ROUNDS = 12
SETTLED = 0.5
"""Cents: payments that change by less stay the same."""

MODE = "repeated"


@dataclass(frozen=True)
class Course:
    """What totals do: ``paid`` and ``debt`` after it (T, L), and by how much each debt ``grew`` before it; cents."""

    paid: Real
    debt: Real
    grew: Real


def course(problem: Problem, totals: Real) -> Course:
    """Each loan gets the same fraction of what is owed on it; where all is to be settled, the last payment does it."""
    claims = problem.debt.claims
    balances, before = claims.opening[0], claims.opening[0].sum(axis=1)
    last = np.flatnonzero(totals > 0)[-1:] if problem.limits.settle_full[0] else ()
    paid, debts, grew = [], [], []
    for stage, total in enumerate(totals):
        balances = np.einsum("lij,lj->li", claims.maps[0, stage], balances)
        owed = balances.sum(axis=1)
        share = 1.0 if stage in last else min(float(total) / max(float(owed.sum()), 1e-9), 1.0)
        balances = settle(balances, owed * share)
        paid.append(owed * share)
        grew.append(np.divide(owed, before, out=np.ones_like(owed), where=before > 1e-6))
        before = balances.sum(axis=1)
        debts.append(before)
    return Course(np.array(paid), np.array(debts), np.array(grew))


def as_if(problem: Problem, grew: Real) -> Problem:
    """The problem in which every debt grows by known factors."""
    everywhere = np.ones_like(problem.debt.linear)
    debt = replace(problem.debt, growth=grew[None], charge=np.zeros_like(grew)[None], linear=everywhere)
    return replace(problem, debt=debt, modes=(MODE,))


def first(problem: Problem) -> Problem:
    """The first of the repeated problems: every debt grows as if nothing were paid."""
    return as_if(problem, _unpaid(problem).grew)


def _unpaid(problem: Problem) -> Course:
    limits = replace(problem.limits, settle_full=np.array([False]))
    return course(replace(problem, limits=limits), np.zeros(problem.shape[1]))


def repeated(problem: Problem, totals_of: Callable[[Problem], Real | None]) -> tuple[Problem, Course] | None:
    """The last of the repeated problems and the course of its plan; None where one of them has no plan."""
    wanted, known = np.zeros(problem.shape[1]), _unpaid(problem)
    for _ in range(ROUNDS):
        approximate = as_if(problem, known.grew)
        found = totals_of(approximate)
        if found is None:
            return None
        known, change = course(problem, found), np.abs(found - wanted).max()
        wanted = found
        if change < SETTLED:
            break
    return approximate, known


def worth(problem: Problem, known: Course) -> float:
    """What the payments of a course are worth; cents."""
    return planned_value(problem, known.paid, known.debt)
