"""Which cases can be written as one program, and why some cannot.

Cases of one kind have rows of the same families on the same dates, so that their program is no larger than that of
each. Rows that one of them lacks would do no harm, but cost all of them time.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from enum import StrEnum

import numpy as np

from repayplan.formulation.limits.cash import window_starts
from repayplan.language import Message, tr
from repayplan.problem.arrays import Problem
from repayplan.problem.sharing import RANK
from repayplan.problem.terms import Terms


class Alone(StrEnum):
    """Why a case is planned by the planner of single cases."""

    WHOLE_NUMBERS = "whole numbers"
    OVERLAPPING = "overlapping windows"
    YEARLY = "yearly step"
    REPEATED = "several rates alike"
    OPEN = "no answer"

    @property
    def sentence(self) -> Message:
        """The reason for people."""
        return _SENTENCES[self]


_SENTENCES: Mapping[Alone, Message] = {
    Alone.WHOLE_NUMBERS: tr("its program has whole numbers"),
    Alone.OVERLAPPING: tr("cover is taken over windows that overlap"),
    Alone.YEARLY: tr("installments are compared with those of a year before"),
    Alone.REPEATED: tr("loans at several rates are paid alike, which takes repeated programs"),
    Alone.OPEN: tr("the batch found neither a plan nor a proof that there is none"),
}

DATES_ALIKE = 12
"""Stages at the beginning whose dates must be the same kind of date in all cases of a kind."""

LENGTHS = 24
"""Terms of a kind differ by fewer stages than this."""


def why_alone(problem: Problem, terms: Terms) -> Alone | None:
    """Why a case is not planned together with others; None where it is, unless its program turns out to be mixed."""
    wishes = problem.wishes
    if not problem.provable:
        return Alone.REPEATED
    counted = not np.isnan(wishes.installments).all() or bool(wishes.amounts.any()) or terms.prefer == "fewest"
    if counted or problem.modes[0] == "D" or problem.sharing.rule == RANK:
        return Alone.WHOLE_NUMBERS
    if problem.pace.yearly.any() and (problem.pace.base >= 0).any():
        return Alone.YEARLY
    covered = not np.isnan(problem.cover.minimum).all()
    if covered and window_starts(problem.cover.start, problem.pays) is None:
        return Alone.OVERLAPPING
    return None


def stackable(problem: Problem) -> Hashable:
    """What cases must have in common for their arrays to be stacked, whatever their terms."""
    law, held = problem.legal, problem.accounts
    return (
        (problem.shape[2], held.loan.tobytes(), held.blocked.tobytes(), problem.debt.claims.principal.tobytes()),
        (problem.form.thetas, bool(problem.form.streams), problem.sharing.rule, problem.wishes.any_last),
        tuple(each is None for each in (law.within, law.npv, law.liquidation, law.cleared, law.charge, law.waived)),
        (problem.burden is None, problem.cash.most is None),
    )


def kind(problem: Problem) -> Hashable:
    """What cases must have in common to be written as one program: as many loans and accounts, terms of about a length
    on the same kind of dates, one shape, the same families that bring columns of their own."""
    pace, law, form, held, debt = problem.pace, problem.legal, problem.form, problem.accounts, problem.debt
    return (
        problem.shape[2],
        problem.shape[1] // LENGTHS,
        problem.pays[0, :DATES_ALIKE].tobytes(),
        problem.modes[0],
        (form.kind, form.thetas, bool(form.falling[0]), form.minimum, bool(form.streams)),
        (problem.wishes.prefer[0], problem.wishes.any_last),
        (held.loan.tobytes(), held.blocked.tobytes()),
        tuple(each is None for each in (law.within, law.npv, law.liquidation, law.cleared, law.charge, law.waived)),
        None if law.npv is None else (np.isfinite(law.npv.most).tobytes(), bool(np.isnan(law.npv.price[0]))),
        (problem.burden is None, problem.cash.most is None),
        (debt.own.tobytes(), debt.linear.tobytes(), debt.claims.principal.tobytes(), bool(debt.current.any())),
        (problem.sharing.rule, bool(problem.limits.settle_full[0]), bool(pace.settled.any())),
        (bool(np.isnan(pace.life[0])), bool(pace.life_of_principal[0]), bool(pace.yearly[0])),
        bool(np.isnan(problem.cover.minimum[0])),
    )
