"""Every θ on a grid against the optimum of each shape, in a model of four payments that shares nothing with the engine.

10,000.00 at one ten-thousandth a day, periods of 30, 31, 31 and 28 days, money that comes in between. The debt bears
what money is worth, so all that settles it is worth the same and the earliest is best: the greatest sum of what has
been paid by each date. A shape is followed until the debt is cleared; the last payment may be smaller, but no token.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import pytest
from making import make_case, prepare

from repayplan.planning.optimum import optimize
from repayplan.solvers.result import Status

RATES = (0.0030, 0.0031, 0.0031, 0.0028)
DEBT = 10_000.0

Amount = Callable[[int, Sequence[float], float], float]
"""What a shape wants at a date, given its θ and the interest due."""


@dataclass(frozen=True)
class Tiny:
    """``wants`` and the grid of θ; ``most`` that can have been paid by each date; ``loss``: by how much a step of the
    grid may miss the best, in money paid a date earlier; ``stated``: what the last payment is."""

    shape: Any
    wants: Amount
    grid: Iterable[Sequence[float]]
    most: Sequence[float]
    case: Mapping[str, Any]
    loss: float
    stated: float | None = None

    def best(self) -> float:
        """The most earliness of any θ, −∞ where none settles the debt."""
        return max((self.earliness(theta) for theta in self.grid), default=-np.inf)

    def earliness(self, theta: Sequence[float]) -> float:
        debt, paid, found = DEBT, 0.0, 0.0
        for date, rate in enumerate(RATES):
            interest = debt * rate
            debt += interest
            wanted = self.wants(date, theta, interest)
            amount = min(wanted, debt) if self.stated is None else wanted
            if self.stated is not None and abs(debt - self.stated) <= 3 * self.loss:
                amount = debt
            paid += amount
            found += amount * (len(RATES) - date) / len(RATES)
            debt -= amount
            if paid > self.most[date] + 1e-6 or debt < -1e-6:
                return -np.inf
            if debt <= 1e-6:
                return found if amount >= DEBT / (10 * (date + 1)) else -np.inf
        return -np.inf


def axis(step: float, end: float) -> list[float]:
    return np.arange(0.0, end + step / 2, step).tolist()


def monthly(opening: float, *receipts: float) -> tuple[list[float], dict[str, Any]]:
    """What can have been paid by each date, and the case that says so."""
    most = np.cumsum([opening, *receipts]).tolist()
    return most, {"opening": f"{opening:.2f}", "monthly": [f"{amount:.2f}" for amount in receipts]}


def received(*receipts: float, floor: float = 0.0) -> tuple[list[float], dict[str, Any]]:
    """The same where it comes on the 10th before each payment, as milestones, and some of it must stay."""
    days = ("2026-12-10", "2027-01-10", "2027-02-10", "2027-03-10")
    items = {day: f"{amount:.2f}" for day, amount in zip(days, receipts, strict=True) if amount}
    return (np.cumsum(receipts) - floor).tolist(), {"milestones": items, "floor": f"{floor:.2f}"}


def stores(small: float, large: float) -> tuple[list[float], dict[str, Any]]:
    """Two stores that bring so much in odd months and twice as much in even ones, on the 10th before each payment."""
    season = [2.0 if month % 2 == 0 else 1.0 for month in range(1, 13)]  # 1.5 on average
    items = [{"name": name, "monthly": f"{amount * 1.5:.2f}"} for name, amount in (("A", small), ("B", large))]
    receipts = [(small + large) * season[month - 1] for month in (12, 1, 2, 3)]
    return np.cumsum(receipts).tolist(), {"source": {"kind": "stores", "day": 10, "stores": items, "indices": season}}


def rising(values: Sequence[float], count: int) -> list[tuple[float, ...]]:
    return [shares for shares in product(values, repeat=count) if all(np.diff(shares) >= 0)]


MILESTONES = (4_000.0, 0.0, 3_000.0, 6_000.0)

FEW = monthly(2_600, 2_600, 3_000, 4_000)
TINY: Mapping[str, Tiny] = {
    "level": Tiny("level", lambda _t, th, _i: th[0], ((x,) for x in axis(1, 4_000)), *FEW, loss=3),
    "level with much": Tiny(
        "level", lambda _t, th, _i: th[0], ((x,) for x in axis(2, 9_000)), *monthly(4_800, 4_800, 900, 900), loss=6
    ),
    "level principal": Tiny(
        "level_principal", lambda _t, th, i: th[0] + i, ((x,) for x in axis(1, 4_000)), *FEW, loss=3
    ),
    "step up": Tiny(
        {"kind": "step_up", "growth": "20%", "every": 1},
        lambda t, th, _i: th[0] * 1.2**t,
        ((x,) for x in axis(1, 4_000)),
        *FEW,
        loss=5,
    ),
    "steps as stated": Tiny(
        {"kind": "step_up", "steps": [{"since": "2027-02-01", "multiple": "0.5"}]},
        lambda t, th, _i: th[0] * (1.0 if t < 2 else 0.5),
        ((x,) for x in axis(1, 6_000)),
        *monthly(4_000, 3_900, 500, 2_500),
        loss=4,
    ),
    "seasonal": Tiny(
        {"kind": "seasonal", "peak": [1, 3]},
        lambda t, th, _i: th[t % 2],
        [(low, high) for low, high in product(axis(25, 4_000), repeat=2) if low <= high],
        *monthly(1_500, 3_700, 1_500, 4_000),
        loss=60,
    ),
    "interest only": Tiny(
        {"kind": "interest_only", "months": 1},
        lambda t, th, i: i if t < 1 else th[0],
        ((x,) for x in axis(1, 6_000)),
        *monthly(1_500, 2_500, 3_500, 4_500),
        loss=3,
    ),
    "balloon": Tiny(
        {"kind": "level_balloon", "last": "4000.00"},
        lambda _t, th, _i: th[0],
        ((x,) for x in axis(1, 6_000)),
        *monthly(2_500, 2_500, 2_500, 4_000),
        loss=3,
        stated=4_000.0,
    ),
    "milestone share": Tiny(
        "milestone_share",
        lambda t, th, _i: (th[0], 0.0, th[1], th[2])[t] * MILESTONES[t],
        rising(axis(0.02, 1.0), 3),
        *received(*MILESTONES),
        loss=200,
    ),
    "milestone share above a floor": Tiny(
        "milestone_share",
        lambda t, th, _i: (th[0], 0.0, th[1], th[2])[t] * MILESTONES[t],
        rising(axis(0.02, 1.0), 3),
        *received(*MILESTONES, floor=1_000.0),
        loss=200,
    ),
    "store share": Tiny(
        "store_share",
        lambda t, th, _i: th[0] * 2_400.0 * (2.0 if t in (0, 2) else 1.0),
        ((x,) for x in axis(0.0005, 1.0)),
        *stores(900.0, 1_500.0),
        loss=5,
    ),
    "store share with a least amount": Tiny(
        {"kind": "store_share", "minimum": "2300.00"},
        lambda t, th, _i: max(th[0] * 2_400.0 * (2.0 if t in (0, 2) else 1.0), 2_300.0),
        ((x,) for x in axis(0.0005, 1.0) if x * 2_400 >= 2_300 - 1e-9),
        *stores(900.0, 1_500.0),
        loss=5,
    ),
}


@pytest.mark.parametrize("name", TINY)
def test_no_theta_beats_the_optimum_and_the_best_comes_close(name: str) -> None:
    tiny = TINY[name]
    case = make_case(loan={"principal": "10000.00"}, months=4, shape=tiny.shape, **tiny.case)
    optimum = optimize(prepare(case)[1])
    assert optimum is not None
    assert optimum.status == Status.OPTIMAL
    found = -optimum.preferred.objective * DEBT
    best = tiny.best()
    slack = 4 * tiny.loss if tiny.stated is not None else 1e-3
    assert best <= found + slack
    assert best >= found - tiny.loss
