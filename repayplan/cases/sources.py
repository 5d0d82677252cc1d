"""Where cash comes from and where it goes: one kind of source for each way in which an enterprise earns or owes.

Every source says what the borrower expects. ``bank`` says how much less and how much later the bank counts on; what
is left out takes the dated default of the source's kind (``rules/views.toml``). Amounts are in currency units and
positive where cash comes in; what goes out is negative, or stands in a field that names a cost.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, model_validator

from repayplan.calendar.dates import add_months
from repayplan.cases.base import Model
from repayplan.cases.fields import (
    MAX_MONTHS,
    Amount,
    Date,
    DayOfMonth,
    Days,
    FileName,
    Growth,
    Identifier,
    Index,
    Month,
    Months,
    Name,
    Part,
    PositiveAmount,
    RampUp,
    Share,
    SignedAmount,
    Units,
    refuse,
)
from repayplan.cases.histories import LEAST_HISTORY, History, unread_file
from repayplan.language import tr

MAX_ITEMS = 5_000
MAX_STORES = 1_000

NOTHING, ALL = Decimal("0.00"), Decimal(1)

LunarNewYear = Literal["auto", "on", "off"]
Category = Literal["operating", "tax", "senior", "lender", "other"]


class BankView(Model):
    """What the bank counts on where the borrower expects more or sooner; it applies to receipts, never to costs."""

    haircut: Part | None = Field(default=None, description="Share of the receipts not counted on", examples=["10%"])
    delay_days: Days | None = Field(default=None, description="Days by which receipts are counted later", examples=[30])


class Provenance(Model):
    """What every source has: a name, and how the bank sees it."""

    name: Name = Field(description="What it is", examples=["Net cash of the shops"])
    bank: BankView = Field(
        default=BankView(),
        description="The bank's view of this source; the dated default of its kind where left out",
        examples=[{"haircut": "10%", "delay_days": 30}],
    )


class Milestone(Model):
    """One stage of a contract that brings money when it is accepted."""

    name: Name = Field(description="What is finished", examples=["Building 3, roof"])
    date: Date = Field(description="Day on which the money is expected", examples=["2027-03-31"])
    amount: PositiveAmount = Field(description="Amount received, currency units", examples=["2000000.00"])
    retention: Part = Field(
        default=NOTHING, description="Share of the amount that the client keeps back until the release", examples=["5%"]
    )
    release: Date | None = Field(
        default=None, description="Day on which what was kept back is paid", examples=["2029-03-31"]
    )
    cost_to_complete: Amount = Field(
        default=NOTHING,
        description="What finishing this stage still costs, currency units; spread over the months before it",
        examples=["900000.00"],
    )

    @model_validator(mode="after")
    def _release_is_known(self) -> Milestone:
        if (self.retention > 0) != (self.release is not None):
            raise refuse(
                tr("a retention and the day of its release belong together"),
                remedy=tr("give both retention: and release:, or neither"),
            )
        return self


_MILESTONE = {"name": "Building 3, roof", "date": "2027-03-31", "amount": "2000000.00"}


class Milestones(Provenance):
    """Cash that comes stage by stage, as in a building contract."""

    kind: Literal["milestones"] = Field(description="This kind of source", examples=["milestones"])
    items: tuple[Milestone, ...] = Field(
        min_length=1, max_length=MAX_ITEMS, description="The stages", examples=[[_MILESTONE]]
    )
    collected_on_time: Share = Field(
        default=ALL, description="Share of each amount that comes on its day", examples=["80%"]
    )
    late_days: Days = Field(default=0, description="Days after which the rest comes", examples=[60])

    @property
    def figures(self) -> Iterator[Decimal]:
        """Every amount of the source; costs are negative."""
        for item in self.items:
            yield item.amount
            yield -item.cost_to_complete


_HISTORY = {"start": "2023-01", "amounts": ["820000.00", "640000.00"]}
_INDICES = ["0.74", "0.80", "1.01", "0.96", "1.02", "0.96", "0.97", "1.03", "0.91", "0.98", "1.15", "1.47"]

Indices = Annotated[tuple[Index, ...], Field(min_length=12, max_length=12)]


class Season(Provenance):
    """Sales with a season: learned from their history, or given as twelve indices and the figure of a year."""

    kind: Literal["season"] = Field(description="This kind of source", examples=["season"])
    history: History | None = Field(
        default=None, description="Sales of at least 24 past months, currency units", examples=[_HISTORY]
    )
    indices: Indices | None = Field(
        default=None, description="Seasonal index of each month from January, 1 on average", examples=[_INDICES]
    )
    yearly: PositiveAmount | None = Field(
        default=None, description="Sales of the first year, currency units; with indices", examples=["12000000.00"]
    )
    start: Month | None = Field(
        default=None,
        description="First month counted; the month after the case's date where left out",
        examples=["2026-12"],
    )
    months: Months | None = Field(
        default=None, description="For how many months; to the end of the plan where left out", examples=[36]
    )
    trend: Growth | None = Field(
        default=None,
        description="Growth of sales per year; learned from the history where left out, none without one",
        examples=["2%"],
    )
    margin: Share = Field(default=ALL, description="Share of sales that stays as cash", examples=["35%"])
    lunar_new_year: LunarNewYear = Field(
        default="auto",
        description="Moving effect of Lunar New Year; auto: only where the history shows that it helps",
        examples=["auto"],
    )
    day: DayOfMonth | None = Field(
        default=None, description="Day of the month; the last day where left out or too large", examples=[15]
    )

    @model_validator(mode="after")
    def _one_way(self) -> Season:
        learned = self.history is not None and self.indices is None and self.yearly is None
        given = self.history is None and self.indices is not None and self.yearly is not None
        if not (learned or given):
            raise refuse(
                tr("a season needs either a history, or indices together with yearly"),
                remedy=tr("give history:, or indices: [12 numbers] and yearly:"),
            )
        if self.history is not None and self.history.known < LEAST_HISTORY:
            raise refuse(
                tr("this history has {count} known months", count=self.history.known),
                tr("at least {count}", count=LEAST_HISTORY),
                tr("add earlier months, or give indices and yearly in place of the history"),
            )
        if self.indices is not None and not sum(self.indices):
            raise refuse(tr("all twelve indices are zero"), remedy=tr("give the index of each month, 1 on average"))
        return self

    @property
    def figures(self) -> Iterator[Decimal]:
        """Every amount of the source."""
        if self.yearly is not None:
            yield self.yearly
        elif self.history is not None:
            yield from (amount for amount in self.history.series if amount is not None)


class Store(Model):
    """One store of a chain."""

    name: Name = Field(description="Name or number of the store", examples=["Nanjing Road"])
    opened: Month | None = Field(
        default=None, description="First month of business; long ago where left out", examples=["2025-09"]
    )
    closing: Month | None = Field(default=None, description="Last month of business", examples=["2027-08"])
    monthly: Amount | None = Field(
        default=None,
        description="Sales of an average month once it runs fully, currency units; needed without a history",
        examples=["260000.00"],
    )
    ramp_up_months: RampUp | None = Field(
        default=None,
        description="Months from the opening until it runs fully; the chain's where left out",
        examples=[9],
    )
    margin: Share | None = Field(
        default=None, description="Share of sales that stays as cash; the chain's where left out", examples=["18%"]
    )
    history: History | None = Field(
        default=None, description="Sales of past months, currency units", examples=[_HISTORY]
    )

    @model_validator(mode="after")
    def _something_is_known(self) -> Store:
        if self.monthly is None and self.history is None:
            raise refuse(
                tr("nothing says what this store sells"), remedy=tr("give monthly:, or a history with some months")
            )
        if self.history is not None and not self.history.known:
            raise refuse(tr("no month of this history is known"), remedy=tr("give monthly: in place of the history"))
        if self.monthly and self.history is not None and self._sold_nothing(self.history):
            raise refuse(
                tr("every month of this store's history is zero, and monthly says that it sells"),
                remedy=tr("leave out the history, or monthly; where it opens later, give opened:"),
            )
        if self.opened is not None and self.closing is not None and self.closing < self.opened:
            raise refuse(tr("this store closes before it opens"), remedy=tr("check opened and closing"))
        return self

    def _sold_nothing(self, history: History) -> bool:
        """Whether it was open and sold nothing, as far as the history goes."""
        if history.start is None or any(history.series):
            return False
        return self.opened is None or self.opened < add_months(history.start, len(history.series))


_STORE = {"name": "Nanjing Road", "opened": "2025-09", "monthly": "260000.00"}


class Stores(Provenance):
    """A chain: store by store, each with what is known of it; the chain's season serves those that know little."""

    kind: Literal["stores"] = Field(description="This kind of source", examples=["stores"])
    stores: tuple[Store, ...] = Field(
        min_length=1,
        max_length=MAX_STORES,
        description="The stores; or a file in their place",
        examples=[[_STORE]],
    )
    margin: Share = Field(default=ALL, description="Share of sales that stays as cash", examples=["18%"])
    ramp_up_months: RampUp = Field(
        default=0, description="Months from the opening of a store until it runs fully", examples=[9]
    )
    indices: Indices | None = Field(
        default=None,
        description="Season of the sector, index of each month from January; learned from the stores where left out",
        examples=[_INDICES],
    )
    trend: Growth = Field(default=NOTHING, description="Growth of sales per year of every store", examples=["1%"])
    months: Months | None = Field(
        default=None, description="For how many months; to the end of the plan where left out", examples=[36]
    )
    day: DayOfMonth | None = Field(
        default=None, description="Day of the month; the last day where left out or too large", examples=[15]
    )
    file: FileName | None = Field(
        default=None,
        description="CSV file in the folder of the case, one store a row, in place of stores",
        examples=["stores.csv"],
    )
    history_file: FileName | None = Field(
        default=None,
        description="CSV file in the folder of the case with columns store, month and amount: the stores' histories",
        examples=["history.csv"],
    )

    @model_validator(mode="after")
    def _files_are_read(self) -> Stores:
        if self.file is not None or self.history_file is not None:
            raise unread_file()
        if self.indices is not None and not sum(self.indices):
            raise refuse(tr("all twelve indices are zero"), remedy=tr("give the index of each month, 1 on average"))
        return self

    @property
    def figures(self) -> Iterator[Decimal]:
        """Every amount of the source."""
        for store in self.stores:
            if store.monthly is not None:
                yield 12 * store.monthly
            if store.history is not None:
                yield from (amount for amount in store.history.series if amount is not None)


