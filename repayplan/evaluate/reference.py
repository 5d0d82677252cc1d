"""The core in NumPy, to be read: months outermost, every step over (N cases, S scenarios) at once.

In each stage cash moves, debts accrue, what is due is paid as far as cash above the floor goes, payments settle claims
class by class, and what is missing is carried as arrears. What is nowhere (arrears, unpaid interest, a default) is not
counted with, and arrays of a block are small enough to stay in the processor's cache. ``compiled`` does the same,
scenario by scenario.
"""

from __future__ import annotations

import numpy as np

from repayplan.evaluate.outcome import NOWHERE, Fates, Run, Told, Traces
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


def run(setting: Setting, drawn: Drawn, hazard: Hazard, *, traced: bool = False, tell: Stages | None = None) -> Run:
    """What becomes of the schedules in the futures drawn.

    ``tell`` (N, M): stages, in order, of which what stands after them is told, without the course in between.
    """
    with np.errstate(divide="ignore", invalid="ignore"):  # cover where nothing is due
        return _run(_Course(setting, drawn, hazard), traced, tell)


def _run(course: _Course, traced: bool, tell: Stages | None) -> Run:
    setting = course.setting
    shape = (setting.shape[0], setting.shape[1], course.drawn.scenarios)
    traces = [np.zeros(shape) for _ in range(4)] if traced else []
    told = None if tell is None else _Telling(tell, course.drawn.scenarios)
    for stage in range(setting.shape[1]):
        course.move(stage)
        course.accrue(stage)
        course.pay(stage)
        course.judge(stage)
        if told is not None:
            told.hear(course, stage)
        if traced:
            course.trace(traces, stage)
        elif (told is None or stage >= told.last) and course.done(stage):
            break
    return Run(course.ended(), Traces(*traces) if traced else None, None if told is None else Told(*told.found))


