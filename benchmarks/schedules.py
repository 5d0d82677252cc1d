"""Conventional schedules as arrays against the scalar contract: CPU time of one core, side by side in one run.

``python benchmarks/schedules.py [--loans 10000] [--months 36] [--scalar 50]`` prints, for each kind, schedules per CPU
second both ways and the ratio. The scalar side runs on the first ``--scalar`` loans; both sides are compared on them.
"""

from __future__ import annotations

import argparse
import datetime as dt
import time
from collections.abc import Callable
from fractions import Fraction

import numpy as np

from repayplan.calendar.dates import add_months
from repayplan.debt import schedules
from repayplan.debt.contract import Bullet, Contract, Level, LevelPrincipal, Repayment, schedule
from repayplan.debt.rates import RatePath

KINDS: dict[str, tuple[Callable[..., schedules.Schedules], Repayment]] = {
    "level": (schedules.level, Level()),
    "level principal": (schedules.level_principal, LevelPrincipal()),
    "bullet": (schedules.bullet, Bullet()),
}


def measure(kind: str, loans: int, months: int, scalar: int) -> tuple[float, float]:
    """Schedules per CPU second as arrays and one by one."""
    random = np.random.default_rng(20260101)
    start = dt.date(2026, 1, 20)
    dates = [add_months(start, month) for month in range(1, months + 1)]
    over = schedules.periods(start, dates, "ACT/360")
    principal = random.integers(10**6, 10**10, loans)
    rates = random.integers(20_000, 120_000, loans)
    vector, rule = KINDS[kind]
    began = time.process_time()
    found = vector(principal, rates, over)
    at_once = loans / (time.process_time() - began)
    began = time.process_time()
    for number in range(scalar):
        rate = RatePath.fixed(Fraction(int(rates[number]), schedules.MILLIONTHS))
        rows = schedule(Contract(int(principal[number]), start, dates[-1], rate, rule, dates, dates[:-1]))
        if [row.balance for row in rows] != found.balance[number].tolist():
            raise SystemExit(f"{kind}: loan {number} differs")
    return at_once, scalar / (time.process_time() - began)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--loans", type=int, default=10_000)
    parser.add_argument("--months", type=int, default=36)
    parser.add_argument("--scalar", type=int, default=50)
    arguments = parser.parse_args()
    print(f"{'kind':<16} {'arrays/s':>12} {'scalar/s':>12} {'ratio':>8}")  # noqa: T201
    for kind in KINDS:
        arrays, scalar = measure(kind, arguments.loans, arguments.months, arguments.scalar)
        print(f"{kind:<16} {arrays:>12,.0f} {scalar:>12,.0f} {arrays / scalar:>8,.0f}")  # noqa: T201


if __name__ == "__main__":
    main()
