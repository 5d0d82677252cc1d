"""One borrower of a portfolio: its options, the one that is looked at, and how its figures and the plan's differ."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.table import Table

from repayplan.language import Message, plural, tr
from repayplan.money import grouped, plain
from repayplan.planning.known import Known
from repayplan.portfolio.run.single import Single
from repayplan.report.layout import grid, say
from repayplan.report.portfolio import figures_table
from repayplan.report.portfolio_words import FALLS, MONEY, option_word, percent


def show_options(single: Single, scenarios: int, known: Known | None, console: Console) -> None:
    """Print the options of one borrower, the chosen one marked, and the figures of the one that is looked at, before
    its plan. ``scenarios``: futures in which every option was tried."""
    say(tr("Options of {name}", name=single.book.case.enterprise.name), console, "bold")
    console.print(_options(single))
    if any(row["illustrative"] for row in single.options):
        say(tr("Illustrative: these figures rest on the example table of treatments."), console, "yellow")
    console.print()
    say(tr("The option {name}", name=option_word(single.name)), console, "bold")
    grid([*_term(single), *_figures(single.row)], console)
    for words in _beside(single, scenarios, known):
        say(words, console)
    console.print()


def _options(single: Single) -> Table:
    """Names in full, for they are what ``--option`` takes, and amounts to the unit, for options differ by little."""
    table = figures_table(tr("Option"), tr("Recovered"), tr("Cost"), tr("Given up"), tr("Miss"), tr("Default"))
    table.columns[0].max_width, table.columns[0].no_wrap, table.columns[0].overflow = None, False, "fold"
    for row in single.options:
        mark = "✔ " if row["option"] == single.chosen else "  "
        figures = [f"{round(row[column] / 100):,}" for column in ("recovery", "cost", "haircut")]
        name = option_word(row["option"])
        table.add_row(f"{mark}{name}", *figures, percent(row["miss"]), percent(row["default"]))
    return table


def _term(single: Single) -> list[tuple[Message, str]]:
    """How many installments a plan has and to what day, for a name with 60 in it may mean payments or months."""
    days = sorted({payment.date for payment in single.payments if payment.cents})
    if not days:
        return []
    start = single.book.case.as_of
    months = 12 * (days[-1].year - start.year) + days[-1].month - start.month
    every = single.book.case.policy.payment_every or 1
    apart = plural(tr("every month"), tr("every {count} months", count=every), every)
    said = {"count": len(days), "apart": apart, "date": days[-1], "months": months}
    words = plural(
        tr("1 installment, on {date}: month {months}", **said),
        tr("{count} {apart}, the last on {date}: month {months}", **said),
        len(days),
    )
    return [(tr("Installments"), str(words))]


def option_documents(single: Single) -> list[dict[str, Any]]:
    """The options of a borrower for programs: amounts as decimal strings."""
    return [_document(row) | {"chosen": row["option"] == single.chosen} for row in single.options]


def _document(row: Mapping[str, Any]) -> dict[str, Any]:
    cents = {*MONEY, "legal", *FALLS}
    return {name: _plain(value) if name in cents else value for name, value in row.items()}


def _plain(value: Any) -> Any:
    return [plain(each) for each in value] if isinstance(value, list) else plain(value)


def _figures(row: Mapping[str, Any]) -> list[tuple[Message, str]]:
    lines = [
        (tr("Recovered, net of costs"), grouped(row["recovery"])),
        *_sources(row),
        (tr("Costs"), grouped(row["cost"])),
        (tr("Given up"), grouped(row["haircut"])),
        (tr("Loss of value"), grouped(row["npv_loss"])),
        (tr("Provision after a year"), grouped(row["provision"])),
        (tr("Miss"), percent(row["miss"])),
        (tr("Default"), percent(row["default"])),
    ]
    if row["overdue"]:
        paid, whole = row["fall_cash"][-1], grouped(row["overdue"])
        words = tr("{paid} of {overdue} overdue today", paid=grouped(paid), overdue=whole)
        lines.append((tr("Paid in cash in a year"), str(words)))
    return lines


def _sources(row: Mapping[str, Any]) -> list[tuple[Message, str]]:
    """What a plan's payments bring of it, and what comes after a default or of what is left unpaid."""
    if row["kind"] != "plan":
        return []
    return [
        (tr("– by payments"), grouped(row["by_plan"])),
        (tr("– by collateral, courts"), grouped(row["recovery"] - row["by_plan"])),
    ]


def _beside(single: Single, scenarios: int, known: Known | None) -> list[Message]:
    """Why the plan's own figures are others, and whether there is a better plan."""
    if known is None:
        return [tr("{option} is no plan: there is no schedule to show or to write.", option=option_word(single.name))]
    recovery, expected = single.row["recovery"], known.plan.metrics.expected_recovery
    said = [
        tr(
            "Recovered, {recovery}, is the mean of {count} drawn futures in which the borrower pays as far as its cash "
            "goes, less costs of {cost}. The plan's own expected recovery, {expected}, weighs the payments below by "
            "the assessed risk of default and knows no costs.",
            recovery=grouped(recovery),
            count=f"{scenarios:,}",
            cost=grouped(single.row["cost"]),
            expected=grouped(expected),
        )
    ]
    if known.better:
        words = tr(
            "Planned alone, other payments would be worth {amount} more; the figures above are of these.",
            amount=grouped(known.better),
        )
        said.append(words)
    return said
