"""What a chunk's options ask of the batch, and the case of one option as the planner of single cases takes it."""

from __future__ import annotations

import numpy as np

from repayplan.cases.models import Case
from repayplan.errors import Fault, InputError
from repayplan.language import tr
from repayplan.planning.batch.asks import Ask, ask
from repayplan.planning.batch.plan import plan_batch
from repayplan.portfolio.menu import Menu, PlanOption
from repayplan.portfolio.variants import planned_variant
from repayplan.problem.prospect import Prospect
from repayplan.problem.terms import open_dates, resolve


def ask_for(variant: Case, option: PlanOption, prospect: Prospect | None = None) -> Ask:
    """A variant ready to be planned. Where the shape counts installments its term is the option's; where amounts follow
    the cash or receipts, every date up to then is tried as that of the last payment. ``prospect``: what all options of
    the borrower share. InputError where it cannot be planned as it is written."""
    return ask(variant, prospect, to_the_end=option.counted)


def case_of(case: Case, menu: Menu, name: str, installments: int | None = None) -> Case:
    """The case that a plan option of the menu makes of a borrower, complete: planned alone it gives the option's plan.

    ``installments``: how many the option's plan has, where that is known; otherwise it is made, for dates on which
    nothing can be paid do not count. InputError where the menu has no such plan, or it is none of its own for this
    borrower.
    """
    found = {option.id: option for option in menu.plan_options}.get(name)
    if found is None:
        limit = tr("one of: {choices}", choices=", ".join(option.id for option in menu.plan_options))
        raise InputError(Fault(tr("the menu has no such plan"), "option", name, limit))
    variant = planned_variant(case, resolve(case), found)
    if variant is None:
        raise InputError(Fault(tr("this plan is nothing of its own for this borrower"), "option", name))
    if not found.counted:
        return variant
    asked = ask_for(variant, found)
    if installments is None:
        (made,) = plan_batch([asked])
        paid = 0 if made.payments is None else np.count_nonzero(made.payments.sum(axis=1))
        installments = int(paid) or len(open_dates(variant, asked.terms))  # of what is impossible there is no number
    step = "off" if asked.terms.step is None else asked.terms.step  # the default is another where a number is asked for
    policy = variant.policy.model_copy(update={"installments": installments, "step": step})
    return variant.model_copy(update={"policy": policy})