class Factoring(Model):
    """A receivable is turned into cash before it is due."""

    date: Date = Field(description="Day on which the cash comes", examples=["2027-01-15"])
    discount: Part = Field(description="Share of the amount that this costs", examples=["6%"])


class Receivable(Model):
    """One invoice, or what one debtor owes on one day."""

    debtor: Name = Field(description="Who owes it", examples=["Jiangnan Supermarkets"])
    amount: PositiveAmount = Field(description="Amount owed, currency units", examples=["3400000.00"])
    due: Date = Field(description="Day on which it is due", examples=["2027-02-28"])
    delay_days: Days = Field(default=0, description="Days after that day until it is paid", examples=[45])
    dilution: Part = Field(
        default=NOTHING, description="Share that is lost to returns, set-offs and disputes", examples=["3%"]
    )
    factoring: Factoring | None = Field(
        default=None,
        description="Early collection or sale at a discount, in place of waiting",
        examples=[{"date": "2027-01-15", "discount": "6%"}],
    )


_RECEIVABLE = {"debtor": "Jiangnan Supermarkets", "amount": "3400000.00", "due": "2027-02-28", "delay_days": 45}


class Receivables(Provenance):
    """What others owe the borrower."""

    kind: Literal["receivables"] = Field(description="This kind of source", examples=["receivables"])
    items: tuple[Receivable, ...] = Field(
        min_length=1, max_length=MAX_ITEMS, description="The receivables", examples=[[_RECEIVABLE]]
    )

    @property
    def figures(self) -> Iterator[Decimal]:
        """Every amount of the source."""
        return (item.amount for item in self.items)


