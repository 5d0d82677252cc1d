"""Cases for tests, written with as few words as a test needs, and what their payments do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from repayplan.cases.models import Case
from repayplan.compliance.replay import Payment, Replay, replay
from repayplan.problem.arrays import Problem
from repayplan.problem.assemble import assemble
from repayplan.problem.terms import Terms, payment_dates, resolve

OPEN: Mapping[str, Any] = {
    "cover": "off",
    "step": "off",
    "balloon": "off",
    "interest_every": "off",
    "tolerance": "0%",
    "unit": "0.01",
}
"""A policy without limits, in cents."""

AS_WRITTEN: Mapping[str, Any] = {"haircut": 0, "delay_days": 0}
"""The bank counts on what is written."""


def make_case(
    *,
    loan: Mapping[str, Any] | None = None,
    loans: Sequence[Mapping[str, Any]] | None = None,
    opening: str = "0.00",
    floor: str = "0.00",
    contingency: str = "0.00",
    monthly: Sequence[str] = (),
    start: str = "2026-12",
    milestones: Mapping[str, str] | None = None,
    losses: Mapping[str, str] | None = None,
    pledged: Mapping[str, str] | None = None,
    guaranteed: Mapping[str, str] | None = None,
    **policy: Any,
) -> Case:
    """A borrower on 20 November 2026, whose interest at 3.60 % ACT/360 is one ten-thousandth a day.

    ``monthly`` receipts come on the last day of the months from ``start`` on, ``milestones`` on their own days, as do
    ``losses``, proceeds ``pledged`` to loan L1, and the caps of guarantors of L1 where money is ``guaranteed``.
    Nothing is limited but by ``policy``, and amounts are planned in cents.
    """
    sources: list[dict[str, Any]] = []
    if monthly or not milestones:
        sources.append({"kind": "monthly", "name": "Shop", "start": start, "amounts": list(monthly) or ["0.00"]})
    if milestones:
        items = [{"name": date, "date": date, "amount": amount} for date, amount in milestones.items()]
        sources.append({"kind": "milestones", "name": "Hall", "items": items, "bank": AS_WRITTEN})
    sources += _apart(losses or {}, pledged or {}, guaranteed or {})
    entries = [{"id": f"L{number}", "rate": "3.60%", **entry} for number, entry in enumerate(loans or [loan or {}], 1)]
    return Case.model_validate(
        {
            "schema": "repayplan/case/1",
            "as_of": "2026-11-20",
            "currency": "CNY",
            "enterprise": {"name": "Invented"},
            "loans": [{"principal": "100000.00", **entry} for entry in entries],
            "cash": {"opening": opening, "floor": floor, "contingency": contingency, "sources": sources},
            "policy": {**OPEN, **policy},
        }
    )


def _apart(
    losses: Mapping[str, str], pledged: Mapping[str, str], guaranteed: Mapping[str, str]
) -> Iterator[dict[str, Any]]:
    if losses:
        items = [{"name": date, "date": date, "amount": amount} for date, amount in losses.items()]
        yield {"kind": "flows", "name": "Losses", "items": items}
    if pledged:
        lots = [
            {"name": date, "price": amount, "first_sale": date, "secures": "L1"} for date, amount in pledged.items()
        ]
        yield {"kind": "assets", "name": "Stock", "lots": lots, "bank": AS_WRITTEN}
    for date, amount in guaranteed.items():
        terms = {"cap": amount, "call_date": date, "secures": "L1"}
        yield {"kind": "guarantor", "name": f"Guarantor {date}", **terms, "bank": AS_WRITTEN}


def prepare(case: Case) -> tuple[Terms, Problem]:
    """Terms and arrays of a case."""
    terms = resolve(case)
    return terms, assemble(case, terms)


def pay(case: Case, *amounts: int | Sequence[int]) -> Replay:
    """What happens when so many cents are paid on the payment dates one by one; several loans take a sequence each."""
    terms, problem = prepare(case)
    payments = [
        Payment(date, loan.id, cents)
        for date, row in zip(payment_dates(case, terms), amounts, strict=True)
        for loan, cents in zip(case.loans, [row] if isinstance(row, int) else row, strict=True)
        if cents
    ]
    return replay(case, terms, problem, payments)
