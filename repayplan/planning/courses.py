"""Rounding a shape: θ to whole units, or shares to a hundredth of a percent; the amounts follow from it.

What is rounded is θ and never a single payment, so that the shape holds as it is. The last payment is what the ledger
says is left.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from math import ceil
from types import MappingProxyType
from typing import Protocol

import numpy as np

from repayplan.money import floor_to
from repayplan.problem.arrays import Mask, Problem, Real
from repayplan.problem.form import FormArrays, Key, Rule

NOISE = 1e-9
"""Solver noise in units of the debt, or of a share; what is smaller is nothing."""

SMALL = 1e-6
"""Cents by which a float is off; shares have few decimals, so that nothing real is as small."""

SHARE = Decimal("0.0001")
"""Shares are signed to a hundredth of a percent."""


class Owed(Protocol):
    """What a shape looks at in a loan's ledger; cents."""

    @property
    def debt(self) -> int:
        """The whole booked debt."""

    @property
    def principal(self) -> int:
        """Booked principal of every kind."""


Totals = Mapping[int, int]
"""Cents over all loans by stage."""


@dataclass(frozen=True, slots=True)
class Unknowns:
    """What a shape left to the solver: θ (K, T), cents or shares, and the stage and total (cents) of the last
    payment."""

    theta: Real
    final: int
    last: float


@dataclass(frozen=True, slots=True)
class Course:
    """What a shape pays over all loans before the last payment: amounts ``stated`` by stage, and ``on_interest`` on top
    of the interest that the ledgers have then; nothing is said of other stages.

    ``whole``: whether amounts are multiples of the unit; ``rules``: what is signed. ``raised``: the same with amounts
    that come to what was due at some stages; None where the shape has no such way.
    """

    stated: Totals
    whole: bool
    rules: tuple[Rule, ...] = ()
    on_interest: frozenset[int] = frozenset()
    raised: Callable[[Totals], Course] | None = None

    def amount(self, stage: int, books: Sequence[Owed]) -> int | None:
        """What is paid at a stage, given the ledgers as they stand; None where the shape does not say."""
        interest = sum(ledger.debt - ledger.principal for ledger in books) if stage in self.on_interest else 0
        return self.stated[stage] + interest if stage in self.stated else None

    def paying(self, paid: Sequence[int]) -> Course | None:
        """The course whose amounts come to what was due where more had to be ``paid`` (T,) than it states; None where
        that is nowhere.

        Interest that just fits into an amount does not any more once the amount is rounded down. What is paid more
        makes later interest smaller, so that once is enough.
        """
        if self.raised is None:
            return None
        due = {stage: paid[stage] for stage, cents in self.stated.items() if paid[stage] > cents}
        return self.raised(due) if due else None


@dataclass(frozen=True, slots=True)
class Fineness:
    """``unit`` of amounts in cents, where a ``wished`` one may be too coarse; ``up`` where θ is rounded up."""

    unit: int
    wished: int
    up: bool = False

    @property
    def share(self) -> Decimal:
        """Steps of shares, as much finer than usual as the unit is."""
        return SHARE * self.unit / self.wished


Rounding = Callable[[Problem, Unknowns, Fineness], Iterator[Course]]

_roundings: dict[str, Rounding] = {}


def rounding(*shapes: str) -> Callable[[Rounding], Rounding]:
    """Register how the θ of shapes are rounded."""

    def register(made: Rounding) -> Rounding:
        _roundings.update(dict.fromkeys(shapes, made))
        return made

    return register


def roundings() -> Mapping[str, Rounding]:
    """How θ is rounded, by shape."""
    return MappingProxyType(_roundings)


def courses(problem: Problem, unknowns: Unknowns, fine: Fineness) -> Iterator[Course]:
    """Ways to round the case's shape, the better first."""
    return _roundings[problem.form.kind](problem, unknowns, fine)


@rounding("level")
def level(problem: Problem, unknowns: Unknowns, fine: Fineness) -> Iterator[Course]:
    """One amount, or two."""

    def raised(due: Totals) -> Course:
        amount = _up(max(due.values()), fine.unit)
        return looked_up(dict.fromkeys(_before_last(problem, unknowns), amount))

    for amounts in _levels(problem, unknowns, fine):
        yield replace(looked_up(amounts), raised=raised)


