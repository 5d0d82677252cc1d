"""A plan on the screen: what was proved, the figures that matter, the schedule, the chart, the reasons."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from repayplan.calendar.spans import Days
from repayplan.compliance.findings import Finding
from repayplan.language import Message, listed, plural, tr
from repayplan.money import grouped
from repayplan.planning.result import ABOUT_FUTURES, Binding, Metrics, Plan
from repayplan.problem.terms import UsedDefault, payment_dates
from repayplan.report.chart import chart
from repayplan.report.findings import of_the_conflict, show_broken, show_conflict, show_findings
from repayplan.report.layout import Prose, say
from repayplan.report.layout import bullets as _list
from repayplan.report.layout import grid as _grid
from repayplan.report.layout import heading as _heading
from repayplan.report.schedule import payments, schedule
from repayplan.report.shapes import shape_sentences
from repayplan.report.words import default_words, shape_name, status_words

_LABEL_CELLS = 24
_STATUS_STYLES = {"optimal": "bold green", "feasible": "bold yellow"}


def show_plan(plan: Plan, console: Console) -> None:
    """Print everything an officer reads before the plan goes to the committee."""
    _title(plan, console)
    if plan.out_of_time:
        show_findings([finding for finding in plan.findings if finding.rule == "time"], console)
        return
    _grid(_figures(plan), console)
    if payments(plan):
        _heading(tr("Schedule"), console)
        console.print(schedule(plan, console))
        _quiet_days(plan, console)
    if plan.outlook is not None:
        console.print()
        say(plan.outlook.sentence, console)
    _shape(plan, console)
    if plan.cash:
        _heading(tr("Cash and payments"), console)
        for line in chart(plan, console.width):
            console.print(line, no_wrap=True, overflow="crop")
    if plan.binding:
        _heading(tr("What holds the installments down"), console)
        _list([("·", "dim", sentence) for sentence in merged(plan)], console)
    _found(plan, console)
    show_defaults(plan.terms.defaults, console)


def _found(plan: Plan, console: Console) -> None:
    """What was found; where there is no plan, what stands in its way and what the best effort breaks by themselves."""
    said = [finding for finding in plan.findings if finding.result != "pass"]
    if plan.status in ("infeasible", "failed"):
        conflict, failed = of_the_conflict(said), [finding for finding in said if finding.result == "fail"]
        if conflict:
            show_conflict(conflict, console)
        show_broken(tr("What the best effort breaks"), failed, console)
        said = [finding for finding in said if finding not in (*conflict, *failed)]
    show_findings(said, console)


def show_verdict(findings: Sequence[Finding], console: Console) -> None:
    """Print what ``verify`` found, the verdict last."""
    show_findings([finding for finding in findings if finding.result != "pass"], console)
    failed, count = sum(finding.result == "fail" for finding in findings), len(findings)
    if failed:
        several = tr("The plan does not hold: {failed} of {count} checks failed.", failed=failed, count=count)
        words = plural(tr("The plan does not hold: 1 of {count} checks failed.", count=count), several, failed)
        say(words, console, "bold red")
    else:
        words = tr("The plan holds: {count} checks, none failed.", count=count)
        say(words, console, "bold green")


def show_files(files: Sequence[Path], console: Console) -> None:
    """Print where the files are."""
    console.print()
    words = tr("Written: {files}", files=listed(files)) if files else tr("Nothing was written; -o DIR does.")
    say(words, console)


def _title(plan: Plan, console: Console) -> None:
    say(tr("Repayment plan: {name}", name=plan.case.enterprise.name), console, "bold")
    style = _STATUS_STYLES.get(plan.status, "bold red")
    say(status_words(plan), console, style)
    say(plan.proof.sentence, console, "dim")
    for finding in plan.findings:
        if finding.rule == ABOUT_FUTURES and finding.result in (
            "warning",
            "fail",
        ):
            say(finding.sentence, console, "bold red")
    console.print()


def _figures(plan: Plan) -> list[tuple[Message, str]]:
    """The handful of figures that matter."""
    metrics = plan.metrics
    paid = tr(
        "{amount} ({interest} of it interest and charges)",
        amount=grouped(metrics.recovered),
        interest=grouped(metrics.interest_paid),
    )
    lines = [(tr("Debt at signing"), str(_signing(plan))), (tr("Paid in all"), str(paid))]
    if metrics.waived:
        lines.append((tr("Waived"), grouped(metrics.waived)))
    if metrics.first_date and metrics.final_date:
        count = tr(
            "{count} from {first} to {last}", count=metrics.payments, first=metrics.first_date, last=metrics.final_date
        )
        lines += [(tr("Payments"), str(count)), (tr("Largest payment"), grouped(metrics.largest_payment))]
    if metrics.to_others:
        lines.append((tr("Paid to other lenders"), grouped(metrics.to_others)))
    lines += [
        (tr("Left unpaid"), grouped(metrics.unpaid)),
        (tr("Expected recovery today"), grouped(metrics.expected_recovery)),
        (tr("Value at the original rate"), grouped(metrics.npv_at_eir)),
    ]
    if metrics.min_dscr is not None:
        lines.append((tr("Lowest cover"), _on(f"{metrics.min_dscr:.2f}", metrics.min_dscr_date)))
    lines.append((tr("Least cash above the floor"), _on(grouped(metrics.min_headroom), metrics.min_headroom_date)))
    lines.append((tr("Receipts counted on"), _views(metrics)))
    if metrics.average_life_years is not None:
        lines.append((tr("Average life"), str(tr("{years} years", years=f"{metrics.average_life_years:.2f}"))))
    return lines


def _views(metrics: Metrics) -> str:
    """The bank's total, and beside it the borrower's where that is another."""
    if metrics.receipts_bank == metrics.receipts_borrower:
        return grouped(metrics.receipts_bank)
    words = tr(
        "{bank} of {borrower} that the borrower expects",
        bank=grouped(metrics.receipts_bank),
        borrower=grouped(metrics.receipts_borrower),
    )
    return str(words)


def _signing(plan: Plan) -> Message:
    debt, capitalized = plan.metrics.debt_at_signing, plan.metrics.capitalized
    said = {"amount": grouped(debt), "currency": plan.case.currency, "date": plan.case.as_of}
    if not capitalized:
        return tr("{amount} {currency} on {date}", **said)
    return tr(
        "{amount} {currency} on {date} ({part} of it arrears turned into principal)", **said, part=grouped(capitalized)
    )


def _shape(plan: Plan, console: Console) -> None:
    """The few figures that the installments are made of."""
    sentences = shape_sentences(plan)
    if sentences:
        named = tr("Shape of the installments: {shape}", shape=shape_name(plan.terms.shape))
        _heading(tr("Rules that make the payments") if plan.rules else named, console)
        _list([("·", "dim", str(sentence)) for sentence in sentences], console)


def _quiet_days(plan: Plan, console: Console) -> None:
    paid = {row.date for row in payments(plan)}
    quiet = [date for date in payment_dates(plan.case, plan.terms) if date < max(paid) and date not in paid]
    if quiet:
        several = tr("On {count} payment days in between nothing is due.", count=len(quiet))
        words = plural(tr("On one payment day in between nothing is due."), several, len(quiet))
        say(words, console, "dim")


def show_defaults(defaults: Sequence[UsedDefault], console: Console) -> None:
    """Print the defaults that were used, each with its reason."""
    if not defaults:
        return
    _heading(tr("Defaults used where the case says nothing"), console)
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0), pad_edge=False)
    table.add_column(max_width=_LABEL_CELLS)
    table.add_column(no_wrap=True)
    table.add_column(style="dim", overflow="fold")
    for default in defaults:
        table.add_row(*default_words(default.field, str(default.value)), Prose(str(default.reason)))
    console.print(table)


def merged(plan: Plan) -> list[str]:
    """One sentence for limits that say the same of several days; nothing about days after the last payment."""
    last = plan.metrics.final_date or dt.date.max
    dates = payment_dates(plan.case, plan.terms)
    groups: dict[str, list[Binding]] = {}
    for binding in plan.binding:
        if binding.date is None or binding.date <= last:
            sentence = binding.sentence
            said = str(Message(sentence.text, {**sentence.values, "date": "…"}))
            groups.setdefault(said, []).append(binding)
    return [_said(group, dates) for group in groups.values()]


def _said(group: Sequence[Binding], dates: Sequence[dt.date]) -> str:
    sentence = group[0].sentence
    days = sorted({binding.date for binding in group if binding.date})
    return str(Message(sentence.text, {**sentence.values, "date": Days.of(days, dates)})) if days else str(sentence)


def _on(figure: str, date: dt.date | None) -> str:
    return str(tr("{figure} on {date}", figure=figure, date=date)) if date else figure
