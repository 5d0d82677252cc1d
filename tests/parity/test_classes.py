"""Loans whose parts bear different rates: bounds and whole numbers against schedules tried one by one.

A few lines settle every schedule of a grid class by class, in a model that shares nothing with the engine. None may be
worth more than the optimum, and the best comes as close as the grid is fine. Whole numbers are also tried one by one,
each choice a linear program.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import pytest
from making import make_case, prepare
from numpy.typing import NDArray

from repayplan.formulation.build import formulate
from repayplan.planning.optimum import optimize
from repayplan.problem.arrays import Problem
from repayplan.solvers.highs import Highs
from repayplan.solvers.interface import fixed
from repayplan.solvers.result import Status

Grid = NDArray[np.float64]

STEPS = 80
DAYS = (30, 31, 31)


@dataclass(frozen=True)
class Tiny:
    """10,000.00 of principal at 3.60 %, unpaid interest, fees, three dates; amounts in currency units."""

    mode: str
    unpaid: float = 600.0
    fees: float = 0.0
    on_arrears: float = 0.0
    opening: float = 4000.0
    receipts: tuple[float, float] = (4000.0, 4000.0)
    discount: float = 0.06
    hazard: float = 0.0
    recovery: float = 0.0
    settle: bool = False
    principal_first: bool = False

    def schedules(self) -> list[Grid]:
        axis = np.linspace(0.0, 12_000.0, STEPS + 1)
        first, second, third = np.meshgrid(axis, axis, [0.0] if self.settle else axis, indexing="ij")
        if self.settle:
            owed = self.debts([first, second, third])[2]
            third = np.maximum(owed, 0.0)
        return [first, second, third]

    def debts(self, paid: list[Grid]) -> list[Grid]:
        """The debt after each payment; below zero where more is paid than is owed."""
        fees, unpaid = np.full_like(paid[0], self.fees), np.full_like(paid[0], self.unpaid)
        principal, found = np.full_like(paid[0], 10_000.0), []
        for days, amount in zip(DAYS, paid, strict=True):
            unpaid = unpaid * (1 + self.on_arrears * days / 360) + principal * 0.036 * days / 360
            if self.principal_first:
                principal, left = self.take(principal, amount)
                unpaid, left = self.take(unpaid, left)
                fees, left = self.take(fees, left)
            else:
                fees, left = self.take(fees, amount)
                unpaid, left = self.take(unpaid, left)
                principal, left = self.take(principal, left)
            found.append(fees + unpaid + principal - left)
        return found

    @staticmethod
    def take(owed: Grid, amount: Grid) -> tuple[Grid, Grid]:
        part = np.minimum(owed, amount)
        return owed - part, amount - part

    def allowed(self, paid: list[Grid], slack: float = 1e-6) -> NDArray[np.bool_]:
        cash, spent, fine = self.opening, np.zeros_like(paid[0]), np.ones(paid[0].shape, dtype=bool)
        for amount, debt, receipt in zip(paid, self.debts(paid), (*self.receipts, 0.0), strict=True):
            spent = spent + amount
            fine &= (spent <= cash + slack) & (debt >= -slack)
            cash += receipt
        return fine

    def value(self, problem: Problem, paid: list[Grid]) -> Grid:
        """Σ v_t [S_t x_t + (S_{t−1} − S_t) ρ (D_t + x_t)] + v_T S_T ρ D_T, with the factors that the case has."""
        stages = np.flatnonzero(problem.pays[0])
        factors, survival = problem.value.planning[0, :, 0], problem.value.survival[0]
        worth, alive = np.zeros_like(paid[0]), 1.0
        for stage, amount, debt in zip(stages, paid, self.debts(paid), strict=True):
            survives = survival[stage]
            worth = worth + factors[stage] * (survives * amount + (alive - survives) * self.recovery * (debt + amount))
            alive = survives
        return worth + factors[-1] * survival[-1] * self.recovery * self.debts(paid)[2]

    def case(self) -> Any:
        return make_case(
            loan={
                "principal": "10000.00",
                "interest": f"{self.unpaid:.2f}",
                "fees": f"{self.fees:.2f}",
                "compound_rate": f"{self.on_arrears * 100:.4f}%",
            },
            opening=f"{self.opening:.2f}",
            monthly=[f"{amount:.2f}" for amount in self.receipts],
            months=3,
            arrears="keep",
            discount_rate=f"{self.discount * 100:.4f}%",
            delay="allow",
            hazard=f"{self.hazard * 100:.4f}%",
            recovery=f"{self.recovery * 100:.4f}%",
            settle="full" if self.settle else "best",
            order="principal_first" if self.principal_first else "civil_code",
        )


TINY = {
    "bounded": Tiny("C"),
    "bounded, with fees": Tiny("C", fees=900.0, on_arrears=0.036),
    "bounded, waiting pays": Tiny("C", discount=0.001, opening=500.0, receipts=(9_000.0, 2_000.0)),
    "bounded, a default brings part": Tiny("C", hazard=0.03, recovery=0.4, opening=700.0, receipts=(300.0, 5_000.0)),
    "to be settled": Tiny("D", settle=True),
    "to be settled, with fees": Tiny("D", fees=900.0, settle=True, discount=0.001),
    "dear arrears": Tiny("D", on_arrears=0.24, opening=300.0),
    "dear arrears, waiting pays": Tiny("D", on_arrears=0.24, discount=0.001, opening=300.0, receipts=(500.0, 9_000.0)),
    "dear arrears, to be settled": Tiny("D", on_arrears=0.24, settle=True, discount=0.05),
    "principal first": Tiny("D", principal_first=True, discount=0.001),
    "principal first, to be settled": Tiny("D", principal_first=True, settle=True, discount=0.02),
    "principal first, dear arrears and fees": Tiny("D", principal_first=True, on_arrears=0.3, fees=400.0, settle=True),
}


@pytest.mark.parametrize("name", TINY)
def test_no_schedule_beats_the_optimum_and_the_best_comes_close(name: str) -> None:
    tiny = TINY[name]
    problem = prepare(tiny.case())[1]
    optimum = optimize(problem)
    assert optimum is not None
    assert (optimum.status, optimum.formulation.mode) == (Status.OPTIMAL, tiny.mode)
    paid = tiny.schedules()
    value = np.where(tiny.allowed(paid), tiny.value(problem, paid), -np.inf)
    grid = 12_000.0 / STEPS
    assert value.max() <= optimum.value / 100 + 0.01
    assert value.max() >= optimum.value / 100 - 3 * grid
    chosen = [np.array(amount / 100) for amount in optimum.payments[problem.pays[0], 0]]
    assert tiny.allowed(chosen, slack=1e-3).all()
    assert float(tiny.value(problem, chosen)) == pytest.approx(optimum.value / 100, abs=0.02)


@pytest.mark.parametrize("seed", range(24))
def test_whole_numbers_are_those_of_trying_them_all(seed: int) -> None:
    """Every choice of the dates after which a class is clear, each a linear program: at most 2⁸ of them."""
    random = np.random.default_rng(seed)
    problem = prepare(random_case(random))[1]
    formulation = formulate(problem)
    assert formulation.mode == "D"
    program = formulation.valued(0)
    whole = np.flatnonzero(program.integer)
    engine, best = Highs(), np.inf
    for chosen in product((0.0, 1.0), repeat=len(whole)):
        columns = np.zeros(len(program.cost))
        columns[whole] = chosen
        solution = engine.solve(fixed(program, columns))
        best = min(best, solution.objective) if solution.solved else best
    optimum = optimize(problem)
    if optimum is None:
        assert best == np.inf
        return
    assert optimum.status == Status.OPTIMAL
    assert optimum.value / float(problem.scale[0]) == pytest.approx(-best, abs=2e-6)
    assert (problem.debt.claims.course(optimum.payments) >= -1).all()


def random_case(random: np.random.Generator) -> Any:
    """Four dates, rates that rise and fall in the order of settlement, all three classes."""
    return make_case(
        loan={
            "principal": "100000.00",
            "interest": f"{random.uniform(0, 9_000):.2f}",
            "fees": "0.00",
            "rate": f"{random.uniform(1, 9):.2f}%",
            "compound_rate": f"{random.choice([0.0, random.uniform(0, 30)]):.2f}%",
        },
        opening=f"{random.uniform(0, 30_000):.2f}",
        monthly=[f"{random.uniform(0, 60_000):.2f}" for _ in range(4)],
        months=4,
        arrears="keep",
        settle="full",
        order=str(random.choice(["civil_code", "principal_first"])),
        delay=str(random.choice(["allow", "forbid"])),
        discount_rate=f"{random.uniform(0, 9):.2f}%",
        hazard=f"{random.choice([0.0, 2.0]):.1f}%",
        recovery="30%",
    )
