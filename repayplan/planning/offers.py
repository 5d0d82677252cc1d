"""A schedule that somebody offers, through ledger and limits; and beside it the nearest one that holds.

It is judged on its own days: they are payment dates, and one takes the place of the policy's payment date in its month
where the offer pays nothing on that. The *nearest* schedule moves the least money: Σ |x − offer| over its days, or over
days and loans where the offer says which loan is paid. Of schedules equally near, the earliest.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from repayplan.cases.models import Case
from repayplan.cases.offers import Offered
from repayplan.compliance.findings import Finding
from repayplan.compliance.registry import failures, judge
from repayplan.compliance.replay import Payment, Replay, ledgers, replay
from repayplan.formulation.build import Formulation, formulate
from repayplan.formulation.frame import payment
from repayplan.formulation.preference import earliness
from repayplan.language import tr
from repayplan.money import grouped
from repayplan.planning.diving import dive_into
from repayplan.planning.forecasts import forecast_findings, window_of
from repayplan.planning.metrics import cash_rows, installments, metrics
from repayplan.planning.notes import notes
from repayplan.planning.result import Plan, Proof
from repayplan.planning.value import debt_bound
from repayplan.problem.arrays import Problem
from repayplan.problem.assemble import assemble
from repayplan.problem.terms import Terms, payment_dates, resolve
from repayplan.solvers.chain import Chain
from repayplan.solvers.extending import with_columns, with_rows
from repayplan.solvers.sparse import SparseProgram

SOONER = 1e-6
"""What paying early counts beside nearness: it decides only between schedules that are equally near."""

MOST_LANES = 4
"""Dates tried as the last payment, the nearest first."""

Key = tuple[dt.date, str | None]


@dataclass(frozen=True, slots=True)
class Judged:
    """An offer as a plan of its own, and the ``nearest`` one that holds: the offer itself where it does.

    ``offered`` cents by day; ``moved``: Σ |x − offer| in cents. Without a nearest one no schedule on these days holds.
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
    amounts = {(entry.date, entry.loan): entry.cents for entry in offered if entry.cents}
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
    nearest = _nearest(case, replace(terms, dates=tuple(d for d in dates if d <= terms.maturity)), amounts, chain)
    return Judged(plan, by_day, nearest, 0 if nearest is None else _moved(nearest, amounts))


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
    """The payments loan by loan, and what is offered beyond the debt.

    What names no loan pays the loans in the order of Civil Code art. 560: overdue first, then least secured, then
    dearer.
    """
    books = ledgers(case, terms)
    rank = problem.debt.rank[0]
    ranked = [books[int(number)] for number in np.argsort(rank)]
    payments: dict[tuple[dt.date, str], int] = {}
    beyond: list[Finding] = []
    for date in sorted({date for date, _ in amounts}):
        for ledger in books:
            ledger.advance(date)
        for (_, loan), cents in [item for item in amounts.items() if item[0][0] == date]:
            left = cents
            for ledger in ranked:
                part = min(left, ledger.debt) if loan in (None, ledger.loan) else 0
                if part:
                    ledger.pay(date, part)
                    payments[date, ledger.loan] = payments.get((date, ledger.loan), 0) + part
                    left -= part
            if left:
                said = {"date": date, "amount": grouped(left)}
                sentence = tr("On {date} {amount} more is offered than is owed", **said)
                beyond.append(Finding("ledger", "", "fail", sentence, date, loan, left))
    return [Payment(date, loan, cents) for (date, loan), cents in payments.items()], beyond


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
        binding=(),
        findings=(*findings, *notes(result, terms.unit, 0), *forecast_findings(case, window_of(result))),
    )


# ------------------------------------------------------------------------------------------------- the nearest schedule


