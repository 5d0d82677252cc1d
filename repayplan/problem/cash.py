"""The cash of a case by stage: what comes in and goes out, what of it may be paid, what covers a payment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from repayplan.cases.models import Case
from repayplan.forecast import CashAhead, Flow, Window
from repayplan.money import to_cents
from repayplan.problem.accounts import AccountArrays, accounts
from repayplan.problem.arrays import CashArrays, CoverArrays
from repayplan.problem.frozen import Cents, Mask
from repayplan.problem.stages import Stages

_NEVER = np.iinfo(np.int64).max


@dataclass(frozen=True)
class Expected:
    """The cash of a case by stage, no reserve kept; ``flows`` from which it was made, in order of date."""

    cash: CashArrays
    cover: CoverArrays
    accounts: AccountArrays
    flows: Sequence[Flow]


def expected_cash(
    case: Case,
    ahead: CashAhead,
    stages: Stages,
    receipt_day: int,
    cost_day: int,
    floor: int,
    cover_minimum: Decimal | None,
    cover_window: str,
    cover_months: int,
    counted_carry: Decimal,
) -> Expected:
    """What the bank counts on by the last stage; ``floor``: cents that planning leaves untouched."""
    window = Window(case.as_of, stages.days[-1], receipt_day, cost_day)
    course = ahead.course(window, "bank")
    count = course.until(window.until)
    flows, day, amount, apart = course.flows[:count], course.day[:count], course.amount[:count], course.apart[:count]
    ends = np.searchsorted(day, stages.ordinal, side="right")
    own = accounts(case, stages.days, [flows[place] for place in np.flatnonzero(apart).tolist()])
    opening = to_cents(case.cash.opening)
    cash = CashArrays(
        opening=np.array([opening], dtype=np.int64),
        wanted=np.array([floor], dtype=np.int64),
        inflow=_by_stage(np.maximum(amount, 0), ends)[None],
        outflow=_by_stage(np.maximum(-amount, 0), ends)[None],
        apart=own.total,
        trough=_trough(opening + _sums(np.where(apart, 0, amount)), day, stages, ends)[None],
        reach=stages.own[None],
    )
    service = _by_stage(np.where(course.service[:count], -amount, 0), ends)
    total, start = _windows(stages, cash, service, cover_minimum, cover_window, cover_months)
    minimum = np.nan if cover_minimum is None else float(cover_minimum)
    cover = CoverArrays(total, start, np.array([minimum]), np.array([float(counted_carry)]))
    return Expected(cash, cover, own, flows)


def _by_stage(amounts: Cents, ends: NDArray[np.int64]) -> Cents:
    """(T,) sums of amounts (F,) in order of date, of which so many lie before each stage's end (T,)."""
    total = _sums(amounts)[ends]
    total[1:] -= total[:-1].copy()
    return total


def _sums(amounts: Cents) -> Cents:
    """(F + 1,) of what comes before each of F amounts, and of them all."""
    total = np.zeros(len(amounts) + 1, dtype=np.int64)
    np.cumsum(amounts, out=total[1:])
    return total


def _trough(cash: Cents, day: NDArray[np.int64], stages: Stages, ends: NDArray[np.int64]) -> Cents:
    """(T,) the least cash from each stage's end until just before the next one's, if nothing is paid.

    ``cash`` (F + 1,) before each flow and after the last; flows of a ``day`` (F,) count together. ``ends`` (T,): how
    many flows come by each stage's end.
    """
    after = np.full(len(cash), _NEVER)  # the last of a day's flows tells what the day leaves
    closes = np.flatnonzero(day[1:] != day[:-1])
    after[closes], after[len(day) - 1 : -1] = cash[closes + 1], cash[len(day) :]
    places = np.empty((len(stages), 2), dtype=np.int64)
    places[:, 0], places[:-1, 1], places[-1, 1] = ends, np.searchsorted(day, stages.ordinal[1:]), ends[-1]
    between = np.minimum.reduceat(after, places.ravel())[::2]
    at_end = cash[ends]
    return np.where(places[:, 1] > ends, np.minimum(at_end, between), at_end)


def _windows(
    stages: Stages, cash: CashArrays, service: Cents, minimum: Decimal | None, kind: str, months: int
) -> tuple[Cents, NDArray[np.int64]]:
    """(1, T) what covers each payment, and the first stage that counts.

    Windows by kind: since the payment before, the last so many months, or since the last receipt.

    What other lenders get (``service``, (T,) cents) must be covered as well: it is out of the net cash once already,
    and the margin comes on top.

    Since a receipt, cash counts up to the first payment date after it: what the business spends later is protected by
    the floors, and must not take back the cover of what has been paid.
    """
    over = max(float(minimum or 0) - 1, 0.0)
    margin = np.ceil(over * service).astype(np.int64)
    net = _sums(cash.inflow[0] - cash.outflow[0] - margin)
    paid = counted = stages.dates
    if kind == "since_receipt":
        receipts = np.append(np.flatnonzero(cash.inflow[0] > 0), 0)  # before the first receipt: from the beginning
        first = receipts[np.searchsorted(receipts[:-1], paid, side="right") - 1]
        counted = paid[np.searchsorted(paid, first)]
    elif kind == "rolling":
        first = stages.months_back(months)[paid]
    else:
        first = np.append(0, paid[:-1] + 1)
    start, total = np.zeros((2, 1, len(stages)), dtype=np.int64)
    start[0, paid], total[0, paid] = first, np.maximum(net[counted + 1] - net[first], 0)
    return total, start


def reserved(services: int, stages: Stages, cash: CashArrays, exempt: Mask) -> CashArrays:
    """With the last payment date whose payment the cash of a stage must hold already, so many ``services`` ahead.

    The reserve is kept from the first date on that can spare an even installment.
    """
    first = np.flatnonzero(stages.pays & ~exempt)
    if not first.size:
        return cash
    later = np.searchsorted(stages.dates, stages.own, side="right") + services - 1
    ahead = stages.dates[np.minimum(later, len(stages.dates) - 1)]
    reach = np.where((stages.own >= first[0]) & (ahead > stages.own), ahead, stages.own)
    return replace(cash, reach=reach[None])
