"""What a response starts from, the flows of a source in both views, and what it gives: flows drawn in S scenarios."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from repayplan.cases.sources import Source
from repayplan.forecast.flows import Flow, Window, as_bank
from repayplan.forecast.futures.drawing import joined
from repayplan.forecast.futures.normal import Real
from repayplan.forecast.views import Seen, seen
from repayplan.money import MAX_CENTS

Days = NDArray[np.int64]
Cents = NDArray[np.int64]


class Expected(NamedTuple):
    """One flow: the ``bank``'s view, ``start`` the borrower's day and ``day`` the bank's, as ordinals.

    What should have come before the case's date and has not starts on the day after.
    """

    bank: Flow
    start: int
    day: int

    @property
    def certain(self) -> bool:
        """Costs, and what somebody else has taken the risk of."""
        return self.bank.amount <= 0 or self.bank.firm

    @property
    def delay(self) -> int:
        """Days by which the bank counts it later."""
        return self.day - self.start

    def as_it_is(self) -> Column:
        """Nothing drawn."""
        return Column(self, self.day, self.bank.amount)


class Column(NamedTuple):
    """One expected flow in S scenarios: its ``day``, an ordinal or (S,), and ``amount``, cents or (S,) cents."""

    expected: Expected
    day: int | Days
    amount: int | Cents


def expectations(source: Source, flows: Iterable[Flow], window: Window) -> Iterator[Expected]:
    """The borrower's flows of a source as the bank counts them, without what it has by its view had before."""
    bank = seen(source)
    for flow in flows:
        if flow.amount and (one := expectation(flow, bank, window.after)) is not None:
            yield one


def expectation(flow: Flow, bank: Seen, after: dt.date) -> Expected | None:
    """One flow in both views; None where the bank counts it up to ``after``."""
    counted = as_bank(flow, bank.haircut, bank.delay_days) if bank.haircut or bank.delay_days else flow
    start, first = flow.date.toordinal(), after.toordinal() + 1
    day = start if counted.date is flow.date else counted.date.toordinal()
    return Expected(counted, start if start > first else first, day) if day >= first else None


MOST_DAYS = 36_500
"""Nothing is later than a century: that never comes, and days stay whole numbers."""


def scaled(amount: int | Cents, factor: Real) -> Cents:
    """(…, S) cents of an amount times a factor, to the cent below; no more than any amount of a case may be."""
    cents = amount * factor
    np.floor(np.minimum(cents, MAX_CENTS, out=cents), out=cents)
    return cents.astype(np.int64)


class Rows(NamedTuple):
    """Flows of a source at the ``factors`` (sides, months + 1, draws) of their ``months``, for ``scenarios`` from
    ``first`` on; what is certain stays. None goes to an account apart."""

    flows: Sequence[Expected]
    months: Sequence[int]
    factors: Real
    first: int
    scenarios: int

    def columns(self) -> Iterator[Column]:
        """One by one."""
        moved = [number for number, one in enumerate(self.flows) if not one.certain]
        amounts = np.array([self.flows[number].bank.amount for number in moved], dtype=np.int64)
        factors = self.factors[:, [self.months[number] for number in moved]]
        rows = iter(scaled(amounts[:, None], joined(factors, self.first, self.scenarios)))
        for one in self.flows:
            yield one.as_it_is() if one.certain else Column(one, one.day, next(rows))


def delayed(one: Expected, normal: Real, deviation: float) -> Days:
    """(S,) the borrower's day and a delay whose median is the bank's; high normals are late."""
    late = np.minimum(one.delay * np.exp(deviation * normal) + 1e-9, MOST_DAYS)
    return one.start + np.floor(late).astype(np.int64)
