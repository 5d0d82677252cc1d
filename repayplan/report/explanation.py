"""An explanation on the screen and as plain values: what holds installments down, or what would make them possible."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table

from repayplan.language import Message, listed, tr
from repayplan.money import grouped, plain
from repayplan.planning.explain import TIME, Effect, Explanation, Reason
from repayplan.planning.plan_file import finding_line
from repayplan.planning.remedies import Pull, Remedies, Remedy
from repayplan.planning.result import Plan
from repayplan.problem.terms import percent
from repayplan.report.findings import show_conflict
from repayplan.report.layout import bullets, heading, say
from repayplan.report.terminal import merged
from repayplan.report.words import status_words

SCHEMA = "repayplan/explanation/1"

LIMITS: Mapping[str, Message] = {
    "floors": tr("floor"),
    "cover": tr("cover"),
    "interest": tr("interest"),
    "grace": tr("grace"),
    "maximum": tr("largest amount"),
    "minimum": tr("least amount"),
    "step": tr("step"),
    "balloon": tr("balloon"),
    "level": tr("shape"),
    "allocation": tr("allocation"),
    "installments": tr("number of installments"),
    "maturity": tr("maturity"),
    "reserve": tr("reserve"),
    "cumulative": tr("pace"),
    "named": tr("named day"),
    "fixed": tr("fixed payment"),
    "life": tr("average life"),
    "burden": tr("burden"),
    "arrears": tr("arrears"),
    "term": tr("term"),
    "charge": tr("all-in charge"),
    "npv": tr("value test"),
    "liquidation": tr("liquidation"),
    "waived": tr("waiver"),
    "ledger": tr("debt"),
}
"""What limits are called in a narrow column; others by their own name."""

LEVERS: Mapping[str, Message] = {
    "months": tr("term"),
    "grace": tr("grace"),
    "interest_every": tr("interest"),
    "balloon": tr("balloon"),
    "step": tr("step"),
    "maximum_installment": tr("largest amount"),
    "minimum_installment": tr("least amount"),
    "cover": tr("cover"),
    "floor": tr("floor"),
    "sale": tr("sale"),
    "shape": tr("shape"),
    "waiver": tr("waiver"),
    "installments": tr("number of installments"),
    "cumulative": tr("pace"),
    "average_life": tr("average life"),
    "reserve": tr("reserve"),
    "max_burden": tr("burden"),
    "mix": tr("mixes"),
}
"""What changes are called in a narrow column."""


def show_explanation(found: Explanation, console: Console) -> None:
    """Print why a plan is as it is, or why there is none and what would help."""
    name = found.plan.case.enterprise.name
    if found.remedies is not None:
        say(tr("What would help: {name}", name=name), console, "bold")
        show_conflict(found.conflict, console)
        _remedies(found.plan, found.remedies, console)
        _untried(found, console)
        return
    say(tr("Why these amounts: {name}", name=name), console, "bold")
    say(status_words(found.plan), console)
    late = [("·", "dim", str(finding.sentence)) for finding in found.plan.findings if finding.rule == TIME]
    if late:
        bullets(late, console)
        _untried(found, console)
        return
    heading(tr("What holds each installment down, and how much more a change would have brought by then"), console)
    console.print(_table(found))
    heading(tr("What holds the installments down"), console)
    bullets([("·", "dim", sentence) for sentence in merged(found.plan)], console)
    heading(tr("What a change would bring"), console)
    bullets([("·", "dim", str(effect.sentence)) for effect in found.effects] or _nothing(found), console)
    _untried(found, console)


def explanation_document(found: Explanation) -> dict[str, Any]:
    """An explanation as plain values, amounts as decimal strings, sentences in the language in use."""
    return {
        "schema": SCHEMA,
        "status": found.plan.status,
        "currency": found.plan.case.currency,
        "installments": [_reason(reason) for reason in found.reasons],
        "changes": [_effect(effect) for effect in found.effects],
        "untried": list(found.untried),
        "conflict": [finding_line(finding) for finding in found.conflict],
        "remedies": None if found.remedies is None else _remedies_document(found.plan, found.remedies),
    }


# --------------------------------------------------------------------------------------------------------- a plan


def _table(found: Explanation) -> Table:
    table = Table(box=box.SIMPLE, show_edge=False, padding=(0, 1, 0, 0), pad_edge=False)
    table.add_column(str(tr("Date")), no_wrap=True)
    table.add_column(str(tr("Payment")), justify="right", style="bold", no_wrap=True)
    table.add_column(str(tr("Held down by")), overflow="fold")
    table.add_column(str(tr("A change would bring by then")), overflow="fold")
    for reason in found.reasons:
        table.add_row(str(reason.date), grouped(reason.payment), _held(reason), _gains(reason))
    return table


def _held(reason: Reason) -> str:
    if reason.settles:
        return str(tr("settles what is left"))
    names = dict.fromkeys(str(LIMITS.get(entry.limit, entry.limit)) for entry in reason.held_by)
    return listed(names) or "–"


def _gains(reason: Reason) -> str:
    gains = sorted(((cents, lever) for lever, cents in reason.sooner.items() if cents > 0), reverse=True)
    return listed(f"{LEVERS[lever]} +{grouped(cents)}" for cents, lever in gains) or "–"


def _nothing(found: Explanation) -> list[tuple[str, str, str]]:
    if found.untried:
        return []
    return [("·", "dim", str(tr("No limit that could be changed holds them down: the debt itself does.")))]


def _untried(found: Explanation, console: Console) -> None:
    """What there was no time for."""
    if found.untried:
        names = listed(str(LEVERS[name]) for name in found.untried)
        say(tr("There was no time for: {names}. More: --time-limit SECONDS.", names=names), console, "yellow")


# -------------------------------------------------------------------------------------------------- an impossible case


def _remedies(made: Plan, found: Remedies, console: Console) -> None:
    heading(tr("What would help by itself, as little of it as suffices"), console)
    if found.alone:
        console.print(_remedy_table(found.alone))
    else:
        bullets([("·", "dim", str(tr("Nothing that was tried helps by itself.")))], console)
    if found.mix:
        heading(tr("The cheapest of the mixes tried"), console)
        console.print(_remedy_table([found.mix]))
    if found.helpless:
        heading(tr("What cannot help by itself, however far it goes"), console)
        bullets([("·", "dim", str(pull.words)) for pull in found.helpless], console)
    console.print()
    say(cost_words(made), console, "dim")


def _remedy_table(found: Sequence[Remedy]) -> Table:
    table = Table(box=box.SIMPLE, show_edge=False, padding=(0, 1, 0, 0), pad_edge=False)
    table.add_column(str(tr("Change")), overflow="fold")
    table.add_column(str(tr("Cost to the bank")), justify="right", no_wrap=True)
    table.add_column(str(tr("Last payment")), no_wrap=True)
    table.add_column(str(tr("Paid in all")), justify="right", no_wrap=True)
    for remedy in found:
        metrics = remedy.plan.metrics
        table.add_row(
            listed(pull.words for pull in remedy.pulls),
            grouped(remedy.cost),
            str(metrics.final_date or "–"),
            grouped(metrics.recovered),
        )
    return table


def cost_words(made: Plan) -> Message:
    """How the cost of a remedy is measured."""
    return tr(
        "Cost: what is owed at signing less the expected recovery of the plan, in present value at {rate} a year. "
        "What is risked with less cover or a lower floor is not in it. Every plan was made in full and verified.",
        rate=percent(made.terms.discount_rate),
    )


# ------------------------------------------------------------------------------------------------------- plain values


def _reason(reason: Reason) -> dict[str, Any]:
    held = [
        {"limit": entry.limit, "date": entry.date and entry.date.isoformat(), "sentence": str(entry.sentence)}
        for entry in reason.held_by
    ]
    sooner = {lever: plain(cents) for lever, cents in reason.sooner.items()}
    return {
        "date": reason.date.isoformat(),
        "payment": plain(reason.payment),
        "settles": reason.settles,
        "held_by": held,
        "sooner": sooner,
    }


def _effect(effect: Effect) -> dict[str, Any]:
    return {
        "lever": effect.lever,
        "change": str(effect.words),
        "limits": list(effect.limits),
        "status": effect.plan.status,
        "paid_by": {date.isoformat(): plain(cents) for date, cents in effect.paid_by.items()},
        "interest_less": plain(effect.interest),
        "final_date": effect.final_date and effect.final_date.isoformat(),
        "months_earlier": effect.months,
        "sentence": str(effect.sentence),
    }


def _remedies_document(made: Plan, found: Remedies) -> dict[str, Any]:
    return {
        "cost_is": str(cost_words(made)),
        "alone": [_remedy(remedy) for remedy in found.alone],
        "mix": _remedy(found.mix) if found.mix else None,
        "cannot_help_alone": [_pull(pull) for pull in found.helpless],
    }


def _remedy(remedy: Remedy) -> dict[str, Any]:
    metrics = remedy.plan.metrics
    return {
        "changes": [_pull(pull) for pull in remedy.pulls],
        "cost": plain(remedy.cost),
        "paid": plain(metrics.recovered),
        "final_date": metrics.final_date and metrics.final_date.isoformat(),
        "installments": list(_payments(remedy.plan)),
    }


def _payments(made: Plan) -> Iterator[dict[str, Any]]:
    for row in made.installments:
        if row.payment:
            yield {"date": row.date.isoformat(), "loan": row.loan, "payment": plain(row.payment)}


def _pull(pull: Pull) -> dict[str, Any]:
    return {"lever": pull.lever, "steps": pull.steps, "change": str(pull.words)}
