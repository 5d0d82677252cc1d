"""Futures of a case for a robust plan and what can have been paid in each: a sample to plan on, others to judge on."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from repayplan.cases.models import Case
from repayplan.forecast import Window
from repayplan.forecast.futures import Drawing, Futures, Method, draw_futures
from repayplan.money import to_cents
from repayplan.planning.robust.means import Means, means
from repayplan.planning.robust.weights import followed
from repayplan.problem.arrays import Problem
from repayplan.problem.terms import Terms

PLANNED_ON, TUNED_ON, JUDGED_ON = 0, 1, 2
"""Samples that are independent of each other: what was chosen on one says nothing of how it fares on that one."""


@dataclass(frozen=True)
class Samples:
    """How futures of one case are drawn; ``days`` the ends of the stages on which plans are followed."""

    case: Case
    terms: Terms
    problem: Problem
    days: tuple[dt.date, ...]
    scenarios: int
    seed: int
    method: Method

    @classmethod
    def of(cls, case: Case, terms: Terms, problem: Problem, scenarios: int, seed: int, method: Method) -> Samples:
        """The samples of a case."""
        return cls(case, terms, problem, tuple(followed(problem.days())), scenarios, seed, method)

    def drawing(self, sample: int) -> Drawing:
        """How one of the samples is drawn. InputError where it cannot be."""
        return Drawing(self.seed, self.scenarios, self.method, sample)

    def futures(self, sample: int) -> Futures:
        """One of the samples."""
        window = Window(self.case.as_of, self.days[-1], self.terms.receipt_day, self.terms.cost_day)
        return draw_futures(self.case, self.days, window, self.drawing(sample))

    def means(self, sample: int) -> Means:
        """What can have been paid in each of its futures, down to what the business needs to run."""
        drawn = self.futures(sample)
        opening = to_cents(self.case.cash.opening)
        return means(opening, self.terms.floor, drawn.own, drawn.apart, self.problem.shape[1])
