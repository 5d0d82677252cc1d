"""What the first sheet says, alone or beside further sheets: a loan and cash from a handful of cells."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from repayplan.calendar.dates import add_months
from repayplan.cases.documents import UNREADABLE
from repayplan.cases.excel.container import Address, Sheet
from repayplan.cases.excel.draft import LEVEL, Draft, Reading, heading_text, plain_amount, plain_date, steps
from repayplan.cases.excel.forms import Form
from repayplan.cases.excel.loans import overdue_since
from repayplan.language import tr
from repayplan.rules import defaults, views
from repayplan.rules.seasons import seasons

_OWN = ("unit", "debt", "interest", "rate", "overdue_days", "collateral", "monthly_cash", "season")
"""Labels that are no fields of a case; the others say where they belong."""

LOAN = "L1"
"""What the only loan is called where the first sheet describes it."""


class Overview:
    """The first sheet of a workbook."""

    def __init__(self, sheet: Sheet, form: Form, reading: Reading) -> None:
        self._sheet, self._form, self._reading = sheet, form, reading

    def value(self, field: str) -> Any:
        """What stands behind a label; None where nothing does."""
        return self._form.get(field, (None, (0, 0)))[0]

    def fields(self, draft: Draft) -> None:
        """Everything that goes into a case as it stands."""
        for field, (value, address) in self._form.items():
            if field not in _OWN:
                draft.places[steps(field)] = (self._sheet, address)
                if value is not None:
                    draft.put(steps(field), value)
        if "enterprise" not in draft.data:
            draft.places["enterprise",] = self._place("enterprise.name")

    def loan(self) -> Draft:
        """The one loan that the first sheet describes: all of it overdue where days are."""
        days = self.value("overdue_days")
        principal = ("overdue_principal",) if isinstance(days, int) and days > 0 else ("principal",)
        loan = Draft({"id": LOAN, **({"principal": Decimal()} if principal == ("overdue_principal",) else {})})
        for field, path in (("debt", principal), *((name, (name,)) for name in ("interest", "rate", "collateral"))):
            value, address = self._form.get(field, (None, (0, 0)))
            if field in self._form:
                loan.places[path] = (self._sheet, address)
            if value is not None:
                loan.put(path, value)
        self._overdue(loan)
        if self.value("debt") is None:
            loan.data.pop("principal", None)
            loan.places["principal",] = self._place("debt")
        loan.places[()] = self._place("debt")
        return loan

    def refine(self, loans: Sequence[Draft]) -> None:
        """With loans on a sheet of their own: what they leave open comes from here, and the sums must agree."""
        for field in ("interest", "collateral"):
            self._only_once(field, tr("the loans have a sheet of their own"))
        for loan in loans:
            if loan.get(("rate",)) is None and self.value("rate") is not None:
                loan.put(("rate",), self.value("rate"))
                loan.places["rate",] = self._place("rate")
            if loan.get(("contract", "overdue_since")) is None and _in_arrears(loan):
                self._overdue(loan)
        days = self.value("overdue_days")
        if isinstance(days, int) and days > 0 and not any(map(_in_arrears, loans)):
            what = tr("no loan on its sheet has overdue principal or unpaid interest")
            self._blame("overdue_days", what, tr("write there what is overdue, or leave this cell empty"))
        debt = plain_amount(self.value("debt"))
        amounts = [loan.get((name,)) for loan in loans for name in ("principal", "overdue_principal")]
        if debt is None or not all(amount is None or isinstance(amount, Decimal) for amount in amounts):
            return
        total = sum((amount for amount in amounts if amount is not None), Decimal())
        if total != debt:
            limit = tr("{total} on the sheet of the loans", total=f"{total:,.2f}")
            self._blame(
                "debt", tr("the loans do not add up to this"), tr("correct one of them, or leave this empty"), limit
            )

    @property
    def as_of(self) -> dt.date | None:
        """The day of the balances, where it could be read."""
        return plain_date(self.value("as_of"))

    def _overdue(self, loan: Draft) -> None:
        overdue_since(loan, self.value("overdue_days"), self._place("overdue_days"), self.as_of, self._reading)

    def cash(self) -> Draft | None:
        """The one source of cash that the first sheet describes; None where it names none."""
        amount, season = self.value("monthly_cash"), self.value("season")
        if amount is None:
            if season is not None:
                what = tr("a season without an amount spreads nothing")
                self._blame("season", what, tr("write the cash coming in per month as well"))
            return None
        name = heading_text(self._sheet, (self._place("monthly_cash")[1][0], self._place("monthly_cash")[1][1] - 1))
        source = Draft({"name": self._name(name)})
        path: tuple[str, ...] = ("amount",)
        if season in (None, LEVEL, UNREADABLE):
            source.data |= {"kind": "monthly", "start": self._next_month(), "amount": amount, "months": self._term()}
        else:
            path = ("yearly",)
            yearly = amount * 12 if isinstance(amount, Decimal) else amount
            view = views()["monthly"]  # the same figure, whatever months it is spread over
            source.data |= {
                "kind": "season",
                "margin": Decimal(1),
                "indices": list(seasons()[season].indices),
                "yearly": yearly,
                "bank": {"haircut": view.haircut, "delay_days": view.delay_days},
            }
        for inner in ((), path, ("start",), ("name",)):
            source.places[inner] = self._place("monthly_cash")
        source.places["months",] = self._place("policy.months" if "policy.months" in self._form else "monthly_cash")
        return source

    def no_cash(self) -> None:
        """With sources on sheets of their own: what is told here as well would count twice."""
        for field in ("monthly_cash", "season"):
            self._only_once(field, tr("the sources of cash have sheets of their own"))

    def places(self, draft: Draft) -> None:
        """Where what is missing altogether should have stood."""
        draft.places["cash",] = self._place("cash.opening")
        draft.places["cash", "sources"] = self._place("monthly_cash")
        draft.places[()] = (self._sheet, (0, 0))

    def _only_once(self, field: str, what: Any) -> None:
        if self.value(field) is not None:
            self._blame(field, tr("this would count twice: {reason}", reason=what), tr("leave this cell empty"))

    def _blame(self, field: str, what: Any, remedy: Any, limit: Any = None) -> None:
        self._reading.blame(self._place(field), what, remedy, limit)

    def _place(self, field: str) -> tuple[Sheet, Address]:
        return self._sheet, self._form.get(field, (None, (0, 0)))[1]

    def _name(self, label: str | None) -> str:
        """The source is called as its label is, without unit."""
        text = (label or "Cash").split("(")[0].split("（")[0]
        return text.strip(" *:：") or "Cash"

    def _next_month(self) -> str:
        as_of = self.as_of or dt.date(2000, 1, 1)
        return f"{add_months(as_of.replace(day=1), 1):%Y-%m}"

    def _term(self) -> int:
        months = self.value("policy.months")
        return months if isinstance(months, int) else int(defaults()["months"].value)


def _in_arrears(loan: Draft) -> bool:
    """Whether anything of a loan is overdue, or may be: what cannot be read."""
    return any(
        loan.get((name,)) not in (None, 0)
        for name in ("overdue_principal", "interest", "compound_interest", "penalty", "fees")
    )
