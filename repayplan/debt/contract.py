"""Conventional loans: what the original contract was, and what officers compare a plan with.

A contract says when interest and principal are paid and by which rule principal is; its flows are what the book makes
of it, in whole cents or unrounded.
"""

from __future__ import annotations

import datetime as dt
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal, localcontext
from fractions import Fraction
from itertools import pairwise
from typing import Literal

from repayplan.debt.book import Accrual, Book, DayCount, Planned, Terms, to_the_cent, years
from repayplan.debt.order import Item, order
from repayplan.debt.rates import RatePath
from repayplan.language import tr

FlowKind = Literal["disbursement", "drawing", "capitalization", "fee", "principal", "interest", "maturity", "rate"]

_PRINCIPAL = order("principal")


@dataclass(frozen=True, slots=True)
class Flow:
    """One event of a contract: ``amount`` moves (to the lender is positive), then ``balance`` of principal,
    ``accrued`` and unpaid interest, and the yearly ``rate`` stand. Amounts in the contract's unit."""

    date: dt.date
    kind: FlowKind
    amount: float
    balance: float
    accrued: float
    rate: Fraction


@dataclass(frozen=True, slots=True)
class Row:
    """One payment date of a schedule; amounts in the contract's unit."""

    date: dt.date
    payment: float
    interest: float
    principal: float
    balance: float


class Repayment(ABC):
    """The rule by which principal is repaid on a principal date before maturity."""

    @abstractmethod
    def principal(self, position: Position) -> float:
        """How much principal is repaid; negative where it grows."""

    def payment(self, position: Position) -> float | None:
        """The amount in force, for rules that fix one and keep it."""
        return None


@dataclass(frozen=True, slots=True)
class Position:
    """Where a contract stands on a principal date: ``ahead`` are the dates still to come, this one first, maturity
    last; ``reset`` is true where the rate has been fixed anew since ``last_payment`` was."""

    contract: Contract
    ahead: Sequence[dt.date]
    balance: float
    accrued: float
    rate: Fraction
    reset: bool
    last_payment: float | None


@dataclass(frozen=True, slots=True)
class Bullet(Repayment):
    """Nothing before maturity."""

    def principal(self, position: Position) -> float:
        """Nothing."""
        return 0


@dataclass(frozen=True, slots=True)
class LevelPrincipal(Repayment):
    """The same principal every time: ``amount``, or what there is divided by the principal dates and maturity."""

    amount: float | None = None

    def principal(self, position: Position) -> float:
        """The share, as far as there is principal."""
        return min(self.payment(position), position.balance)

    def payment(self, position: Position) -> float:
        """The share in force."""
        if self.amount is not None:
            return self.amount
        if position.last_payment is not None and not position.reset:
            return position.last_payment
        return position.contract.rounded(Fraction(position.balance) / len(position.ahead))


@dataclass(frozen=True, slots=True)
class Level(Repayment):
    """The same payment every time, interest included: ``amount``, or what repays the loan by ``until`` (maturity
    where None). Computed anew when the rate changes. ``grows``: principal grows where interest exceeds the payment
    (negative amortization)."""

    amount: float | None = None
    until: dt.date | None = None
    fixed: bool = False
    grows: bool = False

    def principal(self, position: Position) -> float:
        """The payment less the interest accrued."""
        principal = min(self.payment(position) - position.accrued, position.balance)
        return principal if self.grows else max(principal, 0)

    def payment(self, position: Position) -> float:
        """The level payment in force."""
        contract = position.contract
        known = self.amount if position.last_payment is None else position.last_payment
        if known is not None and (self.fixed or not position.reset):
            return known
        ahead = list(position.ahead)
        if self.until is not None:
            ahead = [*(day for day in contract.principal_dates if ahead[0] <= day < self.until), self.until]
        owed = position.balance + position.accrued
        return contract.rounded(level_payment(owed, ahead, position.rate, contract.day_count))


@dataclass(frozen=True, slots=True)
class Stepped(Repayment):
    """Payments that rise or fall in steps: from each day on, its payment (interest included)."""

    payments: Sequence[tuple[dt.date, float]]
    grows: bool = False

    def principal(self, position: Position) -> float:
        """The payment in force less the interest accrued."""
        started = [amount for day, amount in sorted(self.payments) if day <= position.ahead[0]]
        if not started:
            raise ValueError(f"no payment is named for {position.ahead[0]}: the first step comes later")
        payment = started[-1]
        principal = min(payment - position.accrued, position.balance)
        return principal if self.grows else max(principal, 0)


