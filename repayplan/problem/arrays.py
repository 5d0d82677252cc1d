"""Everything a plan needs, as frozen arrays over N cases, T stages and L loans.

A *stage* ends on a day on which cash is checked: every payment date and every month end, so that a payment on the
20th is never covered by a receipt on the 28th. Money is whole cents (int64); factors are floats.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from repayplan.problem.accounts import AccountArrays
from repayplan.problem.burden import Burden
from repayplan.problem.claims import ClaimArrays
from repayplan.problem.form import FormArrays
from repayplan.problem.frozen import Cents as Cents
from repayplan.problem.frozen import Frozen as Frozen
from repayplan.problem.frozen import Mask as Mask
from repayplan.problem.frozen import Real as Real
from repayplan.problem.legal import Legal
from repayplan.problem.pace import PaceArrays
from repayplan.problem.sharing import FREELY, PARI_PASSU, Sharing
from repayplan.problem.wishes import WishArrays

LINES_PER_PERIOD = 3
"""Principal, unpaid interest and compound interest each book one accrual line a settlement period."""


def _course(debt: float, growth: Sequence[float], charge: Sequence[float]) -> Iterator[float]:
    """A debt that nothing is paid on, stage by stage."""
    for times, more in zip(growth, charge, strict=True):
        debt = times * debt + more
        yield debt


def _from_now_on_least(values: Cents) -> Cents:
    """(N, T) the least of each stage and those after it."""
    return np.asarray(np.minimum.accumulate(values[:, ::-1], axis=1)[:, ::-1])


@dataclass(frozen=True)
class CashArrays(Frozen):
    """``opening`` and the ``wanted`` floor (N,), the others (N, T); cents. ``inflow`` holds all that comes in.

    ``apart`` (N, T): what of it has gone to accounts that are not the borrower's by then (see ``accounts``). ``trough``
    is of the business's own cash: the least that it comes to between a stage's end and the end of the next, if nothing
    is ever paid.
    Flows of one day are netted; between two payments cash may still be lower than at either.
    ``reach``: the stage up to which payments must be in hand already, the stage itself where no reserve is kept.
    ``most`` (N, T): what may have been paid at most, however much there is; None where nothing but cash limits it. A
    reserve need not be kept below it.
    """

    opening: Cents
    wanted: Cents
    inflow: Cents
    outflow: Cents
    apart: Cents
    trough: Cents
    reach: NDArray[np.int64]
    most: Cents | None = None

    @cached_property
    def unpaid(self) -> Cents:
        """(N, T) all cash, on whichever account, if nothing were ever paid."""
        return self.opening[:, None] + np.cumsum(self.inflow - self.outflow, axis=1)

    @cached_property
    def floor(self) -> Cents:
        """(N, T) what planning keeps: the wanted floor, or what cash falls to where no payment could keep that."""
        return np.asarray(np.minimum(self.wanted[:, None], self.trough))

    @cached_property
    def room(self) -> Cents:
        """(N, T) the most that can have been paid up to each stage while its floor holds."""
        return np.asarray(self.trough - self.floor)

    @cached_property
    def allowed(self) -> Cents:
        """(N, T) the same, and no more than ``most``."""
        return self.room if self.most is None else np.asarray(np.minimum(self.room, self.most))

    @cached_property
    def unfunded(self) -> Cents:
        """(N, T) by how much cash falls short of the wanted floor though nothing is paid."""
        return np.asarray(np.maximum(self.wanted[:, None] - self.trough, 0))

    @cached_property
    def carried(self) -> Cents:
        """(N, T + 1) cash above the wanted floor before each stage, and at the end, if nothing were ever paid.

        What is on accounts apart counts in full, whether or not the business has its floor.
        """
        apart = np.concatenate([np.zeros_like(self.opening[:, None]), self.apart], axis=1)
        cash = np.concatenate([self.opening[:, None], self.unpaid], axis=1) - apart
        return np.asarray(np.maximum(cash - self.wanted[:, None], 0) + apart)

    @cached_property
    def payable(self) -> Cents:
        """(N, T) the most that can have been paid up to each stage with no floor or reserve breaking, then or later.

        With what the business has, and all that has come in on accounts apart.
        """
        return np.asarray(self.own_payable + self.apart)

    @cached_property
    def own_payable(self) -> Cents:
        """(N, T) the same out of the business's own cash alone."""
        later = _from_now_on_least(self.room)
        stages = np.arange(later.shape[1])
        if (self.reach == stages).all():  # no reserve is kept
            return later if self.most is None else np.minimum(later, _from_now_on_least(self.most))
        held = np.stack([row[np.searchsorted(reach, stages)] for row, reach in zip(later, self.reach, strict=True)])
        return held if self.most is None else np.minimum(held, _from_now_on_least(self.most))

    @cached_property
    def reserved(self) -> Real:
        """(N, T) the most that can have been paid up to a payment date because earlier stages must hold it; or NaN."""
        most = np.full(self.reach.shape, np.nan)
        for case, stage in np.argwhere(self.reach > np.arange(self.reach.shape[1])):
            ahead = self.reach[case, stage]
            most[case, ahead] = np.fmin(most[case, ahead], self.room[case, stage])
        return most


