"""Flows of many scenarios put into the stages in which they come."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from repayplan.forecast.flows import Flow
from repayplan.forecast.futures.drawing import much_drawn
from repayplan.forecast.futures.expected import Cents, Column, Rows
from repayplan.forecast.futures.result import Parts


class Stages:
    """(T + 1, S) cents by stage, the last row for what comes too late."""

    def __init__(self, days: Sequence[dt.date], scenarios: int) -> None:
        self.days = _ordinals(tuple(days))
        self.ends = np.array(self.days)
        self.cents: Cents = np.zeros((len(days) + 1, scenarios), dtype=np.int64)
        self.places = np.arange(scenarios)
        self._alike: Cents = np.zeros(len(days) + 1, dtype=np.int64)

    def put(self, day: int, amount: int | Cents) -> None:
        """Cash on one day, an ordinal, in every scenario."""
        stage = bisect_left(self.days, day)
        if isinstance(amount, int):
            self._alike[stage] += amount
        else:
            self.cents[stage] += amount

    def put_all(self, times: Cents, amount: int) -> None:
        """The same amount so many ``times`` (T + 1,) in each stage, in every scenario."""
        self._alike += times * amount

    def add_rows(self, rows: Rows) -> None:
        """Flows of a source that come on their day."""
        if not much_drawn():
            for column in rows.columns():
                self.add(column)
            return
        from repayplan.forecast.futures import rapid

        moved: list[tuple[int, int, int]] = []
        for one, month in zip(rows.flows, rows.months, strict=True):
            if one.certain:
                self.put(one.day, one.bank.amount)
            else:
                moved.append((bisect_left(self.days, one.day), one.bank.amount, month))
        stages, amounts, months = np.array(moved, dtype=np.int64).reshape(-1, 3).T.copy()
        rapid.put(self.cents, stages, amounts.astype(float), months, rows.factors, rows.first)

    def add(self, column: Column) -> None:
        """One flow, which may come in another stage in every scenario."""
        if isinstance(column.day, int):
            self.put(column.day, column.amount)
        elif much_drawn():
            from repayplan.forecast.futures import rapid

            amount = np.full(1, column.amount) if isinstance(column.amount, int) else column.amount
            rapid.put_each(self.cents, self.days[0], _by_day(self.days), column.day, amount)
        else:
            stage = np.searchsorted(self.ends, column.day)
            self.cents[stage, self.places] += column.amount  # one stage a scenario: no place stands there twice

    @property
    def result(self) -> Cents:
        """(S, T) without what comes too late; scenarios lie beside each other."""
        self.cents += self._alike[:, None]
        self._alike[:] = 0
        return self.cents[:-1].T


@lru_cache(maxsize=512)
def _ordinals(days: tuple[dt.date, ...]) -> tuple[int, ...]:
    return tuple(day.toordinal() for day in days)


@lru_cache(maxsize=64)
def _by_day(days: tuple[int, ...]) -> NDArray[np.int32]:
    """The stage of every day from the first stage's end on to the day after the last one's."""
    return np.searchsorted(days, np.arange(days[0], days[-1] + 2)).astype(np.int32)


def named(flow: Flow) -> str:
    """What a receipt is called: the stage, the receivable, the lot; for a chain its store."""
    return flow.part.rsplit(" ", 1)[0] if flow.kind == "stores" else flow.part


def whole(flow: Flow) -> str:
    """To what a receipt belongs: a stage has a late part and what was kept back besides."""
    name = named(flow)
    return name.removesuffix(" (late)").removesuffix(" (retention)") if flow.kind == "milestones" else name


def asked(column: Column, parts: Parts, expected: dt.date | None) -> bool:
    """Whether a column is a receipt of one of those names that the bank expects on that day; None: whichever."""
    flow = column.expected.bank
    return flow.amount > 0 and (parts is None or named(flow) in parts) and expected in (None, flow.date)