def _nearest(case: Case, terms: Terms, amounts: Mapping[Key, int], chain: Chain) -> Plan | None:
    """The schedule on these dates that holds every limit and moves the least; None where none is found."""
    if not terms.dates:
        return None
    problem = assemble(case, terms)
    slack = int(np.ceil(debt_bound(problem)[-1].sum()))
    for margin in (0, slack):  # what booking may move is kept free only where that is needed
        for payments in _exact(case, terms, formulate(problem.tightened(margin)), amounts, chain):
            result = replay(case, terms, problem, payments)
            if not failures(result):
                return _as_plan(result, judge(result), "nearest schedule that holds", chain)
    return None


def _exact(
    case: Case, terms: Terms, ground: Formulation, amounts: Mapping[Key, int], chain: Chain
) -> Iterator[list[Payment]]:
    """Near schedules in whole units or in cents, for the last dates that make the nearest possible."""
    programs = [_near(ground, lane, amounts) for lane in range(ground.frame.lanes)]
    solutions = [chain.solve(program) for program in programs]
    solved = [lane for lane, solution in enumerate(solutions) if solution.solved]
    wishes = _wishes(ground.frame.problem, amounts)
    for lane in sorted(solved, key=lambda number: round(solutions[number].objective, 9))[:MOST_LANES]:
        for unit in dict.fromkeys((terms.unit, 1)):
            payments = dive_into(case, terms, ground, programs[lane], unit, chain, wishes)
            if payments is not None:
                yield payments


def _near(ground: Formulation, lane: int, amounts: Mapping[Key, int]) -> SparseProgram:
    """A lane that minimizes the money moved: for each payment date, above and below what is offered."""
    problem = ground.frame.problem
    days, scale = problem.days(), float(problem.scale[0])
    program, layout = ground.valued(lane), ground.layout
    by_loan = all(loan is not None for _, loan in amounts)
    loans = list(enumerate(problem.loans[0]))
    groups = [[entry] for entry in loans] if by_loan else [loans]
    rows: list[dict[int, float]] = []
    wanted: list[float] = []
    for stage in np.flatnonzero(problem.pays[0]).tolist():
        for group in groups:
            rows.append({layout.index(payment(loan), stage): 1.0 for loan, _ in group})
            names: set[str | None] = {name for _, name in group} | (set() if by_loan else {None})
            wanted.append(sum(amounts.get((days[stage], name), 0) for name in names) / scale)
    first = len(program.row_upper)
    early = layout.spread(dict(earliness(ground.frame)), lane)
    extended = with_rows(program, rows, wanted, wanted)
    places = np.arange(first, first + len(rows))
    room = float(program.upper.max()) + max(wanted, default=0.0)
    both, signs = np.concatenate([places, places]), np.repeat([-1.0, 1.0], len(rows))
    moved = with_columns(extended, both, signs, np.full(len(both), room))
    return replace(moved, cost=np.concatenate([SOONER * early, np.ones(len(both))]))


def _wishes(problem: Problem, amounts: Mapping[Key, int]) -> dict[tuple[int, int], int]:
    """What is offered by stage and loan; nothing where it names no loan."""
    if any(loan is None for _, loan in amounts):
        return {}
    days = problem.days()
    return {
        (stage, number): amounts.get((days[stage], loan), 0)
        for stage in np.flatnonzero(problem.pays[0]).tolist()
        for number, loan in enumerate(problem.loans[0])
    }


def _moved(nearest: Plan, amounts: Mapping[Key, int]) -> int:
    """Σ |x − offer| in cents, as the offer counts: by day, or by day and loan."""
    by_loan = all(loan is not None for _, loan in amounts)
    paid: dict[Key, int] = {}
    wanted: dict[Key, int] = {}
    for row in nearest.installments:
        key = row.date, row.loan if by_loan else None
        paid[key] = paid.get(key, 0) + row.payment
    for (date, loan), cents in amounts.items():
        key = date, loan if by_loan else None
        wanted[key] = wanted.get(key, 0) + cents
    return sum(abs(paid.get(key, 0) - wanted.get(key, 0)) for key in paid.keys() | wanted.keys())