class _Telling:
    """What stands after some stages, (3, N, M, S): debt, arrears and what has been paid so far."""

    def __init__(self, stages: Stages, scenarios: int) -> None:
        self.stages, self.last = stages, int(stages.max(initial=0))
        self.found = np.zeros((3, *stages.shape, scenarios))
        self.so_far = np.zeros((len(stages), scenarios))

    def hear(self, course: _Course, stage: int) -> None:
        """After the payment of a stage."""
        self.so_far += course.of_the_bank(course.paid)
        case, place = np.nonzero(self.stages == stage)
        if case.size:
            debts = [course.owed(loan) for loan in range(len(course.claims))]
            now = (course.of_the_bank(debts), course.of_the_bank(course.arrears), self.so_far)
            for whole, value in zip(self.found, now, strict=True):
                whole[case, place] = value[case]


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
        self.pending: list[list[Real] | None] = [None] * loans
        self.arrears = [np.zeros(shape) for _ in range(loans)]
        self.paid = [np.zeros(shape) for _ in range(loans)]
        self.at_plan_end = [self.owed(loan) for loan in range(loans)]
        self.value, self.cover, self.pursued = np.zeros(shape), np.full(shape, np.inf), np.zeros(shape)
        self.alive: Real | None = None  # until somebody fails
        self.missed, self.defaulted = np.full(shape, NOWHERE), np.full(shape, NOWHERE)
        self.deadline = np.full(shape, NEVER)
        self.behind = False
        clears = setting.clears[setting.clears < NEVER]
        self.last_clearing = int(clears.max()) if clears.size else NEVER
        factor = np.ones(shape) if drawn.collateral is None else drawn.collateral
        most = setting.debts.collateral * self.weights.kept[:, None]
        self.collateral = [most[:, loan, None] * factor for loan in range(loans)]

    def owed(self, loan: int) -> Real:
        """The whole debt of a loan."""
        idle, compound, interest, principal = self.claims[loan]
        return idle + compound + interest + principal

    def trace(self, traces: list[Real], stage: int) -> None:
        """Cash, the bank's debt, its arrears, what has just been paid; nothing where a case has no such stage."""
        debts = [self.owed(loan) for loan in range(len(self.claims))]
        paid = sum(self.paid[1:], self.paid[0])
        now = (self.cash, self.of_the_bank(debts), self.of_the_bank(self.arrears), paid)
        there = (stage < self.setting.stages)[:, None]
        for whole, value in zip(traces, now, strict=True):
            np.copyto(whole[:, stage], value, where=there)

    def of_the_bank(self, values: list[Real]) -> Real:
        """What its own loans come to together."""
        own = self.setting.debts.own
        found = own[:, 0, None] * values[0]
        for loan, value in enumerate(values[1:], 1):
            found += own[:, loan, None] * value
        return found

    def move(self, stage: int) -> None:
        """Cash comes and goes; money on a blocked account is the business's once its loan is clear."""
        self.cash += self.drawn.own[:, stage]
        if self.drawn.apart is not None:
            for account, left in enumerate(self.left):
                left += self.drawn.apart[:, stage, account]
        self.release()

    def release(self, settled: list[Real] | None = None) -> None:
        """Blocked accounts of loans that are clear, or are once accounts have paid ``settled`` on them."""
        for account, left in enumerate(self.left):
            for loan in range(len(self.claims)):
                paid = 0.0 if settled is None else settled[loan]
                secures = self.setting.blocked[:, account] & (self.setting.account_loan[:, account] == loan)
                if secures.any():
                    freed = np.where(secures[:, None] & (self.owed(loan) == paid), left, 0.0)
                    self.cash += freed
                    left -= freed

    def accrue(self, stage: int) -> None:
        """What classes bear is pending until it is booked, each line to the cent; overdue principal bears penalty."""
        debts, shift = self.setting.debts, self.drawn.shift
        booked = debts.books[:, stage, None]
        for loan, claims in enumerate(self.claims):
            on_principal, on_unpaid, penalty = (
                part[:, stage, loan, None] for part in (debts.interest, debts.compound, debts.penalty)
            )
            if shift is not None:
                on_principal = on_principal + shift[:, stage] * debts.drift[:, stage, loan, None]
                on_unpaid = on_unpaid + shift[:, stage] * debts.compound_drift[:, stage, loan, None]
            running, overdue = claims[PRINCIPAL], None
            if self.behind:
                overdue = np.maximum(claims[PRINCIPAL] - debts.planned[:, stage, loan, None], 0.0)
                np.minimum(overdue, self.arrears[loan], out=overdue)
                running = running - overdue
            bases = (overdue, _any(claims[COMPOUND]), _any(claims[INTEREST]), running)
            lines = self.booked(loan, bases, (penalty, on_unpaid, on_unpaid, on_principal), booked)
            for place, line in zip((IDLE, COMPOUND, COMPOUND, INTEREST), lines, strict=True):
                if line is not None:
                    claims[place] += line

    def booked(
        self, loan: int, bases: tuple[Real | None, ...], rates: tuple[Real, ...], booked: Mask
    ) -> list[Real | None]:
        """What is booked of what the bases bear; the rest is pending."""
        grown = [None if base is None else base * rate for base, rate in zip(bases, rates, strict=True)]
        pending = self.pending[loan]
        if pending is not None:
            grown = [before if part is None else before + part for before, part in zip(pending, grown, strict=True)]
        if booked.all():
            self.pending[loan] = None
            return [None if part is None else _to_the_cent(part) for part in grown]
        kept = [np.zeros_like(self.cash) if part is None else part for part in grown]
        self.pending[loan] = [np.where(booked, 0.0, part) for part in kept]
        if not booked.any():
            return [None] * 4
        return [np.where(booked, _to_the_cent(part.copy()), 0.0) for part in kept]

    def pay(self, stage: int) -> None:
        """What is due is paid by accounts apart first, then by cash above the floor, loan after loan in order.

        What a blocked account does not need for its loan can pay the others on the same day.
        """
        due = [self.due(stage, loan) for loan in range(len(self.claims))]
        payable = due if self.alive is None else [amount * self.alive for amount in due]
        self.weigh_deaths(stage)
        unpaid, apart = self.draw(payable)
        if apart is not None:
            self.release([wanted - amount for wanted, amount in zip(payable, unpaid, strict=True)])
        room = self.room(stage)
        if self.setting.worth.pays[:, stage].any():
            self.measure(stage, due, room if apart is None else room + apart)
        fair = self.fair_shares(unpaid, room)
        for loan, (amount, wanted) in enumerate(zip(unpaid, payable, strict=True)):
            cash = np.minimum(amount, room) if fair is None else fair[loan]
            room -= cash
            self.cash -= cash
            paid = cash if apart is None else wanted - amount + cash
            self.settle(loan, paid)
            self.arrears[loan], self.paid[loan] = due[loan] - paid, paid
        self.release()

    def room(self, stage: int) -> Real:
        """Cash above the floor, of those who can and will pay."""
        room = np.maximum(self.cash - self.setting.floor[:, stage, None], 0.0)
        if self.drawn.stops is not None:
            room = np.where(stage < self.drawn.stops, room, 0.0)
        return np.asarray(room if self.alive is None else room * self.alive)

    def fair_shares(self, unpaid: list[Real], room: Real) -> list[Real] | None:
        """What each loan gets where some cases share alike: the same fraction to the cent below, then what is left in
        order of payment. None where no case does."""
        alike = self.setting.alike[:, None]
        if not alike.any():
            return None
        total = sum(unpaid[1:], unpaid[0])
        fraction = np.fmin(room / total, 1.0)  # no number where nothing is due
        shares = [np.where(alike & (total > 0), np.floor(amount * fraction), 0.0) for amount in unpaid]
        rest = room - sum(shares[1:], shares[0])
        for loan, amount in enumerate(unpaid):
            more = np.minimum(amount - shares[loan], rest)
            shares[loan], rest = shares[loan] + more, rest - more
        return shares

    def due(self, stage: int, loan: int) -> Real:
        """What falls due and arrears, at most the debt; all of it from the stage on in which the plan clears it."""
        drawn = self.drawn.due
        scheduled = self.setting.schedule[:, stage, loan, None] if drawn is None else drawn[:, stage, loan]
        clears = (stage >= self.setting.clears[:, loan])[:, None]
        wanted = np.where(clears, np.inf, scheduled) + self.arrears[loan]
        return np.minimum(wanted, self.owed(loan), out=wanted)

    def draw(self, due: list[Real]) -> tuple[list[Real], Real | None]:
        """What accounts leave to be paid of ``due``, and what they pay of it; None where there are none."""
        if not self.left:
            return due, None
        unpaid, total = [amount.copy() for amount in due], np.zeros_like(self.cash)
        for account, left in enumerate(self.left):
            pays = self.setting.account_loan[:, account]
            for loan, amount in enumerate(unpaid):
                serves = ((pays == loan) | (pays < 0))[:, None]
                taken = np.where(serves, np.minimum(left, amount), 0.0)
                amount -= taken
                left -= taken
                total += taken
        return unpaid, total

    def measure(self, stage: int, due: list[Real], could: Real) -> None:
        """Cover of what is due on a payment date."""
        total = sum(due[1:], due[0])
        cover = could / total  # no number where both are nothing, and then it does not count
        if self.alive is not None:
            np.copyto(cover, np.inf, where=self.alive == 0)
        if not self.setting.worth.pays[:, stage].all():
            cover = np.where(self.setting.worth.pays[:, stage, None], cover, np.inf)
        np.fmin(self.cover, cover, out=self.cover)

    def settle(self, loan: int, paid: Real) -> None:
        """The claims after a payment, first class first, or the other way round."""
        backwards: Mask = self.setting.debts.backwards
        claims = self.claims[loan]
        if not backwards.any():
            _in_order(claims, paid)
        elif backwards.all():
            _in_order(claims[::-1], paid)
        else:
            reversed_ = [claim.copy() for claim in claims]
            _in_order(claims, paid)
            _in_order(reversed_[::-1], paid)
            self.claims[loan] = [np.where(backwards[:, None], a, b) for a, b in zip(reversed_, claims, strict=True)]

    def weigh_deaths(self, stage: int) -> None:
        """What a default by the hazard would bring on this date, before its payment."""
        dead = self.weights.dead[:, stage, None]
        if self.hazard == "weight" and dead.any():
            for loan in range(len(self.claims)):
                counts = self.setting.debts.own[:, loan, None] * dead
                self.value += counts * self.recovered(self.owed(loan), loan)

    def judge(self, stage: int) -> None:
        """What payments are worth, first misses, defaults."""
        own, weight = self.setting.debts.own, self.weights.paid[:, stage, None]
        for loan, paid in enumerate(self.paid):
            self.value += (own[:, loan, None] * weight) * paid
        ends = np.equal(stage, self.setting.worth.end)[:, None]
        if ends.any():
            for loan, before in enumerate(self.at_plan_end):
                self.at_plan_end[loan] = np.where(ends, self.owed(loan), before)
        arrears = self.of_the_bank(self.arrears)
        was, self.behind = self.behind, any(bool(each.max(initial=0.0) > 0) for each in self.arrears)
        if not (was or self.behind):
            return
        behind = arrears > 0
        np.copyto(self.missed, stage, where=behind & (self.missed == NOWHERE))
        if self.hazard == "arrears":
            reached = np.minimum(self.deadline, self.setting.deadline[:, stage, None])
            self.deadline = np.where(behind, reached, NEVER)
            self.fail(stage, stage >= self.deadline)

    def fail(self, stage: int, late: Mask) -> None:
        """Arrears that have grown too old: what the claim brings, and nothing is paid any more."""
        fails = late if self.alive is None else late & (self.alive > 0)
        case, scenario = np.nonzero(fails)
        if not case.size:
            return
        factors, debts, recovery = self.weights, self.setting.debts, self.setting.worth.recovery[case]
        secured, unsecured = factors.secured[case, stage], factors.unsecured[case, stage]
        whole = np.zeros(len(case))
        for loan, parts in enumerate(self.claims):
            idle, compound, interest, principal = (part[case, scenario] for part in parts)
            claim = idle + compound + interest + principal + debts.revived[case, stage, loan]
            brought = np.minimum(self.collateral[loan][case, scenario], claim)
            worth = secured * brought + unsecured * (recovery * (claim - brought))
            whole += debts.own[case, loan] * worth
        brings = np.maximum(whole - factors.pursued[case, stage], 0.0)
        self.value[case, scenario] += brings
        self.pursued[case, scenario] = brings
        self.alive = np.ones_like(self.cash) if self.alive is None else self.alive
        self.defaulted[case, scenario], self.alive[case, scenario] = stage, 0.0

    def done(self, stage: int) -> bool:
        """Whether all loans are clear or called in every scenario: then no stage changes what comes out."""
        if stage < self.last_clearing or any(pending is not None for pending in self.pending):
            return False
        owed = sum(map(self.owed, range(1, len(self.claims))), self.owed(0))
        return not (owed if self.alive is None else owed * self.alive).any()

    def recovered(self, claim: Real, loan: int) -> Real:
        """Collateral first, then the recovery rate on the rest."""
        brought = np.minimum(self.collateral[loan], claim)
        return brought + self.setting.worth.recovery[:, None] * (claim - brought)

    def ended(self) -> Fates:
        """What is left and was never due is worth at the plan's end what a default would bring of it."""
        secured, unsecured, pursued = (part[:, None] for part in self.weights.end.T)
        whole = np.zeros_like(self.value)
        for loan, before in enumerate(self.at_plan_end):
            claim = np.minimum(self.owed(loan), before)
            brought = np.minimum(self.collateral[loan], claim)
            rest = self.setting.worth.recovery[:, None] * (claim - brought)
            whole += self.setting.debts.own[:, loan, None] * (secured * brought + unsecured * rest)
        left = np.maximum(whole - pursued, 0.0)
        left = left if self.alive is None else left * self.alive
        self.value += left
        self.pursued += left
        missed: Stages = self.missed
        return Fates(self.value, missed, self.defaulted, self.cover, self.pursued)


def _any(claim: Real) -> Real | None:
    """A class that somebody owes something of."""
    return claim if claim.max(initial=0.0) > 0 else None


def _to_the_cent(amount: Real) -> Real:
    amount += HALF_UP
    return np.floor(amount, out=amount)


def _in_order(claims: list[Real], paid: Real) -> None:
    """Take a payment off the claims in their order, in place."""
    for place, claim in enumerate(claims):
        if claim.max(initial=0.0) > 0:
            part = np.minimum(claim, paid)
            claim -= part
            if place < len(claims) - 1:
                paid = paid - part
