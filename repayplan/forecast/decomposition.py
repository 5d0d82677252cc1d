"""Trend and season of a monthly series, and what follows from them for the months to come.

The logarithm of a series is a smooth trend plus one figure for each month of the year plus noise. Both are found
together by penalized least squares (Whittaker and Henderson's smoother, the penalty is Hodrick and Prescott's for
monthly figures), so that gaps need no filling; outliers lose weight (Huber), and a year's weight halves every five
years, since seasons change. The trend goes on with its slope of the last year, which fades (Gardner and McKenzie):
that growth goes on for ever is the commonest mistake of such forecasts. Lunar New Year may move sales between January,
February and March; it is used only where that has lowered the error on years that were not looked at.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from repayplan.calendar.dates import add_months
from repayplan.calendar.lunar import share_of_holiday

Real = NDArray[np.float64]

SMOOTHNESS = 14_400.0
HALF_LIFE = 60.0
"""Months after which a month counts half."""

FADING = 0.92
"""What is left of the slope from one month to the next: about a year's growth is added in all."""

STEEPEST = float(np.log1p(0.5)) / 12
"""No growth above half as much again in a year is learned, as none above it may be given."""

MEMORY = 120
"""Months looked at; what is older would weigh less than a quarter."""

_HUBER = 2.5
_LEAST_NOISE = 0.005
"""Half a percent off is never an outlier, however smooth the rest is."""

_STEPS = 20
_LEAST_BEFORE_TEST = 36
LUNAR_HISTORY = 60
"""Known months without which no two years could be forecast, each from three years and more before it."""

_TESTS = 6


@dataclass(frozen=True, slots=True)
class Decomposition:
    """``level`` and ``slope`` per month (logarithms) at the end of the series, ``factors`` (12,) from January, mean 1.

    ``lunar`` is the logarithm of what the whole holiday adds to a month, 0 where it is not used.
    """

    end: dt.date
    level: float
    slope: float
    factors: Real
    lunar: float

    def ahead(self, month: dt.date, growth: float | None = None) -> float:
        """What is expected in a later month; ``growth`` per year in place of what the series shows."""
        months = (month.year - self.end.year) * 12 + month.month - self.end.month
        if growth is None:
            trend = self.slope * FADING * (1 - FADING**months) / (1 - FADING)
        else:
            trend = float(np.log1p(growth)) * months / 12
        moved = self.lunar * share_of_holiday(month) if self.lunar else 0.0
        return float(np.exp(self.level + trend + moved) * self.factors[month.month - 1])


def decompose(start: dt.date, amounts: Sequence[float | None], lunar: bool = False) -> Decomposition:
    """The parts of a monthly series that begins in the month of ``start``; ``None`` where a month is not known.

    Months of the year that are never known count as average, those that are always zero as zero. ``lunar``: with the
    effect of Lunar New Year. ValueError where nothing above zero is known.
    """
    start, values = _recent(start, amounts)
    known = np.isfinite(values) & (values > 0)
    if not known.any():
        raise ValueError("no amount above zero is known")
    months = (start.month - 1 + np.arange(len(values))) % 12
    holiday = _holiday(start, len(values)) if lunar else np.zeros(len(values))
    age = np.arange(len(values))[::-1]
    trend, season, effect, weights = _fit(values, known, months, holiday, 0.5 ** (age / HALF_LIFE))
    busy = _busy(values, months)
    factors = np.exp(season) * busy
    scale = float(factors.mean())
    fitted = np.exp(trend + season[months] + effect * holiday)
    bias = float(np.sum(weights * np.where(known, values, 0)) / np.sum(weights * np.where(known, fitted, 0)))
    reach = min(12, len(values) - 1)
    return Decomposition(
        end=add_months(start, len(values) - 1),
        level=float(trend[-1] + np.log(scale * bias)),
        slope=float(np.clip((trend[-1] - trend[-1 - reach]) / reach, -STEEPEST, STEEPEST)) if reach else 0.0,
        factors=factors / scale,
        lunar=effect,
    )


