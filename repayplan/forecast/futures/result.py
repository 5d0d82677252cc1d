"""What futures are: cash of the business, of accounts apart, and what else moves, scenario by scenario."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from repayplan.cases.models import Case
from repayplan.forecast.apart import AccountKey
from repayplan.forecast.futures.expected import Cents
from repayplan.forecast.futures.normal import Real

NEVER = -1

Parts = frozenset[str] | None
Received = Callable[[str, Parts, dt.date | None], Cents]


@dataclass(frozen=True)
class Futures:
    """S futures of one case over T stages; cents. A flow belongs to the first stage that ends on its day or later;
    what comes after the last stage is left out.

    ``names`` (S): of stresses; empty for draws. ``own`` (S, T): net cash that moves in the business. ``apart``
    (S, T, K): what comes onto each account apart, in the order of ``keys``. ``shift`` (S, T): added to the yearly rates
    that float, a share; None where none does. ``stops`` (S,): the stage from which the borrower pays nothing, or NEVER.
    ``collateral`` (S,): factor on what collateral brings.
    """

    names: tuple[str, ...]
    keys: tuple[AccountKey, ...]
    own: Cents
    apart: Cents
    shift: Real | None
    stops: NDArray[np.int64]
    collateral: Real
    received: Received

    def __post_init__(self) -> None:
        for array in (self.own, self.apart, self.shift, self.stops, self.collateral):
            if array is not None:
                array.setflags(write=False)

    @property
    def scenarios(self) -> int:
        """How many futures there are."""
        return len(self.own)

    def receipts(
        self, source: str, part: str | Collection[str] | None = None, expected: dt.date | None = None
    ) -> Cents:
        """(S, T) cents that one source brings; ``part``: one of its receipts, a store or several; ``expected``: only
        what the bank expects on that day. Drawn again, which gives the same; costs are not among them."""
        parts = [part] if isinstance(part, str) else part
        return self.received(source, None if parts is None else frozenset(parts), expected)


def floats(case: Case) -> bool:
    """Whether a loan's rate still follows a published one once the plan is signed."""
    return any(loan.contract.floating is not None and loan.rate_after_signing is None for loan in case.loans)
