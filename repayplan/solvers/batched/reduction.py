"""Smaller programs of the same optimum: what every lane's presolve would do, done once for all of them.

A rule applies where it holds in every lane, so that one pattern is left. Rows of one column become boxes; a column that
an equation gives by another is replaced, as debt between payments and running totals are; a column that only fills up
a row, as what is recovered from a claim, is priced into it; a column without a cost between two kinds of bounds, as
principal, is left out by joining them; rows that others imply are dropped (Andersen & Andersen, Math. Program. 71,
1995). ``undoing`` goes back.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from itertools import permutations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from repayplan.solvers.batched.programs import Programs
from repayplan.solvers.batched.tolerances import EMPTY
from repayplan.solvers.batched.undoing import Added, Fixed, Joined, Replaced, Undo, Value

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

IMPLIED = 1e-9
"""A bound counts as implied by others if it is no farther out than this."""

SMALLEST_PIVOT = 1e-3
CANCELED = 1e-13

MOST_JOINED = 8
LONGEST_JOINED = 12
"""Joining a row of many entries makes as many of it as it has partners, which no factor is better for."""


class Reduction:
    """A program being reduced, in place; ``done`` lists what was done, and ``offset`` (N,) is what it has cost.

    ``impossible`` (N,): lanes that are seen to have no point.

    ``rows`` maps columns to coefficients, row by row; None where a row has gone. ``rhs`` and ``active`` are by row.
    ``where``: the rows in which a column is. ``touched``: rows that have changed since it was seen what implies them.
    """

    def __init__(self, programs: Programs) -> None:
        self.lanes = programs.lanes
        self.equal = programs.equal.tolist()
        self.lower, self.upper = programs.lower.copy(), programs.upper.copy()
        alike = np.asarray((programs.cost == programs.cost[:, :1]).all(axis=1)).tolist()
        self.cost: list[Value] = [
            float(cost[0]) if same else cost for cost, same in zip(programs.cost, alike, strict=True)
        ]
        self.offset = np.zeros(self.lanes)
        self.impossible = np.zeros(self.lanes, bool)
        self.done: list[Undo] = []
        self.gone: set[int] = set()
        self.where: list[set[int]] = [set() for _ in self.cost]
        self.touched = set(range(len(programs.equal)))
        always, sometimes = (np.asarray(of(programs.active, axis=1)).tolist() for of in (np.all, np.any))
        self.active: list[Mask | None] = [
            None if there else mask for there, mask in zip(always, programs.active, strict=True)
        ]
        self.rhs: list[Array] = [
            rhs if mask is None else np.where(mask, rhs, 0.0 if equation else 1.0)
            for rhs, mask, equation in zip(programs.rhs, self.active, self.equal, strict=True)
        ]
        self.rows: list[dict[int, Value] | None] = [{} if there else None for there in sometimes]
        for row, column, value in zip(programs.rows.tolist(), programs.columns.tolist(), programs.values, strict=True):
            entries, mask = self.rows[row], self.active[row]
            if entries is None or not value.any():
                continue
            entries[column] = float(value[0]) if len(value) == 1 else value
            if mask is not None:
                entries[column] = value * mask
            self.where[column].add(row)

    def run(self) -> None:
        """Every rule, again as long as one finds something."""
        self._boxes(range(len(self.rows)))
        while True:
            before = len(self.done), sum(row is None for row in self.rows)
            self._fixed()
            self._doubletons()
            self._sparser()
            self._boxes(range(len(self.rows)))
            self._redundant()
            self._dominated()
            self._filling()
            self._joined()
            if (len(self.done), sum(row is None for row in self.rows)) == before:
                break
        self.impossible |= (self.lower - self.upper > EMPTY).any(axis=0)

    # the rules

    def _boxes(self, rows: Iterable[int]) -> None:
        """A row of one column narrows its box."""
        for row in rows:
            entries = self.rows[row]
            if entries is None or len(entries) > 1:
                continue
            for column, value in entries.items():
                self._narrow(column, value, self.rhs[row], self.equal[row])
            if not entries:
                missed = np.abs(self.rhs[row]) if self.equal[row] else -self.rhs[row]
                self.impossible |= missed > EMPTY
            self._drop(row)

    def _fixed(self) -> None:
        """A column whose box is one number is that number."""
        for column in np.flatnonzero((self.upper <= self.lower).all(axis=1)).tolist():
            if column in self.gone:
                continue
            value = self.lower[column].copy()
            for row in tuple(self.where[column]):
                entries = self._row(row)
                self.rhs[row] = self.rhs[row] - entries.pop(column) * value
                self.touched.add(row)
            self._finish(column, Fixed(column, value), self.cost[column] * value)

    def _doubletons(self) -> None:
        """An equation of two columns gives one by the other, whose box it narrows."""
        for row in range(len(self.rows)):
            entries = self.rows[row]
            if entries is None or not self.equal[row] or len(entries) != 2:
                continue
            for column, other in sorted(permutations(entries), key=lambda pair: (len(self.where[pair[0]]), pair)):
                pivot, value = entries[column], entries[other]
                with np.errstate(divide="ignore", invalid="ignore"):
                    fits = np.abs(pivot) >= SMALLEST_PIVOT * np.maximum(np.abs(value), 1.0)
                if not every(fits):
                    continue
                rhs = self.rhs[row]
                low, high = pivot * self.lower[column], pivot * self.upper[column]
                self._narrow(other, value, rhs - np.minimum(low, high), equal=False)
                self._narrow(other, -value, np.maximum(low, high) - rhs, equal=False)
                self._replace(column, row)
                break

    def _sparser(self) -> None:
        """An equation is added to a row where two of its columns go for one that comes."""
        for equation, entries in enumerate(self.rows):
            if entries is None or not self.equal[equation] or len(entries) < 3:
                continue
            shared = Counter(row for column in entries for row in self.where[column] if row != equation)
            for row, count in sorted(shared.items()):
                if 2 * count > len(entries) and count >= 2:
                    self._try_adding(row, equation, entries)

    def _try_adding(self, row: int, equation: int, entries: dict[int, Value]) -> None:
        mine = self._row(row)
        mask, theirs = self.active[row], self.active[equation]
        if theirs is not None and (mask is None or (mask & ~theirs).any()):
            return
        common = [column for column in entries if column in mine]
        for column in common:
            if not every(np.abs(entries[column]) >= SMALLEST_PIVOT):
                continue
            weight = -mine[column] / entries[column]
            zero = [other for other in common if not some(_sum(mine[other], weight * entries[other]))]
            if len(zero) > len(entries) - len(common):
                self._add(row, weight, entries, self.rhs[equation])
                for other in zero:
                    mine.pop(other, None)
                    self.where[other].discard(row)
                self.done.append(Added(row, equation, weight))
                return

    def _redundant(self) -> None:
        """A row that holds wherever in the boxes is left out."""
        for row in sorted(self.touched):
            entries = self.rows[row]
            if entries is not None and not self.equal[row] and self._implied(entries, self.rhs[row]):
                self._drop(row)
        self.touched.clear()

    def _dominated(self) -> None:
        """Of rows of the same columns, those that another one implies; and a ≤ c where a ≤ b and b ≤ c."""
        alike: dict[frozenset[int], list[int]] = defaultdict(list)
        above: dict[int, dict[int, int]] = defaultdict(dict)
        for row, entries in enumerate(self.rows):
            if entries is not None and not self.equal[row]:
                alike[frozenset(entries)].append(row)
                pair = self._ordered(row)
                if pair is not None:
                    above[pair[0]][pair[1]] = row
        for rows in alike.values():
            for kept, row in permutations(rows, 2):
                if self.rows[kept] is not None and self.rows[row] is not None and self._stronger(kept, row):
                    self._drop(row)
        for low, middle in [(low, middle) for low, others in above.items() for middle in others]:
            for high in above.get(middle, {}):
                row = above[low].get(high, -1)
                there = (self.rows[above[low][middle]], self.rows[above[middle][high]])
                if row >= 0 and self.rows[row] is not None and None not in there:
                    self._drop(row)

    def _ordered(self, row: int) -> tuple[int, int] | None:
        """The two columns of a row that says no more than that the first is at most the second."""
        entries = self._row(row)
        if len(entries) != 2 or self.active[row] is not None or self.rhs[row].any():
            return None
        (one, first), (two, second) = entries.items()
        if not isinstance(first, float) or not isinstance(second, float) or first != -second:
            return None
        return (one, two) if first > 0 else (two, one)

    def _stronger(self, kept: int, row: int) -> bool:
        """Whether the row ``kept`` implies ``row``, which has the same columns."""
        one, two = self._row(kept), self._row(row)
        mask, others = self.active[kept], self.active[row]
        if mask is not None and (others is None or (others & ~mask).any()):
            return False
        first = min(one)
        with np.errstate(divide="ignore", invalid="ignore"):
            scale = two[first] / one[first]
        if not every(np.isfinite(scale) & (scale > 0) | (False if others is None else ~others)):
            return False
        scale = np.nan_to_num(scale, posinf=0.0)
        difference = {column: two[column] - scale * one[column] for column in two}
        return self._implied(difference, self.rhs[row] - scale * self.rhs[kept], others)

    def _filling(self) -> None:
        """A column that only fills a row up as far as it is worth it: the row is tight, and its price goes to others.

        A column that nothing holds back from its better end is fixed there.
        """
        for column in range(len(self.cost)):
            if column in self.gone:
                continue
            rows, cost = self.where[column], self.cost[column]
            if any(self.equal[row] for row in rows):
                continue
            values = [self._row(row)[column] for row in rows]
            if every(cost >= 0) and all(every(value >= 0) for value in values):
                self._pin(column, self.lower[column])
            elif every(cost <= 0) and all(every(value <= 0) for value in values):
                self._pin(column, self.upper[column])
            elif len(rows) == 1:
                self._fill(column, next(iter(rows)), values[0])

    def _pin(self, column: int, end: Array) -> None:
        self.impossible |= self.lower[column] - self.upper[column] > EMPTY
        self.lower[column] = self.upper[column] = end.copy()

    def _fill(self, column: int, row: int, value: Value) -> None:
        cost = self.cost[column]
        rising = bool(every(value > 0) and every(cost <= 0))
        if self.active[row] is not None or not (rising or (every(value < 0) and every(cost >= 0))):
            return
        if not every(np.abs(value) >= SMALLEST_PIVOT):
            return
        others = {other: each for other, each in self._row(row).items() if other != column}
        far, near = (self.upper, self.lower) if rising else (self.lower, self.upper)
        least = sum(np.minimum(each * self.lower[other], each * self.upper[other]) for other, each in others.items())
        if not every(
            np.abs(value) * np.abs(far[column] - near[column]) + IMPLIED >= self.rhs[row] - least - value * near[column]
        ):
            return
        rhs = self.rhs[row] - value * near[column]
        kept = dict(others)
        self.equal[row] = True
        self._replace(column, row)
        self.equal[row], self.rows[row], self.rhs[row] = False, kept, rhs
        for other in kept:
            self.where[other].add(row)

    def _joined(self) -> None:
        """A column without a cost, in rows of inequalities alone: every pair of its bounds is a row, it is none."""
        for column in range(len(self.cost)):
            rows = sorted(self.where[column])
            if column in self.gone or some(self.cost[column]) or not 2 <= len(rows) <= MOST_JOINED:
                continue
            if any(self.equal[row] or len(self._row(row)) > LONGEST_JOINED for row in rows):
                continue
            values = {row: self._row(row)[column] for row in rows}
            if not all(self._there(row, value) for row, value in values.items()):
                continue
            above = [row for row in rows if every(values[row] >= 0)]
            under = [row for row in rows if every(values[row] <= 0)]
            if len(above) + len(under) == len(rows) and len(above) * len(under) <= len(rows):
                self._join(column, above, under)

    def _there(self, row: int, value: Value) -> bool:
        mask = self.active[row]
        return bool(
            every(np.abs(value) >= SMALLEST_PIVOT) if mask is None else every((np.abs(value) >= SMALLEST_PIVOT) | ~mask)
        )

    def _join(self, column: int, above: list[int], under: list[int]) -> None:
        made: list[tuple[dict[int, Value], Array, Mask | None, list[tuple[int, Value]]]] = []
        low, high = self.lower[column], self.upper[column]
        rests = {row: {k: v for k, v in self._row(row).items() if k != column} for row in (*above, *under)}
        value = {row: self._row(row)[column] for row in (*above, *under)}
        for row in (*above, *under):  # against the column's own box
            rhs = self.rhs[row] - value[row] * (low if row in above else high)
            if not self._implied(rests[row], rhs, self.active[row]):
                made.append((rests[row], rhs, self.active[row], [(row, 1.0)]))
        for one in above:
            for two in under:
                first, second = _inverse(value[one]), _inverse(-np.asarray(value[two]))
                sums: dict[int, Value] = {k: v * first for k, v in rests[one].items()}
                for k, v in rests[two].items():
                    sums[k] = _sum(sums[k], v * second) if k in sums else v * second
                sums = {k: v for k, v in sums.items() if some(v)}
                mask = _both(self.active[one], self.active[two])
                rhs = self.rhs[one] * first + self.rhs[two] * second
                if mask is not None:
                    sums, rhs = {k: np.asarray(v * mask) for k, v in sums.items()}, np.where(mask, rhs, 1.0)
                if not self._implied(sums, rhs, mask):
                    made.append((sums, rhs, mask, [(one, first), (two, second)]))
        if len(made) > len(above) + len(under):
            return
        bounds = [(value[row], rests[row], self.rhs[row]) for row in (*above, *under)]
        for row in (*above, *under):
            self._drop(row)
        numbers = [self._new_row(entries, rhs, mask) for entries, rhs, mask, _ in made]
        sums_of = [(number, parts) for number, (*_, parts) in zip(numbers, made, strict=True)]
        self._finish(column, Joined(column, bounds, low.copy(), high.copy(), sums_of), 0.0)

    # what rules share

    def _row(self, row: int) -> dict[int, Value]:
        entries = self.rows[row]
        assert entries is not None
        return entries

    def _drop(self, row: int) -> None:
        for column in self._row(row):
            self.where[column].discard(row)
        self.rows[row] = None

    def _new_row(self, entries: dict[int, Value], rhs: Array, mask: Mask | None) -> int:
        self.rows.append(entries)
        self.rhs.append(rhs)
        self.equal.append(False)
        self.active.append(mask)
        for column in entries:
            self.where[column].add(len(self.rows) - 1)
        return len(self.rows) - 1

    def _finish(self, column: int, step: Undo, cost: Value) -> None:
        self.offset = self.offset + cost
        self.where[column].clear()
        self.gone.add(column)
        self.done.append(step)

    def _replace(self, column: int, row: int) -> None:
        """Leave out a column by the equation ``row``, which goes with it."""
        entries, rhs, cost = self._row(row), self.rhs[row], self.cost[column]
        pivot = entries[column]
        others = {other: value for other, value in entries.items() if other != column}
        elsewhere = {}
        for where in sorted(self.where[column] - {row}):
            value = self._row(where).pop(column)
            elsewhere[where] = value
            self._add(where, -value / pivot, others, rhs)
        for other, value in others.items():
            self.cost[other] = self.cost[other] - cost * value / pivot
        self._drop(row)
        least, most = self.lower[column].copy(), self.upper[column].copy()
        self._finish(
            column, Replaced(column, row, pivot, others, rhs, elsewhere, cost, least, most), cost * rhs / pivot
        )

    def _add(self, row: int, weight: Value, others: dict[int, Value], rhs: Array) -> None:
        mine = self._row(row)
        for column, value in others.items():
            mine[column] = _sum(mine[column], weight * value) if column in mine else weight * value
            if some(mine[column]):
                self.where[column].add(row)
            else:
                del mine[column]
                self.where[column].discard(row)
        self.rhs[row] = self.rhs[row] + weight * rhs
        self.touched.add(row)

    def _narrow(self, column: int, value: Value, rhs: Array, equal: bool) -> None:
        """value · column ≤ rhs, or =, as a box."""
        low, high = self.lower[column], self.upper[column]
        if isinstance(value, float):
            if equal or value > 0:
                np.minimum(high, rhs / value, out=high)
            if equal or value < 0:
                np.maximum(low, rhs / value, out=low)
            return
        with np.errstate(divide="ignore", invalid="ignore"):
            limit = np.where(value != 0, rhs / value, np.nan)
        np.fmin(high, limit, out=high, where=equal | (value > 0))
        np.fmax(low, limit, out=low, where=equal | (value < 0))

    def _implied(self, entries: dict[int, Value], rhs: Array, mask: Mask | None = None) -> bool:
        """Whether a row of inequalities holds wherever in the boxes, in every lane that has it."""
        most: Value = 0.0
        for column, value in entries.items():
            most = most + np.maximum(value * self.lower[column], value * self.upper[column])
        holds = most <= rhs + 1e-13
        return bool(every(holds if mask is None else holds | ~mask))


def every(condition: Any) -> bool:
    """Whether it holds in every lane."""
    return condition if isinstance(condition, bool) else bool(condition.all())


def some(value: Value) -> bool:
    """Whether it is not 0 in some lane."""
    return value != 0.0 if isinstance(value, float) else bool(value.any())


def _sum(one: Value, two: Value) -> Value:
    """A sum of coefficients; nothing where they cancel but for rounding."""
    found = one + two
    size = CANCELED * np.abs(two)
    if isinstance(found, float):
        return found if abs(found) > size else 0.0
    return np.where(np.abs(found) > size, found, 0.0)


def _inverse(value: Value) -> Value:
    """One over a number; 0 where it is none."""
    if isinstance(value, float) or np.ndim(value) == 0:
        return 1.0 / float(value)
    return np.divide(1.0, value, out=np.zeros_like(value), where=value != 0)


def _both(one: Mask | None, two: Mask | None) -> Mask | None:
    if one is None:
        return two
    return one if two is None else one & two
