"""What all tests share: reproducible properties, and an invented plan that no solver was needed for."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable

import pytest
from hypothesis import settings

from repayplan.cases.models import Case
from repayplan.compliance.findings import Finding
from repayplan.debt.ledger import open_ledger
from repayplan.language import tr
from repayplan.planning.result import Binding, CashRow, Installment, Metrics, Plan, Proof, Status
from repayplan.problem.terms import payment_dates, resolve

settings.register_profile("fixed", derandomize=True, deadline=None)
settings.register_profile("explore", deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "fixed"))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--refresh", action="store_true", help="write what is printed now into the documents that show it")


MakePlan = Callable[..., Plan]


@pytest.fixture
def make_plan() -> MakePlan:
    """``make_plan(loans=2)``: a plan that pays what the cash allows, oldest loan first, booked by the real ledger."""
    return invented_plan


def invented_case(loans: int = 1, months: int = 12, debt: int = 900_000) -> Case:
    """A shop that brings 100,000 a month and owes ``debt`` in all."""
    entries = [
        {"id": f"L{number}", "principal": str(debt // loans), "overdue_principal": "10000.00", "rate": "4.35%"}
        for number in range(1, loans + 1)
    ]
    return Case.model_validate(
        {
            "schema": "repayplan/case/1",
            "as_of": "2026-11-20",
            "enterprise": {"name": "恒泰建筑 Hengtai Construction (invented)"},
            "loans": entries,
            "cash": {
                "opening": "150000.00",
                "floor": "100000.00",
                "sources": [
                    {"kind": "monthly", "name": "Shop", "start": "2026-12", "amount": "100000.00", "months": months}
                ],
            },
            "policy": {"months": months},
        }
    )


def invented_plan(loans: int = 1, months: int = 12, debt: int = 900_000, status: Status = "optimal") -> Plan:
    """See :func:`make_plan`."""
    case = invented_case(loans, months, debt)
    terms = resolve(case)
    dates = payment_dates(case, terms)
    ledgers = [open_ledger(loan, case.as_of, "capitalize", dates) for loan in case.loans]
    signing = sum(ledger.debt for ledger in ledgers)
    cash, installments, rows = 15_000_000, [], []
    for place, date in enumerate(dates):
        inflow = 10_000_000 if place else 0
        cash += inflow
        paid = 0
        for loan, ledger in zip(case.loans, ledgers, strict=True):
            ledger.advance(date)
            amount = min(ledger.debt, max(cash - 10_000_000, 0) // 10_000 * 10_000)
            done = ledger.pay(date, amount)
            classes = (done.fees, done.penalty, done.compound, done.interest, done.principal)
            installments.append(Installment(date, loan.id, amount, *classes, ledger.principal, ledger.debt))
            cash -= amount
            paid += amount
        rows.append(CashRow(date, inflow, 0, paid, cash, cash, 10_000_000))
    unpaid = sum(ledger.debt for ledger in ledgers)
    metrics = _metrics(signing, installments, unpaid, rows)
    sentence = tr("Cash holds the installment of {date} down", date=dates[0])
    return Plan(
        case=case,
        terms=terms,
        status=status,
        proof=Proof(2.5e-9, "HiGHS", "simplex", "A", 0.98, 0.98, 1234, 0),
        installments=tuple(installments),
        cash=tuple(rows),
        metrics=metrics,
        binding=(Binding("floor", dates[0], None, 1.05, "currency", sentence),),
        findings=(Finding("balloon", "policy.balloon", "warning", sentence, dates[-1], "L1", 4200),),
    )


def _metrics(signing: int, installments: list[Installment], unpaid: int, rows: list[CashRow]) -> Metrics:
    paid = [row for row in installments if row.payment]
    tightest = min(rows, key=lambda row: row.lowest - row.floor)
    return Metrics(
        debt_at_signing=signing,
        capitalized=0,
        waived=0,
        interest_paid=sum(row.payment - row.principal for row in paid),
        recovered=sum(row.payment for row in paid),
        expected_recovery=signing,
        npv_at_eir=signing,
        unpaid=unpaid,
        first_date=paid[0].date if paid else None,
        final_date=paid[-1].date if paid else None,
        payments=len({row.date for row in paid}),
        largest_payment=max((row.payment for row in paid), default=0),
        min_dscr=1.2,
        min_dscr_date=dt.date(2027, 3, 20),
        min_headroom=tightest.lowest - tightest.floor,
        min_headroom_date=tightest.date,
        average_life_years=0.48,
        receipts_borrower=sum(row.inflow for row in rows),
        receipts_bank=sum(row.inflow for row in rows),
    )
