"""What treatments of an overdue borrower do, cost and take, by rating, from a dated table that a bank replaces."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Literal, get_args

from repayplan.errors import InputError
from repayplan.language import Message, tr
from repayplan.rules.hazard import LEVELS, RiskLevel
from repayplan.rules.tables import Reading, one_of, table

TreatmentName = Literal["remind", "visit", "guarantor", "agency", "enforce", "sell", "do_nothing"]
TREATMENTS: tuple[TreatmentName, ...] = get_args(TreatmentName)

MONTHS = 12
"""Months after the case's date of which a table speaks, and an option tells month by month."""

ENVIRONMENT = "REPAYPLAN_TREATMENTS"
"""Names the bank's own file in place of ``treatments.toml``."""

MOST_MONTHS = 120
MOST_MULTIPLE = 10.0

Monthly = tuple[float, ...]
"""A figure for each of the ``MONTHS``."""


@dataclass(frozen=True, slots=True)
class Course:
    """What is expected of a treatment, or of a plan, with borrowers of one rating.

    ``cash``: shares of the overdue balance paid by month; ``rescheduled``: share of it that gets new days;
    ``performing``: share of borrowers who come back to their contract; ``hours`` and ``visits`` by month;
    ``legal`` by month, currency units, and ``legal_share`` of the debt in month 1; ``fee``: share of the cash that
    somebody else keeps; ``ends``: month of the default of what is left, or of the sale; ``unsecured``: multiple of the
    case's recovery rate of what collateral does not cover; ``delay_months`` of collateral, None where other tables say;
    prices of a sale as shares of the debt.
    """

    cash: Monthly
    hours: Monthly
    visits: Monthly
    legal: Monthly
    legal_share: float
    rescheduled: float
    performing: float
    fee: float
    ends: int
    unsecured: float
    delay_months: int | None
    price_secured: float
    price_unsecured: float


@dataclass(frozen=True, slots=True)
class Treatments:
    """The table. ``plan``: the work of a plan; ``hour`` and ``visit``: what they cost, currency units.
    ``contract_months``: in how many a loan runs out whose contract does not say when it ends. ``illustrative``: no
    statistics stand behind it."""

    plan: Mapping[RiskLevel, Course]
    kinds: Mapping[TreatmentName, Mapping[RiskLevel, Course]]
    hour: float
    visit: float
    contract_months: int
    illustrative: bool
    clause: str
    valid_from: dt.date


def treatments() -> Treatments:
    """The bank's table, otherwise the illustrative one that is shipped. InputError where the bank's own cannot be
    used."""
    return table("treatments.toml", ENVIRONMENT, tr("the table of treatments"), _to_table)


def _to_table(data: Mapping[str, Any], place: str) -> Treatments:
    """InputError with everything that is wrong at once."""
    reading = _Reading(place, "treatments.toml", ENVIRONMENT)
    known = {"valid_from", "illustrative", "clause", "contract", "costs", "plan", *TREATMENTS}
    for name in data.keys() - known:
        reading.blame(name, None, tr("there is no such treatment"), one_of(sorted(known)))
    kinds = {name: reading.ratings(name, data.get(name)) for name in TREATMENTS}
    costs = reading.part("costs", data.get("costs"), {"hour", "visit", "reason"})
    contract = reading.part("contract", data.get("contract"), {"months", "reason"})
    illustrative, clause = data.get("illustrative"), data.get("clause")
    if not isinstance(illustrative, bool):
        reading.blame("illustrative", illustrative, tr("this is neither true nor false"))
    if not isinstance(clause, str):
        reading.blame("clause", clause, tr("this is no text"))
    found = Treatments(
        plan=reading.ratings("plan", data.get("plan")),
        kinds=kinds,
        hour=reading.number("costs.hour", costs.get("hour")),
        visit=reading.number("costs.visit", costs.get("visit")),
        contract_months=reading.months("contract.months", contract.get("months"), MOST_MONTHS, 1),
        illustrative=illustrative is not False,
        clause=str(clause),
        valid_from=reading.day("valid_from", data.get("valid_from")),
    )
    if reading.faults:
        raise InputError(reading.faults)
    return found


