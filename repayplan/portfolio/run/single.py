"""One borrower of a run: its options, the chosen one, and the case as that option has it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from repayplan.cases.models import Case
from repayplan.compliance.replay import Payment
from repayplan.errors import Fault, InputError
from repayplan.language import Message, tr
from repayplan.portfolio.book import BookCase, Failure
from repayplan.portfolio.book.build import read_cases
from repayplan.portfolio.book.index import Index, cases_called, open_index, place_of
from repayplan.portfolio.book.wording import Wording
from repayplan.portfolio.menu import Menu, default_menu, read_menu
from repayplan.portfolio.names import folded
from repayplan.portfolio.planner import case_of
from repayplan.portfolio.run.chunk import file_name
from repayplan.portfolio.run.results import INDEX, MENU, Results

_MOST_NAMED = 10


@dataclass(frozen=True, slots=True)
class Single:
    """``options``: a row each, as in the table; ``row``: of the option that is looked at, the ``chosen`` one unless
    another was asked for; ``variant``: the case as a plan option has it, None for a treatment, and its ``payments`` as
    in the table."""

    book: BookCase
    options: tuple[Mapping[str, Any], ...]
    chosen: str
    row: Mapping[str, Any]
    variant: Case | None
    payments: tuple[Payment, ...]

    @property
    def name(self) -> str:
        """The option that is looked at."""
        return str(self.row["option"])


def find(results: Results, case: str, option: str | None = None) -> Single:
    """A borrower of a run, with one of its options; their names without regard to capital letters. InputError where
    there is none or more than one, the borrower was set aside, or the run has not ended."""
    index = open_index(results.directory / INDEX)
    case, place = _place(results, index, case)
    chosen = results.of(case, "choices")
    part = file_name(place // results.manifest.chunk)
    (found,) = read_cases(index, place, place + 1)
    rows = tuple(results.of(case, "options", part))
    if not isinstance(found, BookCase):
        raise InputError(_set_aside(found, results.wording))
    if not rows:
        told = [Failure(**row) for row in results.of(case, "failures", part)]
        raise InputError(_set_aside(told, results.wording))
    name = option or chosen[0]["option"]
    row = next((row for row in rows if folded(row["option"]) == folded(name)), None)
    if row is None:
        limit = tr("one of: {choices}", choices=", ".join(row["option"] for row in rows))
        remedy = tr("others are impossible, not open to it, or no better in anything")
        raise InputError(Fault(tr("this borrower has no such option"), case, name, limit, remedy))
    name = row["option"]
    paid = [each for each in results.of(case, "schedules", part) if each["option"] == name]
    payments = tuple(Payment(each["date"], each["loan"], each["payment"]) for each in paid)
    count = len({payment.date for payment in payments})
    variant = case_of(found.case, _menu(results), name, count or None) if row["kind"] == "plan" else None
    return Single(found, rows, chosen[0]["option"], row, variant, payments)


def _place(results: Results, index: Index, case: str) -> tuple[str, int]:
    """A case as the book writes it, and which borrower it is."""
    found = cases_called(index, case)
    place = place_of(index, found[0]) if len(found) == 1 else None
    if place is not None:
        return found[0], place
    what = tr("several borrowers have this case") if found else tr("no borrower has this case")
    limit = tr("one of: {choices}", choices=", ".join(found[:_MOST_NAMED])) if found else None
    remedy = tr("give the case as the book has it")
    raise InputError(Fault(what, str(results.directory), case, limit, remedy))


def _menu(results: Results) -> Menu:
    path = results.directory / MENU
    return read_menu(path) if path.exists() and path.stat().st_size else default_menu()


def _set_aside(failures: Sequence[Failure], wording: Wording) -> list[Fault]:
    """Why a borrower has no options."""
    found = []
    for each in failures:
        table, column = wording.place(each.table, each.field)
        spot = wording.spot(each.table, each.row, each.field)
        place = f"{spot} {table} {column}".strip() if spot else f"{table}:{each.row or ''} {column}".strip()
        limit, remedy = (Message(text) if text else None for text in (each.limit, each.remedy))
        found.append(Fault(tr("set aside: {reason}", reason=each.reason), place, each.value or None, limit, remedy))
    return found
