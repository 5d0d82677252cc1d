"""The shape of a plan in sentences: its few amounts, or the rules that make the payments."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import groupby

from repayplan.language import Message, listed, tr
from repayplan.money import grouped
from repayplan.planning.result import Plan
from repayplan.problem.terms import percent
from repayplan.report.schedule import day_totals, payments


def shape_sentences(plan: Plan) -> list[Message]:
    """What a person looks for in the shape that was asked for; nothing for a free plan or one that pays nothing."""
    rows = payments(plan)
    totals = dict(sorted(day_totals(rows).items()))
    if not rows:
        return []
    match plan.terms.shape:
        case "free":
            return []
        case "level_principal":
            principal: Counter[dt.date] = Counter()
            for row in rows:
                principal[row.date] += row.principal
            return [tr("{run} of principal, and interest on what is left", run=run) for run in _runs(dict(principal))]
        case "interest_only":
            interest = sum(row.payment for row in rows if row.date <= _interest_until(plan))
            later = {date: cents for date, cents in totals.items() if date > _interest_until(plan)}
            alone = tr(
                "Interest alone until {date}, {amount} in all", date=_interest_until(plan), amount=grouped(interest)
            )
            return [alone, *_runs(later)]
        case "seasonal":
            return list(_by_month(totals))
        case "milestone_share" | "store_share" | "receivable_share":
            return list(_rules(plan))
        case _:
            return _runs(totals)


def _interest_until(plan: Plan) -> dt.date:
    """The last payment date without any principal before the first with some."""
    first = min((row.date for row in plan.installments if row.principal), default=dt.date.max)
    return max((row.date for row in plan.installments if row.date < first), default=plan.case.as_of)


def _runs(amounts: Mapping[dt.date, int]) -> list[Message]:
    """Amounts with the days from the first to the last on which they are paid one after the other."""
    found = []
    for cents, group in groupby(amounts.items(), key=lambda pair: pair[1]):
        days = [date for date, _ in group]
        if len(days) == 1:
            found.append(tr("{amount} on {date}", amount=grouped(cents), date=days[0]))
        else:
            said = {"amount": grouped(cents), "first": days[0], "last": days[-1], "count": len(days)}
            found.append(tr("{amount} from {first} to {last}, {count} times", **said))
    return found


def _by_month(totals: Mapping[dt.date, int]) -> Iterator[Message]:
    """Each amount with the months of the year it belongs to; the last payment is what is left."""
    last = max(totals)
    months: dict[int, Counter[int]] = {}
    for date, cents in totals.items():
        if date != last:
            months.setdefault(date.month, Counter())[cents] += 1
    usual = {month: found.most_common(1)[0][0] for month, found in months.items()}
    for cents in sorted(set(usual.values()), reverse=True):
        named = listed(month for month in sorted(usual) if usual[month] == cents)
        yield tr("{amount} in the months {months} of the year", amount=grouped(cents), months=named)
    yield tr("{amount} on {date}", amount=grouped(totals[last]), date=last)


def _rules(plan: Plan) -> Iterator[Message]:
    """Every rule; those of one project that differ in the receipt alone as one, with a line for each receipt."""
    if plan.terms.shape != "milestone_share":
        yield from (rule.sentence for rule in plan.rules)
        return
    for rule in plan.rules:
        yield tr(
            "{share} of {part} ({source}), expected on {expected}; due in any case on {long_stop}",
            share=percent(rule.share),
            part=rule.part,
            source=rule.source,
            expected=rule.expected,
            long_stop=rule.long_stop,
        )
    if plan.rules:
        rule = plan.rules[0]
        yield tr(
            "Receipts go to {account}; each share is paid within {days} days",
            account=rule.account or tr("a controlled account"),
            days=rule.pay_within_days,
        )
        if rule.minimum:
            yield tr("On each payment day at least {minimum} is due", minimum=grouped(rule.minimum))
