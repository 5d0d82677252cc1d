"""Money as whole cents. Text becomes cents exactly or not at all; no binary fraction ever stands for an amount."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction

MAX_CENTS = 10**15
"""Ten trillion in currency units: beyond it cents are no longer exact in a float64 product, nor a plausible loan."""


def to_cents(amount: Decimal) -> int:
    """Cents of a decimal amount; ValueError where it has fractions of a cent or is not finite."""
    if not amount.is_finite():
        raise ValueError("amount is not a finite number")
    scaled = amount.scaleb(2)
    cents = int(scaled)
    if scaled != cents:
        raise ValueError("amount has fractions of a cent")
    return cents


def to_decimal(cents: int) -> Decimal:
    """The decimal amount of ``cents``, always with two places."""
    return Decimal(cents).scaleb(-2).quantize(Decimal("0.01"))


def plain(cents: int) -> str:
    """``1234567.80``: how files and programs write an amount."""
    return str(to_decimal(cents))


def grouped(cents: int) -> str:
    """``1,234,567.80``: how people read an amount."""
    return f"{to_decimal(cents):,.2f}"


def round_half_up(amount: Fraction) -> int:
    """The nearest integer, halves away from zero: how banks book an accrual."""
    magnitude = math.floor(abs(amount) + Fraction(1, 2))
    return magnitude if amount >= 0 else -magnitude


def floor_to(cents: int, unit: int) -> int:
    """The largest multiple of ``unit`` that is not above ``cents`` (both in cents)."""
    return cents // unit * unit
