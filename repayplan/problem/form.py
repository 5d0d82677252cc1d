"""The shape of the installments as arrays, and the rules that are signed where they follow receipts.

A shape says x = z⁰ + Zθ on the dates it counts before the last payment: a base, and weights times a few unknown θ,
which are amounts, or shares of receipts.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

import numpy as np

from repayplan.language import Message, tr
from repayplan.money import grouped
from repayplan.problem.frozen import Cents, Frozen, Mask, Real
from repayplan.problem.terms import percent

Key = tuple[str, str | None, dt.date]


@dataclass(frozen=True, slots=True)
class Rule:
    """What is signed in place of an amount: a share of what comes in from ``source`` is paid.

    ``part``: one receipt, or a group of stores; None for all of the source. ``expected``: the day of the receipt, of
    several the last. On ``long_stop`` the expected amount falls due whatever has come in. ``minimum`` (cents) is due on
    each payment day before the last on which all shares together come to less.
    """

    source: str
    part: str | None
    expected: dt.date
    share: Decimal
    pay_within_days: int
    minimum: int
    long_stop: dt.date
    account: str | None

    @property
    def key(self) -> Key:
        """The receipts that it shares out."""
        return self.source, self.part, self.expected

    @property
    def sentence(self) -> Message:
        """The rule in words."""
        name = self.source if self.part is None else tr("{source}, {part}", source=self.source, part=self.part)
        said = {
            "share": percent(self.share),
            "source": name,
            "days": self.pay_within_days,
            "account": self.account or tr("a controlled account"),
            "expected": self.expected,
            "long_stop": self.long_stop,
        }
        if self.minimum:
            return tr(
                "{share} of what {source} brings, collected in {account}, is paid within {days} days; on each payment "
                "day at least {minimum} in all; what is expected by {expected} falls due on {long_stop} in any case",
                **said,
                minimum=grouped(self.minimum),
            )
        return tr(
            "{share} of what {source} brings, collected in {account}, is paid within {days} days; what is expected by "
            "{expected} falls due on {long_stop} in any case",
            **said,
        )


@dataclass(frozen=True)
class Stream:
    """Receipts that are shared out by one rule, ``terms`` all of it but the share.

    ``theta``: which unknown is their share. ``cents`` (T,): what comes in, by the payment date it is shared out on.
    """

    terms: Rule
    theta: int
    cents: tuple[int, ...]

    def rule(self, share: Decimal) -> Rule:
        """The rule with its share."""
        return replace(self.terms, share=share)


@dataclass(frozen=True)
class FormArrays(Frozen):
    """``kinds`` (N) names of shapes; on the dates ``counted`` (N, T) payments follow them, up to the last payment.

    ``base`` (N, T) cents; ``weight`` (N, K, T): of θ_k, cents of receipts where θ is a share, else a number.
    ``interest`` (N, T): interest is paid and no principal. ``stated`` (N,): the last payment, NaN where it is open.
    ``falling`` (N,): each θ is at most the one before. ``streams``: the receipts of a contingent shape, ``minimum``
    (cents) the least of its payments.
    """

    kinds: tuple[str, ...]
    counted: Mask
    base: Cents
    weight: Real
    interest: Mask
    stated: Real
    falling: Mask
    streams: tuple[Stream, ...] = ()
    minimum: int = 0

    @property
    def kind(self) -> str:
        """The shape of the case, of which there is one."""
        return self.kinds[0]

    @property
    def is_free(self) -> bool:
        """Whether no payment follows a shape."""
        return all(kind == "free" for kind in self.kinds)

    @property
    def thetas(self) -> int:
        """Number of unknowns K."""
        return int(self.weight.shape[1])

    def off(self) -> FormArrays:
        """The same without any shape."""
        return free_form(*self.counted.shape)

    def due(self, rules: Sequence[Rule]) -> Cents:
        """(T,) what rules make due on each payment date: every share to the cent below, at least the minimum."""
        shares = {rule.key: Fraction(rule.share) for rule in rules}
        total = np.zeros(self.counted.shape[1], dtype=np.int64)
        for stream in self.streams:
            share = shares.get(stream.terms.key, Fraction(0))
            total += np.array([int(share * cents) for cents in stream.cents], dtype=np.int64)
        return np.where(self.counted[0], np.maximum(total, self.minimum), 0)

    def rules(self, shares: Mapping[Key, Decimal]) -> tuple[Rule, ...]:
        """The rules with these shares, in the order of the receipts."""
        return tuple(stream.rule(shares[stream.terms.key]) for stream in self.streams if stream.terms.key in shares)


@lru_cache(maxsize=512)
def free_form(cases: int, stages: int) -> FormArrays:
    """No shape at all."""
    never = np.zeros((cases, stages), dtype=bool)
    return FormArrays(
        kinds=("free",) * cases,
        counted=never,
        base=np.zeros((cases, stages), dtype=np.int64),
        weight=np.zeros((cases, 0, stages)),
        interest=never,
        stated=np.full(cases, np.nan),
        falling=np.zeros(cases, dtype=bool),
    )
