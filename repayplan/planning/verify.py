"""Judge a plan from its case and its payments alone, without a solver: to the cent, to the day, limit by limit.

Where payments follow receipts, the rules of the plan are applied to the forecast, and must make them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from repayplan.cases.writers import fingerprint
from repayplan.compliance.findings import Finding
from repayplan.compliance.registry import checks, judge
from repayplan.compliance.replay import Payment, Replay, replay
from repayplan.errors import LedgerError
from repayplan.language import Message, speaking, tr
from repayplan.money import grouped
from repayplan.planning.agreeing import waivings
from repayplan.planning.metrics import cash_rows, installments, metrics
from repayplan.planning.plan_file import FindingLine, PlanFile, term_values
from repayplan.planning.proof_checks import proof_findings
from repayplan.problem.arrays import Problem
from repayplan.problem.assemble import assemble
from repayplan.problem.terms import Terms, payment_dates, resolve

COUNTS = ("payments",)


def verify(claimed: PlanFile) -> list[Finding]:
    """Every limit with its result, and a failure for every figure of the file that the ledger does not confirm.

    What only a solver could confirm is not judged: the most value, its bound, what limits are worth. InputError where
    the case itself cannot be planned.
    """
    case = claimed.case
    terms = resolve(case)
    payments = [Payment(row.date, row.loan, row.payment) for row in claimed.installments]
    misplaced = [*_misplaced(claimed, terms, payments), *_other_case(claimed, terms)]
    if any(finding.rule == "calendar" for finding in misplaced):
        return misplaced
    return misplaced + _judged(claimed, terms, assemble(case, terms), payments)


def _judged(claimed: PlanFile, terms: Terms, problem: Problem, payments: Sequence[Payment]) -> list[Finding]:
    try:
        result = replay(claimed.case, terms, problem, payments, tuple(line.rule for line in claimed.rules))
    except LedgerError as error:
        return [_failure("ledger", tr("the ledger refuses a payment: {fault}", fault=fault)) for fault in error.faults]
    judged = judge(result)
    return [
        *judged,
        *_rules(claimed, problem),
        *_verdicts(claimed, judged),
        *_figures(claimed, result),
        *proof_findings(claimed, problem, result, judged),
    ]


def _rules(claimed: PlanFile, problem: Problem) -> Iterator[Finding]:
    """Rules where payments follow no receipts, or whose words say something else. What they make due is judged by the
    check of the shape."""
    if claimed.rules and not problem.form.streams:
        yield _failure("rules", tr("The plan has rules of sharing receipts, its case has none"))
    with speaking(claimed.language):
        torn = [line for line in claimed.rules if line.sentence != str(line.rule.sentence)]
    for line in torn:
        yield _failure("rules", tr("The words of a rule are not its figures: {sentence}", sentence=line.sentence))


def _misplaced(claimed: PlanFile, terms: Terms, payments: Sequence[Payment]) -> Iterator[Finding]:
    """Payments that cannot be placed: on a day, on a loan or of an amount that the terms do not know."""
    allowed = set(payment_dates(claimed.case, terms))
    loans = {loan.id for loan in claimed.case.loans}
    seen: set[tuple[object, str]] = set()
    for payment in payments:
        said = {"date": payment.date, "loan": payment.loan, "amount": grouped(payment.cents)}
        if payment.date not in allowed:
            yield _failure("calendar", tr("{date} is not a payment date ({amount} on loan {loan})", **said))
        if payment.loan not in loans:
            yield _failure("calendar", tr("The case has no loan {loan} ({amount} on {date})", **said))
        if payment.cents <= 0:
            yield _failure("calendar", tr("A payment of {amount} on {date} on loan {loan} is not above zero", **said))
        if (payment.date, payment.loan) in seen:
            yield _failure("calendar", tr("Loan {loan} is paid twice on {date}", **said))
        seen.add((payment.date, payment.loan))


def _other_case(claimed: PlanFile, terms: Terms) -> Iterator[Finding]:
    """A plan made for another case, or on other defaults than are in force now."""
    if claimed.case_sha256 != fingerprint(claimed.case):
        yield _failure("case", tr("The plan was made for another case than the one it is judged by"))
    if (claimed.currency, claimed.as_of) != (claimed.case.currency, claimed.case.as_of):
        said = {"currency": claimed.currency, "date": claimed.as_of}
        yield _failure("case", tr("The plan says {currency} and {date}, its case something else", **said))
    now = term_values(terms)
    for name in sorted(now.keys() | claimed.terms.keys()):
        if now.get(name) != claimed.terms.get(name):
            said = {"name": name, "claimed": _shown(claimed.terms.get(name)), "now": _shown(now.get(name))}
            yield _failure(
                "terms", tr("The plan was made on {name} = {claimed}; the case and the defaults say {now}", **said)
            )
    used = {(default.field, default.value, default.valid_from) for default in terms.defaults}
    if {(default.field, default.value, default.valid_from) for default in claimed.defaults} != used:
        yield _failure("terms", tr("The defaults that the plan names are not those that were used"))


def _verdicts(claimed: PlanFile, judged: Sequence[Finding]) -> Iterator[Finding]:
    """What the file says of the limits, and of itself, against what is found."""
    held = all(finding.result != "fail" for finding in judged)
    if held != (claimed.status in ("optimal", "feasible")):
        yield _failure(
            "status", tr("The plan is claimed to be {status}; the limits say otherwise", status=claimed.status)
        )
    found = {_verdict(finding) for finding in judged}
    rules = checks().keys()
    said = {_verdict(line) for line in claimed.findings if line.rule in rules and line.result in ("pass", "fail")}
    for rule in sorted({str(verdict[0]) for verdict in found ^ said}):
        yield _failure("findings", tr("What the plan says of the limit {rule} is not what is found", rule=rule))


def _verdict(finding: Finding | FindingLine) -> tuple[object, ...]:
    return finding.rule, finding.result, finding.date, finding.loan, finding.amount


def _figures(claimed: PlanFile, result: Replay) -> Iterator[Finding]:
    """Every figure of the file against the ledger's."""
    yield from _compare(tr("installment"), claimed.installments, installments(result))
    yield from _compare(tr("cash"), claimed.cash, cash_rows(result))
    yield from _compare(tr("figures"), [claimed.metrics], [metrics(result)])
    yield from _compare(tr("waivers"), claimed.waived, waivings(result.case))


