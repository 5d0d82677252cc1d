"""What the contract of a loan says of it as it runs, and what has happened on it: for its account and its payoff.

Amounts are decimals in currency units, rates fractions of one per year. A field left out takes what the description
says. What is claimed on the case's date stands in the loan; everything here concerns that day and later.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Discriminator, Field, Tag, model_validator

from repayplan.cases.base import Model
from repayplan.cases.fields import (
    Amount,
    Date,
    DayOfMonth,
    Every,
    Multiple,
    Name,
    PositiveAmount,
    Rate,
    Spread,
    refuse,
)
from repayplan.language import tr

NOTHING = Decimal("0.00")
MAX_ENTRIES = 5_000

OrderName = Literal["civil_code", "penalty_first", "interest_first", "principal_first", "oldest_first", "by_arrears"]
DesignatedName = Literal["civil_code", "penalty_first", "interest_first", "principal_first", "oldest_first"]
ClaimName = Literal["fees", "penalty", "compound_interest", "interest"]
ClassName = Literal["fees", "penalty", "compound_interest", "interest", "principal"]


def _every_class_once(classes: tuple[ClassName, ...]) -> tuple[ClassName, ...]:
    twice = next((name for name in classes if classes.count(name) > 1), None)
    if twice is not None:
        raise refuse(
            tr("{name} stands twice in the order of settlement", name=twice),
            remedy=tr("name each of the five classes once"),
        )
    return classes


def _written_as(value: Any) -> str:
    """One of the two ways is chosen before reading, so faults speak of that one only."""
    return "name" if isinstance(value, str) else "list"


OwnOrder = Annotated[tuple[ClassName, ...], Field(min_length=5, max_length=5), AfterValidator(_every_class_once)]
AnyOrder = Annotated[Annotated[OrderName, Tag("name")] | Annotated[OwnOrder, Tag("list")], Discriminator(_written_as)]


class RateStep(Model):
    """A rate and the day from which it holds."""

    date: Date = Field(description="First day on which the rate holds", examples=["2027-01-01"])
    rate: Rate = Field(description="Rate per year", examples=["3.85%"])


class Floating(Model):
    """A rate that follows a published one, such as LPR plus a spread, fixed anew on stated days."""

    index: tuple[RateStep, ...] = Field(
        min_length=1,
        max_length=MAX_ENTRIES,
        description="The published rate, by day of publication",
        examples=[[{"date": "2025-05-20", "rate": "3.00%"}]],
    )
    spread: Spread = Field(
        default=Decimal(0), description="Added to the published rate; negative where taken off", examples=["0.85%"]
    )
    resets: tuple[Date, ...] = Field(
        min_length=1, max_length=MAX_ENTRIES, description="Days on which it is fixed anew", examples=[["2027-01-01"]]
    )
    cap: Rate | None = Field(default=None, description="Highest rate per year", examples=["6.00%"])
    floor: Rate | None = Field(default=None, description="Lowest rate per year", examples=["2.00%"])


class Installment(Model):
    """Principal that falls due on a day."""

    date: Date = Field(description="Day on which it falls due", examples=["2027-06-30"])
    amount: PositiveAmount = Field(description="Principal, currency units", examples=["500000.00"])


class Charge(Model):
    """A claim that is known beforehand, such as a fee with its date."""

    name: Name = Field(description="What it is for", examples=["Valuation of the collateral"])
    date: Date = Field(description="Day on which it falls due", examples=["2027-03-01"])
    amount: PositiveAmount = Field(description="Amount, currency units", examples=["8000.00"])
    claim: ClaimName = Field(default="fees", description="Class of the claim", examples=["fees"])


class Paid(Model):
    """The borrower has paid."""

    kind: Literal["payment"] = Field(description="This kind of operation", examples=["payment"])
    date: Date = Field(description="Day of the operation", examples=["2027-01-20"])
    amount: PositiveAmount = Field(description="Amount received, currency units", examples=["50000.00"])
    order: DesignatedName | None = Field(
        default=None,
        description="Order the debtor designates; the contract's where left out",
        examples=["principal_first"],
    )


class Charged(Model):
    """Something more is claimed."""

    kind: Literal["charge"] = Field(description="This kind of operation", examples=["charge"])
    date: Date = Field(description="Day of the operation", examples=["2027-01-20"])
    name: Name = Field(description="What it is for", examples=["Court costs"])
    amount: PositiveAmount = Field(description="Amount, currency units", examples=["12000.00"])
    claim: ClaimName = Field(default="fees", description="Class of the claim", examples=["fees"])
    due: Date | None = Field(
        default=None, description="Day on which it falls due; at once where left out", examples=["2027-02-20"]
    )


class Waived(Model):
    """The bank gives up part of what it claims; conditional: it revives when the agreement is breached."""

    kind: Literal["waiver"] = Field(description="This kind of operation", examples=["waiver"])
    date: Date = Field(description="Day of the operation", examples=["2027-01-20"])
    conditional: bool = Field(
        default=False, description="true: vests when the debt is paid, revives on breach", examples=[True]
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


class Breached(Model):
    """The agreement is breached: conditional waivers revive."""

    kind: Literal["breach"] = Field(description="This kind of operation", examples=["breach"])
    date: Date = Field(description="Day of the operation", examples=["2027-05-20"])


class Repriced(Model):
    """The contract rate changes, until the next day on which the contract itself fixes it anew."""

    kind: Literal["rate"] = Field(description="This kind of operation", examples=["rate"])
    date: Date = Field(description="First day of the new rate", examples=["2027-01-01"])
    rate: Rate = Field(
        description="Rate per year from this day, until the next of rate_steps or floating resets",
        examples=["3.85%"],
    )


class Rescheduled(Model):
    """Principal falls due on other days; an installment after maturity extends the contract to its day."""

    kind: Literal["reschedule"] = Field(description="This kind of operation", examples=["reschedule"])
    date: Date = Field(description="Day of the operation", examples=["2027-01-20"])
    installments: tuple[Installment, ...] = Field(
        min_length=1,
        max_length=MAX_ENTRIES,
        description="Principal not yet due by its new days; all of it",
        examples=[[{"date": "2027-12-20", "amount": "8000000.00"}]],
    )
    with_overdue: bool = Field(
        default=False,
        description="true: overdue principal is rescheduled too, counts among installments and is overdue no longer",
        examples=[True],
    )


class Accelerated(Model):
    """The bank calls the whole loan due."""

    kind: Literal["acceleration"] = Field(description="This kind of operation", examples=["acceleration"])
    date: Date = Field(description="Day on which everything falls due", examples=["2027-01-20"])


class Reversed(Model):
    """An earlier operation is undone as if it had never been."""

    kind: Literal["reversal"] = Field(description="This kind of operation", examples=["reversal"])
    date: Date = Field(description="Day of the operation", examples=["2027-01-25"])
    of: Annotated[int, Field(ge=1, le=MAX_ENTRIES)] = Field(
        description="Number of the operation in this list, from 1", examples=[1]
    )


Operation = Annotated[
    Paid | Charged | Waived | Breached | Repriced | Rescheduled | Accelerated | Reversed, Field(discriminator="kind")
]

_PAYMENT = {"kind": "payment", "date": "2027-01-20", "amount": "50000.00"}


class Agreement(Model):
    """What the contract says of a running loan, with Chinese practice where it is silent."""

    maturity: Date | None = Field(
        default=None,
        description="Day on which the contract ends; principal falls due then unless installments say otherwise",
        examples=["2027-06-30"],
    )
    start: Date | None = Field(
        default=None, description="Day on which the loan was first paid out", examples=["2025-06-30"]
    )
    first_maturity: Date | None = Field(
        default=None,
        description="Day on which a loan that has been extended was first to end; maturity where left out",
        examples=["2026-06-30"],
    )
    effective_rate: Rate | None = Field(
        default=None,
        description="Effective interest rate per year at which the loan was first booked; the contract rate where "
        "left out",
        examples=["4.60%"],
    )
    overdue_since: Date | None = Field(
        default=None,
        description="Day on which the oldest unpaid claim fell due; the case's date where left out",
        examples=["2026-08-20"],
    )
    installments: tuple[Installment, ...] = Field(
        default=(),
        max_length=MAX_ENTRIES,
        description="Days on which principal not yet due falls due",
        examples=[[{"date": "2027-06-30", "amount": "500000.00"}]],
    )
    settlement_day: DayOfMonth = Field(
        default=20, description="Day of the month on which interest is settled", examples=[20]
    )
    settle_every: Every = Field(default=3, description="Months between settlement days", examples=[3])
    first_settlement: Date | None = Field(
        default=None,
        description="A settlement day the others are counted from; March, June, September, December where left out",
        examples=["2026-12-20"],
    )
    capitalize_on: tuple[Date, ...] = Field(
        default=(),
        max_length=MAX_ENTRIES,
        description="Days on which unpaid interest becomes principal",
        examples=[["2027-12-20"]],
    )
    rate_steps: tuple[RateStep, ...] = Field(
        default=(),
        max_length=MAX_ENTRIES,
        description="Later contract rates by day",
        examples=[[{"date": "2027-01-01", "rate": "3.85%"}]],
    )
    floating: Floating | None = Field(
        default=None,
        description="A contract rate that follows a published one",
        examples=[
            {
                "index": [{"date": "2025-05-20", "rate": "3.00%"}],
                "spread": "0.85%",
                "resets": ["2027-01-01"],
            }
        ],
    )
    penalty_multiple: Multiple = Field(
        default=Decimal("1.5"),
        description="Penalty rate on overdue principal as a multiple of the contract rate; 1.3 to 1.5 by rule",
        examples=["1.5"],
    )
    misused_principal: Amount = Field(
        default=NOTHING,
        description="Part of the principal not yet due that was used against the contract, currency units",
        examples=["200000.00"],
    )
    misuse_multiple: Multiple = Field(
        default=Decimal(2),
        description="Penalty rate on misused principal as a multiple of the contract rate; 1.5 to 2 by rule",
        examples=["2.0"],
    )
    compound_on_penalty: bool = Field(
        default=False, description="Whether unpaid penalty interest bears compound interest too", examples=[False]
    )
    order: AnyOrder = Field(
        default="civil_code",
        description="Order in which payments settle claims: a name, or the five classes one after the other",
        examples=["civil_code", ["penalty", "compound_interest", "interest", "fees", "principal"]],
    )
    charges: tuple[Charge, ...] = Field(
        default=(),
        max_length=MAX_ENTRIES,
        description="Claims known beforehand",
        examples=[[{"name": "Valuation of the collateral", "date": "2027-03-01", "amount": "8000.00"}]],
    )
    business_days: Literal["china", "weekdays", "every_day"] = Field(
        default="every_day", description="Which days banks work, for moving settlement and due days", examples=["china"]
    )
    adjustment: Literal["none", "following", "modified_following", "preceding", "modified_preceding"] = Field(
        default="none", description="Where a settlement or due day moves that banks do not work", examples=["following"]
    )
    operations: tuple[Operation, ...] = Field(
        default=(),
        max_length=MAX_ENTRIES,
        description="What has happened since the case's date, in order of time",
        examples=[[_PAYMENT]],
    )

    @model_validator(mode="after")
    def _one_way_of_rates(self) -> Agreement:
        if self.floating is not None and self.rate_steps:
            raise refuse(tr("a rate is either stepped or floating"), remedy=tr("leave out rate_steps or floating"))
        return self
