"""How often a plan is missed in thousands of futures, said with the plan itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from repayplan.evaluate.statistics import Estimate
from repayplan.forecast.futures import Drawing
from repayplan.language import Message, tr
from repayplan.planning.first_miss import most_often_first, reason
from repayplan.planning.plan_file import plan_file
from repayplan.planning.result import Outlook, Plan
from repayplan.planning.robust.confidence import at_most
from repayplan.planning.stress import Trial, stress

SCENARIOS = 10_000
"""Futures in which a plan is tried where nobody says how many."""

SURE = 0.95
"""The confidence of what is said where no future misses."""


def with_outlook(plan: Plan, drawing: Drawing, told: Callable[[int], None] | None = None) -> Plan:
    """The plan with what becomes of it in the futures of a drawing, arrears deciding on default; as it is where it is
    no plan to sign. ``told`` as for :func:`repayplan.planning.stress.stress`."""
    if plan.status not in ("optimal", "feasible"):
        return plan
    trial = stress(plan_file(plan), drawing, (), hazard="arrears", bands=False, told=told)
    return replace(plan, outlook=outlook_of(trial))


def outlook_of(trial: Trial) -> Outlook:
    """What a trial says of its plan."""
    drawing, missed, why = trial.drawing, trial.missed, reason(trial)
    return Outlook(
        scenarios=drawing.scenarios,
        seed=drawing.seed,
        method=drawing.method,
        sample=drawing.sample,
        missed=missed.value,
        error=None if np.isnan(missed.error) else missed.error,
        first=most_often_first(trial),
        reason=why,
        sentence=sentence(trial, why),
    )


def sentence(trial: Trial, why: Message | None) -> Message:
    """The finding in one sentence; ``why``: the reason of what is first missed most often."""
    count, month = f"{trial.drawing.scenarios:,}", most_often_first(trial)
    if month is None:
        if trial.drawing.method == "still":
            return tr("In none of {count} futures does the borrower miss an installment", count=count)
        return tr(
            "In none of {count} futures does the borrower miss an installment;"
            " its probability is below {most} at {sure}",
            count=count,
            most=f"{_below(trial.drawing):.2%}",
            sure=f"{SURE:.0%}",
        )
    said = {"count": count, "share": percent(trial.missed), "month": month}
    if why is None:
        return tr(
            "In {count} futures the borrower misses an installment in {share}, first most often in {month}", **said
        )
    return tr(
        "In {count} futures the borrower misses an installment in {share}, first most often in {month} ({why})",
        why=why,
        **said,
    )


def _below(drawing: Drawing) -> float:
    """What the probability of a miss is below where none was seen: of two futures that mirror each other one counts."""
    apart = -(-drawing.scenarios // 2) if drawing.method == "antithetic" else drawing.scenarios
    return at_most(0, apart, SURE)


def percent(share: Estimate) -> str:
    """``7.0% (±0.5)``: a probability and its standard error."""
    error = "" if np.isnan(share.error) else f" (±{share.error * 100:.1f})"
    return f"{share.value:.1%}{error}"