def _compare(table: Message, claimed: Sequence[Any], found: Sequence[Any]) -> Iterator[Finding]:
    if len(claimed) != len(found):
        said = {"table": table, "claimed": len(claimed), "found": len(found)}
        yield _failure("figures", tr("{table}: {claimed} rows are claimed, the ledger has {found}", **said))
        return
    for number, (row, true) in enumerate(zip(claimed, found, strict=True), 1):
        for name in type(true).__slots__:
            if getattr(row, name) != getattr(true, name):
                said = {"table": table, "row": number, "name": name}
                values = {"claimed": _figure(name, getattr(row, name)), "found": _figure(name, getattr(true, name))}
                yield _failure(
                    "figures",
                    tr("{table} {row}, {name}: {claimed} is claimed, the ledger says {found}", **said, **values),
                )


def _figure(name: str, value: object) -> object:
    """A figure of a table: whole numbers are cents unless they count something."""
    return grouped(value) if isinstance(value, int) and name not in COUNTS else _shown(value)


def _shown(value: object) -> object:
    """A value as a person says it."""
    match value:
        case None:
            return tr("nothing")
        case bool():
            return tr("yes") if value else tr("no")
        case _:
            return value


def _failure(rule: str, sentence: Message) -> Finding:
    return Finding(rule, "repayplan verify", "fail", sentence)
