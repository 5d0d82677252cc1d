"""A schedule that somebody offers, through ledger and limits; and beside it the nearest one that holds.

It is judged on its own days: they are payment dates, and one takes the place of the policy's payment date in its month
where the offer pays nothing on that.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from repayplan.cases.models import Case
from repayplan.cases.offers import Offered
from repayplan.compliance.findings import Finding
from repayplan.compliance.registry import judge
from repayplan.compliance.replay import Payment, Replay, ledgers, replay
from repayplan.debt.ledger import Ledger
from repayplan.language import tr
from repayplan.money import grouped
from repayplan.planning.agreeing import waivings
from repayplan.planning.forecasts import forecast_findings, window_of
from repayplan.planning.metrics import cash_rows, installments, metrics
from repayplan.planning.nearest import Key, moved, nearest
from repayplan.planning.notes import notes
from repayplan.planning.result import Plan, Proof
from repayplan.planning.sharing import least_total, share
from repayplan.problem.arrays import Problem
from repayplan.problem.assemble import assemble
from repayplan.problem.sharing import RANK, Sharing
from repayplan.problem.terms import Terms, payment_dates, resolve
from repayplan.solvers.chain import Chain

NEAREST = "nearest schedule that holds"


@dataclass(frozen=True, slots=True)
class Judged:
    """An offer as a plan of its own, and the ``nearest`` one that holds: the offer itself where it does.

    ``offered`` cents by day; ``moved``: Σ |x − offer| in cents. Without a nearest one none was found on these days.
    """

    plan: Plan
    offered: Mapping[dt.date, int]
    nearest: Plan | None
    moved: int

    @property
    def failed(self) -> list[Finding]:
        """What the offer breaks."""
        return [finding for finding in self.plan.findings if finding.result == "fail"]

    @property
    def holds(self) -> bool:
        """Whether the offer breaks nothing."""
        return not self.failed


def judge_offer(case: Case, offered: Sequence[Offered], chain: Chain | None = None) -> Judged:
    """Judge an offer. InputError where the case itself cannot be planned."""
    chain = chain or Chain()
    terms = resolve(case)
    amounts = _amounts(case, offered)
    dates = _dates(case, terms, {date for date, _ in amounts})
    own = replace(terms, dates=dates)
    problem = assemble(case, own)
    payments, beyond = _allocated(case, own, problem, amounts)
    result = replay(case, own, problem, payments)
    findings = (*_late(terms, amounts), *beyond, *judge(result))
    plan = _as_plan(result, findings, "schedule as offered", chain)
    by_day: dict[dt.date, int] = {}
    for (date, _), cents in amounts.items():
        by_day[date] = by_day.get(date, 0) + cents
    if plan.status == "feasible":
        return Judged(plan, by_day, plan, 0)
    within = replace(terms, dates=tuple(date for date in dates if date <= terms.maturity))
    found = nearest(case, within, amounts, chain)
    if found is None:
        return Judged(plan, by_day, None, 0)
    return Judged(plan, by_day, _as_plan(found, judge(found), NEAREST, chain), moved(found, amounts))


def _amounts(case: Case, offered: Sequence[Offered]) -> dict[Key, int]:
    """Cents by day and loan; the only loan is named even where the offer does not."""
    only = case.loans[0].id if len(case.loans) == 1 else None
    amounts: dict[Key, int] = {}
    for entry in offered:
        key = entry.date, entry.loan or only
        amounts[key] = amounts.get(key, 0) + entry.cents
    return {key: cents for key, cents in amounts.items() if cents}


def _dates(case: Case, terms: Terms, offered: set[dt.date]) -> tuple[dt.date, ...]:
    """Payment dates of the policy and of the offer; a day of the offer replaces the policy's in its month."""
    calendar = payment_dates(case, terms)
    policy = case.policy
    agreed = {fixed.date for fixed in policy.fixed_payments} | {named.date for named in policy.named_payments}
    others = {(date.year, date.month) for date in offered - set(calendar)}
    kept = [date for date in calendar if date in offered | agreed or (date.year, date.month) not in others]
    return tuple(sorted({*kept, *offered}))


def _allocated(
    case: Case, terms: Terms, problem: Problem, amounts: Mapping[Key, int]
) -> tuple[list[Payment], list[Finding]]:
    """The payments loan by loan, and what is offered beyond the debt; what names a loan comes first on its day."""
    books, days = ledgers(case, terms), problem.days()
    payments: dict[tuple[dt.date, str], int] = {}
    beyond: list[Finding] = []
    for (date, loan), cents in sorted(amounts.items(), key=lambda item: (item[0][0], item[0][1] is None)):
        for book in books:
            book.advance(date)
        named = [cents if loan == book.loan else 0 for book in books]
        parts = _shared(problem, books, days.index(date), cents) if loan is None else named
        for book, part in zip(books, parts, strict=True):
            paid = min(part, book.debt)
            if paid:
                book.pay(date, paid)
                payments[date, book.loan] = payments.get((date, book.loan), 0) + paid
                cents -= paid
        if cents:
            said = {"date": date, "amount": grouped(cents)}
            sentence = tr("On {date} {amount} more is offered than is owed", **said)
            beyond.append(Finding("ledger", "", "fail", sentence, date, loan, cents))
    return [Payment(date, loan, cents) for (date, loan), cents in payments.items()], beyond


def _shared(problem: Problem, books: Sequence[Ledger], stage: int, cents: int) -> list[int]:
    """What each loan gets of an amount that names none: what the policy says, or else the order of Civil Code art. 560
    (overdue first, then least secured, then dearer), interest that is due before all."""
    order = tuple(np.argsort(problem.debt.rank[0]).tolist())
    ruled = problem if problem.sharing.together else replace(problem, sharing=Sharing(RANK, order))
    cents = min(cents, sum(book.debt for book in books))
    if ruled.sharing.rule != RANK or cents >= least_total(ruled, books, stage):
        return share(ruled, books, stage, cents)
    parts = [0] * len(books)
    for number in ruled.sharing.order:  # not even the interest can be paid
        parts[number] = min(cents - sum(parts), books[number].debt - books[number].principal)
    return parts


def _late(terms: Terms, amounts: Mapping[Key, int]) -> Iterator[Finding]:
    for date, loan in amounts:
        if date > terms.maturity:
            said = {"date": date, "maturity": terms.maturity}
            sentence = tr("The payment of {date} comes after the end of the term, {maturity}", **said)
            yield Finding("maturity", "policy", "fail", sentence, date, loan)


def _as_plan(result: Replay, findings: Sequence[Finding], method: str, chain: Chain) -> Plan:
    holds = all(finding.result != "fail" for finding in findings)
    case, terms = result.case, result.terms
    return Plan(
        case=case,
        terms=terms,
        status="feasible" if holds else "infeasible",
        proof=Proof(None, chain.name, method, result.problem.modes[0], None, None, None, None, None, chain.attempts),
        installments=installments(result),
        cash=cash_rows(result),
        metrics=metrics(result),
        waived=waivings(case),
        binding=(),
        findings=(*findings, *notes(result, terms.unit, 0), *forecast_findings(case, window_of(result))),
    )
