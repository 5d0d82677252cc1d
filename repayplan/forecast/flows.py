"""Dated expected cash, each flow traced to the part of the case it comes from."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Literal, NamedTuple

from repayplan.money import to_cents

View = Literal["borrower", "bank"]


class Flow(NamedTuple):
    """Expected cash on a day; cents, negative where it goes out.

    ``source`` and ``part`` name where it comes from, ``kind`` and ``category`` what that is, ``secures`` the loan to
    which alone it is pledged. ``firm``: a buyer pays it at once and bears the risk, so both views are the same.
    """

    date: dt.date
    amount: int
    source: str
    part: str
    kind: str = "monthly"
    category: str = "operating"
    secures: str | None = None
    firm: bool = False


@dataclass(frozen=True, slots=True)
class Window:
    """Forecasts cover ``after < date <= until``; ``receipt_day`` and ``cost_day`` date what names only a month."""

    after: dt.date
    until: dt.date
    receipt_day: int
    cost_day: int

    def keep(self, flows: Iterable[Flow]) -> Iterator[Flow]:
        """The flows inside the window."""
        return (flow for flow in flows if self.holds(flow))

    def holds(self, flow: Flow) -> bool:
        """Whether a flow is inside the window."""
        return self.after < flow.date <= self.until


def as_bank(flow: Flow, haircut: Decimal, delay_days: int) -> Flow:
    """What the bank counts on: receipts are less, to the cent below, and later; costs and firm money stay."""
    if flow.amount <= 0 or flow.firm:
        return flow
    share, whole = _left(haircut)
    counted = flow.amount * share // whole
    date = flow.date + dt.timedelta(days=delay_days) if delay_days else flow.date
    return Flow(date, counted, flow.source, flow.part, flow.kind, flow.category, flow.secures, flow.firm)


@lru_cache(maxsize=1_024)
def _left(haircut: Decimal) -> tuple[int, int]:
    """The share that a haircut leaves, as a ratio of whole numbers."""
    return (1 - haircut).as_integer_ratio()


def share_of(amount: Decimal, share: Decimal) -> int:
    """Whole cents of a share of an amount, to the cent below."""
    return math.floor(to_cents(amount) * share)


def spread(cents: int, parts: int) -> list[int]:
    """``cents`` in so many parts that differ by a cent at most and add up exactly; the first ones are smaller."""
    return [cents * (number + 1) // parts - cents * number // parts for number in range(parts)]


@lru_cache(maxsize=4096)
def month_of(date: dt.date) -> str:
    """``2027-03``: how flows of a month name it."""
    return date.isoformat()[:7]
