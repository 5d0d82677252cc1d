"""The schedule as a table that fits the terminal and foots: what is shown adds up, across and down."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from itertools import groupby

from rich import box
from rich.console import Console
from rich.measure import Measurement
from rich.table import Table

from repayplan.language import tr
from repayplan.money import grouped
from repayplan.planning.result import Installment, Plan
from repayplan.report.words import HEADINGS

_CHARGES = ("fees", "penalty", "compound", "interest")


def schedule(plan: Plan, console: Console) -> Table:
    """One line for each payment with as many columns as the console is wide, then totals."""
    for columns in _layouts(plan):
        table = _table(plan, columns)
        if _width(table, console) <= console.width:
            break
    return table


def payments(plan: Plan) -> list[Installment]:
    """The installments on which something is paid."""
    return [row for row in plan.installments if row.payment]


def _layouts(plan: Plan) -> Iterator[list[str]]:
    """Columns from the widest choice to the narrowest; each leaves out something or puts classes together."""
    rows = payments(plan)
    key = ["date", "loan"] if len(plan.case.loans) > 1 else ["date"]
    classes = [name for name in _CHARGES if name == "interest" or any(getattr(row, name) for row in rows)]
    apart = ["principal_after"] if any(row.principal_after != row.debt_after for row in rows) else []
    yield ["number", *key, "payment", *classes, "principal", *apart, "debt_after"]
    yield [*key, "payment", *classes, "principal", *apart, "debt_after"]
    yield [*key, "payment", *classes, "principal", "debt_after"]
    yield [*key, "payment", "charges", "principal", "debt_after"]
    yield [*key, "payment", "debt_after"]


def _width(table: Table, console: Console) -> int:
    """How wide a table would like to be; rich never says more than the console has."""
    return Measurement.get(console, console.options.update_width(1_000), table).maximum


def _table(plan: Plan, columns: Sequence[str]) -> Table:
    table = Table(box=box.SIMPLE, show_edge=False, show_footer=True, padding=(0, 1, 0, 0), pad_edge=False)
    foot = _foot(plan)
    for column in columns:
        table.add_column(
            _heading(column),
            "\n".join(line.get(column, "") for line in foot),
            justify="left" if column in ("date", "loan") else "right",
            style="bold" if column == "payment" else "dim" if column == "number" else None,
            footer_style="bold",
            no_wrap=True,
        )
    for number, (date, group) in enumerate(groupby(payments(plan), key=lambda row: row.date), 1):
        head = {"number": str(number), "date": str(date)}
        for row in group:
            table.add_row(
                *(head.pop(column, "") if column in ("number", "date") else _cell(row, column) for column in columns)
            )
    return table


def _heading(column: str) -> str:
    """A heading of several words on lines of their own: an amount is narrower than its name."""
    return "\n".join(textwrap.wrap(str(HEADINGS[column]), 10, break_long_words=False))


def _cell(row: Installment, column: str) -> str:
    if column == "loan":
        return row.loan
    amount = _amount(row, column)
    return grouped(amount) if amount else "–"


def _amount(row: Installment, column: str) -> int:
    """Cents; ``charges`` is all that is paid besides principal."""
    return row.payment - row.principal if column == "charges" else int(getattr(row, column))


def _foot(plan: Plan) -> list[dict[str, str]]:
    """A total for each loan where there are several, and one for all.

    What a loan still owes at the end is shown where its last payment says it, that is where nothing accrued since.
    """
    rows = payments(plan)
    total = {"date": str(tr("Total")), **_totals(rows), "debt_after": grouped(plan.metrics.unpaid)}
    if len(plan.case.loans) == 1:
        return [total]
    left = {row.loan: row.debt_after for row in plan.installments}
    told = sum(left.values()) == plan.metrics.unpaid
    each = [
        {
            "loan": loan.id,
            **_totals([row for row in rows if row.loan == loan.id]),
            "debt_after": grouped(left[loan.id]) if told and loan.id in left else "",
        }
        for loan in plan.case.loans
    ]
    return [*each, total]


def _totals(rows: Sequence[Installment]) -> dict[str, str]:
    columns = ("payment", "charges", *_CHARGES, "principal")
    return {column: grouped(sum(_amount(row, column) for row in rows)) for column in columns}
