"""A finished plan: what was decided, what the ledger makes of it, what was proved, and what an officer must know.

All money is in integer cents; ``report`` turns it into words, tables and files.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from repayplan.cases.models import Case
from repayplan.compliance.findings import Finding
from repayplan.language import Message, tr
from repayplan.problem.form import Rule
from repayplan.problem.terms import Terms
from repayplan.solvers.result import Attempt

if TYPE_CHECKING:
    import pandas as pd

NO_PLAN = "no plan"
"""The method of what was not found in time."""

Status = Literal["optimal", "feasible", "infeasible", "failed"]


MODES: Mapping[str, Message] = {
    "A": tr("The whole debt of a loan bears one rate, so one balance per loan is exact"),
    "B": tr("Interest is paid up at every payment, so one balance per loan is exact"),
    "C": tr("Parts of the debt bear different rates; limits on each are exact, as nothing asks for a smaller debt"),
    "D": tr("Parts of the debt bear different rates; whole numbers keep the order in which payments settle them"),
    "repeated": tr(
        "Parts of the debt bear different rates and all are paid alike: their course was found by repetition"
    ),
}
"""How a program stands in for the ledger, by mode."""


ABOUT_FUTURES = "robust"
"""The rule of findings about a plan in many futures."""


@dataclass(frozen=True, slots=True)
class Installment:
    """One payment on one loan as the ledger allocates it; cents.

    ``debt_if_breached``: the debt after it on a breach, more than ``debt_after`` by waivers that have not vested.
    """

    date: dt.date
    loan: str
    payment: int
    fees: int
    penalty: int
    compound: int
    interest: int
    principal: int
    principal_after: int
    debt_after: int
    debt_if_breached: int | None = None


@dataclass(frozen=True, slots=True)
class Waiving:
    """What is given up of one class of a loan at signing; cents. ``conditional``: it is owed again on a breach."""

    loan: str
    claim: str
    amount: int
    conditional: bool


@dataclass(frozen=True, slots=True)
class CashRow:
    """The borrower's cash over one stage that ends on ``date``; cents. ``floor`` is what planning wants to keep.

    ``lowest``: the least that cash falls to on any day until the next row. ``blocked``: what accounts that are not the
    borrower's hold for its loans: pledged proceeds, and what guarantors have been asked for. All that has come in less
    all that has gone out and been paid is ``closing`` and ``blocked``.
    """

    date: dt.date
    inflow: int
    outflow: int
    payment: int
    closing: int
    lowest: int
    floor: int
    blocked: int = 0


@dataclass(frozen=True, slots=True)
class Proof:
    """How good the plan is known to be. ``gap`` is of the unrounded plan, relative.

    ``rounding_cost`` and ``given_up`` (value that the preference takes) in cents. ``attempts``: every solver and its
    options, with how many programs ended how. ``unproven`` says why a plan that is not optimal is not.
    """

    gap: float | None
    solver: str
    method: str
    mode: str
    value: float | None
    bound: float | None
    rounding_cost: int | None
    ledger_difference: int | None
    given_up: int | None = None
    attempts: tuple[Attempt, ...] = ()
    unproven: Message | None = None

    @property
    def sentence(self) -> Message:
        """How the program stands in for the ledger, in one sentence."""
        return MODES.get(self.mode, MODES["A"])


@dataclass(frozen=True, slots=True)
class Metrics:
    """The handful of figures that matter; cents unless said.

    ``capitalized``: arrears that became principal at signing. ``waived``: given up at signing; it is never part of what
    is recovered. ``interest_paid``: all that was paid and is not principal. ``unpaid``: debt left at the end of the
    term. ``min_headroom``: cash above the floor and contingency, negative where the need is unfunded.
    ``receipts_borrower`` and ``receipts_bank``: what comes in over the term in either view; plans rest on the bank's.
    ``to_others``: what other lenders get; what is recovered, owed and unpaid is the bank's own.
    """

    debt_at_signing: int
    capitalized: int
    waived: int
    interest_paid: int
    recovered: int
    expected_recovery: int
    npv_at_eir: int
    unpaid: int
    first_date: dt.date | None
    final_date: dt.date | None
    payments: int
    largest_payment: int
    min_dscr: float | None
    min_dscr_date: dt.date | None
    min_headroom: int
    min_headroom_date: dt.date
    average_life_years: float | None
    receipts_borrower: int
    receipts_bank: int
    to_others: int = 0


@dataclass(frozen=True, slots=True)
class Binding:
    """A limit that holds the installments down. ``price``: what one currency unit more of it would be worth."""

    limit: str
    date: dt.date | None
    loan: str | None
    price: float
    unit: str
    sentence: Message


@dataclass(frozen=True, slots=True)
class Outlook:
    """What becomes of a plan in ``scenarios`` drawn futures (of ``seed``, ``method`` and ``sample``).

    ``missed``: the probability that at least a cent of an installment is missing on its day, ``error`` its standard
    error. ``first``: the month in which the first miss falls most often, ``2028-02``, and the ``reason``.
    """

    scenarios: int
    seed: int
    method: str
    sample: int
    missed: float
    error: float | None
    first: str | None
    reason: Message | None
    sentence: Message


@dataclass(frozen=True, slots=True)
class Plan:
    """The result of :func:`repayplan.plan`; ``installments`` are the plan, everything else follows from them.

    ``rules``: what is signed in place of amounts, where payments follow receipts; installments are then expected.
    ``outlook``: how often it is missed in futures, where that was asked for.
    """

    case: Case
    terms: Terms
    status: Status
    proof: Proof
    installments: tuple[Installment, ...]
    cash: tuple[CashRow, ...]
    metrics: Metrics
    binding: tuple[Binding, ...]
    findings: tuple[Finding, ...]
    waived: tuple[Waiving, ...] = ()
    rules: tuple[Rule, ...] = ()
    outlook: Outlook | None = None

    @property
    def out_of_time(self) -> bool:
        """Whether time was up before there was any plan: then every figure is that of paying nothing."""
        return self.proof.method == NO_PLAN and any(finding.rule == "time" for finding in self.findings)

    @property
    def schedule(self) -> pd.DataFrame:
        """Installments as a DataFrame, one row each, money as integer cents."""
        import pandas as pd

        fields = Installment.__slots__
        return pd.DataFrame(
            [[getattr(row, name) for name in fields] for row in self.installments], columns=list(fields)
        )
