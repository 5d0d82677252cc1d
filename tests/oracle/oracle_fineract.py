"""Fineract's loan scripts: schedules, payment orders and reschedules, told to our ledger step by step.

What a product sets and a script does not say is read off the product's name, as the scripts' readers must. Amounts are
cents. Source of the rules: the Fineract user documentation on repayment strategies and interest recalculation, and what
``LoanApplicationTerms`` computes (payments per period at 30 days of 365, rounded to whole units).
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from oracle import UNREADABLE, Verdict, data
from oracle_fineract_loan import Loan

from repayplan.debt.book import Book, Part, Terms
from repayplan.debt.ledger import Ledger
from repayplan.debt.order import Item, Order, order
from repayplan.language import tr

NAMES = {"PENALTY": "penalty", "PENALTIES": "penalty", "FEE": "fees", "FEES": "fees"}
NAMES |= {"INTEREST": "interest", "PRINCIPAL": "principal"}
COLUMNS = {"Principal due": "principal", "Interest": "interest", "Fees": "fees", "Penalties": "penalty"}

CREDITS = ("MERCHANT_ISSUED_REFUND", "GOODWILL_CREDIT", "PAYOUT_REFUND")
DATE = r'"([^"]+)"'
STEPS: dict[str, str] = {
    "terms": r"Admin creates a fully customized loan with the following data:",
    "disburse": rf"Admin successfully disburse the loan on {DATE} with \"([\d.]+)\" EUR",
    "pay": rf"Customer makes \"\w+\" repayment on {DATE} with ([\d.]+) EUR",
    "credit": rf"Customer makes \"(?:{'|'.join(CREDITS)})\" .* on {DATE} with ([\d.]+) EUR",
    "charge": rf"Admin adds \"(\w+)\" due date charge with {DATE} due date and ([\d.]+) EUR",
    "undo": rf"Customer undo \"(\d+)\"th (?:\"\w+\" )?transaction made on {DATE}",
    "chargeback": r"Admin makes \"\w+\" chargeback with ([\d.]+) EUR",
    "reschedule": r"Admin creates and approves Loan reschedule with the following data:",
    "today": rf"Admin sets the business date to {DATE}",
    "rows": r"Loan Repayment schedule has \d+ periods, with the following data for periods:",
    "totals": r"Loan Repayment schedule has the following data in Total row:",
    "transactions": r"Loan Transactions tab has the following data:",
    "charges": r"Loan Charges tab has the following data:",
    "nothing": r"Admin creates a client|Admin successfully approves|Loan status will be|.* is reverted$",
}


def judge() -> list[Verdict]:
    """Every script."""
    scripts = json.loads(data("fineract", "fineract_core_scenarios.json").read_text("utf-8"))
    return [_judge(script) for script in scripts]


def outside(script: Mapping[str, Any]) -> str | None:
    """Why a script is out of scope, None where it is not."""
    texts = [step_["text"] for step_ in script["steps"]]
    row = next((_row(s) for s in script["steps"] if re.match(STEPS["terms"], s["text"])), None)
    if "@Skip" in script["tags"]:
        return "switched off by the oracle's authors"
    if row is None:
        return "the loan's terms are in a product, not in the script"
    if "DOWNPAYMENT" in row["LoanProduct"]:
        return "a down payment"
    if script["feature"] == "LoanReschedule" and sum("disburse the loan" in text for text in texts) > 1:
        return "a second disbursement of a rescheduled loan"
    if "ADVANCED_PAYMENT_ALLOCATION" in row["Payment strategy"]:
        return "a settlement order that is in a product, not in the script"
    if any("COB job" in text for text in texts):
        return "fees that a product adds by itself"
    strange = [text for text in texts if not any(re.match(pattern, text) for pattern in STEPS.values())]
    return f"a step that is no ledger's business: {strange[0]}" if strange else None


def _judge(script: Mapping[str, Any]) -> Verdict:
    family = "Fineract schedules and payment orders"
    reason = outside(script)
    if reason is not None:
        return Verdict(family, script["scenario"], outside=reason)
    try:
        difference, where = _largest(script)
    except UNREADABLE as error:
        return Verdict(family, script["scenario"], detail=repr(error))
    return Verdict(family, script["scenario"], difference=difference, tolerance=1e-9, detail=where)


def _largest(script: Mapping[str, Any]) -> tuple[float, str]:
    """The largest difference at any step."""
    teller, worst, where = Teller(), 0.0, ""
    for number, entry in enumerate(script["steps"]):
        for name, ours, theirs in teller.step(entry):
            difference = float("inf") if ours is None else abs(ours - theirs)
            if difference > worst:
                worst, where = difference, f"step {number} {entry['text'][:40]}, {name}: {ours} against {theirs}"
    return worst, where


Compared = tuple[str, float | None, float]


@dataclass
class Operation:
    """A step that changes the loan; ``act`` enters it in a ledger."""

    day: dt.date
    kind: str
    cents: int
    act: Callable[[Ledger], None]
    undone: bool = False


@dataclass
class Row:
    """One installment, amounts by class, and what was paid of it: in all, before and after its day."""

    day: dt.date
    due: dict[str, int] = field(default_factory=dict)
    paid: int = 0
    early: int = 0
    late: int = 0

    @property
    def total(self) -> int:
        return sum(self.due.values())


class Teller:
    """Hears a script and answers its questions."""

    def __init__(self) -> None:
        self.terms: dict[str, str] = {}
        self.approved = 0
        self.lent: list[tuple[dt.date, int]] = []
        self.today = dt.date.min
        self.start = dt.date.min
        self.loan: Loan | None = None
        self.operations: list[Operation] = []

    def step(self, entry: Mapping[str, Any]) -> list[Compared]:
        for name, pattern in STEPS.items():
            match = re.match(pattern, entry["text"])
            if match is not None:
                answer = getattr(self, f"on_{name}")(entry, *match.groups())
                return answer or []
        raise AssertionError(entry["text"])

    # what happens

    def on_nothing(self, entry: Mapping[str, Any]) -> None:
        """Nothing that moves money."""

    def on_today(self, entry: Mapping[str, Any], text: str) -> None:
        self.today = day(text)

    def on_terms(self, entry: Mapping[str, Any]) -> None:
        self.terms = _row(entry)
        self.start, self.approved = day(self.terms["submitted on date"]), cents(self.terms["with Principal"])
        self.loan = Loan(self.terms, self.start, self.approved, self.approved)

    def on_disburse(self, entry: Mapping[str, Any], text: str, amount: str) -> None:
        date, lent = day(text), cents(amount)
        if self.lent:
            self.loan.lend(date, lent, self.payments_made(), self.today, self.charged())
        else:
            self.start = date
            self.loan = Loan(self.terms, date, lent, self.approved)
        self.lent.append((date, lent))

    def on_pay(self, entry: Mapping[str, Any], text: str, amount: str) -> None:
        date, paid = day(text), cents(amount)
        self.operations.append(Operation(date, "payment", paid, lambda ledger: void(ledger.pay(date, paid))))
        self.loan.paid(date, self.payments_made(), self.today, self.charged())

    def on_credit(self, entry: Mapping[str, Any], text: str, amount: str) -> None:
        self.on_pay(entry, text, amount)

    def on_charge(self, entry: Mapping[str, Any], kind: str, text: str, amount: str) -> None:
        date, due, owed = self.today, day(text), cents(amount)
        name = "penalty" if "NSF" in kind else "fees"
        act = lambda ledger: ledger.charge(date, name, owed, tr("charge"), due)  # noqa: E731
        self.operations.append(Operation(date, "charge", owed, act))

    def on_undo(self, entry: Mapping[str, Any], number: str, text: str) -> None:
        made = [o for o in self.operations if o.kind == "payment" and o.day == day(text) and not o.undone]
        made[int(number) - 1].undone = True
        self.loan.paid(day(text), self.payments_made(), self.today, self.charged())

    def on_chargeback(self, entry: Mapping[str, Any], amount: str) -> None:
        date, owed = self.today, cents(amount)
        due = min((row.due for row in self.loan.rows if row.due >= date), default=date)
        self.operations.append(Operation(date, "drawing", owed, lambda ledger: ledger.draw(date, owed, due)))

    def on_reschedule(self, entry: Mapping[str, Any]) -> None:
        for line in _rows(entry):
            self.loan.reschedule(line, self.payments_made(), self.today, self.charged())

    # what is asked

    def on_rows(self, entry: Mapping[str, Any]) -> list[Compared]:
        ours, expected = {row.day: row for row in self.rows()}, [line for line in _rows(entry) if line["Nr"]]
        found: list[Compared] = [("installments", float(len(ours)), float(len(expected)))]
        left = sum(row.due.get("principal", 0) for row in ours.values())
        for line in expected:
            row = ours.get(day(line["Date"]))
            if row is None:
                return [*found, (f"installment on {line['Date']}", None, 0.0)]
            left -= row.due.get("principal", 0)
            balance = left - sum(amount for date, amount in self.lent[1:] if date > row.day)
            values = {column: row.due.get(name, 0) for column, name in COLUMNS.items()} | {
                "Balance of loan": balance,
                "Due": row.total,
                "Paid": row.paid,
                "In advance": row.early,
                "Late": row.late,
                "Outstanding": row.total - row.paid,
            }
            for column, ours_value in values.items():
                if line[column]:
                    found.append((f"{column} on {line['Date']}", ours_value / 100, float(line[column])))
        return found

    def on_totals(self, entry: Mapping[str, Any]) -> list[Compared]:
        rows, line = self.rows(), _row(entry)
        values = {column: sum(row.due.get(name, 0) for row in rows) for column, name in COLUMNS.items()} | {
            "Due": sum(row.total for row in rows),
            "Paid": sum(row.paid for row in rows),
            "In advance": sum(row.early for row in rows),
            "Late": sum(row.late for row in rows),
            "Outstanding": sum(row.total - row.paid for row in rows),
        }
        return [(f"total {name}", value / 100, float(line[name])) for name, value in values.items()]

    def on_transactions(self, entry: Mapping[str, Any]) -> list[Compared]:
        """Every payment that stands, in order; payments taken back are listed too, in a state nobody can check."""
        payments = self.payments()
        found: list[Compared] = []
        undone = [(o.day, o.cents) for o in self.operations if o.undone]
        for line in _rows(entry):
            if line["Transaction Type"] in ("Disbursement", "Accrual", "Chargeback"):
                continue
            key = (day(line["Transaction date"]), cents(line["Amount"]))
            if key in undone:
                undone.remove(key)
                continue
            if not payments:
                return [*found, (f"payment on {key[0]}", None, 0.0)]
            date, amounts, balance = payments.pop(0)
            found.append((f"day of a payment on {key[0]}", float((date - key[0]).days), 0.0))
            for column, name in {"Principal": "principal", **dict(list(COLUMNS.items())[1:])}.items():
                found.append((f"{column} on {key[0]}", amounts.get(name, 0) / 100, float(line[column])))
            found.append((f"balance after {key[0]}", balance / 100, float(line["Loan Balance"])))
        return found

    def on_charges(self, entry: Mapping[str, Any]) -> list[Compared]:
        """What is paid on charges, in all by kind: which of two equal ones was paid is no difference."""
        rows, found = self.rows(), []
        for name, penalty in (("penalty", "true"), ("fees", "false")):
            lines = [line for line in _rows(entry) if line["isPenalty"] == penalty]
            due = sum(row.due.get(name, 0) for row in rows)
            paid = sum(amounts.get(name, 0) for _, amounts, _ in self.payments())
            found.append((f"{name} due", due / 100, sum(float(line["Due"]) for line in lines)))
            found.append((f"{name} paid", paid / 100, sum(float(line["Paid"]) for line in lines)))
        return found

    # how it is answered

    def payments_made(self) -> list[tuple[dt.date, int]]:
        return [(o.day, o.cents) for o in self.operations if o.kind == "payment" and not o.undone]

    def charged(self) -> list[Item]:
        """What was charged, as claims."""
        found = []
        for operation in self.operations:
            if operation.kind == "charge":
                probe = Probe()
                operation.act(probe)  # type: ignore[arg-type]
                found.append(Item(probe.name, operation.cents, probe.due))
        return found

    def ledger(self) -> Ledger:
        """The ledger with every operation entered, and those taken back reversed."""
        items = []
        for row in self.loan.rows:
            items += [Item("principal", row.principal, row.due, row.due)]
            items += [Item("interest", row.interest, row.due, row.due)]
        dues = [row.due for row in self.loan.rows]
        terms = Terms("L", "ACT/365F", (), due_days=dues, order=strategy(self.terms["Payment strategy"]))
        ledger = Ledger(Book(terms, items, self.start), excess="credit")
        entered = sorted(self.operations, key=lambda operation: operation.day)
        for operation in entered:
            operation.act(ledger)
        for number, operation in enumerate(entered):
            if operation.undone:
                ledger.reverse(max(self.today, ledger.day), number)
        return ledger

    def rows(self) -> list[Row]:
        ledger, rows = self.ledger(), {row.due: Row(row.due) for row in self.loan.rows}
        for row in self.loan.rows:
            rows[row.due].due |= {"principal": row.principal, "interest": row.interest, "fees": 0, "penalty": 0}
        for line in ledger.history():
            for part in line.parts:
                found = rows.setdefault(part.installment or line.date, Row(part.installment or line.date))
                found.paid += int(part.amount)
                found.early += int(part.amount) if line.date < found.day else 0
                found.late += int(part.amount) if line.date > found.day else 0
        for operation in self.operations:
            if operation.kind in ("charge", "drawing"):
                probe = Probe()
                operation.act(probe)  # type: ignore[arg-type]
                due = min((row.due for row in self.loan.rows if row.due >= probe.due), default=probe.due)
                charged = rows.setdefault(due, Row(due))
                charged.due[probe.name] = charged.due.get(probe.name, 0) + operation.cents
        return [rows[due] for due in sorted(rows)]

    def payments(self) -> list[tuple[dt.date, dict[str, int], int]]:
        """Payments that stand: day, amounts by class and the principal that is left."""
        found, balance = [], 0
        lent = list(self.lent)
        for line in self.ledger().history():
            while lent and lent[0][0] <= line.date:
                balance += lent.pop(0)[1]
            amounts = by_class(line.parts)
            if line.kind == "drawing":
                balance += int(line.changes["principal"])
            balance -= amounts.get("principal", 0)
            if line.kind == "payment":
                found.append((line.date, amounts, balance))
        return found


class Probe:
    """Takes an operation's place in a ledger to see what it claims."""

    name, due = "principal", dt.date.min

    def charge(self, date: dt.date, name: str, owed: int, text: object, due: dt.date) -> None:
        self.name, self.due = name, due

    def draw(self, date: dt.date, owed: int, due: dt.date) -> None:
        self.due = due


def strategy(name: str) -> Order:
    """A settlement order from its name, installment by installment."""
    due, _, advance = name.removeprefix("DUE_").removesuffix("_STRATEGY").partition("_IN_ADVANCE_")
    classes = [NAMES[word] for word in due.split("_") if word in NAMES]
    ahead = [NAMES[word] for word in advance.split("_") if word in NAMES] or classes
    return order(*classes, advance=ahead, oldest_first=True)


def by_class(parts: Sequence[Part]) -> dict[str, int]:
    """Amounts by class, every kind of principal together."""
    found: dict[str, int] = {}
    for part in parts:
        name = "principal" if part.name == "overdue" else part.name
        found[name] = found.get(name, 0) + int(part.amount)
    return found


def day(text: str) -> dt.date:
    return dt.datetime.strptime(text, "%d %B %Y").date()


def cents(text: str) -> int:
    return int(Decimal(text) * 100)


def void(_: object) -> None:
    """An answer nobody waits for."""


def _rows(entry: Mapping[str, Any]) -> list[dict[str, str]]:
    table = entry["table"]
    return [dict(zip(table["header"], row, strict=True)) for row in table["rows"]]


def _row(entry: Mapping[str, Any]) -> dict[str, str]:
    return _rows(entry)[0]
