"""The conflict of an impossible case in sentences, for the plan's own findings and for ``explain``."""

from __future__ import annotations

from collections.abc import Iterator

from repayplan.calendar.spans import Days
from repayplan.cases.models import Case
from repayplan.compliance.findings import Finding
from repayplan.compliance.replay import replay
from repayplan.language import Message, tr
from repayplan.planning.binding import sentence
from repayplan.planning.conflict import by_family, conflict
from repayplan.problem.arrays import Problem
from repayplan.problem.terms import Terms, payment_dates

CONFLICT = "conflict"
"""The rule under which findings say what contradicts what."""


def clashes(case: Case, terms: Terms, problem: Problem) -> Iterator[Finding]:
    """A finding that there is a conflict, and one for each limit that has a part in it; none where none is proved."""
    found = conflict(problem)
    if found is None:
        return
    plan = replay(case, terms, problem, [])
    dates = payment_dates(case, terms)
    yield Finding(CONFLICT, "", "warning", tr("These limits cannot all be kept; without any one of them they could:"))
    for family, stages in by_family(found):
        said = sentence(plan, family, stages[0])
        days = [plan.days[stage] for stage in stages if stage >= 0]
        message = Message(said.text, {**said.values, "date": Days.of(days, dates)}) if len(days) > 1 else said
        yield Finding(CONFLICT, family, "warning", message, days[-1] if days else None)
