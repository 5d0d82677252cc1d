"""Point checks on money that is not the borrower's: pledged proceeds, guarantors."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from repayplan.compliance.findings import Finding
from repayplan.compliance.registry import check
from repayplan.compliance.replay import Replay
from repayplan.language import tr
from repayplan.money import grouped


@check(
    "pledged",
    tr("Pledged proceeds pay the loans they secure, not the business"),
    lambda plan: bool(plan.problem.accounts.blocked.any()),
)
def pledged(plan: Replay) -> Iterator[Finding]:
    """Cash of the business keeps its floor without what is on blocked accounts."""
    for stage, (day, lowest, floor) in enumerate(zip(plan.days, plan.lowest, plan.floor, strict=True)):
        if lowest < floor <= lowest + plan.blocked[stage]:
            sentence = tr(
                "From {date} on cash of the business falls to {lowest}, below the floor of {floor}; "
                "the {blocked} on blocked accounts are not its own",
                date=day,
                lowest=grouped(lowest),
                floor=grouped(floor),
                blocked=grouped(plan.blocked[stage]),
            )
            yield Finding("pledged", "cash.sources", "fail", sentence, day, None, floor - lowest)


@check(
    "guarantor",
    tr("Guarantors pay loans up to their caps, not the business"),
    lambda plan: bool((~plan.problem.accounts.blocked).any()),
)
def guarantor(plan: Replay) -> Iterator[Finding]:
    """Guarantors are counted on for no more than their caps, and cash keeps its floor without their money."""
    accounts = plan.problem.accounts
    for account in np.flatnonzero(~accounts.blocked).tolist():
        counted, cap = int(accounts.available[0, -1, account]), int(accounts.cap[account])
        if counted > cap:
            sentence = tr(
                "{counted} is expected from guarantor {name}, who owes {cap} at most",
                counted=grouped(counted),
                name=accounts.names[account],
                cap=grouped(cap),
            )
            yield Finding("guarantor", "cash.sources", "fail", sentence, plan.days[-1], None, counted - cap)
    for stage, (day, lowest, floor) in enumerate(zip(plan.days, plan.lowest, plan.floor, strict=True)):
        if lowest + plan.blocked[stage] < floor <= lowest + plan.blocked[stage] + plan.guaranteed[stage]:
            sentence = tr(
                "From {date} on cash of the business falls to {lowest}, below the floor of {floor}; "
                "guarantors pay loans, not the business",
                date=day,
                lowest=grouped(lowest),
                floor=grouped(floor),
            )
            yield Finding("guarantor", "cash.sources", "fail", sentence, day, None, floor - lowest)
