"""What is asked of a batch and what comes back: cases ready to be planned, plans in whole cents with their proof."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from repayplan.cases.models import Case
from repayplan.planning.batch.kinds import Alone
from repayplan.planning.result import Status
from repayplan.problem.arrays import Cents, Problem
from repayplan.problem.assemble import assemble
from repayplan.problem.form import Rule
from repayplan.problem.prospect import Prospect
from repayplan.problem.terms import Terms, resolve


@dataclass(frozen=True)
class Ask:
    """A case to be planned. ``last``: the stage of its last payment; None where every payment date is tried, as
    :func:`repayplan.planning.plan.plan` does."""

    case: Case
    terms: Terms
    problem: Problem
    last: int | None = None


def ask(case: Case, prospect: Prospect | None = None, *, to_the_end: bool = False) -> Ask:
    """A case ready to be planned, with its last payment on the last payment date where it is to run ``to_the_end``.

    ``prospect``: what it has in common with other variants of the case, where those are asked for too.

    InputError where the case cannot be planned as it is written.
    """
    terms = resolve(case)
    problem = assemble(case, terms, prospect)
    return Ask(case, terms, problem, int(np.flatnonzero(problem.pays[0])[-1]) if to_the_end else None)


@dataclass(frozen=True)
class Batched:
    """A plan out of a batch; money in cents.

    ``status`` means what it does for a single plan. ``value`` is that of the unrounded plan, ``bound`` a safe upper
    bound of what any plan is worth, ``gap`` relative, and ``kept`` the value of the preferred plan; NaN and infinite
    where there is none. ``payments``, and after them ``debt`` and ``principal``, are (T, L) by stage and loan, as the
    ledger has them; None where there is no plan. ``last``: the stage of the last payment. ``rules``: what is signed in
    place of amounts, where payments follow receipts. ``solver``: what found the value. ``alone``: why the case was not
    planned together with others, or None. ``rounded_alone``: whether whole cents took a search of its own.
    """

    status: Status
    value: float
    bound: float
    gap: float
    kept: float
    solver: str
    days: tuple[dt.date, ...]
    payments: Cents | None
    debt: Cents | None
    principal: Cents | None
    last: int | None
    rules: tuple[Rule, ...] = ()
    alone: Alone | None = None
    rounded_alone: bool = False

    @property
    def planned(self) -> bool:
        """Whether there is a plan in whole cents that holds every limit."""
        return self.payments is not None


@dataclass(frozen=True)
class Counted:
    """How a batch was planned: plans by ``status``, by the ``solver`` that found their value, and those that went
    ``alone`` by the reason; of the others, how many were ``rounded_alone``."""

    status: Counter[str]
    solver: Counter[str]
    alone: Counter[Alone]
    rounded_alone: int


def counted(found: Iterable[Batched]) -> Counted:
    """How many plans of a batch were found in which way."""
    plans = list(found)
    return Counted(
        status=Counter(plan.status for plan in plans),
        solver=Counter(plan.solver for plan in plans if plan.solver),
        alone=Counter(plan.alone for plan in plans if plan.alone is not None),
        rounded_alone=sum(plan.rounded_alone for plan in plans),
    )
