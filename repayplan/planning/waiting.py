"""The delay trap: where waiting would pay, by loan, and what it would seem to bring.

It pays the bank to wait a month iff (1 + a)(1 − h(1 − ρ′)) > 1 + d: the debt grows by a, money is worth d less, and a
borrower who defaults, with probability h, pays the share ρ′ of what the debt has grown to. Of a claim larger than its
collateral ρ′ is the recovery rate. As far as collateral covers the claim it covers its growth too, ρ′ = 1: where there
is any, it pays to leave that much for the end. Where parts of the debt bear different rates, payments settle one after
the other and a tail of the claim is left: a is that of the tail that grows fastest.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from repayplan.formulation.build import formulate
from repayplan.planning.optimum import most_value
from repayplan.problem.arrays import Problem, Real
from repayplan.solvers.chain import Chain


@dataclass(frozen=True, slots=True)
class Month:
    """An average month between the first and the last payment date, shares of one."""

    growth: float
    discount: float
    hazard: float
    kept: float

    @property
    def pays_to_wait(self) -> bool:
        """Whether a unit is worth more to the bank if it is paid a month later."""
        return (1 + self.growth) * (1 - self.hazard * (1 - self.kept)) > 1 + self.discount + 1e-9


def month(problem: Problem, loan: int) -> Month | None:
    """What a month of waiting does to a loan; None where there is one payment date alone."""
    dates = np.flatnonzero(problem.pays[0])
    first, last = int(dates[0]), int(dates[-1])
    if first == last:
        return None
    days = (problem.dates[0, last] - problem.dates[0, first]) / np.timedelta64(1, "D")
    months = float(days) * 12 / 365.25
    growth = _grown(problem, loan, first, last)
    discount, survival = problem.value.discount[0], problem.value.survival[0]
    return Month(
        growth=growth ** (1 / months) - 1,
        discount=float(discount[first] / discount[last]) ** (1 / months) - 1,
        hazard=1 - float(survival[last] / survival[first]) ** (1 / months),
        kept=1.0 if problem.debt.collateral[0, loan] else float(problem.value.recovery[0]),
    )


def _grown(problem: Problem, loan: int, first: int, last: int) -> float:
    """By how much a loan grows between two stages if it is not paid, or the tail of it that grows fastest."""
    if problem.debt.linear[0, loan]:
        return float(np.prod(problem.debt.growth[0, first + 1 : last + 1, loan]))
    tails = np.triu(np.tile(problem.debt.claims.opening[0, loan], (problem.debt.claims.opening.shape[2], 1)))
    course = []
    for stage in problem.debt.claims.maps[0, : last + 1, loan]:
        tails = tails @ stage.T
        course.append(tails.sum(axis=1))
    owed = course[first] > 0
    return float((course[last][owed] / course[first][owed]).max(initial=1.0))


def trapped(problem: Problem) -> list[int]:
    """Loans on which waiting would pay, by their place in the case."""
    return [
        loan
        for loan in range(problem.shape[2])
        if problem.debt.own[0, loan]
        and problem.debt.opening[0, loan]
        and (found := month(problem, loan)) is not None
        and found.pays_to_wait
    ]


def counting_waiting(problem: Problem) -> Problem:
    """The same problem with money valued at the bank's rate alone, so that waiting counts as a gain."""
    factors: Real = np.repeat(problem.value.discount[:, :, None], problem.shape[2], axis=2)
    return replace(problem, value=replace(problem.value, planning=factors))


def most_by_waiting(problem: Problem, chain: Chain) -> float | None:
    """The most that a plan is found to be worth if waiting counts; cents. None where there was no time to find one."""
    return most_value(formulate(counting_waiting(problem)), chain)
