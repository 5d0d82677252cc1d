"""Small problems of one option a case: invented ones, all their choices, and options as a run writes them."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pyarrow as pa

from repayplan.portfolio.coupling import Coupled, Limits
from repayplan.portfolio.tables import options_schema


def coupled(values: list[list[float]], uses: list[list[list[float]]], most: list[float]) -> Coupled:
    """``values`` by case and option; ``uses`` of every limit by case and option."""
    starts = np.cumsum([0, *map(len, values)])
    use = np.array([[x for case in limit for x in case] for limit in uses], dtype=float)
    limit = np.repeat(np.arange(len(most), dtype=np.int32)[:, None], len(values), axis=1)
    return Coupled(starts, np.concatenate(values).astype(float), use, limit, np.array(most, dtype=float))


def invented(seed: int, cases: int, options: int, limits: int, tight: float = 0.5, tail: float = 0.0) -> Coupled:
    """Cases of different sizes with a first option that uses and brings nothing."""
    random = np.random.default_rng(seed)
    size = np.repeat(np.exp(tail * random.normal(size=cases)), options)
    value = np.round(100 * random.random(cases * options) * size)
    use = np.round(100 * random.random((limits, cases * options)) * size)
    value[::options] = use[:, ::options] = 0
    most = np.round(np.full(limits, tight * 40 * size.sum() / options))
    limit = np.repeat(np.arange(limits, dtype=np.int32)[:, None], cases, axis=1)
    return Coupled(np.arange(0, cases * options + 1, options), value, use, limit, most)


def choices(problem: Coupled) -> list[np.ndarray]:
    """All there are."""
    spans = [range(a, b) for a, b in zip(problem.starts[:-1], problem.starts[1:], strict=True)]
    return [np.array(choice) for choice in product(*spans)]


def best(problem: Coupled) -> float | None:
    """The value of the best choice that keeps all limits, by looking at each; None where none does."""
    kept = [c for c in choices(problem) if (problem.used(c) <= problem.most + 1e-9).all()]
    return max((float(problem.value[c].sum()) for c in kept), default=None)


def limits_of(**parts: Any) -> Limits:
    """What a file with these ``limits`` and ``targets`` says."""
    return Limits.model_validate({"schema": "repayplan/limits/1", **parts})


OPTION: dict[str, Any] = {
    "kind": "plan",
    "status": "optimal",
    "gap": 0.0,
    "solver": "greedy",
    "rating": "medium",
    "industry": "trade",
    "region": "North",
    "balance": 100_00,
    "overdue": 50_00,
    "recovery": 10_00,
    "cost": 1_00,
    "haircut": 0,
    "provision": 5_00,
    "npv_loss": 0,
    "miss": 0.1,
    "default": 0.1,
    "illustrative": False,
    **{name: [0.0] * 12 for name in ("officer_hours", "visits")},
    **{name: [0] * 12 for name in ("legal", "fall_cash", "fall_rescheduled", "fall_written_off", "fall_sold")},
}


def options_table(*rows: dict[str, Any]) -> pa.Table:
    """Options as a run writes them, each like ``OPTION`` but for what is given."""
    return pa.Table.from_pylist([{**OPTION, **row} for row in rows], schema=options_schema())
