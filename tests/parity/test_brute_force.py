"""Every schedule on a grid against the optimum, in a model of three payments that shares nothing with the engine.

Three dates, periods of 30, 31 and 31 days at one ten-thousandth a day, money that comes in between. All schedules on
a grid are valued and judged by the few lines of ``Tiny``. None of them may be worth more than the optimum of stage 1,
or, of those worth enough, be paid earlier than the plan of stage 2; and the best of them may fall short only by what
the grid is too coarse for, so that the program neither forbids what is allowed nor allows what is forbidden.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
from making import make_case, prepare
from numpy.typing import NDArray

from repayplan.planning.optimum import optimize
from repayplan.solvers.result import Status

Grid = NDArray[np.float64]

STEPS = 100
PERIODS = (0.0030, 0.0031, 0.0031)
WEIGHTS = (3.0, 2.0, 1.0)
"""How many of the three dates have a payment behind them: what *earliest* adds up."""


@dataclass(frozen=True)
class Tiny:
    """10,000.00 owed; amounts in currency units. ``receipts`` come after the first and after the second date."""

    opening: float = 4000.0
    receipts: tuple[float, float] = (4000.0, 4000.0)
    floor: float = 0.0
    settle: bool = True
    discount: float = 0.036
    delay: bool = False
    hazard: float = 0.0
    recovery: float = 0.0
    collateral: float = 0.0
    cover: float | None = None
    carry: float = 1.0
    step: float | None = None
    least: float = 0.0
    most: float = 1e9
    interest: bool = False
    grace: bool = False
    level: bool = False
    tolerance: float = 0.0
    policy: Mapping[str, Any] = field(default_factory=dict)

    def schedules(self) -> list[Grid]:
        """x_1, x_2, x_3 on a grid; where all is to be paid the third pays what is left."""
        axis = np.linspace(0.0, 10_000.0, STEPS + 1)
        first, second, third = np.meshgrid(axis, axis, [0.0] if self.settle else axis, indexing="ij")
        if self.settle:
            third = self.debts([first, second, third])[2]
        return [first, second, third]

    def debts(self, paid: list[Grid]) -> list[Grid]:
        debt, found = np.full_like(paid[0], 10_000.0), []
        for rate, amount in zip(PERIODS, paid, strict=True):
            debt = debt * (1 + rate) - amount
            found.append(debt)
        return found

    def allowed(self, paid: list[Grid], slack: float = 1e-6) -> NDArray[np.bool_]:
        debts = self.debts(paid)
        fine = (debts[2] >= -slack) & (debts[1] >= -slack) & (debts[0] >= -slack) & (paid[2] >= 0)
        before, came_in, spent = self.opening, (0.0, *self.receipts), np.zeros_like(paid[0])
        last = np.where(paid[2] > 0, 2, np.where(paid[1] > 0, 1, 0))
        principal = np.full_like(paid[0], 10_000.0)
        for date, amount in enumerate(paid):
            carried = before - spent - self.floor
            spent = spent + amount
            before += came_in[date]
            fine &= before - spent >= self.floor - slack
            if self.cover is not None:
                fine &= (amount == 0) | (self.cover * amount <= came_in[date] + self.carry * carried + slack)
            fine &= (amount <= self.most + slack) & ((date >= last) | (amount >= self.least - slack))
            if self.step is not None and date:
                change = amount - paid[date - 1]
                room = self.step * paid[date - 1] + slack
                fine &= (change <= room) & ((date >= last) | (-change <= room))
            if self.interest:
                fine &= debts[date] <= principal + slack
            principal = np.minimum(principal, debts[date])
        if self.grace:
            fine &= paid[0] == 0
        if self.settle and (self.step is not None or self.least or self.level):  # the last payment is no token
            fine &= np.choose(last, paid) >= 1_000 / (last + 1) - slack
        if self.level:
            fine &= (last < 2) | (abs(paid[0] - paid[1]) <= slack)
            fine &= (paid[1] <= paid[0] + slack) & (paid[2] <= paid[0] + slack)
        return fine

    def value(self, paid: list[Grid]) -> Grid:
        """Σ v_t [S_t x_t + (S_{t−1} − S_t) R(D_t + x_t)] + v_T S_T R(D_T)."""
        rate = self.discount if self.delay else max(self.discount, 0.036)
        worth, factor, alive = np.zeros_like(paid[0]), 1.0, 1.0
        for days, amount, debt in zip((30, 31, 31), paid, self.debts(paid), strict=True):
            factor /= 1 + rate * days / 360
            survives = alive * (1 - self.hazard)
            worth = worth + factor * (survives * amount + (alive - survives) * self.recovered(debt + amount))
            alive = survives
        left = self.debts(paid)[2]
        # the year of the plan ends with the month, eight days after the last payment
        return worth + factor * alive * (1 - self.hazard) ** (8 / 28) * self.recovered(left)

    def recovered(self, claim: Grid) -> Grid:
        secured = np.minimum(claim, self.collateral)
        return secured + self.recovery * (claim - secured)


TINY: Mapping[str, Tiny] = {
    "free": Tiny(),
    "not enough": Tiny(opening=2000.0, receipts=(1500.0, 1000.0), settle=False),
    "floor": Tiny(opening=5000.0, floor=1500.0, receipts=(5000.0, 5000.0)),
    "cover": Tiny(opening=6000.0, cover=1.25, receipts=(5000.0, 6000.0)),
    "cover without what is carried": Tiny(
        opening=6000.0, cover=1.1, carry=0.0, receipts=(4000.0, 8000.0), settle=False
    ),
    "step": Tiny(step=0.25, receipts=(4500.0, 4500.0)),
    "step down": Tiny(opening=9000.0, receipts=(100.0, 4000.0), step=0.3),
    "least and most": Tiny(least=1000.0, most=4500.0, opening=9000.0),
    "interest": Tiny(interest=True, delay=True, discount=0.001, opening=200.0, receipts=(300.0, 11_000.0)),
    "grace": Tiny(grace=True, opening=6000.0),
    "level": Tiny(level=True, opening=4500.0, receipts=(4000.0, 4000.0)),
    "waiting pays": Tiny(delay=True, discount=0.001, receipts=(5000.0, 8000.0)),
    "waiting pays within a tolerance": Tiny(delay=True, discount=0.001, tolerance=0.002, receipts=(5000.0, 8000.0)),
    "default": Tiny(hazard=0.02, recovery=0.4, settle=False, discount=0.06),
    "collateral": Tiny(hazard=0.03, recovery=0.1, collateral=6000.0, settle=False, delay=True, discount=0.001),
    "collateral covers all": Tiny(
        hazard=0.03, collateral=20_000.0, delay=True, discount=0.02, receipts=(5000.0, 7000.0)
    ),
    "tolerance": Tiny(discount=0.12, tolerance=0.01, settle=False, hazard=0.01),
}


@pytest.mark.parametrize("name", TINY)
def test_no_schedule_beats_the_optimum_and_the_best_comes_close(name: str) -> None:
    tiny = TINY[name]
    problem = prepare(case_of(tiny))[1]
    optimum = optimize(problem)
    assert optimum is not None
    assert optimum.status == Status.OPTIMAL
    best = optimum.value / 100
    preferred = -optimum.preferred.objective * problem.scale[0] / 100 * WEIGHTS[0]

    paid = tiny.schedules()
    allowed = tiny.allowed(paid)
    value = np.where(allowed, tiny.value(paid), -np.inf)
    grid = 10_000.0 / STEPS
    assert value.max() <= best + 0.01
    assert value.max() >= best - 4 * grid
    earliness = sum(weight * amount for weight, amount in zip(WEIGHTS, paid, strict=True))
    worth_enough = value >= best - tiny.tolerance * abs(best)
    assert earliness[worth_enough].max(initial=0.0) <= preferred + 0.05
    nearly = value >= best - tiny.tolerance * abs(best) - 4 * grid
    assert earliness[nearly].max() >= preferred - 12 * grid

    chosen = [np.array(amount / 100) for amount in optimum.payments[problem.pays[0], 0]]
    assert tiny.allowed([np.where(amount < 1e-4, 0.0, amount) for amount in chosen], slack=1e-4).all()
    assert float(tiny.value(chosen)) >= best - tiny.tolerance * abs(best) - 0.01


def case_of(tiny: Tiny) -> Any:
    policy: dict[str, Any] = {
        "discount_rate": f"{tiny.discount * 100:.4f}%",
        "delay": "allow" if tiny.delay else "forbid",
        "hazard": f"{tiny.hazard * 100:.4f}%",
        "recovery": f"{tiny.recovery * 100:.4f}%",
        "settle": "full" if tiny.settle else "best",
        "tolerance": f"{tiny.tolerance * 100:.4f}%",
        "shape": "level" if tiny.level else "free",
    }
    if tiny.cover is not None:
        policy["cover"] = {"minimum": f"{tiny.cover}", "carry": f"{tiny.carry * 100:.0f}%"}
    if tiny.step is not None:
        policy["step"] = f"{tiny.step * 100:.0f}%"
    if tiny.least:
        policy["minimum_installment"] = f"{tiny.least:.2f}"
    if tiny.most < 1e8:
        policy["maximum_installment"] = f"{tiny.most:.2f}"
    if tiny.interest:
        policy["interest_every"] = 1
    if tiny.grace:
        policy["grace"] = {"months": 1}
    return make_case(
        loan={"principal": "10000.00", "collateral": f"{tiny.collateral:.2f}"},
        opening=f"{tiny.opening:.2f}",
        floor=f"{tiny.floor:.2f}",
        monthly=[f"{amount:.2f}" for amount in tiny.receipts],
        months=3,
        **policy,
    )
