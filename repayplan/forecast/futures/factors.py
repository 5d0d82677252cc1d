"""Few factors move everything: the economy, the sector, the borrower; the rest of every source is its own.

The economy is the same for all borrowers of a drawing, the sector for those of an industry. Each is a row of monthly
innovations; a source mixes them by its shares into innovations of unit variance, from which follow a level that comes
back (AR(1), nothing at the case's date) or a price that wanders. What happens once takes the mixed level of its month.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import cached_property, lru_cache

import numpy as np

from repayplan.cases.models import Case
from repayplan.forecast.futures.drawing import Bits, Drawing, Real, normals, shifted, sobol_points
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

    def within(self, day: int) -> int:
        """The same, and no more than there are."""
        return min(self.month(day), self.months)

    @cached_property
    def common(self) -> tuple[Real, Real, Real]:
        """(months, S) innovations of the economy, the sector and the borrower."""
        each = range(0, 3 * min(self.months, MOST_MONTHS), 3)
        economy, sector, borrower = (
            self._normals(owner, name, self.months, [place + column for column in each])
            for place, (owner, name) in enumerate(zip(self.owners, COMMON, strict=True))
        )
        return economy, sector, borrower

    @cached_property
    def published(self) -> Real:
        """(months, S) innovations of the published rate, the same for all borrowers."""
        return _of_many(self.drawing, self.owners[0], "published rate", self.months, self.first, self.count)

    def own(self, source: int, name: str, rows: int = 1) -> Real:
        """(rows, S) normals that belong to one source alone, the ``source``-th of the case; its name decides, so that
        other sources change nothing and the same name is the same draw. After the last comes what is no source."""
        return self._normals(
            self.borrower, f"source {self.names[source]}: {name}", rows, self._place(source, name, rows)
        )

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

    def _normals(self, owner: str, name: str, rows: int, columns: Sequence[int]) -> Real:
        """(rows, S) Sobol points as far as ``columns`` go, plain draws for the rest."""
        columns = [column for column in columns if column < self._columns] if self.drawing.method == "sobol" else []
        if not columns:
            draw = normals if owner == self.borrower else _of_many
            return draw(self.drawing, owner, name, rows, self.first, self.count)
        even = shifted(self._points[columns], self.drawing, owner, name)
        rest = normals(self.drawing, owner, f"{name} beyond", rows - len(even), self.first, self.count)
        return np.concatenate([even, rest])

    @cached_property
    def _points(self) -> Bits:
        return sobol_points(self.first, self.count, self._columns)

    def once(self, source: int, name: str, shared: Shared, month: int) -> Real:
        """(S,) a standard normal for what happens to a source once, about a month: high is good."""
        level = sum(
            np.sqrt(share) * path[min(month, self.months)]
            for share, path in zip((shared.economy, shared.sector, shared.borrower), self._levels, strict=True)
            if share
        )
        return np.asarray(level + np.sqrt(shared.own) * self.own(source, name)[0])

    @cached_property
    def _levels(self) -> tuple[Real, Real, Real]:
        """(months + 1, S) the common factors with unit variance in every month; month 0 is that of month 1."""
        economy, sector, borrower = (self._unit(self._path(innovations)) for innovations in self.common)
        return economy, sector, borrower

    def _unit(self, path: Real) -> Real:
        path[0] = path[1]
        return np.asarray(path / np.sqrt(np.maximum(self.variance, self.variance[1]))[:, None])

    def innovations(self, source: int, shared: Shared) -> Real:
        """(months, S) what moves a source each month, of unit variance."""
        mixed = np.sqrt(shared.own) * self.own(source, "path", self.months)
        for share, common in zip((shared.economy, shared.sector, shared.borrower), self.common, strict=True):
            if share:
                mixed += np.sqrt(share) * common
        return np.asarray(mixed)

    def level(self, source: int, shared: Shared, deviation: float) -> Real:
        """(months + 1, S) factors of mean 1: a level whose logarithm comes back; ``deviation`` once it has settled."""
        if not deviation:
            return np.ones((self.months + 1, self.count))
        path = self._path(self.innovations(source, shared))
        return np.asarray(np.exp(deviation * path - 0.5 * deviation**2 * self.variance[:, None]))

    def price(self, source: int, shared: Shared, yearly: float) -> Real:
        """(months + 1, S) factors of mean 1: a price that wanders with so much deviation over a year."""
        if not yearly:
            return np.ones((self.months + 1, self.count))
        walk = np.zeros((self.months + 1, self.count))
        np.cumsum(self.innovations(source, shared), axis=0, out=walk[1:])
        variance = yearly**2 * np.arange(self.months + 1) / 12
        return np.asarray(np.exp(yearly / np.sqrt(12) * walk - 0.5 * variance[:, None]))

    @cached_property
    def variance(self) -> Real:
        """(months + 1,) of a path: nothing on the case's date, one once it has settled."""
        return np.asarray(1 - self.persistence ** (2 * np.arange(self.months + 1)))

    def _path(self, innovations: Real) -> Real:
        """(months + 1, S) AR(1) from zero."""
        path = np.zeros((self.months + 1, innovations.shape[1]))
        fresh = np.sqrt(1 - self.persistence**2)
        for month in range(self.months):
            path[month + 1] = self.persistence * path[month] + fresh * innovations[month]
        return path


def _of_many(drawing: Drawing, owner: str, name: str, rows: int, first: int, count: int) -> Real:
    """(rows, count) normals that many borrowers share, drawn once for all; not to be written to."""
    return _kept(drawing, owner, name, -(-rows // ROWS_KEPT) * ROWS_KEPT, first, count)[:rows]


@lru_cache(maxsize=6)
def _kept(drawing: Drawing, owner: str, name: str, rows: int, first: int, count: int) -> Real:
    drawn = normals(drawing, owner, name, rows, first, count)
    drawn.setflags(write=False)
    return drawn


def lognormal(normal: Real, deviation: float) -> Real:
    """Factors of mean 1."""
    return np.asarray(np.exp(deviation * normal - 0.5 * deviation**2))


@lru_cache(maxsize=4_096)
def below(yearly: float, years: float) -> float:
    """The normal below which lies what happens with so much probability a year within so many years."""
    from scipy.special import ndtri

    return float(ndtri(1 - (1 - yearly) ** max(years, 0)))
