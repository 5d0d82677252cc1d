"""Which receipts go to accounts that are not the borrower's: pledged proceeds, and what guarantors pay."""

from __future__ import annotations

from repayplan.cases.models import Case
from repayplan.forecast.flows import Flow

AccountKey = tuple[str | None, str | None]
"""A guarantor's name, or None for the blocked account of pledged proceeds, and the loan, or None for any."""


def is_apart(flow: Flow) -> bool:
    """Whether money goes to an account of its own instead of the business."""
    return flow.amount > 0 and (flow.secures is not None or flow.kind == "guarantor")


def account_of(flow: Flow) -> AccountKey:
    """The account to which money that is apart goes."""
    return flow.source if flow.kind == "guarantor" else None, flow.secures


def account_keys(case: Case) -> tuple[AccountKey, ...]:
    """Accounts in the order in which they are drawn on: proceeds by the loan they are pledged to, then guarantors,
    those of one loan first."""
    loans = [loan.id for loan in case.loans]
    lots = (lot for source in case.cash.sources if source.kind == "assets" for lot in source.lots)
    named = {lot.secures for lot in lots if lot.secures}
    guarantors = sorted(
        (source for source in case.cash.sources if source.kind == "guarantor"),
        key=lambda source: source.secures is None,
    )
    blocked = [(None, loan) for loan in sorted(named, key=loans.index)]
    return (*blocked, *((source.name, source.secures) for source in guarantors))
