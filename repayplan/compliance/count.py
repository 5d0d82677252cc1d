"""The point check on how many installments there are."""

from __future__ import annotations

from collections.abc import Iterator

from repayplan.compliance.findings import Finding
from repayplan.compliance.registry import check
from repayplan.compliance.replay import Replay
from repayplan.language import tr


@check(
    "installments",
    tr("There are as many installments as were asked for"),
    lambda plan: plan.terms.installments is not None,
)
def installments(plan: Replay) -> Iterator[Finding]:
    """On exactly as many dates as were asked for something is paid."""
    wanted, count = plan.terms.installments, sum(1 for stage in plan.pay_stages if plan.total[stage])
    sentence = tr("Asked for {wanted} installments, there are {count}", wanted=wanted, count=count)
    yield Finding("installments", "policy.installments", "pass" if count == wanted else "fail", sentence)