@dataclass(frozen=True)
class CoverArrays(Frozen):
    """``cash`` (N, T) cents available in the window that ends at a payment date, ``start`` (N, T) its first stage."""

    cash: Cents
    start: NDArray[np.int64]
    minimum: Real
    carry: Real


@dataclass(frozen=True)
class DebtArrays(Frozen):
    """``opening`` and ``principal`` (N, L) cents; debt_t = ``growth``·debt_{t−1} + ``charge`` − payment, (N, T, L).

    That tells the whole debt where ``linear`` (N, L); elsewhere only ``claims``, class by class, do.
    ``periods`` (N, T): settlement periods that end in the stage. ``current`` (N, T): interest must be paid up;
    ``waived``: it would have to be, but no cash is forecast for it.
    ``collateral`` (N, L) cents, net of costs. ``uniform`` (N, L): every part of the debt bears one rate.
    ``rank`` (N, L): which loan is paid first where nothing else decides, 0 the first. ``own`` (N, L): the bank's own
    loans; what is paid on others is no recovery of the bank.
    """

    opening: Cents
    principal: Cents
    growth: Real
    charge: Real
    periods: NDArray[np.int64]
    current: Mask
    waived: Mask
    collateral: Cents
    uniform: Mask
    rank: NDArray[np.int64]
    linear: Mask
    own: Mask
    claims: ClaimArrays

    @cached_property
    def unpaid(self) -> Real:
        """(N, T, L) the debt if nothing were ever paid; the largest it can be."""
        if self.linear.all():
            return self._mapped
        return np.where(self.linear[:, None], self._mapped, self.claims.unpaid.sum(axis=3))

    @cached_property
    def booking(self) -> Real:
        """(N, T, L) cents by which the ledger, booking whole cents, may be from the unrounded debt: half a cent for
        each accrual line, compounded."""
        if len(self.opening) == 1:
            lines = (0.5 * LINES_PER_PERIOD * self.periods[0]).tolist()
            courses = [_course(0.0, spread, lines) for spread in self.claims.spread[0].T.tolist()]
            return np.array([list(course) for course in courses]).T[None]
        bound, rows = np.zeros(self.opening.shape), []
        for stage in range(self.periods.shape[1]):
            lines = LINES_PER_PERIOD * self.periods[:, stage, None]
            bound = self.claims.spread[:, stage] * bound + 0.5 * lines
            rows.append(bound)
        return np.stack(rows, axis=1)

    @property
    def _mapped(self) -> Real:
        if len(self.opening) == 1:  # plain numbers are quicker than arrays of one
            courses = zip(self.opening[0].tolist(), self.growth[0].T.tolist(), self.charge[0].T.tolist(), strict=True)
            return np.array([list(_course(*course)) for course in courses]).T[None]
        debt = self.opening.astype(float)
        rows = []
        for stage in range(self.growth.shape[1]):
            debt = self.growth[:, stage] * debt + self.charge[:, stage]
            rows.append(debt)
        return np.stack(rows, axis=1)


@dataclass(frozen=True)
class ValueArrays(Frozen):
    """(N, T) factors: ``discount`` at the bank's rate; ``survival``.

    (N, T, L): ``contract`` at each loan's own rate, ``planning`` the factors the plan is optimized with. ``recovery``
    and ``tolerance`` (N,) are shares.
    """

    discount: Real
    contract: Real
    planning: Real
    survival: Real
    recovery: Real
    tolerance: Real


@dataclass(frozen=True)
class LimitArrays(Frozen):
    """What the policy limits, (N,); NaN where a limit is off. ``grace`` (N, T) marks stages inside the grace time.

    ``exempt`` (N, T) marks what limits on the size of installments leave out: the grace time, and stages up to which
    less than one even installment can be spared. ``margin`` (cents): by how much rows are tightened so that rounding
    cannot break them.
    """

    minimum: Real
    maximum: Real
    step: Real
    balloon: Real
    unit: Cents
    margin: Cents
    grace: Mask
    exempt: Mask
    interest_only: Mask
    settle_full: Mask


