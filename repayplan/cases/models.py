"""What an officer writes down: the enterprise, its loans, its cash and the bank's policy.

Amounts are decimals in units of the case's currency with at most two places, rates and shares are fractions of one
(``4.35%`` and ``0.0435`` are the same), dates are ISO. A field left out takes the default of ``rules/defaults``,
which says why; ``off`` switches a limit off. Every field has a description, with its unit, and an example that can be
read; what fields must be to each other stands in ``checks``. Nothing here computes.

A default that stands here never changes under one name of the format: fingerprints of cases rest on it.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from pydantic import Field, model_validator

from repayplan.cases.agreement_checks import agreement_problems
from repayplan.cases.agreements import Agreement, RateStep
from repayplan.cases.base import Model
from repayplan.cases.checks import problems
from repayplan.cases.concession_checks import concession_problems
from repayplan.cases.concessions import Hazard, Liquidation, Rollback, RouteName, ValueTest, Waiver
from repayplan.cases.conduct import Conduct
from repayplan.cases.fields import (
    Amount,
    Currency,
    Date,
    DayOfMonth,
    Every,
    GraceMonths,
    Identifier,
    Months,
    Name,
    OrOff,
    Part,
    PositiveAmount,
    PositiveYears,
    Rate,
    Ratio,
    Services,
    Share,
    SignedAmount,
    Units,
    refuse_all,
)
from repayplan.cases.shapes import ShapeWish
from repayplan.cases.sources import Source
from repayplan.cases.statements import Statement

SCHEMA = "repayplan/case/1"

NOTHING = Decimal("0.00")


class Enterprise(Model):
    """The borrower."""

    name: Name = Field(description="Name of the borrower", examples=["Hengtai Construction Co. (invented)"])
    id: Identifier | None = Field(default=None, description="The bank's customer number", examples=["C-10023"])
    industry: Name | None = Field(default=None, description="Line of business", examples=["construction"])


class Loan(Model):
    """One loan and what is claimed on it on the case's date, by class. All amounts in currency units."""

    id: Identifier = Field(description="Contract number or a short name", examples=["L1"])
    principal: Amount = Field(description="Principal not yet due, currency units", examples=["8000000.00"])
    overdue_principal: Amount = Field(
        default=NOTHING, description="Overdue principal, currency units", examples=["1500000.00"]
    )
    interest: Amount = Field(default=NOTHING, description="Unpaid interest, currency units", examples=["120000.00"])
    compound_interest: Amount = Field(
        default=NOTHING,
        description="Interest charged on unpaid interest, currency units",
        examples=["3500.00"],
    )
    penalty: Amount = Field(
        default=NOTHING,
        description="Unpaid penalty interest, currency units",
        examples=["25000.00"],
    )
    fees: Amount = Field(default=NOTHING, description="Unpaid costs and fees, currency units", examples=["5000.00"])
    rate: Rate = Field(description="Contract rate, per year", examples=["4.35%"])
    rate_after_signing: Rate | None = Field(
        default=None,
        description="Rate per year once the plan is signed; the contract rate where left out",
        examples=["4.00%"],
    )
    rate_steps_after_signing: tuple[RateStep, ...] = Field(
        default=(),
        max_length=120,
        description="Rates that the plan brings later, lower where payments have been punctual, by day",
        examples=[[{"date": "2027-12-20", "rate": "3.60%"}]],
    )
    rate_on_breach: Rate | None = Field(
        default=None,
        description="Rate per year on principal from a breach of the plan on; unchanged where left out",
        examples=["6.525%"],
    )
    compound_rate: Rate | None = Field(
        default=None,
        description="Rate per year on unpaid interest once the plan is signed; the loan's rate where left out",
        examples=["4.35%"],
    )
    day_count: Literal["ACT/360", "ACT/365F", "ACT/ACT", "30/360", "30E/360"] = Field(
        default="ACT/360", description="Day count convention", examples=["ACT/360"]
    )
    collateral: Amount = Field(
        default=NOTHING,
        description="Net value of the collateral after costs, currency units",
        examples=["3000000.00"],
    )
    waiver: Waiver | None = Field(
        default=None,
        description="What the bank gives up of this loan when the plan is signed; nothing where left out",
        examples=[{"penalty": "25000.00", "conditional": True}],
    )
    lender: Name | None = Field(
        default=None,
        description="Who lends it, where it is not the bank; what is paid on it is no recovery of the bank",
        examples=["Municipal Credit Union (invented)"],
    )
    contract: Agreement = Field(
        default=Agreement(),
        description="What the contract says of the loan as it runs, and what has happened on it since the case's date",
        examples=[{"maturity": "2027-06-30", "penalty_multiple": "1.5", "settle_every": 3}],
    )
    conduct: Conduct = Field(
        default=Conduct(),
        description="How the loan was kept before the case's date, for the rating of the borrower",
        examples=[{"late_payments": 3, "restructured": 1}],
    )


