"""The tables of a run as Arrow schemas: one row for each option, payment, choice or failure.

Money is whole cents, shares and probabilities are fractions of one. Figures by month are lists of twelve, month 1 the
first after the case's date; falls of the overdue balance are cumulative.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from repayplan.problem.frozen import Cents
from repayplan.rules.treatments import MONTHS

if TYPE_CHECKING:
    import pyarrow as pa

    from repayplan.portfolio.book import Failure

FALLS = ("fall_cash", "fall_rescheduled", "fall_written_off", "fall_sold")
"""Why today's overdue balance is no longer overdue; together they are by how much it has fallen."""


TREATED = "table"
"""The status of an option that is no plan: nothing was solved for it."""


def options_schema() -> pa.Schema:
    """One row an option: whose it is, how it was found, its attributes."""
    import pyarrow as pa

    hours, cents = pa.list_(pa.float64(), MONTHS), pa.list_(pa.int64(), MONTHS)
    return pa.schema(
        [
            *_named(pa.string(), "case", "option", "kind", "status"),
            ("gap", pa.float64()),
            *_named(pa.string(), "solver", "rating", "industry", "region"),
            *_named(
                pa.int64(), "balance", "overdue", "recovery", "by_plan", "cost", "haircut", "provision", "npv_loss"
            ),
            *_named(pa.float64(), "miss", "default"),
            ("illustrative", pa.bool_()),
            *_named(hours, "officer_hours", "visits"),
            *_named(cents, "legal", *FALLS),
        ]
    )


def schedules_schema() -> pa.Schema:
    """One row a payment of a plan option."""
    import pyarrow as pa

    return pa.schema(
        [
            *_named(pa.string(), "case", "option"),
            ("date", pa.date32()),
            ("loan", pa.string()),
            ("payment", pa.int64()),
        ]
    )


def choices_schema() -> pa.Schema:
    """One row a borrower: the option chosen, with its scalars."""
    import pyarrow as pa

    return pa.schema([field for field in options_schema() if not pa.types.is_fixed_size_list(field.type)])


def failures_schema() -> pa.Schema:
    """One row for each thing because of which a borrower is set aside."""
    import pyarrow as pa

    texts = ("field", "value", "limit", "reason", "remedy")
    return pa.schema([*_named(pa.string(), "case", "table"), ("row", pa.int64()), *_named(pa.string(), *texts)])


def failures_table(failures: Iterable[Failure]) -> pa.Table:
    """Failures as a table."""
    return to_table([dataclasses.asdict(failure) for failure in failures], failures_schema())


def to_table(rows: Sequence[Mapping[str, Any]], schema: pa.Schema) -> pa.Table:
    """Rows as a table of a schema; the same bytes whatever came before."""
    import pyarrow as pa

    columns = [pa.array([row[field.name] for row in rows], type=field.type) for field in schema]
    return pa.table(columns, schema=schema)


class Schedules:
    """The table of payments under way, plan by plan."""

    def __init__(self) -> None:
        self._texts: tuple[list[str], list[str], list[str]] = ([], [], [])
        self._days: list[NDArray[np.int32]] = []
        self._cents: list[Cents] = []

    def add(self, case: str, option: str, days: Sequence[dt.date], loans: Sequence[str], paid: Cents) -> None:
        """One plan: what is ``paid`` (T, L) on its ``days`` on each of its ``loans``, by date and loan."""
        stages, places = np.nonzero(paid)
        cases, options, names = self._texts
        cases += [case] * len(stages)
        options += [option] * len(stages)
        names += [loans[place] for place in places.tolist()]
        self._days.append(np.array(days, dtype="datetime64[D]").astype(np.int32)[stages])
        self._cents.append(paid[stages, places])

    def table(self) -> pa.Table:
        """All payments so far."""
        import pyarrow as pa

        schema = schedules_schema()
        days = np.concatenate([np.zeros(0, dtype=np.int32), *self._days])
        cents = np.concatenate([np.zeros(0, dtype=np.int64), *self._cents])
        cases, options, loans = (pa.array(texts, pa.string()) for texts in self._texts)
        dates = pa.array(days, pa.int32()).cast(pa.date32())
        return pa.table([cases, options, dates, loans, pa.array(cents, pa.int64())], schema=schema)


def _named(kind: pa.DataType, *names: str) -> list[tuple[str, pa.DataType]]:
    return [(name, kind) for name in names]
