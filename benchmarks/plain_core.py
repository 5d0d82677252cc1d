"""The core as one would write it down in NumPy: every step over all cases and scenarios at once, with temporaries.

The same mathematics as ``repayplan.evaluate`` for one loan without accounts, so that both can be held against each
other; what the benchmark compares with.
"""

from __future__ import annotations

import numpy as np

from repayplan.evaluate.outcome import NOWHERE, Fates
from repayplan.evaluate.reference import HALF_UP
from repayplan.evaluate.setting import COMPOUND, IDLE, INTEREST, NEVER, PRINCIPAL, Drawn, Hazard, Setting, weights
from repayplan.problem.frozen import Real


def run(setting: Setting, drawn: Drawn, hazard: Hazard) -> Fates:
    """What becomes of schedules of one loan each."""
    shape = (setting.shape[0], drawn.scenarios)
    debts, worth, factors = setting.debts, setting.worth, weights(setting.worth, hazard)
    cash = np.repeat(setting.opening[:, None], drawn.scenarios, axis=1)
    claims = [np.repeat(debts.claims[:, 0, None, part], drawn.scenarios, axis=1) for part in range(4)]
    pending = [np.zeros(shape) for _ in range(4)]
    arrears, value, called, cover = np.zeros(shape), np.zeros(shape), np.zeros(shape), np.full(shape, np.inf)
    missed, defaulted = np.full(shape, NOWHERE), np.full(shape, NOWHERE)
    deadline, alive, left = np.full(shape, NEVER), np.ones(shape, dtype=bool), np.zeros(shape)
    most = debts.collateral * np.ones(shape)
    share = worth.recovery[:, None]
    for stage in range(setting.shape[1]):
        at = (slice(None), stage, None)
        cash = cash + drawn.own[:, stage]
        overdue = np.minimum(arrears, np.maximum(claims[PRINCIPAL] - debts.planned[:, stage], 0))
        borne = (
            overdue * debts.penalty[:, stage],
            claims[COMPOUND] * debts.compound[:, stage],
            claims[INTEREST] * debts.compound[:, stage],
            (claims[PRINCIPAL] - overdue) * debts.interest[:, stage],
        )
        pending = [before + more for before, more in zip(pending, borne, strict=True)]
        lines = [np.where(debts.books[at], np.floor(part + HALF_UP), 0) for part in pending]
        pending = [np.where(debts.books[at], 0, part) for part in pending]
        claims[IDLE] = claims[IDLE] + lines[0]
        claims[COMPOUND] = claims[COMPOUND] + lines[1] + lines[2]
        claims[INTEREST] = claims[INTEREST] + lines[3]
        debt = sum(claims, np.zeros(shape))
        due = np.where(stage >= setting.clears, debt, np.minimum(setting.schedule[:, stage] + arrears, debt))
        room = np.where(alive, np.maximum(cash - setting.floor[at], 0), 0)
        counts = worth.pays[at] & (due > 0) & alive
        cover = np.minimum(cover, np.where(counts, room / np.where(due > 0, due, 1), np.inf))
        paid = np.minimum(due, room)
        cash, arrears = cash - paid, due - paid
        if hazard == "weight":
            value = value + factors.dead[at] * _recovered(debt, most, share, 1.0, 1.0)
        value = value + factors.paid[at] * paid
        rest = paid
        for part in (IDLE, COMPOUND, INTEREST, PRINCIPAL):
            settled = np.minimum(claims[part], rest)
            claims[part], rest = claims[part] - settled, rest - settled
        debt = debt - paid
        left = np.where(stage == worth.end[:, None], debt, left)
        missed = np.where((arrears > 0) & (missed == NOWHERE), stage, missed)
        deadline = np.where(arrears > 0, np.minimum(deadline, setting.deadline[at]), NEVER)
        fails = (stage >= deadline) & alive if hazard == "arrears" else np.zeros(shape, dtype=bool)
        brought = _recovered(debt + debts.revived[:, stage], most, share, factors.secured[at], factors.unsecured[at])
        value, called = value + np.where(fails, brought, 0), called + np.where(fails, brought, 0)
        defaulted, alive = np.where(fails, stage, defaulted), alive & ~fails
    secured, unsecured, pursued = (part[:, None] for part in factors.end.T)
    brought = _recovered(np.minimum(debt, left), most, share, secured, unsecured)
    kept = np.where(alive, np.maximum(brought - pursued, 0), 0)
    return Fates(value + kept, missed, defaulted, cover, called + kept)


def _recovered(claim: Real, most: Real, share: Real, secured: Real | float, unsecured: Real | float) -> Real:
    brought = np.minimum(most, claim)
    return secured * brought + unsecured * (share * (claim - brought))
