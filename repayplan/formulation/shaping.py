"""The register of shapes: rows under the name of a ``policy.shape``; ``compliance`` holds the point checks.

A shape writes x = z⁰ + Zθ on the dates before the last payment, *until cleared*: the last may be smaller, none comes
after it. Every θ is a carried state, so that rows stay within two stages.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from repayplan.formulation.frame import Frame, theta
from repayplan.problem.arrays import Mask, Problem, Real
from repayplan.solvers.staged import Draft, Piece, When

Rows = Callable[[Draft, Frame], None]

TOKEN = 10
"""A last payment below this part of an even installment is a token."""


@dataclass(frozen=True, slots=True)
class Shape:
    """A family of rows; ``unknowns`` says what θ is, ``follows`` what payments follow it, as documents say it.

    ``sign``: how the rows' coefficients on the debt stand, as for limits.
    """

    name: str
    formula: str
    unknowns: str
    follows: str
    sign: str
    rows: Rows


_shapes: dict[str, Shape] = {}


def shape(name: str, *, formula: str, unknowns: str, follows: str, sign: str = "0") -> Callable[[Rows], Rows]:
    """Register a function that writes the rows of one shape."""

    def register(rows: Rows) -> Rows:
        _shapes[name] = Shape(name, formula, unknowns, follows, sign, rows)
        return rows

    return register


def shapes() -> Mapping[str, Shape]:
    """Every shape but the free one, by name."""
    from repayplan.formulation import shapes as families  # noqa: F401  importing them registers them

    return MappingProxyType(_shapes)


def shaped(draft: Draft, frame: Frame) -> bool:
    """The rows of the shape that the case has, if any, and of the last payment that is guessed. Whether some of the
    shape's hold more easily where the debt is smaller: then rows that bound it from above are not enough."""
    form = frame.problem.form
    _cleared(draft, frame)
    if form.is_free:
        return False
    family = shapes()[form.kind]
    family.rows(draft, frame)
    return "+" in family.sign


def states(draft: Draft, frame: Frame, upper: Real | float, *, rising: bool = False) -> list[str]:
    """θ as carried states, each from its first date to its last; ``rising``: they may grow on the way. Where one is to
    be at most another, all are there from the first date of any to the last."""
    form = frame.problem.form
    names = []
    used = form.counted[:, None] & (form.weight != 0)
    used = np.where(form.falling[:, None, None], used.any(axis=1, keepdims=True), used)
    for number in range(form.thetas):
        needed = np.flatnonzero(used[:, number].any(axis=0))
        there = np.zeros(frame.stages, dtype=bool)
        if needed.size:
            there[needed[0] : needed[-1] + 1] = True
        name = draft.column(theta(form.kind, number, form.thetas), 0.0, upper, exists=there)
        later = there & np.concatenate([[False], there[:-1]])
        carried: list[Piece] = [(-1.0, name), (1.0, name, When.BEFORE)]
        if rising:
            draft.row(name, carried, 0.0, where=later)
        else:
            draft.row(name, [(1.0, name), (-1.0, name, When.BEFORE)], 0.0, equal=True, where=later)
        names.append(name)
    return names


def follow(draft: Draft, frame: Frame, names: list[str], weight: Real) -> None:
    """x_t = base + Σ weight·θ on counted dates before the last payment, at most that on the last. weight (N, K, T)."""
    form = frame.problem.form
    base = frame.money(form.base)
    up: list[Piece] = [(1.0, payment) for payment in frame.payments]
    down: list[Piece] = [(-1.0, payment) for payment in frame.payments]
    most = [*up, *((-weight[:, number], name) for number, name in enumerate(names))]
    least = [*down, *((weight[:, number], name) for number, name in enumerate(names))]
    draft.row(f"{form.kind}.most", most, base, where=form.counted & frame.up_to_last & ~_stated_last(frame))
    draft.row(f"{form.kind}.least", least, -base, where=form.counted & frame.before_last)


def largest_of_all(draft: Draft, frame: Frame) -> Real:
    """(N, 1) the most that can be paid on one date over all loans."""
    return np.asarray(sum(draft.columns[payment].upper.max(axis=1) for payment in frame.payments))[:, None]


def largest_amount(draft: Draft, frame: Frame) -> Real:
    """(N, 1) the most that a θ can be of which payments are multiples, each at most what can be paid on a date: it is
    the largest multiple before the last payment that bounds it, or that of the last where no other follows the shape.
    With multiples below 1 alone it may be more than any payment."""
    form = frame.problem.form
    weight = np.where(form.counted, form.weight.max(axis=1), 0.0)
    before = np.where(frame.before_last, weight, 0.0).max(axis=1)
    at_last = np.where(frame.at_last, weight, 0.0).max(axis=1)
    most = np.where(before > 0, before, np.where(at_last > 0, at_last, 1.0))
    return np.asarray(largest_of_all(draft, frame) / most[:, None])


def _stated_last(frame: Frame) -> Mask:
    stated: Mask = frame.at_last & ~np.isnan(frame.problem.form.stated)[:, None]
    return stated


def guesses(problem: Problem) -> Mask:
    """(N,) cases of which a limit or shape speaks of the last payment: blocked accounts are released after it."""
    limits = problem.limits
    named = ~np.isnan(np.stack([limits.minimum, limits.step, limits.balloon])).all(axis=0)
    shaped_ = np.array([kind != "free" for kind in problem.form.kinds], dtype=bool)
    return np.asarray(named | shaped_ | (problem.accounts.blocked.any() & limits.settle_full))


def _cleared(draft: Draft, frame: Frame) -> None:
    """Where the last payment is guessed, it is one: at least a unit, or all the debt or cash if that is less.

    Where the debt is settled it is a tenth of an even installment at least: less would be a token that pushes larger
    payments out of the reach of limits on the last ones. What is fixed may be any amount, and so may be the last one
    where nothing else is possible.
    """
    if not frame.guessed:
        return
    where = frame.at_last & ~(frame.problem.pace.fixed > 0) & guesses(frame.problem)[:, None]
    least = frame.money(least_at_last(frame))
    draft.row("last", [(-1.0, payment) for payment in frame.payments], -least, where=where)


def least_at_last(frame: Frame) -> Real:
    """(N, T) cents below which a last payment on that date is a token."""
    limits, opening = frame.problem.limits, frame.problem.debt.opening.sum(axis=1)[:, None]
    payments = np.maximum(np.cumsum(frame.problem.pays, axis=1), 1)
    token = np.where(limits.settle_full[:, None], opening / (TOKEN * payments), 0.0)
    there_is = np.minimum(opening, frame.problem.cash.payable)
    wanted = np.ones_like(token) if frame.problem.wishes.any_last else np.maximum(limits.unit[:, None], token)
    return np.asarray(np.minimum(wanted, there_is))