@dataclass(frozen=True, slots=True)
class Custom(Repayment):
    """Principal on principal dates as listed; negative amounts are drawn. Maturity may be listed and repays the rest.
    ``capped``: where more is listed than is left, what is left is repaid."""

    amounts: Mapping[dt.date, float]
    capped: bool = False

    def principal(self, position: Position) -> float:
        """The listed amount. ValueError where it is more than there is, unless it is capped."""
        day, balance = position.ahead[0], position.balance
        listed = self.amounts.get(day, 0)
        if not self.capped and listed > balance + 1e-9 * abs(
            balance
        ):  # sums of unrounded amounts differ in their last digits
            raise ValueError(f"{listed} of principal is listed for {day}, where only {balance} is left")
        return min(listed, balance)


@dataclass(frozen=True, slots=True)
class Fees:
    """What the borrower pays besides on ``dates``: ``amount`` each time, and what ``rate`` a year has made of the
    principal since the last of them; ``accrued`` is owed of it when the contract opens."""

    dates: Sequence[dt.date] = ()
    amount: float = 0
    rate: Fraction = Fraction(0)
    accrued: float = 0


@dataclass(frozen=True, slots=True)
class Contract:
    """A conventional loan. ``principal`` in cents (int) or unrounded (float, with ``rounded=unrounded``).

    Interest is settled on ``interest_dates`` and at maturity: paid, or added to principal on those of them that are
    in ``capitalizations``. Principal is repaid on ``principal_dates`` by the ``repayment`` rule, the rest at maturity.
    ``drawings``: what is lent later, by day; on a principal date it is lent after the payment.
    ``interest_base``: interest is counted on this amount throughout, whatever is repaid (the original amount makes
    flat interest). ``resets``: days on which the rate is fixed anew although it may come out unchanged. ``accrued``:
    interest owed from before ``start``.
    """

    principal: float
    start: dt.date
    maturity: dt.date
    rate: RatePath
    repayment: Repayment
    interest_dates: Sequence[dt.date]
    principal_dates: Sequence[dt.date] = ()
    capitalizations: Sequence[dt.date] = ()
    drawings: Mapping[dt.date, float] = field(default_factory=dict)
    day_count: DayCount = "ACT/360"
    interest_base: float | None = None
    resets: Sequence[dt.date] = ()
    accrued: float = 0
    fees: Fees = field(default_factory=Fees)
    rounded: Callable[[Fraction | float], float] = field(default=to_the_cent)

    def __post_init__(self) -> None:
        """ValueError for what cannot be a contract."""
        if self.principal < 0:
            raise ValueError(f"the principal is negative: {self.principal}")
        if self.maturity < self.start:
            raise ValueError(f"the contract ends on {self.maturity}, before it starts on {self.start}")
        late = [day for day in self.principal_dates if day > self.maturity]
        if late:
            raise ValueError(f"{min(late)} is a principal date after the contract has ended on {self.maturity}")
        listed = self.repayment.amounts if isinstance(self.repayment, Custom) else {}
        stray = sorted(day for day in listed if day not in (*self.principal_dates, self.maturity))
        if stray:
            raise ValueError(f"principal is listed for {stray[0]}, which is no principal date")

    def book(self) -> Book:
        """The loan's book on its first day."""
        fees, accruals = self.fees, [Accrual("principal", "interest", self.rate, self.interest_base)]
        if fees.rate:
            accruals.append(Accrual("principal", "fees", RatePath.fixed(fees.rate)))
        charged = fees.dates if fees.amount else ()
        terms = Terms(
            loan="",
            day_count=self.day_count,
            accruals=tuple(accruals),
            settlements=[*self.interest_dates, *self.capitalizations, *fees.dates, self.maturity],
            capitalizations=self.capitalizations,
            charges=[Planned(day, "fees", fees.amount, tr("fee of the contract")) for day in charged],
            rounded=self.rounded,
        )
        items = [
            Item("principal", self.principal),
            Item("interest", self.accrued, self.start),
            Item("fees", fees.accrued, self.start),
        ]
        return Book(terms, items, self.start)


