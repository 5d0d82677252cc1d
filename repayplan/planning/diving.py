"""Rounding by diving: one amount is fixed in whole units, the program is solved again, and so on to the last date.

Whatever limits and shapes the program has, the solver sees to it that there is a way on from the amounts that have
been fixed; nothing here needs to know what they say. It costs a solve for each amount, from the basis of the one
before, so it is tried where rounding cumulative payments has not held every limit.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np

from repayplan.cases.models import Case
from repayplan.compliance.replay import Payment, ledgers
from repayplan.debt.ledger import Ledger
from repayplan.formulation.build import Formulation
from repayplan.formulation.frame import debt, payment
from repayplan.money import floor_to
from repayplan.planning.courses import NOISE
from repayplan.planning.optimum import Optimum
from repayplan.problem.terms import Terms
from repayplan.solvers.chain import Chain
from repayplan.solvers.interface import fixed
from repayplan.solvers.result import Solution
from repayplan.solvers.sparse import SparseProgram

SAME = 1e-6
"""Cents by which the program's debt may differ from the ledger's without being brought to it."""

MOST_AMOUNTS = 400
"""More amounts than this would take too many solves."""


def dive(
    case: Case, terms: Terms, formulation: Formulation, optimum: Optimum, unit: int, given_up: int, chain: Chain
) -> list[Payment] | None:
    """Payments in whole cents, in multiples of ``unit`` where limits leave room for them; None where the way is lost.

    ``formulation``: the one whose limits are tightened by the cents that booking may move; the last payment is where
    ``optimum`` has it, and ``given_up`` cents may go of its value. An amount is the program's rounded down to the unit,
    or else up, or else to the cent. Where the total of a date says what each loan gets, amounts cannot be fixed one by
    one.
    """
    frame = formulation.frame
    dates, scale, moved = int(frame.problem.pays[0].sum()), float(frame.problem.scale[0]), 2 * unit * len(case.loans)
    kept = [most + moved * dates**number / scale for number, most in enumerate(optimum.criteria)]
    program = formulation.preferred(optimum.lane, (optimum.kept - given_up) / scale, kept)
    return dive_into(case, terms, formulation, program, unit, chain)


def dive_into(
    case: Case,
    terms: Terms,
    formulation: Formulation,
    program: SparseProgram,
    unit: int,
    chain: Chain,
    wishes: Mapping[tuple[int, int | None], int] = MappingProxyType({}),
) -> list[Payment] | None:
    """The same for any program that has the rows and columns of a formulation's lane, and more at its end.

    ``wishes``: cents by stage and loan, tried first where the program's amount is less than a unit away; without a loan
    they are for all together, and it is the last one paid on the date that makes up the sum.
    """
    problem = formulation.frame.problem
    pays = np.flatnonzero(problem.pays[0]).tolist()
    if len(pays) * len(case.loans) > MOST_AMOUNTS or problem.sharing.together:
        return None
    solution = chain.solve(program)
    if not solution.solved:
        return None
    state = _Dive(formulation, fixed(program, solution.columns), solution, unit, chain)
    payments: list[Payment] = []
    days = problem.days()
    books = ledgers(case, terms)
    for stage in pays:
        together = wishes.get((stage, None))
        for loan, ledger in enumerate(books):
            ledger.advance(days[stage])
            makes_up = together if state.last_paid(stage, range(loan + 1, len(books))) else None
            cents = state.fix(stage, loan, ledger, wishes.get((stage, loan), makes_up))
            if cents is None:
                return None
            if cents:
                together = None if together is None else together - cents
                ledger.pay(days[stage], cents)
                payments.append(Payment(days[stage], ledger.loan, cents))
    return payments


@dataclass
class _Dive:
    """The program with what has been fixed so far, and its solution."""

    formulation: Formulation
    program: SparseProgram
    solution: Solution
    unit: int
    chain: Chain

    @property
    def scale(self) -> float:
        """Cents in a unit of the program."""
        return float(self.formulation.frame.problem.scale[0])

    def fix(self, stage: int, loan: int, ledger: Ledger, wish: int | None = None) -> int | None:
        """Fix what is paid on a loan at a date; None where no amount leaves a way on."""
        if not self._follow(stage, loan, ledger):
            return None
        wanted, left = self._value(payment(loan), stage), self._value(debt(loan), stage)
        settled = [ledger.debt] if left <= NOISE < wanted else []
        near = wish is not None and abs(wish - wanted * self.scale) < self.unit and 0 <= wish <= ledger.debt
        wished = [wish] if near and wish is not None else []
        for cents in [*settled, *wished, *_amounts((wanted + NOISE) * self.scale, ledger, self.unit)]:
            if self._accept(self._bounded(payment(loan), stage, cents / self.scale)):
                return cents
        return None

    def last_paid(self, stage: int, others: Iterable[int]) -> bool:
        """Whether the program pays nothing on the other loans at a stage."""
        return all(self._value(payment(loan), stage) <= NOISE for loan in others)

    def _follow(self, stage: int, loan: int, ledger: Ledger) -> bool:
        """Bring the program's debt to the ledger's, which books whole cents; whether there is still a way on."""
        owed = (self._value(debt(loan), stage) + self._value(payment(loan), stage)) * self.scale
        row = self.formulation.layout.row_index(debt(loan), stage)
        if row < 0 or abs(ledger.debt - owed) <= SAME:
            return True
        lower, upper = self.program.row_lower.copy(), self.program.row_upper.copy()
        lower[row] += (ledger.debt - owed) / self.scale
        upper[row] += (ledger.debt - owed) / self.scale
        return self._accept(replace(self.program, row_lower=lower, row_upper=upper))

    def _value(self, name: str, stage: int) -> float:
        return float(self.solution.columns[self.formulation.layout.index(name, stage)])

    def _bounded(self, name: str, stage: int, value: float) -> SparseProgram:
        place = self.formulation.layout.index(name, stage)
        low, high = self.program.lower.copy(), self.program.upper.copy()
        low[place] = high[place] = value
        return replace(self.program, lower=low, upper=high)

    def _accept(self, program: SparseProgram) -> bool:
        solution = self.chain.solve(program)
        if solution.solved:
            self.program, self.solution = program, solution
        return solution.solved


def _amounts(wanted: float, ledger: Ledger, unit: int) -> Iterator[int]:
    """What may be paid, the best first: whole units below and above, then the cents in between and what is due."""
    below = floor_to(int(wanted), unit)
    due = ledger.debt - ledger.principal
    tried = (below, below + unit, math.floor(wanted), math.ceil(wanted), due)
    yield from (cents for cents in dict.fromkeys(tried) if 0 <= cents <= ledger.debt)
