"""How a plan fares in futures that it was not made for, and what can be said of it with confidence."""

from __future__ import annotations

from repayplan.compliance.findings import Finding
from repayplan.evaluate.outcome import NOWHERE
from repayplan.language import tr
from repayplan.planning.plan_file import plan_file
from repayplan.planning.result import ABOUT_FUTURES as RULE
from repayplan.planning.result import Plan
from repayplan.planning.robust.confidence import at_most
from repayplan.planning.robust.samples import Samples
from repayplan.planning.stress import Trial, stress


def tried(plan: Plan, samples: Samples, sample: int) -> Trial:
    """A plan in one of the samples, judged as `repayplan stress` judges it: arrears decide on default."""
    return stress(plan_file(plan), samples.drawing(sample), (), hazard="arrears")


def misses(trial: Trial) -> int:
    """In how many futures at least a cent is missing on some day."""
    return int((trial.evaluation.fates.missed[0] != NOWHERE).sum())


def bound_findings(missed: int, futures: int, confidence: float, bound: float) -> tuple[tuple[Finding, ...], bool]:
    """What is said of a plan that was ``missed`` in so many futures of the sample it was tuned on; whether the bound
    holds with confidence."""
    upper = at_most(missed, futures, confidence)
    if upper <= bound:
        return (_confident(missed, futures, confidence, bound),), True
    sentence = tr(
        "No plan was found that is missed with a probability of {bound} at most: this one, the least often missed that "
        "was found, is missed in {share} of {futures} futures; a longer term, a waiver or more security would help",
        bound=f"{bound:.1%}",
        share=f"{missed / futures:.1%}",
        futures=f"{futures:,}",
    )
    return (Finding(RULE, "--max-miss", "fail", sentence),), False


def _confident(missed: int, futures: int, confidence: float, bound: float) -> Finding:
    sentence = tr(
        "Tuned on {futures} other futures, of which it is missed in {missed}: with {confidence} confidence the "
        "probability of a miss is {share} at most, the bound is {bound}",
        futures=f"{futures:,}",
        missed=missed,
        confidence=f"{confidence:.0%}",
        share=f"{at_most(missed, futures, confidence):.1%}",
        bound=f"{bound:.1%}",
    )
    return Finding(RULE, "--max-miss", "note", sentence)