def level_payment(owed: float, dates: Sequence[dt.date], rate: Fraction, day_count: DayCount) -> Fraction:
    """The payment that, made on each of ``dates``, repays ``owed`` (interest until the first included).

    Exact to fifty digits under simple interest within a period: owed / Σ Π 1/(1 + rate × years between dates).
    """
    with localcontext() as context:
        context.prec = 50
        factor = total = Decimal(1)
        for start, end in pairwise(dates):
            growth = 1 + rate * years(day_count, start, end)
            factor = factor * growth.denominator / growth.numerator
            total += factor
        return Fraction(Decimal(owed) / total)


def flows(contract: Contract) -> list[Flow]:
    """Everything that happens under the contract, in order; on one day fees, principal, interest, then the rate."""
    run = _Run(contract)
    run.note(contract.start, "disbursement", -contract.principal)
    days = {*contract.interest_dates, *contract.principal_dates, *contract.capitalizations, *contract.resets}
    days |= {*contract.fees.dates}
    days |= {day for day in (*contract.rate.days, *contract.drawings) if day > contract.start}
    for day in sorted(day for day in days | {contract.maturity} if contract.start <= day <= contract.maturity):
        run.day(day)
    return run.flows


class _Run:
    """Drives a book through a contract's days."""

    def __init__(self, contract: Contract) -> None:
        self.contract, self.book, self.flows = contract, contract.book(), list[Flow]()
        self.reset = False
        self.last_payment: float | None = None
        self.rate = contract.rate.at(contract.start)
        self.principal_dates = sorted(contract.principal_dates)

    def day(self, day: dt.date) -> None:
        contract = self.contract
        before = self.book.balances["principal"]
        self.book.advance(day)
        if day in contract.capitalizations:
            self.note(day, "capitalization", self.book.balances["principal"] - before)
        if day in contract.fees.dates:
            self.take(day, "fee", "fees")
        if day == contract.maturity:
            self.take(day, "interest", "interest")
            self.pay(day, "maturity", self.book.balances["principal"])
            return
        if day in contract.principal_dates:
            self.repay(day)
        if day in contract.interest_dates and day not in contract.capitalizations:
            self.take(day, "interest", "interest")
        if day in contract.drawings:
            self.lend(day, "disbursement", contract.drawings[day])
            self.reset = True
        if day in contract.resets or contract.rate.at(day) != self.rate:
            self.reset, self.rate = True, contract.rate.at(day)
            self.note(day, "rate", 0)

    def repay(self, day: dt.date) -> None:
        ahead = [*(d for d in self.principal_dates if day <= d < self.contract.maturity), self.contract.maturity]
        balance, accrued = self.book.balances["principal"], self.accrued(day)
        position = Position(self.contract, ahead, balance, accrued, self.rate, self.reset, self.last_payment)
        amount = self.contract.repayment.principal(position)
        self.last_payment, self.reset = self.contract.repayment.payment(position), False
        if amount < 0:
            self.lend(day, "drawing", -amount)
        else:
            self.pay(day, "principal", amount)

    def lend(self, day: dt.date, kind: FlowKind, amount: float) -> None:
        self.book.add(Item("principal", amount))
        self.note(day, kind, -amount)

    def take(self, day: dt.date, kind: FlowKind, name: str) -> None:
        amount = self.book.balances[name]
        self.book.take_off(day, name, amount)
        self.note(day, kind, amount)

    def pay(self, day: dt.date, kind: FlowKind, amount: float) -> None:
        self.book.pay(day, amount, _PRINCIPAL)
        self.note(day, kind, amount)

    def accrued(self, day: dt.date) -> float:
        return self.book.balances["interest"] + self.book.accrued(day).get("interest", 0)

    def note(self, day: dt.date, kind: FlowKind, amount: float) -> None:
        balance = self.book.balances["principal"]
        self.flows.append(Flow(day, kind, amount, balance, self.accrued(day), self.rate))


def schedule(contract: Contract) -> list[Row]:
    """The contract's payments date by date."""
    rows: dict[dt.date, Row] = {}
    for flow in flows(contract):
        row = rows.get(flow.date)
        if flow.kind in ("principal", "drawing", "interest", "maturity"):
            row = row or Row(flow.date, 0, 0, 0, 0)
            interest = row.interest + (flow.amount if flow.kind == "interest" else 0)
            principal = row.principal + (0 if flow.kind == "interest" else flow.amount)
            rows[flow.date] = Row(flow.date, interest + principal, interest, principal, flow.balance)
        elif row is not None:
            rows[flow.date] = replace(row, balance=flow.balance)
    return list(rows.values())