_FIELDS = frozenset(Course.__slots__)


class _Reading(Reading):
    """Reads the parts of a table of treatments; what cannot be read is zero."""

    def ratings(self, name: str, part: object) -> Mapping[RiskLevel, Course]:
        """The course of each rating."""
        given = self.part(name, part, {"reason", *LEVELS})
        if not isinstance(given.get("reason"), str):
            self.blame(f"{name}.reason", given.get("reason"), tr("the reason is missing"))
        return {level: self.course(f"{name}.{level}", given.get(level)) for level in LEVELS}

    def course(self, where: str, part: object) -> Course:
        """One row."""
        row = self.part(where, part, _FIELDS)
        cash = self.monthly(f"{where}.cash", row.get("cash", []), 1.0)
        rescheduled = self.share(f"{where}.rescheduled", row.get("rescheduled", 0))
        if sum(cash) + rescheduled > 1 + 1e-9:
            most = tr("at most {limit}", limit=1)
            self.blame(f"{where}.cash", f"{sum(cash) + rescheduled:g}", tr("more than all arrears are paid"), most)
        delay = row.get("delay_months")
        return Course(
            cash=cash,
            hours=self.monthly(f"{where}.hours", row.get("hours", [])),
            visits=self.monthly(f"{where}.visits", row.get("visits", [])),
            legal=self.monthly(f"{where}.legal", row.get("legal", [])),
            legal_share=self.share(f"{where}.legal_share", row.get("legal_share", 0)),
            rescheduled=rescheduled,
            performing=self.share(f"{where}.performing", row.get("performing", 0)),
            fee=self.share(f"{where}.fee", row.get("fee", 0)),
            ends=self.months(f"{where}.ends", row.get("ends", MONTHS), MONTHS, 1),
            unsecured=self.number(f"{where}.unsecured", row.get("unsecured", 1), MOST_MULTIPLE),
            delay_months=None if delay is None else self.months(f"{where}.delay_months", delay, MOST_MONTHS, 0),
            price_secured=self.share(f"{where}.price_secured", row.get("price_secured", 0)),
            price_unsecured=self.share(f"{where}.price_unsecured", row.get("price_unsecured", 0)),
        )

    def part(self, where: str, part: object, known: set[str] | frozenset[str]) -> Mapping[str, Any]:
        """Fields of a part of the table; those that are not known are named."""
        if not isinstance(part, dict):
            self.blame(where, part, tr("fields must stand here"))
            return {}
        for name in part.keys() - known:
            self.blame(f"{where}.{name}", part[name], tr("there is no such field"), one_of(sorted(known)))
        return part

    def monthly(self, where: str, values: object, most: float = float("inf")) -> Monthly:
        """So many figures as there are months, zero after the last that is given."""
        if not isinstance(values, list) or len(values) > MONTHS:
            self.blame(where, values, tr("a list must stand here"), tr("at most {count}", count=MONTHS))
            return (0.0,) * MONTHS
        found = tuple(self.number(f"{where}[{place}]", value, most) for place, value in enumerate(values))
        return (*found, *(0.0,) * (MONTHS - len(found)))

    def share(self, where: str, value: object) -> float:
        """From 0 to 1."""
        return self.number(where, value, 1.0)

    def months(self, where: str, value: object, most: int, least: int) -> int:
        """A whole number of months."""
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            limit = tr("{low} to {high}", low=least, high=most)
            self.blame(where, value, tr("this is no number of months"), limit)
            return least
        return value

    def number(self, where: str, value: object, most: float = float("inf")) -> float:
        """A finite number from 0 on; zero, and a fault, where it is none."""
        try:
            number = Decimal("NaN") if isinstance(value, bool) or value is None else Decimal(str(value))
        except InvalidOperation:
            number = Decimal("NaN")
        if not number.is_finite() or number < 0 or number > most:
            limit: Message = tr("{low} to {high}", low=0, high=f"{most:g}") if most < 1e9 else tr("0 or more")
            self.blame(where, value, tr("this figure is out of range"), limit)
            return 0.0
        return float(number)
