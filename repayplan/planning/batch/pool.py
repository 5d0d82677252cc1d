"""The lanes of a search: programs of several formulations, numbered through in the order in which they came."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from repayplan.formulation.build import VALUE, Formulation
from repayplan.formulation.frame import theta
from repayplan.formulation.preference import cost, held
from repayplan.planning.batch.engine import Engine
from repayplan.planning.batch.worth import planned_values
from repayplan.problem.arrays import Mask, Real
from repayplan.solvers.lanes import some_lanes, with_costs, with_long_row
from repayplan.solvers.result import Solution
from repayplan.solvers.sparse import Layout
from repayplan.solvers.staged import StagedProgram

Lanes = NDArray[np.int64]

AS_GOOD = 1e-8
"""In units of the debt: lanes are certified to about this, so that one worth so much less may be worth the same. Where
nothing may be given up (a tolerance of 0) chance would say which dates are as good."""


class Pool:
    """The lanes of some ``items``, each of one date of the last payment, the dates of an item in turn.

    By lane: ``owner``, the item; ``last``, the stage of the last payment; ``values`` in units of the debt, −∞ where
    there is no plan; ``first``, the solutions of stage 1. By item: ``tolerance`` of the second stage, ``scale`` in
    cents, and ``rest``, what no plan with a last payment on other dates is worth more than, in units of the debt.
    """

    def __init__(self, items: int, solve: Engine) -> None:
        self.items, self.solve = items, solve
        self.parts: list[Formulation] = []
        self.first: list[Solution] = []
        self.owner, self.last, self._part, self._place = (np.zeros(0, dtype=np.int64) for _ in range(4))
        self.values = np.zeros(0)
        self.tolerance, self.scale, self.rest = np.zeros(items), np.ones(items), np.full(items, -np.inf)

    @property
    def criteria(self) -> tuple[str, ...]:
        """What stage 2 minimizes, one after the other: the same for all items."""
        return self.parts[0].criteria

    @property
    def full(self) -> bool:
        """Whether every plan settles all of the debt: the same for all items."""
        return bool(self.parts[0].frame.problem.limits.settle_full.all())

    def add(self, formulation: Formulation, owner: Lanes, single: Mask) -> list[Solution]:
        """Solve the lanes (N,) of a program for the most value, each of the item ``owner``, and take in those that are
        of a ``single`` date; the solutions of all."""
        solutions = self.solve(formulation.layout)
        values = np.array([-solution.objective if solution.solved else -np.inf for solution in solutions])
        self.take(formulation, owner, values, np.flatnonzero(single))
        self.first += [solution for solution, alone in zip(solutions, single.tolist(), strict=True) if alone]
        return solutions

    def take(self, formulation: Formulation, owner: Lanes, values: Real, some: Lanes | None = None) -> None:
        """Lanes, all or ``some``, of which the ``values`` (N,) are known."""
        places = np.arange(len(owner)) if some is None else some
        problem = formulation.frame.problem
        self.tolerance[owner], self.scale[owner] = problem.value.tolerance, problem.scale
        parts = np.full(len(places), len(self.parts))
        self.parts.append(formulation)
        self.owner, self._place = np.append(self.owner, owner[places]), np.append(self._place, places)
        self._part, self.values = np.append(self._part, parts), np.append(self.values, values[places])
        self.last = np.append(self.last, formulation.frame.last[places])

    # ------------------------------------------------------------------------------------------------------- by item

    def best(self) -> Real:
        """(items,) the most value found of each; −∞ where there is none."""
        found = np.full(self.items, -np.inf)
        np.maximum.at(found, self.owner, self.values)
        return found

    def bounds(self) -> Real:
        """(items,) what no plan of each is worth more than."""
        found = self.rest.copy()
        np.maximum.at(found, self.owner, np.array([-solution.bound for solution in self.first]))
        return found

    def least(self, accepted: Real) -> Real:
        """(N,) what a plan of each lane has to be worth: as much as is ``accepted`` (items,), or all it can be."""
        return np.asarray(np.minimum(accepted[self.owner], self.values))

    def lanes_of(self) -> dict[int, list[int]]:
        """The lanes of each item that has some."""
        return dict(by_item(self.owner))

    def good(self, accepted: Real, wanted: Sequence[int]) -> dict[int, list[int]]:
        """The lanes of items ``wanted`` that are worth as much as is ``accepted`` (items,)."""
        lanes = np.flatnonzero(self.values >= accepted[self.owner] - AS_GOOD)
        found = {item: lanes[places].tolist() for item, places in by_item(self.owner[lanes])}
        return {item: found.get(item, []) for item in wanted}

    # ------------------------------------------------------------------------------------------------------- by lane

    def preferring(self, lanes: Lanes, criterion: str, least: Real, kept: Sequence[Real]) -> list[Solution]:
        """Some lanes solved for the least of a criterion, each worth at least its ``least`` (N,), with what the
        criteria before it came to ``kept`` (N,)."""
        found: dict[int, Solution] = {}
        for part, places in by_item(self._part[lanes]):
            some = lanes[places]
            limits = [each[some] for each in kept]
            program = _preferring(self.parts[part], self._place[some], criterion, least[some], limits)
            found |= dict(zip(places, self.solve(Layout(program)), strict=True))
        return [found[place] for place in range(len(lanes))]

    def amounts(self, lanes: Sequence[int], solutions: Sequence[Solution]) -> list[tuple[Real, Real]]:
        """(T, L) payments and (K, T) unknowns of the shape, in cents, of solutions of some lanes."""
        found: dict[int, tuple[Real, Real]] = {}
        every = np.array(lanes, dtype=np.int64)
        for part, places in by_item(self._part[every]):
            both = amounts(self.parts[part], self._place[every[places]], [solutions[place] for place in places])
            found |= dict(zip(places, zip(*both, strict=True), strict=True))
        return [found[place] for place in range(len(lanes))]

    def worth(self, lanes: Sequence[int], payments: Sequence[Real]) -> list[float]:
        """What payments (T, L) of some lanes are worth to the planner; cents."""
        found = np.zeros(len(lanes))
        every = np.array(lanes, dtype=np.int64)
        for part, places in by_item(self._part[every]):
            paid = np.stack([payments[place] for place in places])
            found[places] = planned_values(self.parts[part].frame.problem, self._place[every[places]], paid)
        return found.tolist()


def by_item(owner: Lanes) -> Iterator[tuple[int, list[int]]]:
    """Each item with the places of its lanes."""
    order = np.argsort(owner, kind="stable")
    items, starts = np.unique(owner[order], return_index=True)
    for item, places in zip(items.tolist(), np.split(order, starts)[1:], strict=True):
        yield item, places.tolist()


def _preferring(
    formulation: Formulation, lanes: Lanes, criterion: str, least: Real, kept: Sequence[Real]
) -> StagedProgram:
    """The program of some lanes that minimizes a criterion; rows hold the value and the criteria before it."""
    costs = {name: values[lanes] for name, values in cost(formulation.frame, criterion).items()}
    program = with_costs(some_lanes(formulation.program, lanes), costs)
    program = with_long_row(program, VALUE, -least)
    for name, most in zip(formulation.criteria, kept, strict=False):
        program = with_long_row(program, held(name), most)
    return program


def amounts(formulation: Formulation, lanes: Lanes, found: Sequence[Solution]) -> tuple[Real, Real]:
    """(N, T, L) payments and (N, K, T) unknowns of the shape, in cents, of solutions of some lanes."""
    frame, layout, form = formulation.frame, formulation.layout, formulation.frame.problem.form
    columns = np.stack([solution.columns for solution in found])
    scale = frame.problem.scale[lanes][:, None]
    paid = np.stack([layout.by_stages(name, columns) * scale for name in frame.payments], axis=2)
    unit = 1.0 if form.streams else scale
    names = [theta(form.kind, number, form.thetas) for number in range(form.thetas)]
    unknown = [layout.by_stages(name, columns) * unit for name in names]
    shape = (len(lanes), form.thetas, frame.stages)
    return np.maximum(paid, 0.0), np.stack(unknown, axis=1) if unknown else np.zeros(shape)
