"""What falls due in each future where payments follow receipts: the rules are applied, not the amounts expected.

A rule gives its share of what has come in since the payment date before, on the next one; the minimum makes up what all
shares together lack until the plan's last payment; on its long stop what was expected of the rule and has not come
falls due all the same.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction

import numpy as np

from repayplan.evaluate.bearing import Horizon
from repayplan.evaluate.build import Planned, payment_order
from repayplan.evaluate.setting import NEVER, Setting
from repayplan.problem.arrays import Problem
from repayplan.problem.form import Rule
from repayplan.problem.frozen import Cents, Mask, Real

Receipts = Callable[[Rule], Cents]
"""(S, T) what comes in of the receipts that a rule shares out."""


def due_by_rules(rules: Sequence[Rule], receipts: Receipts, problem: Problem, planned: Planned, over: Horizon) -> Real:
    """(1, T, L, S) what falls due on each loan, loans in the order of payment; one case.

    Where nothing is uncertain it is what the plan pays. What a plan pays beyond its rules (days fixed, a last payment
    a little larger) falls due as it stands there.
    """
    counted = np.concatenate([problem.form.counted[0], np.ones(len(over.days) - over.plan, dtype=bool)])
    expected = problem.form.due(rules)
    total = planned.paid.sum(axis=1)
    last = int(np.flatnonzero(total)[-1]) if total.any() else 0
    shares = _shares(rules, receipts, problem, over, counted & over.paying)
    due = shares[0]
    before_the_end = counted & over.paying & (np.arange(len(over.days)) <= last)
    due = np.where(before_the_end, np.maximum(due, problem.form.minimum), due) + shares[1]
    due[:, : over.plan] += np.maximum(total - expected, 0)
    return _by_loan(due, planned.paid[:, payment_order(problem)])[None]


def until_the_long_stops(setting: Setting, rules: Sequence[Rule], over: Horizon) -> Setting:
    """The setting in which a loan that the plan clears is due in full only when every rule has come to its end."""
    ends = [_stage(over.days, rule.long_stop) for rule in rules]
    clears = np.where(setting.clears == NEVER, NEVER, np.maximum(setting.clears, max(ends, default=0)))
    return replace(setting, clears=clears)


def _stage(days: Sequence[dt.date], day: dt.date) -> int:
    """The stage that ends on a day or after it, ``NEVER`` where none does."""
    found = bisect_left(days, day)
    return found if found < len(days) else NEVER


def _shares(
    rules: Sequence[Rule], receipts: Receipts, problem: Problem, over: Horizon, dates: Mask
) -> tuple[Cents, Cents]:
    """(S, T) what rules make of receipts, to the cent below, and what their long stops add."""
    streams = {stream.terms.key: stream.cents for stream in problem.form.streams}
    shared: Cents | int = 0
    stopped: Cents | int = 0
    for rule in rules:
        share, come = Fraction(rule.share), _on_payment_dates(receipts(rule), over, dates)
        due = come * share.numerator // share.denominator
        topped = np.zeros_like(due)
        stop = _stage(over.days, rule.long_stop)
        if stop < NEVER:
            promised = sum(int(share * cents) for cents in streams[rule.key])
            topped[:, stop] = np.maximum(promised - due[:, : stop + 1].sum(axis=1), 0)
        shared, stopped = shared + due, stopped + topped
    return np.asarray(shared), np.asarray(stopped)


def _on_payment_dates(come: Cents, over: Horizon, dates: Mask) -> Cents:
    """(S, T) what has come since the payment date before; on dates that share nothing out it is nobody's."""
    pays = np.flatnonzero(over.paying)
    found = np.zeros_like(come)
    found[:, pays] = np.diff(np.cumsum(come, axis=1)[:, pays], axis=1, prepend=0)
    return np.where(dates, found, 0)


def _by_loan(due: Cents, paid: Cents) -> Real:
    """(T, L, S): amounts go to the loans on which the plan pays the same yuan of its whole, sooner or later."""
    if paid.shape[1] == 1:
        return np.ascontiguousarray(due.T[:, None], dtype=float)
    knots = np.concatenate([np.zeros((1, paid.shape[1])), np.cumsum(paid, axis=0)])
    knots = knots[np.concatenate([[True], paid.sum(axis=1) > 0])]
    total = np.cumsum(due, axis=1).astype(float)
    found = np.stack([np.floor(np.interp(total, knots.sum(axis=1), column) + 1e-6) for column in knots.T])
    ends = int(np.argmax(knots[-1] - knots[-2])) if len(knots) > 1 else 0
    found[ends] += total - found.sum(axis=0)
    return np.ascontiguousarray(np.maximum(np.diff(found, axis=2, prepend=0.0), 0.0).transpose(2, 0, 1))
