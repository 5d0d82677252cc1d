"""What a run comes to: recovery by rating and industry, the overdue balance month by month, what the limits cost.

Everything follows from the tables of the run and from what was proved when options were chosen; nothing is kept
besides. Tables are read a chunk at a time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from repayplan.portfolio.names import as_written_first, folded
from repayplan.portfolio.run.choosing import Coupling, read_coupling
from repayplan.portfolio.run.results import STRAYS, Results
from repayplan.portfolio.tables import FALLS
from repayplan.rules.treatments import MONTHS

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

SUMS = ("balance", "overdue", "recovery", "by_plan", "cost", "haircut", "provision", "npv_loss")
"""Figures of the chosen options that add up; cents."""


@dataclass(frozen=True, slots=True)
class Group:
    """Borrowers that have something in common, and what was chosen for them; cents, probabilities by balance."""

    name: str
    borrowers: int
    sums: Mapping[str, int]
    miss: float
    default: float
    illustrative: int

    @property
    def rate(self) -> float | None:
        """The share of the debt that is expected to be recovered, in present value; None without debt."""
        return self.sums["recovery"] / self.sums["balance"] if self.sums["balance"] else None

    @property
    def otherwise(self) -> int:
        """What of the recovery is not paid by plans: collateral and courts bring it, and treatments; cents."""
        return self.sums["recovery"] - self.sums["by_plan"]


@dataclass(frozen=True, slots=True)
class Month:
    """The overdue balance a number of months after the book's date, and why it has fallen; cents, expected."""

    number: int
    overdue: int
    falls: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Summary:
    """The figures of a run. ``failed``: borrowers set aside, who owe ``debt_aside``, cents, but for those ``unknown``;
    ``strays``: rows that belong to none.

    ``reasons``: why, with the number of borrowers that each holds for, and of such rows (``stray_reasons``).
    ``offered``: options that were weighed, ``leaning`` of them on the illustrative table of treatments.
    """

    borrowers: int
    failed: int
    debt_aside: int
    unknown: int
    strays: int
    reasons: tuple[tuple[str, int], ...]
    stray_reasons: tuple[tuple[str, int], ...]
    offered: int
    leaning: int
    total: Group
    by_rating: tuple[Group, ...]
    by_industry: tuple[Group, ...]
    by_region: tuple[Group, ...]
    by_kind: tuple[Group, ...]
    months: tuple[Month, ...]
    counts: Mapping[str, int]
    coupling: Coupling

    @property
    def illustrative(self) -> bool:
        """Whether headlines must say so: what was chosen, its price and what is next best follow from all options."""
        return self.leaning > 0

    @property
    def kept(self) -> bool:
        """Whether every limit is kept."""
        return self.coupling.kept


def summarize(results: Results) -> Summary:
    """The summary of a run that has ended. Raises InputError where it has not."""
    chosen = results.chosen().to_pandas()
    failed, reasons = _aside(results)
    debt_aside, unknown = results.debt_aside()
    return Summary(
        borrowers=results.manifest.borrowers,
        failed=failed,
        debt_aside=debt_aside,
        unknown=unknown,
        strays=results.strays(),
        reasons=reasons,
        stray_reasons=_often(Counter(results.part("failures", STRAYS, ["reason"])["reason"].to_pylist())),
        offered=sum(results.rows("options", part) for part in results.parts),
        leaning=sum(map(_leaning, (results.part("options", part, ["illustrative"]) for part in results.parts))),
        total=_group("", chosen),
        by_rating=_groups(chosen, "rating", ("low", "medium", "high")),
        by_industry=_groups(chosen, "industry"),
        by_region=_groups(chosen, "region"),
        by_kind=_groups(chosen, "kind"),
        months=_months(results, chosen),
        counts=dict(sorted(results.counts().items())),
        coupling=read_coupling(results.directory),
    )


def _aside(results: Results) -> tuple[int, tuple[tuple[str, int], ...]]:
    """How many borrowers were set aside, and for how many of them each reason holds."""
    failed, reasons = 0, Counter[str]()
    for part in results.parts:  # all rows of a borrower lie in one of them
        table = results.part("failures", part, ["case", "reason"])
        cases = table["case"].to_pylist()
        failed += len(set(cases))
        reasons.update(reason for _, reason in dict.fromkeys(zip(cases, table["reason"].to_pylist(), strict=True)))
    return failed, _often(reasons)


def _often(reasons: Counter[str]) -> tuple[tuple[str, int], ...]:
    """Every reason and how often it is given, the most frequent first, of equals the first."""
    return tuple(reasons.most_common())


def _leaning(options: pa.Table) -> int:
    """How many options rest on the illustrative table of treatments."""
    return int(np.count_nonzero(options["illustrative"].to_numpy()))


def _groups(chosen: pd.DataFrame, column: str, order: Iterable[str] = ()) -> tuple[Group, ...]:
    """The chosen options by a column, in an order of their own or by their balance, the largest first."""
    names = chosen[column].fillna("").astype(str)
    shown = as_written_first(names)
    groups = [_group(shown[str(key)], rows) for key, rows in chosen.groupby(names.map(folded), sort=True)]
    place = {name: number for number, name in enumerate(order)}
    return tuple(sorted(groups, key=lambda group: (place.get(group.name, len(place)), -group.sums["balance"])))


def _group(name: str, rows: pd.DataFrame) -> Group:
    weight = rows["balance"].to_numpy(dtype=float)
    total = float(weight.sum()) or 1.0
    miss, default = (
        float((rows[column].fillna(0.0).to_numpy(dtype=float) * weight).sum()) / total for column in ("miss", "default")
    )
    sums = {column: int(rows[column].sum()) for column in SUMS}
    return Group(name, len(rows), sums, miss, default, int(rows["illustrative"].sum()))


def _months(results: Results, chosen: pd.DataFrame) -> tuple[Month, ...]:
    """The overdue balance of all chosen options after each month."""
    taken = dict(zip(chosen["case"], chosen["option"], strict=True))
    falls = np.zeros((len(FALLS), MONTHS), dtype=np.int64)
    for part in results.parts:
        table = results.part("options", part, ["case", "option", *FALLS])
        keys = zip(table["case"].to_pylist(), table["option"].to_pylist(), strict=True)
        rows = np.flatnonzero([taken.get(case) == option for case, option in keys])
        for place, name in enumerate(FALLS):
            values = table[name].combine_chunks()
            falls[place] += np.asarray(values.flatten()).reshape(-1, MONTHS)[rows].sum(axis=0, dtype=np.int64)
    overdue = int(chosen["overdue"].sum())
    found = [Month(0, overdue, dict.fromkeys(FALLS, 0))]
    for month in range(MONTHS):
        fallen = {name: int(falls[place, month]) for place, name in enumerate(FALLS)}
        found.append(Month(month + 1, overdue - sum(fallen.values()), fallen))
    return tuple(found)
