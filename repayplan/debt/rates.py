"""Interest rates over time: fixed, stepped and floating, and the default rates that follow them."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise
from typing import Self

from repayplan.cases.models import Loan

BEGINNING = dt.date.min


@dataclass(frozen=True, slots=True)
class RatePath:
    """A yearly rate that holds from each step's day until the next; the first step holds from the beginning."""

    days: tuple[dt.date, ...]
    rates: tuple[Fraction, ...]

    @classmethod
    def fixed(cls, rate: Fraction) -> Self:
        """The same rate at all times."""
        return cls((BEGINNING,), (rate,))

    @classmethod
    def stepped(cls, first: Fraction, steps: Iterable[tuple[dt.date, Fraction]]) -> Self:
        """``first`` until the first step, then each step's rate from its day on."""
        ordered = sorted(steps)
        return cls((BEGINNING, *(day for day, _ in ordered)), (first, *(rate for _, rate in ordered)))

    def at(self, day: dt.date) -> Fraction:
        """The rate at which the night after ``day`` accrues."""
        return self.rates[bisect_right(self.days, day) - 1]

    def pieces(self, start: dt.date, end: dt.date) -> list[tuple[dt.date, dt.date, Fraction]]:
        """``(from, to, rate)`` covering start to end, cut where the rate changes."""
        if len(self.days) == 1:
            return [(start, end, self.rates[0])]
        cuts = [start, *(day for day in self.days if start < day < end), end]
        return [(a, b, self.at(a)) for a, b in pairwise(cuts)]

    def then(self, day: dt.date, other: RatePath) -> RatePath:
        """This path before ``day``, ``other`` from ``day`` on."""
        before = [(d, r) for d, r in zip(self.days, self.rates, strict=True) if d < day]
        after = [(d, r) for d, r in zip(other.days, other.rates, strict=True) if d > day]
        steps = [*before, (day, other.at(day)), *after]
        return RatePath(tuple(d for d, _ in steps), tuple(r for _, r in steps))

    def anew(self, day: dt.date, rate: Fraction) -> RatePath:
        """``rate`` from ``day`` until the next step."""
        steps = sorted({**dict(zip(self.days, self.rates, strict=True)), day: rate}.items())
        return RatePath(tuple(d for d, _ in steps), tuple(r for _, r in steps))

    def scaled(self, multiple: Fraction) -> RatePath:
        """The rate times ``multiple``: a penalty rate follows its contract rate."""
        return RatePath(self.days, tuple(rate * multiple for rate in self.rates))

    def highest(self, other: RatePath) -> RatePath:
        """The higher of two at any time: penalties for the same money are never added up."""
        days = tuple(sorted({*self.days, *other.days}))
        return RatePath(days, tuple(max(self.at(day), other.at(day)) for day in days))


def floating(
    first: Fraction,
    index: Mapping[dt.date, Fraction],
    resets: Sequence[dt.date],
    *,
    spread: Fraction = Fraction(0),
    multiplier: Fraction = Fraction(1),
    cap: Fraction | None = None,
    floor: Fraction | None = None,
    change: tuple[Fraction | None, Fraction | None] = (None, None),
) -> RatePath:
    """``multiplier × index + spread`` fixed anew on every reset day, ``first`` before.

    ``index`` holds the published rates by day; a reset takes the last one not after it, and a reset before the first
    publication leaves the rate alone. ``change`` bounds what one reset changes, from (the deepest fall, negative) to
    (the highest rise), ``floor`` and ``cap`` the rate itself.
    """
    published = sorted(index)
    rate, steps = first, []
    for day in sorted(resets):
        known = bisect_right(published, day)
        if not known:
            continue
        target = multiplier * index[published[known - 1]] + spread
        rate = _within(rate + _within(target - rate, *change), floor, cap)
        steps.append((day, rate))
    return RatePath.stepped(first, steps)


@lru_cache(maxsize=4096)
def exactly(rate: Decimal) -> Fraction:
    """A rate as a fraction: the same few are asked for again and again."""
    return Fraction(rate)


def contract_rate(loan: Loan) -> RatePath:
    """The contract rate over time: fixed, stepped or floating."""
    agreement, first = loan.contract, exactly(loan.rate)
    if agreement.floating is not None:
        follow = agreement.floating
        return floating(
            first,
            {step.date: Fraction(step.rate) for step in follow.index},
            follow.resets,
            spread=Fraction(follow.spread),
            cap=None if follow.cap is None else Fraction(follow.cap),
            floor=None if follow.floor is None else Fraction(follow.floor),
        )
    if not agreement.rate_steps:
        return RatePath.fixed(first)
    return RatePath.stepped(first, [(step.date, Fraction(step.rate)) for step in agreement.rate_steps])


def signed_rate(loan: Loan) -> RatePath:
    """The rate once a plan is signed: the one agreed for it, or the contract's, with its later steps and resets; from
    the first step on that the plan itself agrees, the steps of the plan."""
    agreed, steps = (
        loan.rate_after_signing,
        sorted((step.date, Fraction(step.rate)) for step in loan.rate_steps_after_signing),
    )
    path = contract_rate(loan) if agreed is None else RatePath.fixed(exactly(agreed))
    return path.then(steps[0][0], RatePath.stepped(steps[0][1], steps)) if steps else path


def signed_compound_rate(loan: Loan) -> RatePath:
    """The rate on unpaid interest once a plan is signed: the loan's own where nothing is agreed."""
    return signed_rate(loan) if loan.compound_rate is None else RatePath.fixed(exactly(loan.compound_rate))


def _within(value: Fraction, least: Fraction | None, most: Fraction | None) -> Fraction:
    value = value if most is None else min(value, most)
    return value if least is None else max(value, least)