_SOURCE = {"kind": "monthly", "name": "Net cash of the shops", "start": "2026-12", "amount": "210000.00", "months": 36}


class Cash(Model):
    """The borrower's cash: what it has, what it needs, what comes and goes."""

    opening: SignedAmount = Field(description="Cash on the case's date, currency units", examples=["900000.00"])
    operating_cost: Amount = Field(
        default=NOTHING,
        description="What running the business costs a month and is not netted in a source, currency units",
        examples=["260000.00"],
    )
    floor: Amount | None = Field(
        default=None, description="Cash the business needs at all times, currency units", examples=["260000.00"]
    )
    contingency: Amount = Field(
        default=NOTHING,
        description="Cash that plans keep above the floor, currency units",
        examples=["100000.00"],
    )
    sources: tuple[Source, ...] = Field(
        default=(),
        max_length=1_000,
        description="Where cash comes from; a plan needs one, payoff and ledger need none",
        examples=[[_SOURCE]],
    )


class Cover(Model):
    """How far cash must cover what is paid (debt service cover ratio, DSCR)."""

    minimum: Ratio | None = Field(default=None, description="Least cover ratio", examples=["1.20"])
    window: Literal["period", "rolling", "since_receipt"] | None = Field(
        default=None,
        description="What is compared: each period, the last months together, or everything since the last receipt",
        examples=["period"],
    )
    months: Months | None = Field(default=None, description="Length of a rolling window in months", examples=[12])
    carry: Share | None = Field(
        default=None, description="Share of the cash carried above the floor that counts", examples=["100%"]
    )


class Grace(Model):
    """A time at the beginning in which less is paid."""

    months: GraceMonths = Field(description="Length in months from the case's date", examples=[6])
    interest_only: bool = Field(
        default=False, description="true: interest is paid, principal is not; false: nothing is paid", examples=[True]
    )


class AverageLife(Model):
    """How long money may be out on average, counted from the case's date."""

    years: PositiveYears = Field(description="Longest average life in years", examples=["2.5"])
    of: Literal["payments", "principal"] = Field(
        default="payments",
        description="payments: of all that is paid; principal: of principal alone, where interest is kept current",
        examples=["principal"],
    )


class NamedPayment(Model):
    """A day on which at least so much is paid, whatever else the plan does."""

    date: Date = Field(description="Day of the payment; it becomes a payment date", examples=["2027-03-20"])
    amount: PositiveAmount | None = Field(
        default=None,
        description="Least amount on that day, currency units; minimum_installment where left out",
        examples=["50000.00"],
    )


class FixedPayment(Model):
    """A payment that is settled: what the borrower offers, or what was agreed before."""

    date: Date = Field(description="Day of the payment; it becomes a payment date", examples=["2027-02-05"])
    amount: Amount = Field(description="Exactly what is paid on that day, currency units", examples=["300000.00"])
    loan: Identifier | None = Field(
        default=None, description="Loan that is paid; all loans together where left out", examples=["L1"]
    )


