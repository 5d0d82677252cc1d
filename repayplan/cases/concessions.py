"""What the bank gives up or must not: waivers, and the tests of regulators and of value that a plan is held to.

Amounts are decimals in currency units, shares fractions of one. Regulators' figures stand in ``rules/law.toml``.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag

from repayplan.cases.base import Model
from repayplan.cases.fields import Amount, Months, Part, Share

NOTHING = Decimal("0.00")

RouteName = Literal["extension", "restructuring", "refinancing", "settlement", "forbearance"]


class Waiver(Model):
    """What the bank gives up of a loan when the plan is signed, by class."""

    conditional: bool = Field(
        default=False,
        description="true: final with the last payment, revives on breach; false: final at signing",
        examples=[True],
    )
    fees: Amount = Field(default=NOTHING, description="Costs and fees, currency units", examples=["5000.00"])
    penalty: Amount = Field(default=NOTHING, description="Penalty interest, currency units", examples=["25000.00"])
    compound_interest: Amount = Field(
        default=NOTHING, description="Compound interest, currency units", examples=["3500.00"]
    )
    interest: Amount = Field(default=NOTHING, description="Interest, currency units", examples=["20000.00"])
    overdue_principal: Amount = Field(
        default=NOTHING, description="Overdue principal, currency units", examples=["100000.00"]
    )
    principal: Amount = Field(
        default=NOTHING, description="Principal not yet due, currency units", examples=["100000.00"]
    )


class ValueTest(Model):
    """How much of its value at the original rate each loan may lose by the plan."""

    test: Literal["eba", "ifrs9"] = Field(
        description="eba: no more than 1% is lost; ifrs9: within 10% of the carrying amount, up or down",
        examples=["eba"],
    )
    basis: Literal["claims", "contract"] = Field(
        default="claims",
        description="The value before: what is claimed on the case's date, or what the contract has still to bring",
        examples=["claims"],
    )
    applied: Literal["limit", "price"] = Field(
        default="limit",
        description="limit: no plan breaks the test; price: what is missing is taken off the value of a plan",
        examples=["limit"],
    )
    price: Share = Field(
        default=Decimal(1), description="What each unit that is missing costs, where it has a price", examples=["100%"]
    )


class Liquidation(Model):
    """What enforcing the collateral would bring instead, which a plan must be worth at least."""

    delay_months: Months | None = Field(
        default=None, description="Months until the collateral has been sold; none where left out", examples=[18]
    )
    costs: Share = Field(
        default=Decimal(0),
        description="Share of the net collateral that enforcement takes besides",
        examples=["5%"],
    )


class Rollback(Model):
    """By when arrears are paid down, so that the loans are classed no worse."""

    by: Literal["substandard", "doubtful", "loss"] = Field(
        description="The class to be avoided: its days overdue, counted from contract.overdue_since, end the time",
        examples=["substandard"],
    )
    left: Amount = Field(
        default=NOTHING, description="What may still be overdue on each loan then, currency units", examples=["0.00"]
    )


def _by_table(value: Any) -> str:
    """One of the two ways is chosen before reading, so faults speak of that one only."""
    return "table" if isinstance(value, str) and value.strip() == "table" else "rate"


Hazard = Annotated[Annotated[Part, Tag("rate")] | Annotated[Literal["table"], Tag("table")], Discriminator(_by_table)]