@rounding("level_balloon")
def level_balloon(problem: Problem, unknowns: Unknowns, fine: Fineness) -> Iterator[Course]:
    """One amount; the last payment is large whatever the others are."""
    yield looked_up(next(_levels(problem, unknowns, fine)))


@rounding("step_up", "seasonal")
def multiples(problem: Problem, unknowns: Unknowns, fine: Fineness) -> Iterator[Course]:
    """Each multiple of a θ to the unit, within a step of the one before; the same multiple is the same amount."""
    weight, amounts = problem.form.weight[0], dict[int, int]()
    found: dict[bytes, int] = {}
    for stage in _before_last(problem, unknowns):
        multiple = weight[:, stage].tobytes()
        if multiple not in found:
            exact = float(weight[:, stage] @ unknowns.theta[:, stage]) + NOISE * float(problem.scale[0])
            amount = floor_to(int(exact) + (fine.unit - 1 if fine.up else 0), fine.unit)
            found[multiple] = _within_step(problem, stage, amount, amounts, fine.unit)
        amounts[stage] = found[multiple]
    yield replace(
        looked_up(amounts),
        raised=lambda due: next(multiples(problem, _paying(problem, unknowns, due, fine.unit), fine)),
    )


def _paying(problem: Problem, unknowns: Unknowns, due: Totals, unit: int) -> Unknowns:
    """Unknowns whose amounts come to what is due at some stages, in whole units."""
    theta = unknowns.theta.copy()
    for stage, cents in due.items():
        weight = problem.form.weight[0, :, stage]
        number = int(weight.argmax())
        others = float(weight @ theta[:, stage]) - float(weight[number] * theta[number, stage])
        theta[number] = np.maximum(theta[number], (_up(cents, unit) - others) / float(weight[number]))
    if problem.form.falling[0]:  # each is at most the one before
        theta = np.maximum.accumulate(theta[::-1], axis=0)[::-1]
    return replace(unknowns, theta=theta)


def _up(cents: int, unit: int) -> int:
    return -floor_to(-cents, unit)


def _within_step(problem: Problem, stage: int, amount: int, amounts: Mapping[int, int], unit: int) -> int:
    """The amount, in units, or the nearest to it that a step from the installment it is compared with allows."""
    before = amounts.get(int(problem.pace.base[0, stage]))
    share = float(problem.limits.step[0])
    if before is None or np.isnan(share):
        return amount
    most = floor_to(int((1 + share) * before + SMALL), unit)
    least = _up(ceil((1 - share) * before - SMALL), unit)
    return max(min(amount, most), least)


@rounding("level_principal")
def level_principal(problem: Problem, unknowns: Unknowns, fine: Fineness) -> Iterator[Course]:
    """Interest as the ledger has it, and rounded principal."""
    counted = problem.form.counted[0]
    first = int(np.flatnonzero(counted)[0]) if counted.any() else problem.shape[1]
    before = dict.fromkeys(np.flatnonzero(problem.debt.current[0, :first]).tolist(), 0)
    for parts in _levels(problem, unknowns, fine):
        yield Course(before | parts, whole=False, on_interest=frozenset(before | parts))


@rounding("interest_only")
def interest_only(problem: Problem, unknowns: Unknowns, fine: Fineness) -> Iterator[Course]:
    """Interest as the ledger has it for the first months, then one amount, or two."""
    inside = np.flatnonzero(problem.form.interest[0] & ~problem.debt.waived[0]).tolist()
    for amounts in _levels(problem, unknowns, fine):
        yield Course(amounts | dict.fromkeys(inside, 0), whole=False, on_interest=frozenset(inside))


