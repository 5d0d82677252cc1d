"""A level payment whose last one is brought nearer to the others.

Cents that rounding leaves fall on the last payment. Where it is off by more of them than half the payments count, the
difference is spread over all, if that brings it nearer. Source of the rule: Apache Fineract, progressive loan
schedules (``checkAndAdjustEmiIfNeeded``).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace

from repayplan.debt.contract import Contract, Level, Position, Repayment, Row, schedule


@dataclass(frozen=True, slots=True)
class SmoothedLevel(Repayment):
    """A level payment whose amount from a day on may be set; ``computed`` notes what it would be by itself, by the
    first day it holds."""

    set_from: dict[dt.date, float] = field(default_factory=dict)
    computed: dict[dt.date, float] = field(default_factory=dict)

    def principal(self, position: Position) -> float:
        """The payment less the interest accrued."""
        return min(self.payment(position) - position.accrued, position.balance)

    def payment(self, position: Position) -> float:
        """What is set for the day, computed anew after a change, or as before."""
        day = position.ahead[0]
        if day in self.set_from:
            return self.set_from[day]
        if position.last_payment is None or position.reset:
            self.computed[day] = Level().payment(position)
            return self.computed[day]
        return position.last_payment


def smoothed(contract: Contract) -> list[Row]:
    """The contract's schedule in level payments that are smoothed, in cents; its own rule of repayment is left out."""
    rule = SmoothedLevel()
    contract = replace(contract, repayment=rule)
    rows = schedule(contract)
    for day in sorted(rule.computed):
        count = sum(row.date >= day for row in rows)
        off = _off(rows)
        if count // 2 == 0 or abs(off) <= count // 2:
            continue
        rule.set_from[day] = rule.computed[day] + round(off / count)
        again = schedule(contract)
        if abs(_off(again)) < abs(off):
            rows = again
        else:
            del rule.set_from[day]
    return rows


def _off(rows: list[Row]) -> float:
    """By how much the last payment exceeds the one before."""
    return rows[-1].payment - rows[-2].payment if len(rows) > 1 else 0
