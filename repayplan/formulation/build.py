"""The staged program of a problem: payments, debt, every limit in the register, the shape, the value of what is paid.

Stage 1 maximizes expected recovery in present value; stage 2, within a tolerance of it, prefers early payment. Both
are one program with two cost vectors and one long row that is switched on for stage 2.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from repayplan.formulation.claims import classes, one_step
from repayplan.formulation.frame import PAID, AloneError, Frame, debt, payment, theta
from repayplan.formulation.limits.accounts import apart
from repayplan.formulation.preference import cost, criteria, held, prefer
from repayplan.formulation.recovery import recovery
from repayplan.formulation.registry import limits
from repayplan.formulation.shaping import guesses, shaped
from repayplan.problem.arrays import Problem, Real
from repayplan.solvers.sparse import Layout, SparseProgram
from repayplan.solvers.staged import Draft, Piece, StagedProgram, When

VALUE = "value"


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

    @cached_property
    def criteria(self) -> tuple[str, ...]:
        """What stage 2 minimizes, one after the other."""
        return criteria(self.frame)

    def preferred(self, lane: int, least_value: float, kept: Sequence[float] = ()) -> SparseProgram:
        """Stage 2: the best by its next criterion of all plans worth at least ``least_value`` (units of the debt).

        ``kept``: what the criteria before it may come to.
        """
        sparse = self.layout.lane(lane)
        upper = sparse.row_upper.copy()
        upper[-1] = -least_value
        for criterion, most in zip(self.criteria, kept, strict=False):
            upper[self.layout.row_index(held(criterion), -1)] = most
        wanted = cost(self.frame, self.criteria[len(kept)])
        return replace(sparse, cost=self.layout.spread(dict(wanted), lane), row_upper=upper)

    def payments(self, lane: int, columns: Real) -> Real:
        """(T, L) payments of a solution, cents as floats."""
        case_scale = self.frame.problem.scale[self.frame.case(lane)]
        return np.stack([self.layout.by_stage(name, columns) * case_scale for name in self.frame.payments], axis=1)

    def thetas(self, columns: Real, lane: int = 0) -> Real:
        """(K, T) the unknowns of the shape in a solution: cents, or shares where it follows receipts; 0 where none."""
        form, problem = self.frame.problem.form, self.frame.problem
        scale = 1.0 if form.streams else float(problem.scale[self.frame.case(lane)])
        count = form.thetas
        found = [self.layout.by_stage(theta(form.kind, number, count), columns) * scale for number in range(count)]
        return np.array(found).reshape(count, self.frame.stages)


def formulate(problem: Problem) -> Formulation:
    """The program of one case, with a lane per possible last payment where something depends on it.

    Rows that only bound the debt from above (mode C) will do as long as no family that is on wants it smaller.
    """
    frame = spread(problem)
    bounded, wanted = _write(frame)
    if bounded.mode != "C" or not wanted:
        return bounded
    return _write(replace(frame, problem=replace(problem, modes=("D",))))[0]


def spread(problem: Problem) -> Frame:
    """One case over the lanes of its last payment."""
    last = np.flatnonzero(problem.pays[0])
    guessed = depends_on_last(problem)
    return Frame(problem, last if guessed else last[-1:], guessed)


def formulate_together(
    problem: Problem, last: NDArray[np.int64], until: NDArray[np.int64] | None = None
) -> Formulation:
    """One program of N lanes for N cases alike in kind, each with the stage of its ``last`` payment (N,), or, of free
    shapes, with all last payments from then ``until`` (N,); see :class:`repayplan.formulation.frame.Frame`.

    AloneError where whole numbers are needed, or rows that reach where each case has its own dates.
    """
    frame = Frame(problem, last, depends_on_last(problem), until)
    together, wanted = _write(frame)
    if together.mixed or (together.mode == "C" and wanted):
        raise AloneError("programs with whole numbers are written of one case alone")
    return together


def _write(frame: Frame) -> tuple[Formulation, list[str]]:
    """The program, and the families in it that want a smaller debt."""
    problem, draft = frame.problem, Draft(frame.lanes, frame.stages)
    _core(draft, frame)
    wanted = []
    for family in limits().values():
        before = len(draft.rows), len(draft.long_rows)
        family.rows(draft, frame)
        if family.wants_less_debt and (len(draft.rows), len(draft.long_rows)) != before:
            wanted.append(family.name)
    if shaped(draft, frame):
        wanted.append(problem.form.kind)
    prefer(draft, frame)
    recovery(draft, frame)
    _value_row(draft)
    return Formulation(frame, draft.finish()), wanted


def depends_on_last(problem: Problem) -> bool:
    """Whether a limit or shape of some case speaks of the last payment: blocked accounts are released after it."""
    return bool(guesses(problem).any())


def _core(draft: Draft, frame: Frame) -> None:
    """Payments, what has been paid, debt by its map; boxes are finite, and so loose that limits show in rows."""
    problem = frame.problem
    pays = problem.pays.any(axis=0)
    most = frame.money(problem.debt.unpaid)
    weight = problem.value.planning * (problem.value.survival * problem.pays)[:, :, None] * problem.debt.own[:, None]
    for loan in range(problem.shape[2]):
        largest = most[:, :, loan]
        draft.column(payment(loan), 0.0, largest * frame.may_pay, cost=-weight[:, :, loan], exists=pays)
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
