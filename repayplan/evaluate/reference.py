"""The core in NumPy, to be read: months outermost, every step over (N cases, S scenarios) at once.

In each stage cash moves, debts accrue, what is due is paid as far as cash above the floor goes, payments settle claims
class by class, and what is missing is carried as arrears. ``compiled`` does the same, scenario by scenario.
"""

from __future__ import annotations

import numpy as np

from repayplan.evaluate.outcome import NOWHERE, Fates, Run, Traces
from repayplan.evaluate.setting import (
    COMPOUND,
    IDLE,
    INTEREST,
    NEVER,
    PRINCIPAL,
    Drawn,
    Hazard,
    Setting,
    Stages,
    weights,
)
from repayplan.problem.frozen import Mask, Real

HALF_UP = 0.5 + 1e-7
"""A half is rounded up as a ledger does; a product of floats may fall short of one by its last digits."""


def run(setting: Setting, drawn: Drawn, hazard: Hazard, *, traced: bool = False) -> Run:
    """What becomes of the schedules in the futures drawn."""
    course = _Course(setting, drawn, hazard)
    rows: list[tuple[Real, ...]] = []
    for stage in range(setting.shape[1]):
        course.move(stage)
        course.accrue(stage)
        course.pay(stage)
        course.judge(stage)
        if traced:
            there = stage < setting.stages[:, None]
            rows.append(tuple(np.where(there, value, 0.0) for value in course.standing))
    traces = Traces(*(np.stack(values, axis=1) for values in zip(*rows, strict=True))) if traced else None
    return Run(course.ended(), traces)


