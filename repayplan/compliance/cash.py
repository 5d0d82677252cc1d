"""Point checks on the borrower's cash."""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction

from repayplan.compliance.findings import Finding
from repayplan.compliance.registry import check
from repayplan.compliance.replay import Replay
from repayplan.language import tr
from repayplan.money import grouped


@check("floors", tr("Cash never falls below the floor"))
def floors(plan: Replay) -> Iterator[Finding]:
    """On every day from a payment date or month end until the next, cash is at least the planning floor.

    Where pledged proceeds or a guarantor's money would make up for what is missing, that is told of them.
    """
    for stage, (day, lowest, floor) in enumerate(zip(plan.days, plan.lowest, plan.floor, strict=True)):
        if lowest + plan.blocked[stage] + plan.guaranteed[stage] < floor:
            sentence = tr(
                "From {date} on, before the next check, cash falls to {lowest}, below the floor of {floor}",
                date=day,
                lowest=grouped(lowest),
                floor=grouped(floor),
            )
            yield Finding("floors", "policy", "fail", sentence, day, None, floor - lowest)


@check("cover", tr("Cash covers every payment"), lambda plan: plan.terms.cover_minimum is not None)
def cover(plan: Replay) -> Iterator[Finding]:
    """DSCR_min × paid in the window ≤ its cash + α × cash carried above the floor, wherever anything is paid."""
    ratio = Fraction(plan.terms.cover_minimum or 0)
    carry = Fraction(plan.terms.counted_carry)
    for stage in plan.pay_stages:
        if plan.last is None or stage > plan.last:
            break
        paid, cash, carried = plan.service(stage)
        available = cash + carry * carried
        if paid and ratio * paid > available:
            sentence = tr(
                "On {date} {paid} is paid against {available} of cash: cover {cover} is below {least}",
                date=plan.days[stage],
                paid=grouped(paid),
                available=grouped(int(available)),
                cover=f"{float(available / paid):.4f}",
                least=plan.terms.cover_minimum,
            )
            missing = math.ceil(ratio * paid - available)
            yield Finding("cover", "policy", "fail", sentence, plan.days[stage], None, missing)
