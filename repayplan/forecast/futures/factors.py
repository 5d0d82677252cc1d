"""Few factors move everything: the economy, the sector, the borrower; the rest of every source is its own.

The economy is the same for all borrowers of a drawing, the sector for those of an industry. Each is a row of monthly
innovations; a source mixes them by its shares into innovations of unit variance, from which follow a level that comes
back (AR(1), nothing at the case's date) or a price that wanders. What happens once takes the mixed level of its month.
Antithetic scenarios mirror each other in all of that, so up to here one of two is reckoned.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import cached_property, lru_cache

import numpy as np

from repayplan.cases.models import Case
from repayplan.forecast.futures.drawing import (
    Drawing,
    drawn,
    draws,
    joined,
    much_drawn,
    shifted,
    sides,
    sobol_points,
    unfolded,
)
from repayplan.forecast.futures.expected import Expected
from repayplan.forecast.futures.normal import Bits, Real
from repayplan.rules.futures import Shared, Spreads
from repayplan.rules.seasons import trade

COMMON = ("economy", "sector", "borrower")

SOBOL_COLUMNS = 2_048
"""Sobol points have so many coordinates at most; what needs more is drawn plainly."""

MOST_MONTHS = 120
"""So many months of each common factor come first, then so many coordinates of every source."""

OWN_COLUMNS = 128

ROWS_KEPT = 60
"""What borrowers share is kept in whole steps of so many months: their horizons differ."""

A_YEAR = 12
"""What happens at no known time takes the level of this month, so that a longer horizon changes nothing before."""


class Factors:
    """The factors of ``count`` scenarios from ``first`` on, over months 0 (the case's date) to ``months``."""

    def __init__(self, case: Case, until: dt.date, table: Spreads, drawing: Drawing, first: int, count: int) -> None:
        self.drawing, self.first, self.count = drawing, first, count
        self.draws = draws(drawing, first, count)[1]
        self._sides = 2 if drawing.method == "antithetic" else 1
        self.table, self.after = table, case.as_of
        self.borrower = f"borrower {case.enterprise.id or case.enterprise.name}"
        industry = case.enterprise.industry
        self.owners = ("everybody", f"industry {trade(industry)}" if industry else self.borrower, self.borrower)
        self.months = max(self.month(until.toordinal()), A_YEAR)
        self.persistence = table["paths"]["persistence"]
        self.only: frozenset[str] | None = None
        self.names = [*(source.name for source in case.cash.sources), ""]
        self.sources = len(case.cash.sources)
        self._places: dict[tuple[int, str], range] = {}
        self._taken = [0] * (self.sources + 1)
        wanted = 3 * min(self.months, MOST_MONTHS) + OWN_COLUMNS * (self.sources + 1)
        self._columns = min(wanted, SOBOL_COLUMNS)

    def month(self, day: int) -> int:
        """How many months after the case's date a day is; no less than 0."""
        date = dt.date.fromordinal(day)
        return max((date.year - self.after.year) * 12 + date.month - self.after.month, 0)

    def months_of(self, flows: Sequence[Expected]) -> list[int]:
        """The months in which the bank expects flows."""
        start, most = self.after.year * 12 + self.after.month, self.months
        dates = [one.bank.date for one in flows]
        return [min(max(date.year * 12 + date.month - start, 0), most) for date in dates]

    def within(self, day: int) -> int:
        """The same, and no more than there are."""
        return min(self.month(day), self.months)

    @cached_property
    def _common(self) -> tuple[Real, ...]:
        """(months, draws) innovations of the economy, the sector and the borrower."""
        return self._first_common(self.months)

    @cached_property
    def _soon(self) -> tuple[Real, ...]:
        """The same of the first year alone: what happens once mostly needs no more."""
        return self._common if "_common" in self.__dict__ else self._first_common(A_YEAR)

    def _first_common(self, months: int) -> tuple[Real, ...]:
        each = range(0, 3 * min(months, MOST_MONTHS), 3)
        return tuple(
            self._drawn(owner, name, months, [place + column for column in each])
            for place, (owner, name) in enumerate(zip(self.owners, COMMON, strict=True))
        )

    @cached_property
    def published(self) -> Real:
        """(months, S) innovations of the published rate, the same for all borrowers."""
        name = "published rate"
        return self.unfolded(_of_many(self.drawing, self.owners[0], name, self.months, self.first, self.count))

    def unfolded(self, values: Real) -> Real:
        """(…, S) scenarios of what changes its sign with the draws."""
        return unfolded(self.drawing, values, self.first, self.count)

    def own(self, source: int, name: str, rows: int = 1) -> Real:
        """(rows, S) normals that belong to one source alone, the ``source``-th of the case; its name decides, so that
        other sources change nothing and the same name is the same draw. After the last comes what is no source."""
        return self.unfolded(self._own(source, name, rows))

    def _own(self, source: int, name: str, rows: int = 1) -> Real:
        place = self._place(source, name, rows)
        return self._drawn(self.borrower, f"source {self.names[source]}: {name}", rows, place)

    def _place(self, source: int, name: str, rows: int) -> range:
        """Which coordinates of Sobol points belong to a name."""
        if (source, name) not in self._places:
            taken = self._taken[source]
            self._taken[source] += rows
            base = 3 * min(self.months, MOST_MONTHS) + OWN_COLUMNS * source
            self._places[source, name] = range(base + taken, base + min(taken + rows, OWN_COLUMNS))
        return self._places[source, name]

    def leaves_out(self, part: str) -> bool:
        """Whether a part of a source need not be drawn because others are asked for (``only``). Sobol points are given
        out in turn, so there all parts are."""
        return self.only is not None and part not in self.only and self.drawing.method != "sobol"

    def _drawn(self, owner: str, name: str, rows: int, columns: Sequence[int]) -> Real:
        """(rows, draws) normals: Sobol points as far as ``columns`` go, plain draws for the rest."""
        columns = [column for column in columns if column < self._columns] if self.drawing.method == "sobol" else []
        if not columns:
            draw = drawn if owner == self.borrower else _of_many
            return draw(self.drawing, owner, name, rows, self.first, self.count)
        even = shifted(self._points[columns], self.drawing, owner, name)
        rest = drawn(self.drawing, owner, f"{name} beyond", rows - len(even), self.first, self.count)
        return np.concatenate([even, rest])

    @cached_property
    def _points(self) -> Bits:
        return sobol_points(self.first, self.count, self._columns)

    def once(self, source: int, name: str, shared: Shared, month: int) -> Real:
        """(S,) a standard normal for what happens to a source once, about a month: high is good."""
        return self.unfolded(self._once(source, name, shared, month))

    def sides_once(self, source: int, name: str, shared: Shared, month: int) -> Real:
        """(sides, draws) the same."""
        return sides(self.drawing, self._once(source, name, shared, month))

    def sides_own(self, source: int, name: str) -> Real:
        """(sides, draws) normals that belong to one source alone."""
        return sides(self.drawing, self._own(source, name)[0])

    def _once(self, source: int, name: str, shared: Shared, month: int) -> Real:
        """(draws,)"""
        month = min(month, self.months)
        levels = self._soon_levels if month <= A_YEAR else self._levels
        level = sum(
            np.sqrt(share) * path[month]
            for share, path in zip((shared.economy, shared.sector, shared.borrower), levels, strict=True)
            if share
        )
        return np.asarray(level + np.sqrt(shared.own) * self._own(source, name)[0])

    @cached_property
    def _soon_levels(self) -> tuple[Real, ...]:
        return tuple(self._unit(self._path(innovations[:A_YEAR])) for innovations in self._soon)

    @cached_property
    def _levels(self) -> tuple[Real, ...]:
        """(months + 1, draws) common factors with unit variance in every month; month 0 is that of month 1."""
        return tuple(self._unit(self._path(innovations)) for innovations in self._common)

    def _unit(self, path: Real) -> Real:
        path[0] = path[1]
        path /= np.sqrt(np.maximum(self.variance, self.variance[1]))[: len(path), None]
        return path

    def innovations(self, source: int, shared: Shared) -> Real:
        """(months, draws) what moves a source each month, of unit variance."""
        mixed = np.sqrt(shared.own) * self._own(source, "path", self.months)
        for share, common in zip((shared.economy, shared.sector, shared.borrower), self._common, strict=True):
            if share:
                mixed += np.sqrt(share) * common
        return np.asarray(mixed)

    def level(self, source: int, shared: Shared, deviation: float) -> Real:
        """(sides, months + 1, draws) factors of mean 1: a level whose logarithm comes back; ``deviation`` once it has
        settled."""
        if not deviation:
            return self.ones(self.months + 1)
        return self._raised(self._drift(source, shared), deviation, 0.5 * deviation**2 * self.variance)

    def _drift(self, source: int, shared: Shared) -> Real:
        """(months + 1, draws) the path of a source's innovations."""
        if not much_drawn():
            return self._path(self.innovations(source, shared))
        from repayplan.forecast.futures import rapid

        path, own = np.empty((self.months + 1, self.draws)), self._own(source, "path", self.months)
        weights = np.sqrt(np.array([shared.own, shared.economy, shared.sector, shared.borrower]))
        economy, sector, borrower = map(_unwritten, self._common)
        rapid.drift(_unwritten(own), economy, sector, borrower, weights, self.persistence, path)
        return path

    def ones(self, rows: int) -> Real:
        """(sides, rows, draws) factors that change nothing."""
        return np.ones((self._sides, rows, self.draws))

    def price(self, source: int, shared: Shared, yearly: float) -> Real:
        """(months + 1, S) factors of mean 1: a price that wanders with so much deviation over a year."""
        if not yearly:
            return joined(self.ones(self.months + 1), self.first, self.count)
        mixed = self.innovations(source, shared)
        walk = np.zeros((self.months + 1, mixed.shape[1]))
        np.cumsum(mixed, axis=0, out=walk[1:])
        less = 0.5 * (yearly**2 * np.arange(self.months + 1) / 12)
        return joined(self._raised(walk, yearly / np.sqrt(12), less), self.first, self.count)

    def chance(self, source: int, name: str, rows: int, deviation: float) -> Real:
        """(sides, rows, draws) independent factors of mean 1 that belong to one source alone."""
        return self._raised(self._own(source, name, rows), deviation, np.full(rows, 0.5 * deviation**2))

    def _raised(self, values: Real, deviation: float, less: Real) -> Real:
        """(sides, rows, draws) e to the power of so many deviations, (rows, draws) less (rows,)."""
        if much_drawn():
            from repayplan.forecast.futures import rapid

            found = np.empty((self._sides, *values.shape))
            rapid.exponents(_unwritten(values), deviation, less, found)
        else:
            found = sides(self.drawing, deviation * values)
            found -= less[:, None]
        return np.exp(found, out=found)

    @cached_property
    def variance(self) -> Real:
        """(months + 1,) of a path: nothing on the case's date, one once it has settled."""
        return np.asarray(1 - self.persistence ** (2 * np.arange(self.months + 1)))

    def _path(self, innovations: Real) -> Real:
        """(months + 1, draws) AR(1) from zero."""
        path = np.empty((len(innovations) + 1, innovations.shape[1]))
        path[0] = 0.0
        np.multiply(innovations, np.sqrt(1 - self.persistence**2), out=path[1:])
        kept = np.empty(path.shape[1])
        for month in range(len(innovations)):
            path[month + 1] += np.multiply(path[month], self.persistence, out=kept)
        return path


def _of_many(drawing: Drawing, owner: str, name: str, rows: int, first: int, count: int) -> Real:
    """(rows, draws) normals that many borrowers share, drawn once for all; not to be written to."""
    return _kept(drawing, owner, name, -(-rows // ROWS_KEPT) * ROWS_KEPT, first, count)[:rows]


@lru_cache(maxsize=16)
def _kept(drawing: Drawing, owner: str, name: str, rows: int, first: int, count: int) -> Real:
    found = drawn(drawing, owner, name, rows, first, count)
    found.setflags(write=False)
    return found


def _unwritten(values: Real) -> Real:
    """One type for what is compiled."""
    found = values.view()
    found.setflags(write=False)
    return found


def lognormal(normal: Real, deviation: float) -> Real:
    """Factors of mean 1."""
    return np.asarray(np.exp(deviation * normal - 0.5 * deviation**2))


@lru_cache(maxsize=4_096)
def below(yearly: float, years: float) -> float:
    """The normal below which lies what happens with so much probability a year within so many years."""
    from scipy.special import ndtri

    return float(ndtri(1 - (1 - yearly) ** max(years, 0)))