class Lot(Model):
    """Goods of one kind, or one thing, that is sold off."""

    name: Name = Field(description="What is sold", examples=["Cotton yarn 32S, tons"])
    price: PositiveAmount = Field(description="Price of a unit, currency units", examples=["21500.00"])
    units: Units = Field(default=1, description="How many units there are", examples=[180])
    haircut: Part = Field(
        default=NOTHING, description="Share of the price that a quick sale costs, also to the borrower", examples=["8%"]
    )
    units_per_month: Units | None = Field(
        default=None, description="How many are sold a month; all at once where left out", examples=[20]
    )
    cost_of_sale: Part = Field(
        default=NOTHING, description="Share of the proceeds that selling costs: fees, transport, tax", examples=["4%"]
    )
    first_sale: Date = Field(description="Day of the first proceeds; the others a month apart", examples=["2027-01-31"])
    secures: Identifier | None = Field(
        default=None, description="Loan to which it is pledged; the proceeds belong to that loan", examples=["L1"]
    )


_LOT = {"name": "Cotton yarn 32S, tons", "price": "21500.00", "units": 180, "first_sale": "2027-01-31"}


class Assets(Provenance):
    """Stock and other assets that are sold, pledged or not."""

    kind: Literal["assets"] = Field(description="This kind of source", examples=["assets"])
    lots: tuple[Lot, ...] = Field(min_length=1, max_length=MAX_ITEMS, description="What is sold", examples=[[_LOT]])

    @property
    def figures(self) -> Iterator[Decimal]:
        """Every amount of the source."""
        return (lot.price * lot.units for lot in self.lots)