class Policy(Model):
    """What the bank wants and allows. Everything has a default; ``repayplan plan`` prints those it used."""

    months: Months | None = Field(default=None, description="Term of the plan in months", examples=[36])
    maturity: Date | None = Field(
        default=None,
        description="Last day on which a payment may fall; the end of the term where left out",
        examples=["2029-11-20"],
    )
    route: RouteName | None = Field(
        default=None,
        description="The legal way the plan is agreed in, which decides what is allowed and who must sign",
        examples=["restructuring"],
    )
    payment_day: DayOfMonth | None = Field(
        default=None,
        description="Day of the month on which payments fall and interest settles",
        examples=[20],
    )
    payment_every: Every | None = Field(default=None, description="Months between payments", examples=[1])
    first_payment: Date | None = Field(default=None, description="Day of the first payment", examples=["2027-01-20"])
    shape: ShapeWish | None = Field(
        default=None,
        description="Shape of the installments: a name, or a kind with what it leaves open",
        examples=["level", {"kind": "step_up", "growth": "10%"}],
    )
    prefer: Literal["earliest", "smoothest", "fewest"] | None = Field(
        default=None,
        description="What decides between plans that are worth the same: the earliest payments, the smoothest "
        "installments, or the fewest different amounts",
        examples=["earliest"],
    )
    tolerance: Part | None = Field(
        default=None, description="How much of the value may be given up for the preference", examples=["0.5%"]
    )
    delay: Literal["forbid", "allow"] | None = Field(
        default=None,
        description="Whether waiting may count as a gain where the debt earns more than the discount rate",
        examples=["forbid"],
    )
    settle: Literal["full", "best"] | None = Field(
        default=None, description="full: the debt must be paid in full; best: as much as possible", examples=["full"]
    )
    arrears: Literal["capitalize", "keep"] | None = Field(
        default=None,
        description="capitalize: arrears become principal at signing; keep: they stay classes of their own",
        examples=["capitalize"],
    )
    order: Literal["civil_code", "principal_first"] | None = Field(
        default=None,
        description="civil_code: payments settle costs, interest, then principal; principal_first: principal before",
        examples=["civil_code"],
    )
    allocation: Literal["free", "rank", "legal", "pari_passu"] | None = Field(
        default=None,
        description="How several loans share a payment: as the plan finds best, one after the other as ranked, in the "
        "order of Civil Code art. 560, or each by the same fraction of what is owed on it",
        examples=["free"],
    )
    rank: tuple[Identifier, ...] = Field(
        default=(),
        max_length=20,
        description="All loans in the order in which they are paid, for allocation: rank",
        examples=[["L1"]],
    )
    arrears_cleared: OrOff[Rollback] | None = Field(
        default=None,
        description="Day by which arrears that stay overdue are paid down, or off",
        examples=[{"by": "substandard"}],
    )
    max_waived: OrOff[Amount] | None = Field(
        default=None,
        description="Most that may be waived on all loans together, currency units, or off",
        examples=["50000.00"],
    )
    all_in_charge: Literal["law", "off"] | None = Field(
        default=None,
        description="law: interest, penalty, compound interest and fees stay within what courts leave; or off",
        examples=["law"],
    )
    npv: OrOff[ValueTest] | None = Field(
        default=None,
        description="Test of the value that a plan loses at the original rate, or off",
        examples=[{"test": "eba"}],
    )
    liquidation_floor: OrOff[Liquidation] | None = Field(
        default=None,
        description="The plan is worth at least what the collateral would bring, or off",
        examples=[{"delay_months": 18}],
    )
    discount_rate: Rate | None = Field(
        default=None, description="Rate per year at which the bank values money", examples=["4.35%"]
    )
    hazard: Hazard | None = Field(
        default=None,
        description="Probability per month that the borrower defaults, or table: by the burden of the plan",
        examples=["0.5%"],
    )
    rating: Literal["low", "medium", "high", "computed"] | None = Field(
        default=None,
        description="How likely the borrower is taken to fail, as the bank rates it, or computed: as repayplan rate "
        "does; it chooses the hazards of the table",
        examples=["medium"],
    )
    max_burden: OrOff[Share] | None = Field(
        default=None,
        description="Most that the first twelve months may take of the cash they bring, or off",
        examples=["80%"],
    )
    recovery: Share | None = Field(
        default=None, description="Share of the debt recovered after a default without collateral", examples=["40%"]
    )
    cover: OrOff[Cover] | None = Field(default=None, description="Cover ratio, or off", examples=[{"minimum": "1.20"}])
    grace: OrOff[Grace] | None = Field(
        default=None, description="Time of reduced payments, or off", examples=[{"months": 6, "interest_only": True}]
    )
    interest_every: OrOff[Every] | None = Field(
        default=None, description="Interest is brought current at least every so many months, or off", examples=[3]
    )
    minimum_installment: OrOff[Amount] | None = Field(
        default=None,
        description="Least amount of every installment before the last, currency units, or off",
        examples=["10000.00"],
    )
    maximum_installment: OrOff[PositiveAmount] | None = Field(
        default=None, description="Largest amount of an installment, currency units, or off", examples=["500000.00"]
    )
    installments: OrOff[Units] | None = Field(
        default=None,
        description="Exactly so many installments; other payment dates are left out. The least amount then holds for "
        "dates on which something is paid. Off: any number",
        examples=[24],
    )
    step: OrOff[Part] | None = Field(
        default=None, description="Largest change from one installment to the next, or off", examples=["25%"]
    )
    step_against: Literal["previous", "last_year"] | None = Field(
        default=None,
        description="What step compares with: the installment before, or that of the same month a year before",
        examples=["last_year"],
    )
    balloon: OrOff[Part] | None = Field(
        default=None,
        description="Largest share of the debt in the last three payments together, or off",
        examples=["20%"],
    )
    reserve: OrOff[Services] | None = Field(
        default=None,
        description="How many coming installments cash must hold in reserve, or off; a plan keeps the reserve, a "
        "borrower in need may use it",
        examples=[2],
    )
    cumulative: OrOff[Share] | None = Field(
        default=None,
        description="Least share of the debt that is paid by the end of the term, growing evenly over the payment "
        "dates after grace, or off",
        examples=["80%"],
    )
    average_life: OrOff[AverageLife] | None = Field(
        default=None, description="Longest average life, or off", examples=[{"years": "2.5", "of": "payments"}]
    )
    named_payments: tuple[NamedPayment, ...] = Field(
        default=(),
        max_length=60,
        description="Days on which at least a least amount is paid, such as two in the first twelve months",
        examples=[[{"date": "2027-03-20", "amount": "50000.00"}, {"date": "2027-09-20", "amount": "50000.00"}]],
    )
    fixed_payments: tuple[FixedPayment, ...] = Field(
        default=(),
        max_length=240,
        description="Payments that are settled by day and amount; the plan is made around them",
        examples=[[{"date": "2027-02-05", "amount": "300000.00", "loan": "L1"}]],
    )
    unit: PositiveAmount | None = Field(
        default=None, description="Installments are multiples of this, currency units", examples=["100.00"]
    )