class _Course:
    """Where every case stands in every scenario; (N, S) each, loans and accounts in lists."""

    def __init__(self, setting: Setting, drawn: Drawn, hazard: Hazard) -> None:
        cases, _, loans, accounts = setting.shape
        shape = (cases, drawn.scenarios)
        self.setting, self.drawn, self.hazard = setting, drawn, hazard
        self.weights = weights(setting.worth, hazard)
        self.cash = np.repeat(setting.opening[:, None], drawn.scenarios, axis=1)
        self.left = [np.zeros(shape) for _ in range(accounts)]
        claims = setting.debts.claims
        self.claims = [
            [np.repeat(claims[:, loan, None, k], shape[1], axis=1) for k in range(4)] for loan in range(loans)
        ]
        self.pending = [[np.zeros(shape) for _ in range(4)] for _ in range(loans)]
        self.debt = [sum(parts[1:], parts[0]) for parts in self.claims]
        self.arrears = [np.zeros(shape) for _ in range(loans)]
        self.paid = [np.zeros(shape) for _ in range(loans)]
        self.at_plan_end = [debt.copy() for debt in self.debt]
        self.value, self.cover, self.alive = np.zeros(shape), np.full(shape, np.inf), np.ones(shape)
        self.missed, self.defaulted = np.full(shape, NOWHERE), np.full(shape, NOWHERE)
        self.deadline = np.full(shape, NEVER)
        self.collateral = np.ones(shape) if drawn.collateral is None else drawn.collateral

    @property
    def standing(self) -> tuple[Real, Real, Real, Real]:
        """Cash, the bank's debt, its arrears, what has just been paid."""
        own = self.setting.debts.own
        debt, arrears = (
            sum((own[:, loan, None] * value for loan, value in enumerate(values)), np.zeros_like(self.cash))
            for values in (self.debt, self.arrears)
        )
        return self.cash, debt, arrears, sum(self.paid, np.zeros_like(self.cash))

    def move(self, stage: int) -> None:
        """Cash comes and goes; money on a blocked account is the business's once its loan is clear."""
        self.cash = self.cash + self.drawn.own[:, stage]
        for account in range(len(self.left)):
            if self.drawn.apart is not None:
                self.left[account] = self.left[account] + self.drawn.apart[:, stage, account]
        self.release()

    def release(self) -> None:
        """Blocked accounts of loans that are clear."""
        for account, left in enumerate(self.left):
            for loan, debt in enumerate(self.debt):
                secures = self.setting.blocked[:, account] & (self.setting.account_loan[:, account] == loan)
                freed = np.where(secures[:, None] & (debt == 0), left, 0.0)
                self.cash, self.left[account] = self.cash + freed, self.left[account] - freed

    def accrue(self, stage: int) -> None:
        """What classes bear is pending until it is booked, each line to the cent; overdue principal bears penalty."""
        debts, shift = self.setting.debts, self.drawn.shift
        booked = debts.books[:, stage, None]
        for loan, (claims, pending) in enumerate(zip(self.claims, self.pending, strict=True)):
            rates = [part[:, stage, loan, None] for part in (debts.interest, debts.compound, debts.penalty)]
            if shift is not None:
                drift, compound_drift = (part[:, stage, loan, None] for part in (debts.drift, debts.compound_drift))
                rates[0] = rates[0] + shift[:, stage] * drift
                rates[1] = rates[1] + shift[:, stage] * compound_drift
            planned = debts.planned[:, stage, loan, None]
            overdue = np.minimum(self.arrears[loan], np.maximum(claims[PRINCIPAL] - planned, 0.0))
            bases = (overdue, claims[COMPOUND], claims[INTEREST], claims[PRINCIPAL] - overdue)
            coefficients = (rates[2], rates[1], rates[1], rates[0])
            lands = (IDLE, COMPOUND, COMPOUND, INTEREST)
            grown = [part + base * rate for part, base, rate in zip(pending, bases, coefficients, strict=True)]
            lines = [np.where(booked, np.floor(part + HALF_UP), 0.0) for part in grown]
            self.pending[loan] = [np.where(booked, 0.0, part) for part in grown]
            for place, line in zip(lands, lines, strict=True):
                claims[place] = claims[place] + line
                self.debt[loan] = self.debt[loan] + line

    def pay(self, stage: int) -> None:
        """What is due is paid by accounts apart first, then by cash above the floor, loan after loan in order."""
        due = [self.due(stage, loan) for loan in range(len(self.debt))]
        room = np.maximum(self.cash - self.setting.floor[:, stage, None], 0.0) * self.alive
        if self.drawn.stops is not None:
            room = np.where(stage < self.drawn.stops, room, 0.0)
        unpaid, apart = self.draw([amount * self.alive for amount in due])
        self.measure(stage, due, room + apart)
        for loan, amount in enumerate(unpaid):
            cash = np.minimum(amount, room)
            room, self.cash = room - cash, self.cash - cash
            paid = due[loan] * self.alive - amount + cash
            self.claims[loan] = self.settled(self.claims[loan], paid)
            self.debt[loan] = self.debt[loan] - paid
            self.arrears[loan], self.paid[loan] = due[loan] - paid, paid
        self.release()

    def due(self, stage: int, loan: int) -> Real:
        """What falls due and arrears, at most the debt; all of it from the stage on in which the plan clears it."""
        drawn = self.drawn.due
        scheduled = self.setting.schedule[:, stage, loan, None] if drawn is None else drawn[:, stage, loan]
        clears = (stage >= self.setting.clears[:, loan])[:, None]
        return np.where(clears, self.debt[loan], np.minimum(scheduled + self.arrears[loan], self.debt[loan]))

    def draw(self, due: list[Real]) -> tuple[list[Real], Real]:
        """What accounts leave to be paid of ``due``, and what they pay of it."""
        unpaid, total = list(due), np.zeros_like(self.cash)
        for account in range(len(self.left)):
            for loan in range(len(unpaid)):
                pays = self.setting.account_loan[:, account]
                serves = ((pays == loan) | (pays < 0))[:, None]
                taken = np.where(serves, np.minimum(self.left[account], unpaid[loan]), 0.0)
                unpaid[loan] = unpaid[loan] - taken
                self.left[account] = self.left[account] - taken
                total = total + taken
        return unpaid, total

    def measure(self, stage: int, due: list[Real], could: Real) -> None:
        """Cover of what is due on a payment date."""
        total = sum(due, np.zeros_like(self.cash))
        counts = (self.setting.worth.pays[:, stage, None] & (total > 0)) & (self.alive > 0)
        cover = np.divide(could, total, out=np.full_like(total, np.inf), where=counts)
        self.cover = np.minimum(self.cover, cover)

    def settled(self, claims: list[Real], paid: Real) -> list[Real]:
        """The claims after a payment, first class first."""
        backwards: Mask = self.setting.debts.backwards
        if not backwards.any():
            return _in_order(claims, paid)
        last_first = _in_order(claims[::-1], paid)[::-1]
        if backwards.all():
            return last_first
        first = _in_order(claims, paid)
        return [np.where(backwards[:, None], a, b) for a, b in zip(last_first, first, strict=True)]

    def judge(self, stage: int) -> None:
        """First misses, defaults, and what payments and defaults are worth."""
        setting, factors = self.setting, self.weights
        own = setting.debts.own
        arrears = self.standing[2]
        behind = arrears > 0
        self.missed = np.where(behind & (self.missed == NOWHERE), stage, self.missed)
        self.deadline = np.where(behind, np.minimum(self.deadline, setting.deadline[:, stage, None]), NEVER)
        defaults = (stage >= self.deadline) & (self.alive > 0)
        for loan, (debt, paid) in enumerate(zip(self.debt, self.paid, strict=True)):
            mine = own[:, loan, None]
            self.value = self.value + (mine * factors.paid[:, stage, None]) * paid
            if self.hazard == "weight":
                brought = self.recovered(debt + paid, loan, 1.0, 1.0)
                self.value = self.value + (mine * factors.dead[:, stage, None]) * brought
            else:
                claim = debt + setting.debts.revived[:, stage, loan, None]
                weighed = factors.secured[:, stage, None], factors.unsecured[:, stage, None]
                self.value = self.value + np.where(defaults, mine * self.recovered(claim, loan, *weighed), 0.0)
            at_end = np.equal(stage, setting.worth.end)[:, None]
            self.at_plan_end[loan] = np.where(at_end, debt, self.at_plan_end[loan])
        if self.hazard == "arrears":
            self.defaulted = np.where(defaults, stage, self.defaulted)
            self.alive = np.where(defaults, 0.0, self.alive)

    def recovered(self, claim: Real, loan: int, secured: Real | float, unsecured: Real | float) -> Real:
        """Collateral first, then the recovery rate on the rest, each with what a cent of it counts for."""
        brought = np.minimum(self.setting.debts.collateral[:, loan, None] * self.collateral, claim)
        return secured * brought + unsecured * (self.setting.worth.recovery[:, None] * (claim - brought))

    def ended(self) -> Fates:
        """What is left and was never due is worth what the planner takes it to be, at the plan's end."""
        for loan, (debt, before) in enumerate(zip(self.debt, self.at_plan_end, strict=True)):
            brought = self.recovered(np.minimum(debt, before), loan, 1.0, 1.0)
            counts = self.setting.debts.own[:, loan, None] * self.weights.end[:, None]
            self.value = self.value + (counts * self.alive) * brought
        missed: Stages = self.missed
        return Fates(self.value, missed, self.defaulted, self.cover)


def _in_order(claims: list[Real], paid: Real) -> list[Real]:
    left = []
    for claim in claims:
        part = np.minimum(claim, paid)
        left.append(claim - part)
        paid = paid - part
    return left
