"""What every limit and shape writes against: the problem in units of its debt, and the lanes of the batch."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from repayplan.problem.arrays import Mask, Problem, Real


@dataclass(frozen=True)
class Frame:
    """A problem and, per lane, the stage of its last payment.

    ``last`` (N,): payments follow the shape before it, the payment on it may be smaller, there is none after it
    (*until cleared*). Where a limit or shape depends on it, it is ``guessed``: a single case is spread over as many
    lanes as there are payment dates. Of several cases each has a lane of its own.

    ``until`` (N,): a lane may stand for every last payment from ``last`` on until then. Its program has the rows that
    all of theirs have: those of dates up to ``last``, and none of the last payment itself. Each plan of theirs is one
    of its plans, so none is worth more than its best.
    """

    problem: Problem
    last: NDArray[np.int64]
    guessed: bool
    until: NDArray[np.int64] | None = None

    @property
    def lanes(self) -> int:
        """Number of lanes N."""
        return len(self.last)

    def case(self, lane: int) -> int:
        """Which case of the problem a lane is of: all lanes of the only one, or each of its own."""
        return lane if self.problem.shape[0] > 1 else 0

    @property
    def stages(self) -> int:
        """Number of stages T."""
        return self.problem.shape[1]

    @cached_property
    def stage(self) -> NDArray[np.int64]:
        """(1, T) stage numbers."""
        return np.arange(self.stages)[None]

    @cached_property
    def before_last(self) -> Mask:
        """(N, T) payment dates before the last payment."""
        mask: Mask = self.problem.pays & (self.stage < self.last[:, None])
        return mask

    @cached_property
    def at_last(self) -> Mask:
        """(N, T) the stage of the last payment, where it is known."""
        mask: Mask = self.stage == self.last[:, None]
        return mask if self.until is None else mask & (self.until == self.last)[:, None]

    @cached_property
    def up_to_last(self) -> Mask:
        """(N, T) payment dates up to and including the last payment."""
        mask: Mask = self.problem.pays & (self.stage <= self.last[:, None])
        return mask

    @cached_property
    def may_pay(self) -> Mask:
        """(N, T) payment dates up to the latest that the last payment may be on."""
        if self.until is None:
            return self.up_to_last
        mask: Mask = self.problem.pays & (self.stage <= self.until[:, None])
        return mask

    @cached_property
    def final(self) -> Mask:
        """(1, T) the last stage of the horizon."""
        mask: Mask = self.stage == self.stages - 1
        return mask

    @cached_property
    def payments(self) -> tuple[str, ...]:
        """Names of the payment columns, one a loan."""
        return tuple(payment(loan) for loan in range(self.problem.shape[2]))

    def money(self, cents: NDArray[np.int64] | Real) -> Real:
        """Cents (N, …) in units of the case's debt."""
        scale = self.problem.scale.reshape((-1,) + (1,) * (cents.ndim - 1))
        return cents / scale


class AloneError(Exception):
    """A case whose program cannot be written together with those of others."""


def alone(frame: Frame) -> None:
    """AloneError where rows are to be written of several cases that reach where each case has its own dates."""
    if frame.problem.shape[0] > 1:
        raise AloneError("rows over many stages are written of one case alone")


def payment(loan: int) -> str:
    """Name of a loan's payment column."""
    return f"payment.{loan}"


def debt(loan: int) -> str:
    """Name of a loan's debt column."""
    return f"debt.{loan}"


def principal(loan: int) -> str:
    """Name of the column that caps a loan's principal: the least debt so far."""
    return f"principal.{loan}"


def theta(kind: str, number: int, count: int) -> str:
    """Name of the column of a shape's unknown; numbered where there are several."""
    return kind if count == 1 else f"{kind}.{number}"


def lent(loan: int) -> str:
    """Name of the column that caps what is left of the money lent: no more than at signing, than before, than owed."""
    return f"lent.{loan}"


def short(loan: int) -> str:
    """Name of the column of what a test of value is missed by where that has a price."""
    return f"npv_short.{loan}"


def drawn(account: int) -> str:
    """Name of the column of what has been drawn from an account that is not the borrower's."""
    return f"drawn.{account}"


PAID = "paid"
PAYS = "pays"
WAIVED = "waived_total"
PREVIOUS = "previous"
EARLIER = "earlier"
REGULAR = "regular"
LEFT = "left"
LIFE = "average_life"
BEFORE_WINDOW = "paid_before_window"
