"""Schedules in thousands of futures: blocks of cases and scenarios through an engine, and what came of them.

Futures are drawn block by block as they are needed, so that memory holds one block of them whatever their number;
neither blocks nor workers change a result.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from typing import Any, Literal

import numpy as np

from repayplan.evaluate import reference
from repayplan.evaluate.outcome import Fates, Run, Traces
from repayplan.evaluate.setting import Drawn, Hazard, Setting
from repayplan.problem.frozen import Frozen, Real

Engine = Literal["auto", "numba", "numpy"]

Source = Callable[[slice, int, int], Drawn]
"""Draws the futures of some cases, so many scenarios from a first one on."""

CELLS = 4_000_000
"""Most cases × stages × scenarios in a block: 32 MB an array."""

NUMPY_LANES = 20_000
"""Most cases × scenarios at once in NumPy: its arrays stay in the processor's cache."""

NUMPY_CELLS = 100_000_000
"""Up to here NumPy is done before numba has been imported and has compiled."""

BANDED = 50_000
"""Bands are those of so many futures, the first ones: quantiles stand by then, and each course is held for them."""

LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
"""Quantiles of bands."""


@dataclass(frozen=True)
class Bands(Frozen):
    """Quantiles (N, Q, T) at ``levels`` of cash of the business, and of debt and arrears on the bank's loans; cents."""

    levels: tuple[float, ...]
    cash: Real
    debt: Real
    arrears: Real


@dataclass(frozen=True)
class Evaluation:
    """What became of N cases in S futures; which ``hazard`` decided; ``bands`` if they were asked for."""

    hazard: Hazard
    engine: str
    fates: Fates
    bands: Bands | None


def evaluate(
    setting: Setting,
    futures: Source | Drawn,
    scenarios: int | None = None,
    *,
    hazard: Hazard = "weight",
    engine: Engine = "auto",
    bands: bool = False,
    cells: int = CELLS,
    workers: int = 1,
    told: Callable[[int], None] | None = None,
) -> Evaluation:
    """Run every case through ``scenarios`` futures, which are drawn in blocks or are all there.

    ``told`` is called after every block with how many blocks there are. ValueError where futures are to be drawn and
    nobody says how many.
    """
    drawn = futures if isinstance(futures, Drawn) else None
    count = drawn.scenarios if drawn is not None else scenarios
    if count is None:
        raise ValueError("how many futures are to be drawn?")
    draw = futures if callable(futures) else _cut(futures)
    run, name = _engine(engine, setting, count, workers)
    cases, stages, _, _ = setting.shape
    cells = min(cells, NUMPY_LANES * stages) if name == "numpy" else cells
    blocks = list(_spans(cases, max(cells // max(stages * count, 1), 1)))
    parts = list(_spans(count, max(cells // max(stages, 1), 1)))
    found, bounds = [], []
    for block in blocks:
        runs = []
        for part in parts:
            futures_here = draw(block, part.start, part.stop - part.start)
            runs.append(run(setting.part(block), futures_here, hazard, bands and part.start < BANDED))
            if told is not None:
                told(len(blocks) * len(parts))
        found.append(_beside([each.fates for each in runs], 1))
        if bands:
            bounds.append(_bands([each.traces for each in runs if each.traces is not None]))
    levels = Bands(LEVELS, *(np.concatenate(each) for each in zip(*bounds, strict=True))) if bands else None
    return Evaluation(hazard, name, _beside(found, 0), levels)


def _engine(
    engine: Engine, setting: Setting, count: int, workers: int
) -> tuple[Callable[[Setting, Drawn, Hazard, bool], Run], str]:
    cases, stages, _, _ = setting.shape
    if engine == "numpy" or (engine == "auto" and cases * stages * count <= NUMPY_CELLS):
        return lambda part, drawn, hazard, traced: reference.run(part, drawn, hazard, traced=traced), "numpy"
    from repayplan.evaluate import compiled

    return (
        lambda part, drawn, hazard, traced: compiled.run(part, drawn, hazard, traced=traced, workers=workers),
        "numba",
    )


def _cut(drawn: Drawn) -> Source:
    """Parts of futures that are all there."""

    def draw(cases: slice, first: int, count: int) -> Drawn:
        def cut(value: Any) -> Any:
            return None if value is None else value[cases][..., first : first + count]

        return Drawn(*(cut(getattr(drawn, item.name)) for item in fields(Drawn)))

    return draw


def _spans(total: int, most: int) -> Iterator[slice]:
    return (slice(start, min(start + most, total)) for start in range(0, total, most))


def _beside(parts: list[Fates], axis: int) -> Fates:
    if len(parts) == 1:
        return parts[0]
    return Fates(*(np.concatenate([getattr(part, item.name) for part in parts], axis) for item in fields(Fates)))


def _bands(parts: list[Traces]) -> tuple[Real, Real, Real]:
    """(N, Q, T) quantiles over the scenarios of all parts."""
    cash, debt, arrears = (
        np.quantile(np.concatenate([getattr(part, name) for part in parts], axis=2), LEVELS, axis=2).swapaxes(0, 1)
        for name in ("cash", "debt", "arrears")
    )
    return cash, debt, arrears
