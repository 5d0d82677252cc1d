"""The conflict of an impossible case in sentences, for the plan's own findings and for ``explain``."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

from repayplan.calendar.spans import Days
from repayplan.cases.models import Case
from repayplan.compliance.findings import Finding
from repayplan.compliance.replay import Replay, replay
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
        yield from _said(plan, family, stages, dates)


def _said(plan: Replay, family: str, stages: Sequence[int], dates: Sequence[dt.date]) -> Iterator[Finding]:
    """One sentence for all days of which a limit says the same."""
    groups: dict[str, list[int]] = {}
    for stage in stages:
        said = sentence(plan, family, stage)
        groups.setdefault(str(Message(said.text, {**said.values, "date": "…"})), []).append(stage)
    for group in groups.values():
        said = sentence(plan, family, group[0])
        days = [plan.days[stage] for stage in group if stage >= 0]
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
