"""One option for each of many cases under a few budgets: chosen here against the linear relaxation in HiGHS."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from statistics import median
from typing import Any

import numpy as np

from benchmarks.registry import SEED
from repayplan.portfolio.coupling import Choice, Coupled, choose

CASES, OPTIONS, BUDGETS = 100_000, 8, 4
WANTED = 3e-5
TIMES = 3
"""The choice is made so often, and the median counts; HiGHS once, because it takes so long."""

TITLE = """## One option for every borrower

100,000 borrowers, eight options each, four budgets for all of them together. *relaxation*: the linear program in which
a borrower may take parts of options, by the interior points of HiGHS, fed by arrays, without crossover. *choice*: whole
options that keep the budgets, rounding included, with a gap that is certified; what is wanted is 3e-5. *alike*: values
and uses of the same size for everyone; *unlike*: sizes of borrowers lognormal (σ = 1). CPU seconds.
"""

HEADINGS = ("borrowers", "used of budgets", "relaxation", "choice", "ratio", "gap")


@dataclass(frozen=True)
class Coupling:
    """CPU seconds of both sides on one problem, and the gap of the choice."""

    name: str
    tight: float
    here: float
    there: float
    gap: float


def subject(tail: float, tight: float, cases: int = CASES) -> Coupled:
    """Cases whose first option brings and uses nothing; the budgets allow ``tight`` of what options use on average."""
    random = np.random.default_rng([SEED, CASES])
    size = np.exp(tail * random.normal(size=cases))
    each = np.repeat(size, OPTIONS)
    value, use = random.random(len(each)) * each, random.random((BUDGETS, len(each))) * each
    value[::OPTIONS] = use[:, ::OPTIONS] = 0
    limit = np.repeat(np.arange(BUDGETS, dtype=np.int32)[:, None], cases, axis=1)
    most = np.full(BUDGETS, tight * 0.5 * size.sum())
    return Coupled(np.arange(0, len(each) + 1, OPTIONS), value, use, limit, most)


def against(name: str, tail: float, tight: float) -> Coupling:
    """Both sides on the same arrays; SystemExit where they contradict each other or a budget is exceeded."""
    problem = subject(tail, tight)
    here = []
    for _ in range(TIMES):
        fresh = replace(problem)  # nothing that was found out about it is known
        began = time.process_time()
        found = choose(fresh, WANTED)
        here.append(time.process_time() - began)
    relaxed, there = relaxation(problem)
    check(problem, found, relaxed)
    return Coupling(name, tight, median(here), there, max(relaxed - found.value, 0.0) / abs(found.value))


def check(problem: Coupled, found: Choice, relaxed: float) -> None:
    """SystemExit where the bounds differ, the gap is too large or a budget is exceeded."""
    used = problem.use[:, found.option].sum(axis=1)
    if (used > problem.most).any() or found.gap > WANTED or abs(found.bound - relaxed) > WANTED * relaxed:
        raise SystemExit(f"{found.value} with bound {found.bound} here, {relaxed} there; gap {found.gap}")


def relaxation(problem: Coupled) -> tuple[float, float]:
    """The value of the linear program, and the CPU seconds that passing and solving it takes."""
    import highspy

    engine: Any = highspy.Highs()
    for name, value in {"output_flag": False, "threads": 1, "solver": "ipm", "run_crossover": "off"}.items():
        engine.setOptionValue(name, value)
    cases, count, budgets = problem.cases, len(problem.value), problem.limits
    rows = np.vstack([problem.owner[None, :], np.repeat(cases + np.arange(budgets)[:, None], count, axis=1)])
    entries = np.vstack([np.ones((1, count)), problem.use])
    starts = np.arange(0, (budgets + 1) * count + 1, budgets + 1, dtype=np.int32)
    lower = np.concatenate([np.ones(cases), np.full(budgets, -np.inf)])
    upper = np.concatenate([np.ones(cases), problem.most])
    began = time.process_time()
    engine.passModel(
        count, cases + budgets, entries.size, 1, 1, 0.0, -problem.value, np.zeros(count), np.ones(count), lower, upper,
        starts, rows.T.ravel().astype(np.int32), entries.T.ravel(), np.zeros(count, dtype=np.int32),
    )  # fmt: skip
    engine.run()
    return -float(engine.getInfo().objective_function_value), time.process_time() - began


def measured() -> list[Coupling]:
    """Every subject."""
    choose(subject(0.0, 0.9, 20_000), WANTED)  # imports and caches
    return [against("alike", 0.0, 0.45), against("alike", 0.0, 0.9), against("unlike", 1.0, 0.45)]


def rows(found: list[Coupling]) -> list[list[str]]:
    """A row of text for each subject."""
    return [
        [
            one.name,
            f"{one.tight:.0%}",
            f"{one.there:.1f}",
            f"{one.here:.3f}",
            f"{one.there / one.here:.0f}×",
            f"{one.gap:.0e}",
        ]
        for one in found
    ]


if __name__ == "__main__":
    print(*(" | ".join(row) for row in [HEADINGS, *rows(measured())]), sep="\n")  # noqa: T201