@rounding("milestone_share", "store_share", "receivable_share")
def shares(problem: Problem, unknowns: Unknowns, fine: Fineness) -> Iterator[Course]:
    """Shares rounded, and what they make of the receipts."""
    form = problem.form
    unknowns = replace(unknowns, theta=_everywhere(form, unknowns.theta))
    at_last = _shares_at_last(problem, unknowns)
    found: dict[Key, Decimal] = {}
    for stream in form.streams:
        stages = [stage for stage, cents in enumerate(stream.cents) if cents and stage <= unknowns.final]
        if stages and stages[0] < unknowns.final:
            share = float(unknowns.theta[stream.theta, stages[0]])
            found[stream.terms.key] = _to_grain(share, fine.share, up=fine.up)
        elif stages:
            found[stream.terms.key] = _to_grain(at_last[stream.theta], fine.share, up=True)
    rules = form.rules(found)
    due = form.due(rules)
    yield Course({stage: int(due[stage]) for stage in _before_last(problem, unknowns)}, whole=False, rules=rules)


def moved_by_shares(problem: Problem, fine: Fineness) -> int:
    """Cents by which rounding shares may move what is paid in all; 0 where payments follow no receipts."""
    return ceil(fine.share * sum(sum(stream.cents) for stream in problem.form.streams))


def looked_up(amounts: Totals) -> Course:
    """Whole amounts by stage."""
    return Course(amounts, whole=True)


def _before_last(problem: Problem, unknowns: Unknowns) -> list[int]:
    return [stage for stage in np.flatnonzero(problem.form.counted[0]).tolist() if stage < unknowns.final]


def _levels(problem: Problem, unknowns: Unknowns, fine: Fineness) -> Iterator[dict[int, int]]:
    """The amount of each date before the last: θ rounded, then two amounts a unit apart.

    The larger one comes later, so that what has been paid never runs ahead of the plan.
    """
    stages, unit = _before_last(problem, unknowns), fine.unit
    if not stages:
        yield {}
        return
    theta = float(unknowns.theta[0, stages[0]]) + NOISE * float(problem.scale[0])
    amount = floor_to(int(theta) + (unit - 1 if fine.up else 0), unit)
    yield dict.fromkeys(stages, amount)
    late = int(len(stages) * (theta - amount) / unit)
    if late > 0:
        yield {stage: amount + (unit if number >= len(stages) - late else 0) for number, stage in enumerate(stages)}


def interest_dates(problem: Problem) -> Mask:
    """(N, T) dates before the last payment on which a shape has the interest on every loan paid, whether or not it is
    to be current: what they are paid in all does not say what each is paid."""
    form = problem.form
    parts = np.array([kind == "level_principal" for kind in form.kinds])
    return np.asarray((form.counted & parts[:, None]) | (form.interest & ~problem.debt.waived))


def _everywhere(form: FormArrays, theta: Real) -> Real:
    """(K, T) shares also on dates where the minimum is due whatever they are: those of the nearest date before, or of
    the first."""
    filled = theta.copy()
    for number, row in enumerate(filled):
        known = np.flatnonzero(form.counted[0] & (form.weight[0, number] > 0))
        if known.size:
            before = np.searchsorted(known, np.arange(len(row)), side="right") - 1
            row[:] = row[known[np.maximum(before, 0)]]
    return filled


def _shares_at_last(problem: Problem, unknowns: Unknowns) -> list[float]:
    """Shares of the receipts that the last payment takes: no larger than it needs, nor smaller than those before."""
    form, final = problem.form, unknowns.final
    least, most = np.zeros(form.thetas), unknowns.theta[:, final]
    for stage in _before_last(problem, unknowns):
        seen = form.weight[0, :, stage] > 0
        least[seen] = unknowns.theta[seen, stage]
    little, much = (float(form.weight[0, :, final] @ shares) for shares in (least, most))
    part = min(max((unknowns.last - little) / (much - little), 0.0), 1.0) if much > little else 1.0
    return [float(share) for share in least + part * np.maximum(most - least, 0.0)]


def _to_grain(share: float, grain: Decimal, *, up: bool) -> Decimal:
    noisy = share - NOISE if up else share + NOISE
    steps = (Decimal(noisy) / grain).to_integral_value(ROUND_CEILING if up else ROUND_FLOOR)
    return min(max(steps * grain, Decimal(0)), Decimal(1)).normalize() + 0
