"""What decides how schedules fare in futures, as frozen arrays over N cases, T stages, L loans and K accounts.

Cents are whole numbers in floats, which is exact up to 2**53 and lets a processor work on many at once. Ragged cases
are padded: a loan that is none owes nothing, a stage that is none moves and settles nothing. Loans stand in the order
in which money that is short pays them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from repayplan.problem.frozen import Frozen, Mask, Real

Hazard = Literal["weight", "arrears"]
"""What a default comes from: the hazard of the problem as a weight in every future, or arrears that grow too old."""

IDLE, COMPOUND, INTEREST, PRINCIPAL = range(4)
"""Classes of a claim as a ledger rounds them: what bears nothing, compound interest, interest, principal."""

NEVER = 1 << 30
"""A stage that does not come."""

Stages = NDArray[np.int64]


@dataclass(frozen=True)
class Debts(Frozen):
    """What is owed and what it bears.

    ``claims`` (N, L, 4) cents at signing by class. ``interest``, ``compound``, ``penalty`` (N, T, L): what a unit of
    principal, of unpaid interest and of overdue principal bears over a stage; ``drift`` and ``compound_drift``: years
    of the stage for which a shift of floating rates counts. ``books`` (N, T): accruals are booked, to the cent.
    ``planned`` (N, T, L): principal that the plan leaves before the stage; what is left of more is overdue where
    anything is. ``backwards`` (N,): principal is settled first. ``revived`` (N, T, L): what a breach adds to the claim,
    waivers having been given on condition. ``collateral`` (N, L) cents, ``own`` (N, L): the bank's loans, 1 or 0.
    """

    claims: Real
    interest: Real
    compound: Real
    penalty: Real
    drift: Real
    compound_drift: Real
    books: Mask
    planned: Real
    backwards: Mask
    revived: Real
    collateral: Real
    own: Real


@dataclass(frozen=True)
class Worth(Frozen):
    """Factors of value, (N, T): ``discount`` at the bank's rate, ``survival`` constant after the plan's last stage.

    ``pays`` (N, T) marks payment dates. ``recovery`` (N,): share of an unsecured claim. ``end`` (N,): the plan's last
    stage, by whose factors what was never due is valued. Where arrears make defaults: ``kept`` (N,): share of the
    collateral that is left after costs besides those it is net of; ``late`` (N,): factor of its money over the delay;
    ``pursuit`` (N,): cents that pursuing a default, or what a plan leaves, costs then; nobody does it for less.
    """

    discount: Real
    survival: Real
    pays: Mask
    kept: Real
    late: Real
    pursuit: Real
    recovery: Real
    end: Stages


@dataclass(frozen=True)
class Setting(Frozen):
    """N cases and their schedules.

    ``stages`` (N,): how many there are. ``schedule`` (N, T, L): cents due; from ``clears`` (N, L) on everything
    owed is due, ``NEVER`` where a plan leaves a loan unpaid. ``opening`` (N,) cash, ``floor`` (N, T): what the business
    needs to run. ``account_loan`` (N, K): the loan an account pays, −1 for any; ``blocked``: pledged
    proceeds, released when the loan is clear; an account that is none is a guarantor without money. ``deadline``
    (N, T): the stage in which arrears that begin in this one make a default. ``alike`` (N,): loans share money that is
    short by the same fraction of what is due. ``loans``: names, in the order of payment.
    """

    loans: tuple[tuple[str, ...], ...]
    stages: Stages
    schedule: Real
    clears: Stages
    opening: Real
    floor: Real
    account_loan: Stages
    blocked: Mask
    deadline: Stages
    alike: Mask
    debts: Debts
    worth: Worth

    @property
    def shape(self) -> tuple[int, int, int, int]:
        """Cases, stages, loans, accounts."""
        cases, stages, loans = self.schedule.shape
        return cases, stages, loans, self.account_loan.shape[1]

    def part(self, cases: slice) -> Setting:
        """Some of the cases."""
        return _mapped(self, lambda value: value[cases])


@dataclass(frozen=True)
class Weights(Frozen):
    """What a cent counts for, (N, T): ``paid``; claimed at a default by the hazard, ``dead``; brought by collateral
    (``secured``) and otherwise (``unsecured``) at a default by arrears, whose pursuit costs ``pursued`` (N, T) cents.
    ``end`` (N, 3): those three for what is left at the plan's end. ``kept`` (N,): share of the collateral that counts
    at all."""

    paid: Real
    dead: Real
    secured: Real
    unsecured: Real
    end: Real
    pursued: Real
    kept: Real


def weights(worth: Worth, hazard: Hazard) -> Weights:
    """The hazard weighs every payment and every default, or it does not and arrears decide.

    As for the planner, nobody defaults by the hazard after the last payment date, nor after the end of the plan, and
    what is left then brings at once what a default would. Where arrears decide, what is left is pursued as a default
    is: no court is free, nor quick, because a plan has come to its end.
    """
    rows = np.arange(len(worth.end))
    discount, survival = worth.discount, worth.survival
    nothing = np.zeros_like(discount)
    if hazard == "arrears":
        secured = discount * worth.late[:, None]
        pursued = discount * worth.pursuit[:, None]
        end = np.stack([part[rows, worth.end] for part in (secured, discount, pursued)], axis=1)
        return Weights(discount, nothing, secured, discount, end, pursued, worth.kept)
    left = discount[rows, worth.end] * survival[rows, worth.end]
    return Weights(
        discount * survival,
        discount * _deaths(survival, worth.pays & (np.arange(discount.shape[1]) <= worth.end[:, None])),
        nothing,
        nothing,
        np.stack([left, left, np.zeros_like(left)], axis=1),
        nothing,
        np.ones(len(worth.end)),
    )


def _deaths(survival: Real, pays: Mask) -> Real:
    """(N, T) probability of a default since the payment date before."""
    found = np.zeros_like(survival)
    alive = np.ones(len(survival))
    for stage in range(survival.shape[1]):
        found[:, stage] = np.where(pays[:, stage], alive - survival[:, stage], 0.0)
        alive = np.where(pays[:, stage], survival[:, stage], alive)
    return found


@dataclass(frozen=True)
class Drawn(Frozen):
    """Futures of N cases over S scenarios, scenarios innermost; whole cents in floats.

    ``own`` (N, T, S): net cash of the business in each stage; ``apart`` (N, T, K, S): what comes onto accounts apart.
    ``shift`` (N, T, S): added to floating rates. ``stops`` (N, S): the stage from which the business pays nothing, or
    ``NEVER``. ``collateral`` (N, S): factor on its value. ``due`` (N, T, L, S): what falls due in place of
    the schedule, where it follows receipts. None where a setting has nothing of the kind.
    """

    own: Real
    apart: Real | None = None
    shift: Real | None = None
    stops: Stages | None = None
    collateral: Real | None = None
    due: Real | None = None

    @property
    def scenarios(self) -> int:
        """How many futures there are."""
        return int(self.own.shape[2])


PADS = {"end": 0, "clears": NEVER, "deadline": NEVER, "account_loan": -1, "floor": np.inf, "planned": np.inf}
"""What stands where there is nothing, if it is not zero; factors of value that are none do no harm as zeros."""


def stack(settings: Sequence[Setting]) -> Setting:
    """Several settings as one, padded to the largest. ValueError where there are none."""
    if not settings:
        raise ValueError("there is no setting to stack")
    return _joined(settings)


def _joined(parts: Sequence[object]) -> Setting:
    first = parts[0]
    values: dict[str, object] = {}
    for item in fields(first):  # type: ignore[arg-type]
        held = [getattr(part, item.name) for part in parts]
        if isinstance(held[0], np.ndarray):
            values[item.name] = _padded(held, PADS.get(item.name, 0))
        elif isinstance(held[0], tuple):
            values[item.name] = tuple(entry for names in held for entry in names)
        else:
            values[item.name] = _joined(held)
    return type(first)(**values)  # type: ignore[return-value]


def _padded(arrays: Sequence[NDArray[np.generic]], fill: float) -> NDArray[np.generic]:
    if all(array.shape[1:] == arrays[0].shape[1:] for array in arrays):
        return np.concatenate(arrays)
    sizes = map(max, zip(*(array.shape[1:] for array in arrays), strict=True))
    whole = np.full((sum(map(len, arrays)), *map(int, sizes)), fill, dtype=arrays[0].dtype)
    start = 0
    for array in arrays:
        place = (slice(start, start + len(array)), *map(slice, array.shape[1:]))
        whole[place] = array
        start += len(array)
    return whole


def _mapped(part: object, take: object) -> Setting:
    values = {}
    for item in fields(part):  # type: ignore[arg-type]
        value = getattr(part, item.name)
        arrays = isinstance(value, np.ndarray | tuple)
        values[item.name] = take(value) if arrays else _mapped(value, take)  # type: ignore[operator]
    return type(part)(**values)  # type: ignore[return-value]
