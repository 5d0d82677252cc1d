"""From the limits file and the table of options to arrays: which row of which limit every option counts against.

Tables come one chunk after the other and only the columns that limits name are kept, one float for each option and
single limit of a case.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from repayplan.errors import Fault, InputError
from repayplan.language import tr
from repayplan.portfolio.coupling.arrays import Coupled, Index
from repayplan.portfolio.coupling.limits import Limit, Limits, Target
from repayplan.portfolio.coupling.measures import ATTRIBUTES, Measure
from repayplan.portfolio.names import as_written_first, folded
from repayplan.problem.frozen import Mask, Real

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True, slots=True)
class Row:
    """One single limit: of which group and which months it is, its ``figure`` in the unit of its measure.

    ``group``: None where the limit is one for the whole book, "" where the book does not say which. ``months``: empty
    where it has none; ``split``: there is one for each of several. ``least``: less than the figure is too little.
    ``divided``: the figure is a ratio. ``target``: what is limited is by how much the overdue balance falls.
    """

    name: str
    group: str | None
    months: tuple[int, ...]
    measure: Measure
    least: bool
    figure: float
    divided: bool
    target: bool
    split: bool


@dataclass(frozen=True)
class Posed:
    """The arrays, the ``rows`` (K) that they are of, and what ratios are divided by: ``divisors`` has it for bands
    (M,), ``bands`` (K,) says in which band a row lies."""

    coupled: Coupled
    rows: tuple[Row, ...]
    bands: Index
    divisors: Mapping[int, Real]

    @property
    def targets(self) -> Mask:
        """(K,) which rows are targets."""
        return np.array([row.target for row in self.rows], dtype=bool)

    def divided_by(self, option: Index) -> Real:
        """(K,) what the ratio of every row is divided by in a choice (N,); 1 where it is no ratio."""
        total = np.zeros(len(self.rows))
        for band, divisor in self.divisors.items():
            limit = self.coupled.limit[band]
            total += np.bincount(limit + 1, divisor[option], minlength=len(self.rows) + 1)[1:]
        return np.where([row.divided for row in self.rows], total, 1.0)

    def figures(self, option: Index, used: Real | None = None) -> Real:
        """(K,) what a choice comes to, in the unit of every row; no number where a ratio has nothing to divide by."""
        used = self.coupled.used(option) if used is None else used
        sign = np.array([-1.0 if row.least else 1.0 for row in self.rows])
        wanted = np.array([row.figure if row.divided else 0.0 for row in self.rows])
        base = self.divided_by(option)
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(np.where(base != 0, sign * used / base + wanted, np.nan))


@dataclass(frozen=True, slots=True)
class _Spec:
    """A limit or a target as what is added up: columns, the one it is divided by, months, groups and who counts.

    ``kinds`` of option count above the line, ``over_kinds`` below it; all where there are none.
    """

    limit: Limit | Target
    columns: tuple[str, ...]
    divisor: str | None
    spans: tuple[tuple[int, ...], ...]
    groups: tuple[str, ...]
    kinds: tuple[str, ...] = ()
    over_kinds: tuple[str, ...] = ()


class _Columns:
    """What is kept of the tables: per option values and sums, per case where it belongs."""

    def __init__(self, specs: Sequence[_Spec]) -> None:
        self.specs = specs
        self.sizes: list[Index] = []
        self.value: list[Real] = []
        self.sums: dict[tuple[int, int], list[Real]] = {}
        self.divisors: dict[tuple[int, int], list[Real]] = {}
        self.labels: list[list[list[str] | None]] = [[] for _ in specs]
        self.counted: list[list[Mask]] = [[] for _ in specs]

    def add(self, table: pa.Table) -> None:
        """One chunk; the options of a case lie side by side, and no case lies in two chunks."""
        starts = starts_of(table)
        firsts = starts[:-1]
        self.sizes.append(np.diff(starts))
        self.value.append(_numbers(table, "recovery"))
        for place, spec in enumerate(self.specs):
            mask, below = _kinds(table, spec.kinds), _kinds(table, spec.over_kinds)
            for number, span in enumerate(spec.spans):
                total = sum((_amounts(table, name, span) for name in spec.columns), np.zeros(table.num_rows))
                self.sums.setdefault((place, number), []).append(np.where(mask, total, 0.0))
                if spec.divisor is not None:
                    divisor = _amounts(table, spec.divisor, span)
                    weighted = isinstance(spec.limit, Limit) and spec.limit.average is not None
                    if weighted:
                        self.sums[place, number][-1] *= divisor
                    self.divisors.setdefault((place, number), []).append(np.where(below, divisor, 0.0))
            self.labels[place].append(_labels(table, firsts, spec.groups))
            self.counted[place].append(_counts(table, firsts, spec))


class _Rows:
    """Rows and bands as they are put together, limit by limit."""

    def __init__(self, columns: _Columns) -> None:
        self._columns, self._sizes = columns, np.concatenate(columns.sizes)
        self._starts = np.concatenate([[0], np.cumsum(self._sizes)]).astype(np.int64)
        self.rows: list[Row] = []
        self.use: list[Real] = []
        self.limit: list[Index] = []
        self.bands: list[int] = []
        self.divisors: dict[int, Real] = {}
        self.wanted: list[float] = []
        self.faults: list[Fault] = []

    def add(self, number: int, spec: _Spec, strangers: bool) -> None:
        """All rows of a limit."""
        groups = _groups(self._columns.labels[number])
        counted = np.concatenate(self._columns.counted[number])
        self.faults += [] if strangers else _strangers(spec, groups)
        for least in (False, True):
            figures = _figures(spec, [name for name, _ in groups], least)
            if any(figure is not None for figure in figures):
                for place, span in enumerate(spec.spans):
                    codes, known = _codes(groups, figures, counted, len(self.rows))
                    made = [_row(spec, groups[at][0], span, least, figure) for at, figure in known]
                    self._band((number, place), made, codes, least)
        for place in range(len(spec.spans)):  # those of all limits are as large as the array that is made of them
            del self._columns.sums[number, place]

    def _band(self, key: tuple[int, int], made: list[Row], codes: Index, least: bool) -> None:
        """The rows of one span of months: what options use of them, over the figure where it is a ratio."""
        amount = np.concatenate(self._columns.sums[key])
        if key in self._columns.divisors:
            base = np.concatenate(self._columns.divisors[key])
            wanted = np.array([*(row.figure for row in made), 0.0])
            amount = amount - np.repeat(wanted[np.where(codes < 0, -1, codes - len(self.rows))], self._sizes) * base
            self.divisors[len(self.use)] = base
            largest = np.maximum.reduceat(base, self._starts[:-1])
            total = np.bincount(codes + 1, largest, minlength=len(self.rows) + len(made) + 1)
            self.wanted += (wanted[:-1] * total[len(self.rows) + 1 :]).tolist()
        else:
            self.wanted += [row.figure for row in made]
        self.bands += [len(self.use)] * len(made)
        self.use.append(-amount if least else amount)
        self.limit.append(codes.astype(np.int32))
        self.rows += made

    def posed(self) -> Posed:
        """All of them as arrays. InputError with every fault."""
        if self.faults:
            raise InputError(self.faults)
        use = np.empty((len(self.use), int(self._starts[-1])))
        for band in range(len(self.use)):
            use[band], self.use[band] = self.use[band], np.empty(0)
        coupled = Coupled(
            starts=self._starts,
            value=np.concatenate(self._columns.value),
            use=use,
            limit=np.array(self.limit, dtype=np.int32).reshape(len(self.limit), len(self._sizes)),
            most=np.array([0.0 if row.divided else (-row.figure if row.least else row.figure) for row in self.rows]),
            sizes=np.array(self.wanted, dtype=float),
        )
        return Posed(coupled, tuple(self.rows), np.array(self.bands, dtype=np.int64), self.divisors)


def pose(limits: Limits, tables: Iterable[pa.Table] | pa.Table, strangers: bool = False) -> Posed:
    """The arrays for the options in ``tables``, in their order, or in a single one.

    InputError where there are no options, or a limit has a figure for a group that no borrower with options is in,
    unless such ``strangers`` are known to be in the book: it limits nobody then.
    """
    columns = _Columns(_specs(limits))
    for table in [tables] if hasattr(tables, "num_rows") else tables:
        if table.num_rows:
            columns.add(table)
    if not columns.value:
        raise InputError(Fault(tr("no borrower has an option to choose"), remedy=tr("look at the failures of the run")))
    rows = _Rows(columns)
    for number, spec in enumerate(columns.specs):
        rows.add(number, spec, strangers)
    return rows.posed()


def starts_of(table: pa.Table) -> Index:
    """(N + 1,) where the options of each case begin, which lie side by side, and where the last ones end."""
    codes = np.asarray(table["case"].combine_chunks().dictionary_encode().indices)
    return np.append(np.flatnonzero(np.diff(codes, prepend=-1)), len(codes)).astype(np.int64)


def columns_of(limits: Limits) -> list[str]:
    """The columns of a table of options that :func:`pose` looks at."""
    found = {"case", "kind", "rating", "industry", "region", "recovery"}
    for spec in _specs(limits):
        found |= {*spec.columns, *([] if spec.divisor is None else [spec.divisor])}
    return sorted(found - {"cases"})


def _specs(limits: Limits) -> list[_Spec]:
    found = [_spec(limit) for limit in limits.limits]
    found += [
        _Spec(target, tuple(f"fall_{kind}" for kind in target.counts), "overdue", ((target.month,),), target.by)
        for target in limits.targets
    ]
    return found


def _spec(limit: Limit) -> _Spec:
    """An average of some kinds of option is weighted with these alone; a share is one of all."""
    below = limit.kinds if limit.average else limit.over_kinds
    return _Spec(limit, (limit.attribute,), limit.divisor, limit.spans, limit.groups, limit.kinds, below)


def _row(spec: _Spec, group: str | None, span: tuple[int, ...], least: bool, figure: float) -> Row:
    limit = spec.limit
    measure: Measure = "share" if isinstance(limit, Target) else limit.measure
    return Row(
        name=limit.name,
        group=group,
        months=span,
        measure=measure,
        least=least,
        figure=figure,
        divided=spec.divisor is not None,
        target=isinstance(limit, Target),
        split=len(spec.spans) > 1,
    )


def _groups(labels: Sequence[list[str] | None]) -> list[tuple[str | None, Index]]:
    """Every group, as it is written first, with its cases, in the order of names; one of all cases where there are no
    groups."""
    if any(part is None for part in labels):
        return [(None, np.empty(0, dtype=np.int64))]
    names = np.array([name for part in labels for name in part or ()])
    written, firsts, places = np.unique(names, return_index=True, return_inverse=True)
    shown = as_written_first(written[np.argsort(firsts)].tolist())
    keys = np.array([folded(name) for name in written.tolist()])[places]
    return sorted((name, np.flatnonzero(keys == key)) for key, name in shown.items())


def _codes(
    groups: Sequence[tuple[str | None, Index]],
    figures: Sequence[float | None],
    counted: Mask,
    first: int,
) -> tuple[Index, list[tuple[int, float]]]:
    """(N,) against which row each case counts, from ``first`` on, and which groups these rows are of, with figures."""
    codes = np.full(len(counted), -1, dtype=np.int64)
    known: list[tuple[int, float]] = []
    for at, ((name, members), figure) in enumerate(zip(groups, figures, strict=True)):
        if figure is not None:
            codes[slice(None) if name is None else members] = first + len(known)
            known.append((at, figure))
    codes[~counted] = -1
    return codes, known


def _figures(spec: _Spec, groups: Sequence[str | None], least: bool) -> list[float | None]:
    """The figure of every group, None where it has none of this kind."""
    if isinstance(spec.limit, Target):
        return [float(spec.limit.fall) if least else None for _ in groups]
    found = [{way: figure for figure, way in spec.limit.most(group)} for group in groups]
    return [each.get(least) for each in found]


def _strangers(spec: _Spec, groups: Sequence[tuple[str | None, Index]]) -> Iterable[Fault]:
    """Figures for groups that the book has not."""
    known = [name for name, _ in groups if name]
    small = set(map(folded, known))
    if isinstance(spec.limit, Limit):
        for name in spec.limit.each:
            if folded(name) not in small:
                what = tr("the limit {name} has a figure for a group that no borrower is in", name=spec.limit.name)
                yield Fault(what, "each", name, tr("one of: {choices}", choices=", ".join(known)), tr("leave it out"))


def _numbers(table: pa.Table, name: str) -> Real:
    """A column of numbers; what is empty counts nothing."""
    figures: Real = np.asarray(table[name].combine_chunks().to_numpy(zero_copy_only=False), dtype=np.float64)
    return np.nan_to_num(figures, nan=0.0)


def _amounts(table: pa.Table, name: str, span: tuple[int, ...]) -> Real:
    """What an attribute of every option comes to in some months."""
    if name == "cases":
        return np.ones(table.num_rows)
    if not ATTRIBUTES[name].monthly:
        return _numbers(table, name)
    column = table[name].combine_chunks()
    months = np.asarray(column.flatten(), dtype=float).reshape(table.num_rows, -1)
    return np.asarray(months[:, [month - 1 for month in span]].sum(axis=1))


def _kinds(table: pa.Table, kinds: Sequence[str]) -> Mask:
    """Which options are of these kinds; all where there are none."""
    if not kinds:
        return np.ones(table.num_rows, dtype=bool)
    return np.isin(np.asarray(table["kind"].to_pylist(), dtype=str), kinds)


def _words(table: pa.Table, name: str, starts: Index) -> list[str]:
    """A text of every case, "" where there is none."""
    return [word or "" for word in table[name].take(starts).to_pylist()]


def _labels(table: pa.Table, starts: Index, groups: Sequence[str]) -> list[str] | None:
    """The group of every case; None where there are no groups."""
    if not groups:
        return None
    return [" · ".join(words) for words in zip(*(_words(table, name, starts) for name in groups), strict=True)]


def _counts(table: pa.Table, starts: Index, spec: _Spec) -> Mask:
    """Which cases count."""
    counted = np.ones(len(starts), dtype=bool)
    if isinstance(spec.limit, Limit):
        asked = (("rating", spec.limit.ratings), ("industry", spec.limit.industries), ("region", spec.limit.regions))
        for name, known in asked:
            if known:
                wanted = set(map(folded, known))
                counted &= np.array([folded(word) in wanted for word in _words(table, name, starts)])
    return counted