class Guarantor(Provenance):
    """A guarantor who pays when called; ``name`` is who."""

    kind: Literal["guarantor"] = Field(description="This kind of source", examples=["guarantor"])
    cap: PositiveAmount = Field(description="Most that the guarantor owes, currency units", examples=["1500000.00"])
    call_date: Date = Field(description="Day on which the guarantee is called", examples=["2027-03-01"])
    delay_days: Days = Field(default=0, description="Days from the call until the payment", examples=[60])
    secures: Identifier | None = Field(
        default=None, description="Loan that is guaranteed; every loan where left out", examples=["L1"]
    )

    @property
    def figures(self) -> Iterator[Decimal]:
        """Every amount of the source."""
        yield self.cap


class Monthly(Provenance):
    """A plain series: one amount a month. Either ``amounts`` one by one, or one ``amount`` for ``months`` months."""

    kind: Literal["monthly"] = Field(description="This kind of source", examples=["monthly"])
    category: Category = Field(
        default="operating",
        description="operating, tax, senior (ranks before this debt), lender (another lender's service) or other",
        examples=["operating"],
    )
    start: Month = Field(description="First month", examples=["2026-12"])
    amounts: tuple[SignedAmount, ...] | None = Field(
        default=None,
        min_length=1,
        max_length=MAX_MONTHS,
        description="One amount a month, currency units; negative where cash goes out",
        examples=[["210000.00", "180000.00", "-20000.00"]],
    )
    amount: SignedAmount | None = Field(
        default=None, description="The same amount every month, currency units", examples=["210000.00"]
    )
    months: Months | None = Field(default=None, description="For how many months", examples=[36])
    day: DayOfMonth | None = Field(
        default=None,
        description="Day of the month; the last day where left out or too large",
        examples=[15],
    )

    @model_validator(mode="after")
    def _one_way(self) -> Monthly:
        one_by_one = self.amounts is not None and self.amount is None and self.months is None
        repeated = self.amounts is None and self.amount is not None and self.months is not None
        if not (one_by_one or repeated):
            raise refuse(
                tr("a monthly series needs either amounts, or amount together with months"),
                remedy=tr("give amounts: [..], or amount: and months:"),
            )
        return self

    @property
    def series(self) -> tuple[Decimal, ...]:
        """The amounts one by one, however they were written."""
        if self.amounts is not None:
            return self.amounts
        return () if self.amount is None or self.months is None else (self.amount,) * self.months

    @property
    def figures(self) -> Iterator[Decimal]:
        """Every amount of the source."""
        return iter(self.series)


class SingleFlow(Model):
    """One amount on one day."""

    name: Name = Field(description="What it is", examples=["Sale of the old warehouse"])
    date: Date = Field(description="Day of the cash", examples=["2027-05-31"])
    amount: SignedAmount = Field(
        description="Amount, currency units; negative where cash goes out", examples=["200000.00"]
    )


class Flows(Provenance):
    """Single amounts on single days, in and out."""

    kind: Literal["flows"] = Field(description="This kind of source", examples=["flows"])
    category: Category = Field(
        default="other",
        description="operating, tax, senior (ranks before this debt), lender (another lender's service) or other",
        examples=["tax"],
    )
    items: tuple[SingleFlow, ...] = Field(
        min_length=1,
        max_length=MAX_ITEMS,
        description="The amounts",
        examples=[[{"name": "Sale of the old warehouse", "date": "2027-05-31", "amount": "200000.00"}]],
    )

    @property
    def figures(self) -> Iterator[Decimal]:
        """Every amount of the source."""
        return (item.amount for item in self.items)


Source = Annotated[
    Milestones | Season | Stores | Receivables | Assets | Guarantor | Flows | Monthly, Field(discriminator="kind")
]
