"""A plan in futures on the screen: how often it is missed and when, what the bank recovers, what breaks it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

import numpy as np
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from repayplan.evaluate.statistics import Estimate
from repayplan.language import Message, listed, tr
from repayplan.money import grouped
from repayplan.planning.first_miss import reason
from repayplan.planning.outlook import percent, sentence
from repayplan.planning.stress import WORST, Named, Trial
from repayplan.report.fan import fan
from repayplan.report.layout import grid, heading
from repayplan.report.words import compact
from repayplan.rules.breach import breach_terms
from repayplan.rules.futures import spreads

SHOWN_MONTHS = 12
"""More months of first misses stand together."""

SHOWN_DATES = 8

METHODS = {
    "plain": tr("independent draws"),
    "antithetic": tr("antithetic pairs"),
    "sobol": tr("points of a Sobol sequence"),
    "still": tr("no draws: everything as the bank expects it"),
}


def show_stress(trial: Trial, console: Console) -> None:
    """Print what an officer asks of a plan before it is signed."""
    title = tr("{count} futures: {name}", count=f"{trial.drawing.scenarios:,}", name=trial.case.enterprise.name)
    console.print(Text(str(title), "bold"))
    console.print(Text(str(provenance(trial)), "dim"))
    console.print()
    if effort := best_effort(trial):
        console.print(Text(f"! {effort}", "bold yellow"))
    console.print(Text(str(sentence(trial, reason(trial)))))
    console.print()
    grid(_figures(trial), console)
    if trial.first_misses:
        heading(tr("When it is first missed"), console)
        console.print(_misses(trial))
    heading(tr("Cash of the business, and the installments"), console)
    for line in fan(trial, console.width):
        console.print(line, no_wrap=True, overflow="crop")
    heading(tr("Cash and debt by date"), console)
    console.print(_bands(trial))
    if trial.named or trial.idle:
        heading(tr("Futures that have a name"), console)
        _named(trial, console)


def best_effort(trial: Trial) -> Message | None:
    """What must be known of a plan that is none; None of others."""
    if trial.status not in ("infeasible", "failed"):
        return None
    if trial.unpaid:
        return tr("This is no plan to sign but the best effort: {amount} stays unpaid", amount=grouped(trial.unpaid))
    return tr("This is no plan to sign but the best effort: not every limit of the case holds")


def provenance(trial: Trial) -> Message:
    """How futures were drawn and what decides on default."""
    drawing = trial.drawing
    said = {
        "method": METHODS[drawing.method],
        "seed": drawing.seed,
        "table": spreads().valid_from,
        "hazard": hazard_words(trial),
    }
    return tr("{method}, seed {seed}, spreads of {table}; {hazard}", **said)


def hazard_words(trial: Trial) -> Message:
    """What decides on default; never both."""
    if trial.hazard == "arrears":
        months = breach_terms().default_after.months
        return tr("{months} months of arrears are a default, no other hazard is added", months=months)
    return tr("the plan's hazard weighs every future, arrears make no default")


def money(amount: Estimate) -> str:
    """An amount of cents and its standard error."""
    error = "" if np.isnan(amount.error) else f" (±{grouped(round(amount.error))})"
    return f"{grouped(round(amount.value))}{error}"


def _figures(trial: Trial) -> Iterable[tuple[Message, str]]:
    yield tr("An installment is missed"), percent(trial.missed)
    if trial.defaulted is not None:
        yield tr("The plan fails"), percent(trial.defaulted)
    yield tr("Expected recovery"), money(trial.recovery)
    yield tr("As the plan has it"), grouped(trial.expected)
    yield tr("Worst {share}", share=f"{WORST:.0%}"), money(trial.worst)
    low, middle = trial.cover
    if np.isfinite(low):
        words = tr(
            "{middle} in the median future, at most {low} in one of twenty", middle=f"{middle:.2f}", low=f"{low:.2f}"
        )
        yield tr("Least cover"), str(words)


def _misses(trial: Trial) -> Table:
    """The months with the most first misses, in order of time; the others together."""
    months: dict[str, float] = {}
    for day, share in trial.first_misses:
        months[f"{day:%Y-%m}"] = months.get(f"{day:%Y-%m}", 0.0) + share.value
    kept = sorted(months, key=lambda name: -months[name])[:SHOWN_MONTHS]
    table = _table()
    table.add_column(str(tr("Month")), no_wrap=True)
    table.add_column(str(tr("First missed")), justify="right", no_wrap=True)
    for name in sorted(kept):
        table.add_row(name, f"{months[name]:.1%}")
    if len(months) > len(kept):
        table.add_row(str(tr("other months")), f"{sum(months.values()) - sum(months[name] for name in kept):.1%}")
    return table


def _bands(trial: Trial) -> Table:
    """Some payment dates up to the plan's last, with the low, the middle and the high of cash and debt."""
    bands = trial.evaluation.bands
    table = _table()
    table.add_column(str(tr("Date")), no_wrap=True)
    for words in (tr("Cash 5%"), tr("median"), "95%", tr("Debt 5%"), tr("median"), "95%"):
        table.add_column(str(words), justify="right", no_wrap=True)
    paid = [stage for stage, cents in enumerate(trial.planned) if cents]
    if bands is None or not paid:
        return table
    picked = sorted({paid[round(place)] for place in np.linspace(0, len(paid) - 1, min(SHOWN_DATES, len(paid)))})
    for stage in [*picked, len(trial.days) - 1]:
        cells = [round(float(band[0, level, stage])) for band in (bands.cash, bands.debt) for level in (0, 2, 4)]
        table.add_row(f"{trial.days[stage]}", *map(compact, cells))
    return table


def _named(trial: Trial, console: Console) -> None:
    """What breaks under each stress, and when; then those that do not apply."""
    table = _table()
    for words, side in (
        (tr("Stress"), "left"),
        (tr("First missed"), "left"),
        (tr("Missing then"), "right"),
        (tr("Default"), "left"),
        (tr("Recovered"), "right"),
    ):
        table.add_column(str(words), justify=side, overflow="fold", no_wrap=side == "right")  # type: ignore[arg-type]
    for row in trial.named:
        table.add_row(*_cells(row))
    if trial.named:
        console.print(table)
    reasons: dict[str, list[Message]] = {}
    for idle in trial.idle:
        reasons.setdefault(str(idle.why), []).append(Message(idle.name))
    for why, names in reasons.items():
        console.print(Text(str(tr("{names}: {why}", names=listed(names), why=why)), "dim"))


def _cells(row: Named) -> tuple[str, ...]:
    style = "" if row.missed is None else grouped(row.missing)
    return str(Message(row.stress.name)), _day(row.missed), style, _day(row.defaulted), grouped(round(row.value))


def _day(day: dt.date | None) -> str:
    return "–" if day is None else f"{day}"


def _table() -> Table:
    return Table(box=box.SIMPLE, show_edge=False, padding=(0, 1, 0, 0), pad_edge=False)
