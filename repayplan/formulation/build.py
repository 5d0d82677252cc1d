"""The staged program of a problem: payments, debt, every limit in the register, the shape, the value of what is paid.

Stage 1 maximizes expected recovery in present value; stage 2, within a tolerance of it, prefers early payment. Both
are one program with two cost vectors and one long row that is switched on for stage 2.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from repayplan.formulation.claims import classes, one_step
from repayplan.formulation.frame import PAID, Frame, debt, payment
from repayplan.formulation.limits.accounts import apart
from repayplan.formulation.recovery import recovery
from repayplan.formulation.registry import limits
from repayplan.formulation.shapes import cleared, level
from repayplan.problem.arrays import Problem, Real
from repayplan.solvers.sparse import Layout, SparseProgram
from repayplan.solvers.staged import Draft, Piece, StagedProgram, When

VALUE = "value"

TIE = 1e-6
"""By how much a loan next in rank counts for less where nothing else decides."""

OTHERS = 1e-3
"""What a unit for another lender counts in stage 2: nothing, but for when nothing else decides."""


@dataclass(frozen=True)
class Formulation:
    """A program and how to read it. Amounts are in units of each case's debt; a lane's value is −objective."""

    frame: Frame
    program: StagedProgram

    @property
    def mode(self) -> str:
        """How the program stands in for the ledger: A, B, C or D."""
        return self.frame.problem.modes[0]

    @property
    def mixed(self) -> bool:
        """Whether some columns are whole numbers."""
        return any(column.integer for column in self.program.columns.values())

    @property
    def one_step(self) -> bool:
        """Whether the only whole numbers say when one boundary between classes is passed for good."""
        whole = {name.split(".")[0] for name, column in self.program.columns.items() if column.integer}
        return one_step(self.frame) and whole == {"clear"}

    @cached_property
    def layout(self) -> Layout:
        """Where everything stands in the sparse program."""
        return Layout(self.program)

    def valued(self, lane: int) -> SparseProgram:
        """Stage 1: the most value."""
        return self.layout.lane(lane)

    def preferred(self, lane: int, least_value: float) -> SparseProgram:
        """Stage 2: the earliest payments worth at least ``least_value`` (units of the debt)."""
        sparse = self.layout.lane(lane)
        upper = sparse.row_upper.copy()
        upper[-1] = -least_value
        return replace(sparse, cost=self.layout.spread(earliness(self.frame), lane), row_upper=upper)

    def payments(self, lane: int, columns: Real) -> Real:
        """(T, L) payments of a solution, cents as floats."""
        case_scale = self.frame.problem.scale[0]
        return np.stack([self.layout.by_stage(name, columns) * case_scale for name in self.frame.payments], axis=1)


def formulate(problem: Problem) -> Formulation:
    """The program of one case, with a lane per possible last payment where something depends on it.

    Rows that only bound the debt from above (mode C) will do as long as no family that is on wants it smaller.
    """
    bounded, wanted = _write(problem)
    if bounded.mode != "C" or not wanted:
        return bounded
    return _write(replace(problem, modes=("D",)))[0]


def _write(problem: Problem) -> tuple[Formulation, list[str]]:
    """The program, and the families in it that want a smaller debt."""
    last = np.flatnonzero(problem.pays[0])
    guessed = depends_on_last(problem)
    frame = Frame(problem, last if guessed else last[-1:], guessed)
    draft = Draft(frame.lanes, frame.stages)
    _core(draft, frame)
    wanted = []
    for family in limits().values():
        before = len(draft.rows), len(draft.long_rows)
        family.rows(draft, frame)
        if family.wants_less_debt and (len(draft.rows), len(draft.long_rows)) != before:
            wanted.append(family.name)
    level(draft, frame)
    cleared(draft, frame)
    recovery(draft, frame)
    _value_row(draft)
    return Formulation(frame, draft.finish()), wanted


def depends_on_last(problem: Problem) -> bool:
    """Whether a limit or shape speaks of the last payment: blocked accounts are released after it."""
    limit = problem.limits
    named = np.stack([limit.minimum, limit.step, limit.balloon])
    released = problem.accounts.blocked.any() and limit.settle_full.any()
    return bool((~np.isnan(named)).any() or limit.level.any() or released)


def earliness(frame: Frame) -> dict[str, Real]:
    """Costs (N, T) of stage 2: each unit counts as often as there are payment dates from its own on (max Σ_t X_t).

    Of several loans a unit counts for more where it saves more: by the debt it keeps from standing on the dates that
    follow, against the loan where that is least. Otherwise leaving the dearer loan to the end, which makes more to pay,
    would look like paying more. Where all is equal the loan first in rank is paid.
    """
    pays, arrays = frame.problem.pays, frame.problem.debt
    left = _from_now_on(pays.astype(float))
    opening = arrays.opening[:, None].astype(float)
    grown = np.divide(arrays.unpaid, opening, out=np.ones_like(arrays.unpaid), where=opening > 0)
    spared = _from_now_on(grown * pays[:, :, None]) / grown
    least = np.maximum(spared.min(axis=2, keepdims=True), np.finfo(float).tiny)
    weight = (pays * left / pays.sum(axis=1, keepdims=True))[:, :, None] * spared / least
    weight = weight * (1 - TIE * arrays.rank[:, None]) * np.where(arrays.own, 1.0, OTHERS)[:, None]
    shape = (frame.lanes, frame.stages)
    return {name: np.broadcast_to(-weight[:, :, loan], shape) for loan, name in enumerate(frame.payments)}


def _from_now_on(values: Real) -> Real:
    """Sums over each stage and those after it (axis 1)."""
    return np.cumsum(values[:, ::-1], axis=1)[:, ::-1]


def _core(draft: Draft, frame: Frame) -> None:
    """Payments, what has been paid, debt by its map; boxes are finite, and so loose that limits show in rows."""
    problem = frame.problem
    pays = problem.pays.any(axis=0)
    most = frame.money(problem.debt.unpaid)
    weight = problem.value.planning * (problem.value.survival * problem.pays)[:, :, None] * problem.debt.own[:, None]
    for loan in range(problem.shape[2]):
        largest = most[:, :, loan]
        draft.column(payment(loan), 0.0, largest * frame.up_to_last, cost=-weight[:, :, loan], exists=pays)
        opening = frame.money(problem.debt.opening)[:, loan]
        draft.column(debt(loan), 0.0, largest, initial=opening)
    paid = [(-problem.pays.astype(float), name) for name in frame.payments]
    draft.column(PAID, 0.0, np.maximum.accumulate(most.sum(axis=2), axis=1))
    draft.row(PAID, [(1.0, PAID), (-1.0, PAID, When.BEFORE), *paid], 0.0, equal=True)
    apart(draft, frame)
    for loan in range(problem.shape[2]):
        if not problem.debt.linear[:, loan].all():
            classes(draft, frame, loan)
            continue
        terms: list[Piece] = [
            (1.0, debt(loan)),
            (-problem.debt.growth[:, :, loan], debt(loan), When.BEFORE),
            (1.0, payment(loan)),
        ]
        draft.row(debt(loan), terms, frame.money(problem.debt.charge)[:, :, loan], equal=True)


def _value_row(draft: Draft) -> None:
    """−value ≤ −least value; infinite until stage 2 switches it on. It must stay the last row."""
    costs = {name: column.cost for name, column in draft.columns.items() if column.cost.any()}
    draft.long_row(VALUE, dict(costs), 0.0, where=False)
