"""Which dates of the last payment need a program of their own.

Where amounts follow the cash, every payment date may be that of the last payment, and its rows differ: a program a
date. A lane may stand for all dates from one on (:class:`repayplan.formulation.frame.Frame`). Dates are solved in turn,
a few at a time, with such a lane for the rest of them, until its bound is no more than the best plan found is worth:
then that one is the best of all dates. Of the buckets of burden of an ask the first is looked at like that, of the
others the bound alone, as long as that is enough.

*Proof* that the lane of dates a to b is worth at least what that of each date t between them is: a plan of t, each
account drawn by no more after t, is one of its plans. Rows of dates before or up to the last payment stand there for
those before or up to a ≤ t, which t has too. Rows of the last payment itself are left out. A payment has room up to b,
and is nothing after t, where an installment of nothing rises by no more than a share of what was before. From a on
blocked accounts count as released, of which no more than came in can have been drawn. All else does not depend on it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from repayplan.formulation.build import formulate_together
from repayplan.planning.batch.engine import Engine
from repayplan.planning.batch.items import Item
from repayplan.planning.batch.pool import Pool
from repayplan.planning.batch.stages import Answer, answers
from repayplan.problem.arrays import Real
from repayplan.problem.stacking import stack, taken
from repayplan.solvers.result import GAP_FLOOR

AT_ONCE = 3
"""Dates of an item that are solved at first; then as many as there have been."""

BEST = 1e-8
"""Relative: dates that cannot be worth more than this above what is found are left out."""


def best_dates(items: Sequence[Item], solve: Engine) -> list[Answer]:
    """Both stages of items alike in kind, :attr:`Item.by_dates`, over all dates of their last payments.

    AloneError where a program needs whole numbers.
    """
    return _Search(items, solve).found()


class _Search:
    """How far the dates of each item have been looked at."""

    def __init__(self, items: Sequence[Item], solve: Engine) -> None:
        self.items, self.pool = items, Pool(len(items), solve)
        self.problem = stack([item.problem for item in items])
        self.group = np.array([item.ask for item in items])
        self.looked = np.zeros(len(items), dtype=np.int64)

    def found(self) -> list[Answer]:
        """The optimum of every item."""
        firsts = set(np.unique(self.group, return_index=True)[1].tolist())
        self._look({item: AT_ONCE if item in firsts else 0 for item in range(len(self.items))})
        while (open_ := np.flatnonzero(self.pool.rest > self._enough())).size:
            self._more(open_.tolist())
        return answers(self.pool, self.group, self._more)

    def _more(self, some: Sequence[int]) -> None:
        self._look({item: max(int(self.looked[item]), AT_ONCE) for item in some})

    def _enough(self) -> Real:
        """(items,) what the rest of the dates of an item has to be worth more than, to be looked at."""
        best = self.pool.best()
        groups, place = np.unique(self.group, return_inverse=True)
        most = np.full(len(groups), -np.inf)
        np.maximum.at(most, place, best)
        return np.asarray(most + BEST * np.maximum(np.abs(np.nan_to_num(most, neginf=0.0)), GAP_FLOOR))[place]

    def _look(self, wanted: Mapping[int, int]) -> None:
        """So many more dates of some items, and what the rest of them may be worth."""
        lanes: list[tuple[int, int, int]] = []
        for item, count in wanted.items():
            dates, begin = self.items[item].lasts, int(self.looked[item])
            end = begin + count + (len(dates) == begin + count + 1)  # a rest of one date is a date
            lanes += [(item, date, date) for date in dates[begin:end]]
            if len(dates) > end:
                lanes.append((item, dates[end], dates[-1]))
            self.looked[item] = min(end, len(dates))
        owner, last, until = np.array(lanes, dtype=np.int64).T.copy()
        formulation = formulate_together(taken(self.problem, owner), last, until)
        solutions = self.pool.add(formulation, owner, last == until)
        self.pool.rest[list(wanted)] = -np.inf
        for lane in np.flatnonzero(last < until).tolist():
            self.pool.rest[owner[lane]] = -solutions[lane].bound
