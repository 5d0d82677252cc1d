"""The conflict of an impossible case in sentences, for the plan's own findings and for ``explain``."""

from __future__ import annotations

from collections.abc import Iterator

from repayplan.calendar.spans import Days
from repayplan.cases.models import Case
from repayplan.compliance.findings import Finding
from repayplan.compliance.replay import replay
from repayplan.language import Message, tr
from repayplan.planning.binding import sentence
from repayplan.planning.conflict import by_family, conflict, irreducible, members_of
from repayplan.problem.arrays import Problem
from repayplan.problem.terms import Terms, payment_dates

CONFLICT = "conflict"
"""The rule under which findings say what contradicts what."""


def clashes(case: Case, terms: Terms, problem: Problem) -> Iterator[Finding]:
    """For a case that has no plan: what is known of the conflict, and a finding for each limit in it."""
    found = conflict(problem)
    plan = replay(case, terms, problem, [])
    dates = payment_dates(case, terms)
    yield Finding(CONFLICT, "", "warning", _heading(problem, found is not None))
    for family, stages in by_family(members_of(problem) if found is None else found):
        said = sentence(plan, family, stages[0])
        days = [plan.days[stage] for stage in stages if stage >= 0]
        message = Message(said.text, {**said.values, "date": Days.of(days, dates)}) if len(days) > 1 else said
        yield Finding(CONFLICT, family, "warning", message, days[-1] if days else None)


def _heading(problem: Problem, found: bool) -> Message:
    """What is proved of the limits that are listed."""
    if not found:
        return tr("No plan keeps all of these limits; that fewer of them contradict each other could not be proved:")
    if irreducible(problem):
        return tr(
            "These limits cannot all be kept; without any one of them the others here could. "
            "Other limits of the case may still stand in the way:"
        )
    return tr("These limits cannot all be kept; other limits of the case may stand in the way as well:")