@dataclass(frozen=True)
class Problem(Frozen):
    """N cases ready for a formulation. ``dates`` (N, T) as datetime64[D], ``pays`` (N, T) marks payment dates."""

    loans: tuple[tuple[str, ...], ...]
    modes: tuple[str, ...]
    dates: NDArray[np.datetime64]
    pays: Mask
    cash: CashArrays
    cover: CoverArrays
    debt: DebtArrays
    value: ValueArrays
    limits: LimitArrays
    pace: PaceArrays
    form: FormArrays
    wishes: WishArrays
    accounts: AccountArrays
    legal: Legal = field(default_factory=Legal)
    burden: Burden | None = None
    sharing: Sharing = FREELY

    @property
    def shape(self) -> tuple[int, int, int]:
        """Cases, stages, loans."""
        cases, stages = self.pays.shape
        return cases, stages, self.debt.opening.shape[1]

    @cached_property
    def scale(self) -> Real:
        """(N,) the whole debt in cents; programs are written in units of it."""
        return np.asarray(np.maximum(self.debt.opening.sum(axis=1), 1), dtype=float)

    @property
    def provable(self) -> bool:
        """Whether a program stands for the case: what it cannot do cannot be done."""
        return self.sharing.rule != PARI_PASSU or bool(self.debt.linear.all())

    def with_any_last(self) -> Problem:
        """The same where the last payment may be a token, which is a wish and no limit: the program of what can be.

        Not where a limit speaks of the last payments together, which tokens would empty of meaning.
        """
        return self if (~np.isnan(self.limits.balloon)).any() else replace(self, wishes=self.wishes.with_any_last())

    def outer(self) -> Problem:
        """The problem whose program says what cannot be: this one, or where no program stands for it (``provable``)
        the one in which loans share as is best. Whoever shares by a rule shares in one of the ways that are free.
        """
        return self if self.provable else replace(self, sharing=FREELY)

    def days(self, case: int = 0) -> list[dt.date]:
        """Stage dates of one case."""
        days: list[dt.date] = self.dates[case].astype(object).tolist()
        return days

    @cached_property
    def payable(self) -> Cents:
        """(N, T) the most that can have been paid up to each stage. Where the last payment settles every loan, what
        comes in on blocked accounts after it makes up for costs after it."""
        released, cash = self.accounts.released, self.cash
        after = _from_now_on_least(cash.allowed + released) + cash.apart - released
        full = self.limits.settle_full[:, None]
        return np.asarray(np.where(full, np.maximum(cash.payable, after), cash.payable))

    def tightened(self, margin: int) -> Problem:
        """The same with every limit tightened so that payments moved by less than ``margin`` cents still hold it.

        A floor that has fallen to the cash there is cannot rise again: nothing is paid before it anyway.
        """
        most = None if self.cash.most is None else np.maximum(self.cash.most - margin, 0)
        cash = replace(self.cash, wanted=self.cash.wanted + margin, most=most)
        ratio = np.nan_to_num(self.cover.minimum)[:, None]
        covered = np.maximum(self.cover.cash - np.ceil(ratio * margin).astype(np.int64), 0)
        return replace(
            self,
            cash=cash,
            cover=replace(self.cover, cash=covered),
            limits=replace(self.limits, margin=np.full_like(self.limits.margin, margin)),
        )

    def buckets(self) -> list[Problem]:
        """One problem per bucket of burden that has a hazard of its own; this one alone where the hazard is given."""
        if self.burden is None or self.burden.edges is None:
            return [self]
        kept = [(self.burden.kept_in(bucket), bucket) for bucket in range(self.burden.edges.shape[1])]
        return [
            replace(self._with_hazard(bucket), burden=burden)
            for burden, bucket in kept
            if not (burden.low > burden.high).any()
        ]

    def as_paid(self, total: Sequence[int]) -> Problem:
        """The same with the hazard that payments (T,) in cents have by their burden; one case."""
        return self if self.burden is None else self._with_hazard(self.burden.bucket(total))

    def _with_hazard(self, bucket: int) -> Problem:
        if self.burden is None or self.burden.survival is None:
            return self
        return replace(self, value=replace(self.value, survival=self.burden.survival[:, bucket]))

    def undemanding(self) -> Problem:
        """The same without anything that demands money: what is left limits payments, and paying nothing holds it.

        The best effort of a case that cannot be settled. It counts payments alone, not what collateral would bring.
        Where parts of the debt bear different rates, one linear map needs interest kept current; without that demand
        the classes of the claim have to be told apart.
        """
        off = np.full_like(self.limits.step, np.nan)
        never = np.zeros_like(self.limits.settle_full)
        limits = replace(self.limits, minimum=off, step=off, balloon=off, settle_full=never)
        pace, form = self.pace.undemanding(), self.form.off()
        nothing_due = np.zeros_like(self.debt.current)
        debt = replace(
            self.debt,
            current=nothing_due,
            linear=self.debt.uniform,
            collateral=np.zeros_like(self.debt.collateral),
        )
        value = replace(self.value, recovery=np.zeros_like(self.value.recovery))
        rising: Mask = np.all(self.debt.uniform | self.debt.claims.rising, axis=1)
        modes = tuple(
            "A" if uniform.all() else "C" if bounded else "D"
            for uniform, bounded in zip(self.debt.uniform, rising, strict=True)
        )
        burden = None if self.burden is None else self.burden.free_below()
        legal, wishes = self.legal.undemanding(), self.wishes.undemanding()
        return replace(
            self,
            modes=modes,
            limits=limits,
            debt=debt,
            value=value,
            legal=legal,
            burden=burden,
            pace=pace,
            form=form,
            wishes=wishes,
        )
