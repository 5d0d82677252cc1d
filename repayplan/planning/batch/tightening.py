"""Plans that leave room for rounding: the preferred plan under limits tightened by what whole units can move.

Payments that fall by as much as they may from one date to the next, or interest that is just covered, break when they
are rounded. With every limit tightened by a unit first (design: "tighten step, cover and at-least rows") they hold.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from repayplan.planning.batch.cents import Winner
from repayplan.planning.batch.engine import Engine
from repayplan.planning.batch.items import Together, together
from repayplan.planning.batch.stages import preferred
from repayplan.planning.courses import Fineness, moved_by_shares
from repayplan.planning.exact import ACCEPTED_COST
from repayplan.planning.value import debt_bound

GIVEN_UP = float(ACCEPTED_COST) / 2
"""In units of the debt, what value may be given up for it; the other half is for rounding itself."""


def with_room(winners: Sequence[Winner], solve: Engine, finer: int = 1) -> list[Winner]:
    """The winners for which there is a plan with room for rounding, with its payments; to units ``finer`` than asked.

    It is worth what the preferred plan is, but for what may be given up.
    """
    places = {winner.number: winner for winner in winners}
    items = [
        replace(winner.item, problem=winner.item.problem.tightened(_margin(winner, finer)), lasts=(winner.found.last,))
        for winner in winners
    ]
    found: list[Winner] = []
    for part in together(items):
        if not isinstance(part, Together):
            continue
        least = np.array([places[item.ask].kept for item in part.items]) - GIVEN_UP
        for item, plan in zip(part.items, preferred(part.formulation, part.owner, solve, least), strict=True):
            if plan is not None:
                winner = places[item.ask]
                payments, theta = plan
                found.append(replace(winner, found=replace(winner.found, payments=payments, theta=theta)))
    return found


def _margin(winner: Winner, finer: int) -> int:
    """Cents by which rounding moves what has been paid: less than a unit a loan, interest raised by another; what
    booking moves, and shares."""
    problem, wished = winner.item.problem, winner.ask.terms.unit
    unit = max(wished // finer, 1)
    ahead = unit if problem.debt.current.any() else 0
    booking = math.ceil(float(debt_bound(problem)[-1].sum()))
    return problem.shape[2] * (unit + ahead) + booking + moved_by_shares(problem, Fineness(unit, wished))
