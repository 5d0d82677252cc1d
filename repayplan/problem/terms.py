"""The terms a plan is made on: the case's policy with every gap filled from the dated defaults, each with its reason."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from repayplan.language import Message


@dataclass(frozen=True, slots=True)
class UsedDefault:
    """A default that was used because the case says nothing: field, the value in words, and why."""

    field: str
    value: str
    reason: Message
    valid_from: dt.date


@dataclass(frozen=True, slots=True)
class Terms:
    """Complete policy. Amounts in cents, shares and rates as exact decimals, ``None`` where a limit is off."""

    months: int
    maturity: dt.date
    payment_day: int
    payment_every: int
    first_payment: dt.date
    shape: str
    prefer: str
    tolerance: Decimal
    delay: str
    settle: str
    arrears: str
    discount_rate: Decimal
    hazard: Decimal
    recovery: Decimal
    floor: int
    contingency: int
    cover_minimum: Decimal | None
    cover_window: str
    cover_months: int
    cover_carry: Decimal
    grace_until: dt.date | None
    grace_interest_only: bool
    interest_every: int | None
    minimum_installment: int | None
    maximum_installment: int | None
    step: Decimal | None
    balloon: Decimal | None
    unit: int
    receipt_day: int
    cost_day: int
    defaults: tuple[UsedDefault, ...]
