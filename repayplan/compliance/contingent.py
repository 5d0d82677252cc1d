"""Point checks on payments that follow receipts: the rules that are signed make the amounts, not the other way round.

A plan carries its rules. They are applied to the forecast receipts, and what they make due must be what is paid.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from repayplan.compliance.findings import Finding
from repayplan.compliance.registry import check
from repayplan.compliance.replay import Replay
from repayplan.compliance.shapes import counted, has, too_large_at_last
from repayplan.language import tr
from repayplan.money import grouped
from repayplan.problem.form import Rule
from repayplan.problem.terms import percent


@check("milestone_share", tr("Payments are the agreed share of each milestone"), has("milestone_share"))
def milestone_share(plan: Replay) -> Iterator[Finding]:
    """Every payment is what the rules make of the forecast receipts, to the cent; shares never fall along a project."""
    yield from _as_ruled(plan, "milestone_share")
    projects: dict[str, list[Rule]] = {}
    for rule in plan.rules:
        projects.setdefault(rule.source, []).append(rule)
    for rules in projects.values():
        for before, rule in pairwise(sorted(rules, key=lambda each: each.expected)):
            if rule.share < before.share:
                sentence = tr(
                    "The share of {source} falls from {before} to {share} on {date}",
                    source=rule.source,
                    before=percent(before.share),
                    share=percent(rule.share),
                    date=rule.expected,
                )
                yield Finding("milestone_share", "policy", "fail", sentence, rule.expected)


@check("store_share", tr("Payments are the agreed share of what the stores bring"), has("store_share"))
def store_share(plan: Replay) -> Iterator[Finding]:
    """Every payment is what the rules make of the forecast receipts, to the cent."""
    yield from _as_ruled(plan, "store_share")


@check("receivable_share", tr("Payments are the agreed share of what is collected"), has("receivable_share"))
def receivable_share(plan: Replay) -> Iterator[Finding]:
    """Every payment is what the rules make of the forecast receipts, to the cent."""
    yield from _as_ruled(plan, "receivable_share")


def _as_ruled(plan: Replay, name: str) -> Iterator[Finding]:
    """The last payment may be less than the rules make due, or a tenth more: it is what is left."""
    if plan.last is not None and not plan.rules:
        sentence = tr("No rule makes these payments: no share of the receipts was found that holds every limit")
        yield Finding(name, "policy", "fail", sentence, plan.days[plan.last], None, sum(plan.total))
        return
    yield from _foreign(plan, name)
    due = [int(cents) for cents in plan.problem.form.due(plan.rules)]
    for stage in counted(plan):
        paid = plan.total[stage]
        if paid != due[stage]:
            sentence = tr(
                "On {date} {paid} is paid; the rules make {due} of the receipts",
                date=plan.days[stage],
                paid=grouped(paid),
                due=grouped(due[stage]),
            )
            yield Finding(name, "policy", "fail", sentence, plan.days[stage], None, abs(paid - due[stage]))
    if plan.last is not None and plan.problem.form.counted[0, plan.last]:
        yield from too_large_at_last(plan, name, plan.total[plan.last], Fraction(due[plan.last]))


def _foreign(plan: Replay, name: str) -> Iterator[Finding]:
    """Rules that share out nothing of this case, on other terms than its policy's, or no share."""
    known = {stream.terms.key: stream for stream in plan.problem.form.streams}
    seen = set()
    for rule in plan.rules:
        stream = known.get(rule.key)
        fits = stream is not None and stream.rule(rule.share) == rule and rule.key not in seen
        seen.add(rule.key)
        if not fits or not Decimal(0) <= rule.share <= Decimal(1):
            sentence = tr(
                "The rule for {source} is not one that the policy and the receipts make: {rule}",
                source=rule.source,
                rule=rule.sentence,
            )
            yield Finding(name, "policy", "fail", sentence, rule.expected)
