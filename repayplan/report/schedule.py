"""The schedule as a table that fits the terminal and foots: what is shown adds up, across and down."""

from __future__ import annotations

import datetime as dt
import textwrap
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from rich import box
from rich.cells import cell_len
from rich.console import Console, Group
from rich.measure import Measurement
from rich.table import Table

from repayplan.cases.checks import owed
from repayplan.cases.concession_checks import waived
from repayplan.language import tr
from repayplan.money import grouped
from repayplan.planning.plan_file import InstallmentLine
from repayplan.planning.result import Installment, Plan
from repayplan.problem.terms import payment_dates
from repayplan.report.layout import Prose
from repayplan.report.words import HEADINGS

_CHARGES = ("fees", "penalty", "compound", "interest")

_READABLE, _LEAST = 12, 4
"""Cells that a contract number keeps before a column is given up for it, and at the very least."""

Names = Mapping[str, str]
"""What stands for each loan in the table: its contract number, shortened where it is too long."""


def schedule(plan: Plan, console: Console) -> Group:
    """One line for each payment with as many columns as the console is wide, then totals, then what explains them."""
    layouts = list(_layouts(plan))
    loans = [loan.id for loan in plan.case.loans]
    for columns in layouts:
        room = console.width - _width(_table(plan, columns, {}), console) + cell_len(_heading("loan"))
        least = _LEAST if columns is layouts[-1] else _READABLE
        names = short_names(loans, max(room, *map(cell_len, loans)) if "number" in columns else max(room, least))
        table = _table(plan, columns, names)
        if _width(table, console) <= console.width:
            break
    shortened = [f"{name} = {loan}" for loan, name in names.items() if name != loan and "loan" in columns]
    return Group(table, *(Prose(line, "dim") for line in [*shortened, *_accrued(plan)]))


def payments(plan: Plan) -> list[Installment]:
    """The installments on which something is paid."""
    return [row for row in plan.installments if row.payment]


def day_totals(rows: Sequence[Installment | InstallmentLine]) -> Counter[dt.date]:
    """What the borrower transfers on each day, over all loans; cents."""
    totals: Counter[dt.date] = Counter()
    for row in rows:
        totals[row.date] += row.payment
    return totals


def short_names(loans: Sequence[str], cells: int) -> dict[str, str]:
    """Contract numbers in at most so many cells: beginning and end, or counted where that would not tell them apart."""
    names = {loan: loan if cell_len(loan) <= cells else _ends(_crop(loan, cells // 3), loan, cells) for loan in loans}
    if len(set(names.values())) < len(loans):
        names = {loan: _ends(str(number), loan, cells) for number, loan in enumerate(loans, 1)}
    return names


def _ends(head: str, loan: str, cells: int) -> str:
    return f"{head}…{_crop(loan[::-1], cells - 1 - cell_len(head))[::-1]}"


def _crop(text: str, cells: int) -> str:
    while text and cell_len(text) > cells:
        text = text[:-1]
    return text


def _layouts(plan: Plan) -> Iterator[list[str]]:
    """Columns from the widest choice to the narrowest; each leaves out something or puts classes together."""
    rows = payments(plan)
    loan = ["loan"] if len(plan.case.loans) > 1 else []
    together = len(rows) > len(day_totals(rows))
    classes = [name for name in _CHARGES if name == "interest" or any(getattr(row, name) for row in rows)]
    apart = ["principal_after"] if any(row.principal_after != row.debt_after for row in rows) else []
    breach = ["debt_if_breached"] if any(row.debt_if_breached is not None for row in rows) else []
    for day in (["day_total"], []) if together else ([],):
        key = ["date", *day, *loan]
        if breach:
            yield ["number", *key, "payment", *classes, "principal", *apart, "debt_after", *breach]
            yield [*key, "payment", "charges", "principal", "debt_after", *breach]
        yield ["number", *key, "payment", *classes, "principal", *apart, "debt_after"]
        yield [*key, "payment", *classes, "principal", *apart, "debt_after"]
        yield [*key, "payment", *classes, "principal", "debt_after"]
        yield [*key, "payment", "charges", "principal", "debt_after"]
    if together:
        yield ["date", "day_total", *loan, "payment", "debt_after"]
    yield [*key, "payment", "debt_after"]
    yield [*key, "payment"]


def _width(table: Table, console: Console) -> int:
    """How wide a table would like to be; rich never says more than the console has."""
    return Measurement.get(console, console.options.update_width(1_000), table).maximum


def _table(plan: Plan, columns: Sequence[str], names: Names) -> Table:
    table = Table(box=box.SIMPLE, show_edge=False, show_footer=True, padding=(0, 1, 0, 0), pad_edge=False)
    foot = _foot(plan, names)
    for column in columns:
        table.add_column(
            _heading(column),
            "\n".join(line.get(column, "") for line in foot),
            justify="left" if column in ("date", "loan") else "right",
            style="bold" if column == "payment" else "dim" if column == "number" else None,
            footer_style="bold",
            no_wrap=True,
        )
    rows = payments(plan)
    totals = day_totals(rows)
    for number, (date, group) in enumerate(groupby(rows, key=lambda row: row.date), 1):
        head = {"number": str(number), "date": str(date), "day_total": grouped(totals[date])}
        for row in group:
            line = {**head, "loan": names.get(row.loan, "")}
            table.add_row(*(line[column] if column in line else _cell(row, column) for column in columns))
            head = dict.fromkeys(head, "")
    return table


def _heading(column: str) -> str:
    """A heading of several words on lines of their own: an amount is narrower than its name."""
    return "\n".join(textwrap.wrap(str(HEADINGS[column]), 10, break_long_words=False))


def _cell(row: Installment, column: str) -> str:
    amount = _amount(row, column)
    return grouped(amount) if amount else "–"


def _amount(row: Installment, column: str) -> int:
    """Cents; ``charges`` is all that is paid besides principal."""
    return row.payment - row.principal if column == "charges" else int(getattr(row, column) or 0)


def _foot(plan: Plan, names: Names) -> list[dict[str, str]]:
    """A total for each loan where there are several, and one for all; debt as the last payment of each loan left it."""
    rows = payments(plan)
    left = _left(plan)
    total = {"date": str(tr("Total")), **_totals(rows), "debt_after": grouped(sum(left.values()))}
    total["day_total"] = total["payment"]
    if len(plan.case.loans) == 1:
        return [total]
    each = [
        {
            "loan": names.get(loan.id, ""),
            **_totals([row for row in rows if row.loan == loan.id]),
            "debt_after": grouped(left[loan.id]),
        }
        for loan in plan.case.loans
    ]
    return [*each, total]


def _left(plan: Plan) -> dict[str, int]:
    """What is owed on each loan after its last payment, or at signing where it has none; cents."""
    return {loan.id: owed(loan) - waived(loan) for loan in plan.case.loans} | {
        row.loan: row.debt_after for row in payments(plan)
    }


def _accrued(plan: Plan) -> Iterator[str]:
    """From the debt that the table ends with to what is left unpaid."""
    accrued = plan.metrics.unpaid - sum(_left(plan).values())
    if accrued:
        words = tr(
            "After the last payments another {accrued} accrues up to {date}: {unpaid} is left unpaid.",
            accrued=grouped(accrued),
            date=payment_dates(plan.case, plan.terms)[-1],
            unpaid=grouped(plan.metrics.unpaid),
        )
        yield str(words)


def _totals(rows: Sequence[Installment]) -> dict[str, str]:
    columns = ("payment", "charges", *_CHARGES, "principal")
    return {column: grouped(sum(_amount(row, column) for row in rows)) for column in columns}
