"""The register of point checks: each judges a finished plan in whole cents, under the name of its limit."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from repayplan.compliance.findings import Finding
from repayplan.compliance.replay import Replay
from repayplan.language import Message

Judge = Callable[[Replay], Iterator[Finding]]


@dataclass(frozen=True, slots=True)
class Check:
    """``active`` says whether the terms ask for it; ``judge`` yields one finding per place where it fails."""

    name: str
    title: Message
    active: Callable[[Replay], bool]
    judge: Judge


_checks: dict[str, Check] = {}


def check(name: str, title: Message, active: Callable[[Replay], bool] = lambda _: True) -> Callable[[Judge], Judge]:
    """Register a point check."""

    def register(judge: Judge) -> Judge:
        _checks[name] = Check(name, title, active, judge)
        return judge

    return register


def checks() -> Mapping[str, Check]:
    """Every point check by name."""
    from repayplan.compliance import (  # noqa: F401  importing them registers them
        accounts,
        cash,
        count,
        installments,
        law,
        pace,
        sharing,
        structure,
        worth,
    )

    return MappingProxyType(_checks)


def judge(plan: Replay) -> list[Finding]:
    """Every limit that the terms ask for: its failures, or one finding that it holds."""
    findings: list[Finding] = []
    for entry in checks().values():
        if entry.active(plan):
            failures = list(entry.judge(plan))
            findings += failures or [Finding(entry.name, "policy", "pass", entry.title)]
    return findings


def failures(plan: Replay) -> list[Finding]:
    """Only what fails."""
    return [finding for finding in judge(plan) if finding.result == "fail"]