def lunar_helps(start: dt.date, amounts: Sequence[float | None]) -> bool:
    """Whether Lunar New Year would have lowered the error of forecasts a year ahead, each from earlier months only.

    In most of the years tested and on the whole; by the pattern within a year, since a holiday moves sales and does
    not change their level. Never with fewer than ``LUNAR_HISTORY`` known months.
    """
    start, values = _recent(start, amounts)
    if np.isfinite(values).sum() < LUNAR_HISTORY:
        return False
    origins = [
        origin
        for origin in range(len(values) - 12, _LEAST_BEFORE_TEST - 1, -12)[:_TESTS]
        if (values[:origin] > 0).sum() >= _LEAST_BEFORE_TEST
    ]
    pairs = [(_error(start, values, origin, True), _error(start, values, origin, False)) for origin in origins]
    better = sum(with_it < without for with_it, without in pairs)
    gain = sum(without - with_it for with_it, without in pairs)
    return gain > 0 and 2 * better > len(pairs)


def _recent(start: dt.date, amounts: Sequence[float | None]) -> tuple[dt.date, Real]:
    """The last months from the first known one to the last known one, as floats with NaN for gaps."""
    values = np.array([np.nan if amount is None else float(amount) for amount in amounts])
    known = np.flatnonzero(np.isfinite(values))
    if not known.size:
        return start.replace(day=1), values[:0]
    first, end = max(int(known[0]), int(known[-1]) + 1 - MEMORY), int(known[-1]) + 1
    return add_months(start.replace(day=1), first), values[first:end]


def usable(amounts: Sequence[float | None]) -> int:
    """How many of the months that are looked at are known; 0 where none of them is above zero."""
    _, values = _recent(dt.date.min, amounts)
    return int(np.isfinite(values).sum()) if (values > 0).any() else 0


def _error(start: dt.date, values: Real, origin: int, lunar: bool) -> float:
    """Mean absolute logarithmic error of the twelve months from ``origin`` on, about its own middle."""
    made = decompose(start, values[:origin].tolist(), lunar)
    actual = values[origin : origin + 12]
    expected = np.array([made.ahead(add_months(start, origin + ahead)) for ahead in range(len(actual))])
    usable = np.isfinite(actual) & (actual > 0) & (expected > 0)
    if not usable.any():
        return 0.0
    off = np.log(expected[usable] / actual[usable])
    return float(np.abs(off - np.median(off)).mean())


def _fit(
    values: Real, known: NDArray[np.bool_], months: NDArray[np.int64], holiday: Real, recency: Real
) -> tuple[Real, Real, float, Real]:
    """Trend (T,), season (12,) and holiday effect in logarithms, and the weight (T,) each month got."""
    count = len(values)
    logs = np.log(np.where(known, values, 1.0))
    design = np.hstack([np.eye(count), np.eye(12)[months], holiday[:, None]])
    penalty = _penalty(count, bool(holiday.any()))
    recency = recency / recency[known].mean()
    trust = known.astype(float)
    for _ in range(_STEPS):
        weights = trust * recency
        normal = design.T @ (weights[:, None] * design) + penalty
        found = np.asarray(np.linalg.solve(normal, design.T @ (weights * logs)), dtype=np.float64)
        off = np.abs(logs - design @ found)
        usual = max(1.4826 * float(np.median(off[known])), _LEAST_NOISE)
        before, trust = trust, known * np.minimum(1.0, _HUBER * usual / np.maximum(off, 1e-12))
        if np.allclose(trust, before, atol=1e-4):
            break
    return found[:count], found[count : count + 12], float(found[-1]), weights


def _penalty(count: int, lunar: bool) -> Real:
    """What bends the trend costs; the season averages zero; an effect that is not used is held at zero."""
    bends = np.diff(np.eye(count), 2, axis=0)
    penalty = np.zeros((count + 13, count + 13))
    penalty[:count, :count] = SMOOTHNESS * bends.T @ bends
    penalty[count:-1, count:-1] = np.ones((12, 12)) + 1e-6 * np.eye(12)
    penalty[-1, -1] = 1e-6 if lunar else 1.0
    if count == 1:
        penalty[0, 0] = 1e-9
    return penalty


def _busy(values: Real, months: NDArray[np.int64]) -> Real:
    """(12,) in which share of the years each month of the year sold anything at all."""
    known = np.isfinite(values)
    counts = np.bincount(months[known], minlength=12)
    sold = np.bincount(months[known & (values > 0)], minlength=12)
    return np.where(counts > 0, sold / np.maximum(counts, 1), 1.0)


def _holiday(start: dt.date, count: int) -> Real:
    return np.array([share_of_holiday(add_months(start, ahead)) for ahead in range(count)])
