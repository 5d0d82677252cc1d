"""Findings on the screen: the gravest first, what contradicts what apart from the rest, what recurs told briefly."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from rich.console import Console

from repayplan.compliance.findings import Finding
from repayplan.language import Message, plural, tr
from repayplan.planning.clashes import CONFLICT
from repayplan.report.layout import bullets, heading, say

_MARKS = {"fail": ("✘", "bold red"), "warning": ("!", "bold yellow"), "note": ("·", "dim"), "pass": ("✔", "green")}

_TOLD = 3
"""Places at which a limit breaks that are told in words."""


def show_findings(findings: Sequence[Finding], console: Console) -> None:
    """Print findings, the gravest first."""
    if not findings:
        return
    heading(tr("Findings"), console)
    ranked = sorted(findings, key=lambda finding: list(_MARKS).index(finding.result))
    bullets([(*_MARKS[finding.result], sentence(finding)) for finding in ranked], console)


def show_broken(title: Message, failed: Sequence[Finding], console: Console) -> None:
    """Print what breaks, each limit a few times."""
    if failed:
        heading(title, console)
        bullets([(*_MARKS["fail"], said) for said in briefly(failed, sentence)], console)


def show_conflict(conflict: Sequence[Finding], console: Console) -> None:
    """Print under a heading of its own what contradicts what, so that the end of the set is plain to see."""
    heading(tr("Why there is no plan"), console)
    if not conflict:
        words = tr("No contradiction of limits could be proved; whole cents may be all that is in the way.")
        bullets([("·", "dim", str(words))], console)
        return
    say(conflict[0].sentence, console)
    bullets([("·", "dim", sentence(finding)) for finding in conflict[1:]], console)


def of_the_conflict(findings: Sequence[Finding]) -> list[Finding]:
    """The heading of a conflict and its limits."""
    return [finding for finding in findings if finding.rule == CONFLICT]


def briefly(failed: Sequence[Finding], say: Callable[[Finding], str]) -> Iterator[str]:
    """The first places at which each limit breaks, and how many more there are."""
    rules: dict[str, list[Finding]] = {}
    for finding in failed:
        rules.setdefault(finding.rule, []).append(finding)
    for findings in rules.values():
        yield from map(say, findings[:_TOLD])
        more = len(findings) - _TOLD
        if more > 0:
            one = tr("the same on one more day")
            yield str(plural(one, tr("the same on {count} more days", count=more), more))


def sentence(finding: Finding) -> str:
    """What was found, and by which clause."""
    return f"{finding.sentence} [{Message(finding.clause)}]" if finding.clause else str(finding.sentence)
