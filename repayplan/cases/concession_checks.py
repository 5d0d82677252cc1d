"""What waivers and the legal route of a plan must be to the debt, to each other and to the other wishes of the bank."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING

from repayplan.cases.problems import Path, Problem
from repayplan.language import tr
from repayplan.money import grouped, to_cents

if TYPE_CHECKING:
    from repayplan.cases.models import Case, Loan

WAIVABLE = ("fees", "penalty", "compound_interest", "interest", "overdue_principal", "principal")
"""Fields that a loan and its waiver share."""


def concession_problems(case: Case) -> list[Problem]:
    """Everything in waivers and routes that cannot be so."""
    return [
        *_waivers(case),
        *_most_waived(case),
        *_terms_of_contracts(case),
        *_route(case),
        *_rollback(case),
        *_basis(case),
    ]


def waived(loan: Loan) -> int:
    """All that is given up of a loan; cents."""
    return 0 if loan.waiver is None else sum(to_cents(getattr(loan.waiver, name)) for name in WAIVABLE)


def waived_by_bank(case: Case) -> int:
    """All that the bank gives up of its own loans; cents."""
    return sum(waived(loan) for loan in case.loans if loan.lender is None)


def _waivers(case: Case) -> Iterator[Problem]:
    for number, loan in enumerate(case.loans):
        for name in WAIVABLE if loan.waiver is not None else ():
            claimed = getattr(loan, name)
            if getattr(loan.waiver, name) > claimed:
                yield Problem(
                    ("loans", number, "waiver", name),
                    tr("more is waived than is claimed"),
                    tr("at most {amount}", amount=grouped(to_cents(claimed))),
                    tr("lower it, or correct what is claimed"),
                    (("loans", number, name),),
                )
    owed = sum(to_cents(getattr(loan, name)) for loan in case.loans for name in WAIVABLE)
    if 0 < owed <= sum(map(waived, case.loans)):
        yield Problem(
            ("loans",),
            tr("everything is waived: nothing is left to be repaid"),
            None,
            tr("waive less"),
        )


def _most_waived(case: Case) -> Iterator[Problem]:
    """What is written off at signing is known before any plan, and so is whether it may be."""
    most, given = case.policy.max_waived, waived_by_bank(case)
    if isinstance(most, Decimal) and given > to_cents(most):
        yield Problem(
            ("policy", "max_waived"),
            tr("the loans waive {amount}, which is more than may be waived", amount=grouped(given)),
            tr("{amount} or more", amount=grouped(given)),
            tr("waive {amount} less, or raise max_waived", amount=grouped(given - to_cents(most))),
            (("loans",),),
        )


def _terms_of_contracts(case: Case) -> Iterator[Problem]:
    for number, loan in enumerate(case.loans):
        contract, place = loan.contract, ("loans", number, "contract")
        end = contract.first_maturity or contract.maturity
        if contract.start is not None and end is not None and contract.start >= end:
            yield Problem(
                (*place, "start"),
                tr("the loan was paid out after it was to end"),
                tr("before {date}", date=end),
                tr("correct one of the two days"),
                ((*place, "first_maturity"), (*place, "maturity")),
            )
        if contract.first_maturity and contract.maturity and contract.first_maturity > contract.maturity:
            yield Problem(
                (*place, "first_maturity"),
                tr("the first end is later than the present one"),
                tr("at most {date}", date=contract.maturity),
                tr("correct one of the two days"),
                ((*place, "maturity"),),
            )


def _route(case: Case) -> Iterator[Problem]:
    """What a route needs to know, and what it does not allow."""
    policy = case.policy
    here: tuple[Path, ...] = (("policy", "route"),)
    if policy.route == "refinancing" and policy.arrears == "keep":
        yield Problem(
            ("policy", "arrears"),
            tr("a new loan that repays the old one leaves no arrears"),
            tr("capitalize"),
            tr("write capitalize, or take another route"),
            here,
        )
    if policy.route == "forbearance" and policy.arrears == "capitalize":
        yield Problem(
            ("policy", "arrears"),
            tr("forbearance changes no contract: arrears stay what they are"),
            tr("keep"),
            tr("write keep, or take another route"),
            here,
        )
    for number, loan in enumerate(case.loans):
        place: Path = ("loans", number)
        for field in ("start", "maturity") if policy.route == "extension" and loan.lender is None else ():
            if getattr(loan.contract, field) is None:
                yield Problem(
                    (*place, "contract", field),
                    tr("how long a loan may be extended depends on its original term"),
                    None,
                    tr("give contract.start and contract.maturity"),
                    here,
                )
        if policy.route == "forbearance" and loan.waiver is not None and waived(loan):
            yield Problem(
                (*place, "waiver"),
                tr("forbearance waives nothing"),
                None,
                tr("leave the waiver out, or take another route"),
                here,
            )
        if policy.route == "forbearance" and loan.rate_after_signing not in (None, loan.rate):
            yield Problem(
                (*place, "rate_after_signing"),
                tr("forbearance changes no contract: the rate stays what it is"),
                None,
                tr("leave it out, or take another route"),
                here,
            )


def _rollback(case: Case) -> Iterator[Problem]:
    asked = case.policy.arrears_cleared not in (None, "off")
    if asked and case.policy.order == "principal_first":
        yield Problem(
            ("policy", "arrears_cleared"),
            tr("principal paid before interest leaves arrears overdue"),
            None,
            tr("write order: civil_code, or leave this out"),
            (("policy", "order"),),
        )
    if case.policy.arrears_cleared not in (None, "off") and case.policy.arrears == "capitalize":
        yield Problem(
            ("policy", "arrears_cleared"),
            tr("arrears that become principal at signing are not overdue any more"),
            None,
            tr("write arrears: keep, or leave this out"),
            (("policy", "arrears"),),
        )


def _basis(case: Case) -> Iterator[Problem]:
    npv = case.policy.npv
    if npv is None or npv == "off" or npv.basis != "contract":
        return
    for number, loan in enumerate(case.loans):
        if loan.principal and loan.lender is None and loan.contract.maturity is None:
            yield Problem(
                ("loans", number, "contract", "maturity"),
                tr("what a contract has still to bring depends on its end"),
                None,
                tr("give contract.maturity, or take the claims (policy.npv.basis)"),
                (("policy", "npv", "basis"),),
            )