class Case(Model):
    """A borrower, its debt, its cash and the bank's policy on one day."""

    schema_: Literal["repayplan/case/1"] = Field(alias="schema", description="Format of this file", examples=[SCHEMA])
    as_of: Date = Field(description="Day of all balances; the plan is signed on it", examples=["2026-11-20"])
    currency: Currency = Field(default="CNY", description="Currency (ISO 4217)", examples=["CNY"])
    enterprise: Enterprise = Field(description="The borrower", examples=[{"name": "Hengtai Construction (invented)"}])
    loans: tuple[Loan, ...] = Field(
        min_length=1,
        max_length=20,
        description="The loans to be repaid",
        examples=[[{"id": "L1", "principal": "8000000.00", "rate": "4.35%"}]],
    )
    cash: Cash = Field(
        default=Cash(opening=NOTHING),
        description="The borrower's cash; a plan needs it, payoff and ledger do not",
        examples=[{"opening": "900000.00", "sources": [_SOURCE]}],
    )
    statements: tuple[Statement, ...] = Field(
        default=(),
        max_length=20,
        description="Yearly accounts of the borrower, with which the forecast is compared",
        examples=[[{"year": 2025, "revenue": "48000000.00", "operating_cash_flow": "4300000.00"}]],
    )
    policy: Policy = Field(
        default=Policy(),
        description="What the bank wants and allows",
        examples=[{"months": 36, "first_payment": "2027-01-20"}],
    )

    @model_validator(mode="after")
    def _fields_fit_together(self) -> Case:
        found = [*problems(self), *agreement_problems(self), *concession_problems(self)]
        if found:
            raise refuse_all(found)
        return self
