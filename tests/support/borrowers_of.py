"""Borrowers drawn by number, for what is compared over thousands of them: any size of case, any limit of a batch."""

from __future__ import annotations

from typing import Any

import numpy as np
from making import make_case

from repayplan.cases.models import Case

LIMITS: tuple[tuple[str, tuple[Any, ...]], ...] = (
    ("step", ("10%", "25%", "40%")),
    ("balloon", ("20%", "50%")),
    ("minimum_installment", ("50.00", "400.00")),
    ("maximum_installment", ("20000.00", "60000.00")),
    (
        "cover",
        ({"minimum": "1.20"}, {"minimum": "1.10", "carry": "50%"}, {"minimum": "1.30", "window": "since_receipt"}),
    ),
    ("interest_every", (1, 3)),
    ("grace", ({"months": 2, "interest_only": True}, {"months": 1, "interest_only": False})),
    ("reserve", (1, 2)),
    ("cumulative", ("20%", "60%")),
    ("average_life", ({"years": "0.5"}, {"years": "2"})),
    ("npv", ({"test": "eba"},)),
    ("liquidation_floor", ({"delay_months": 6},)),
    ("max_burden", ("60%", "90%")),
    ("hazard", ("0.5%", "table")),
    ("delay", ("allow",)),
    ("prefer", ("smoothest",)),
    ("tolerance", ("0%", "5%")),
)
SHAPES = ("free", "free", "free", "level", "level", "level_principal", "seasonal", {"kind": "step_up", "growth": "5%"})
MONTHS = (1, 2, 3, 6, 9, 12, 12, 18, 24)


def borrower(number: int, months: int | None = None) -> Case:
    """The borrower of a number: always the same one."""
    dice = np.random.default_rng([20_261_122, number])
    term = int(dice.choice(MONTHS)) if months is None else months
    loans = [_loan(dice) for _ in range(int(dice.integers(1, 4)))]
    owed = sum(float(loan["principal"]) for loan in loans)
    share = float(dice.choice([0.6, 1.3, 1.6, 2.5, 4.0]))
    comes = owed * share / term * dice.uniform(0.5, 1.5, term) * (dice.random(term) > 0.15)
    policy: dict[str, Any] = {"settle": str(dice.choice(["full", "full", "best"])), "unit": "1.00"}
    shape = SHAPES[int(dice.integers(len(SHAPES)))]
    policy["shape"] = shape
    for name, values in LIMITS:
        if dice.random() < 0.12 and (name != "grace" or term > 3):
            policy[name] = values[int(dice.integers(len(values)))]
    if policy.get("hazard") == "table":
        policy["rating"] = "medium"
    if dice.random() < 0.2:
        policy |= {"arrears": "keep", "interest_every": 1}
    return make_case(
        loans=loans,
        opening=f"{owed * float(dice.choice([0.0, 0.05, 0.3])):.2f}",
        monthly=[f"{amount:.2f}" for amount in comes],
        months=term,
        discount_rate=f"{float(dice.choice([0, 3.6, 9])):.2f}%",
        recovery=f"{float(dice.choice([0, 30])):.0f}%",
        **policy,
    )


def _loan(dice: np.random.Generator) -> dict[str, Any]:
    return {
        "principal": f"{float(dice.choice([1e4, 5e4, 2e5])) * dice.uniform(0.5, 1):.2f}",
        "interest": f"{float(dice.choice([0, 900])):.2f}",
        "rate": f"{float(dice.choice([0, 3.6, 4.35, 7.2])):.2f}%",
        "collateral": f"{float(dice.choice([0, 2e4])):.2f}",
    }
