"""Shapes that installments may have: one model for each, told apart by ``kind``; plain names where nothing is open.

Those whose names end in share tie payments to receipts: day and amount follow what comes in.
"""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Discriminator, Field, Tag, model_validator

from repayplan.cases.base import Model
from repayplan.cases.fields import Amount, Date, Days, Growth, Months, Name, PositiveAmount, Share, StepMultiple, refuse
from repayplan.language import tr

MAX_GROUPS = 5
"""A share for each store would be a figure that means nothing."""

CalendarMonth = Annotated[int, Field(ge=1, le=12)]


class Free(Model):
    """No shape."""

    kind: Literal["free"] = Field(description="Each installment is as it is best", examples=["free"])


class Level(Model):
    """One amount."""

    kind: Literal["level"] = Field(description="All installments are the same", examples=["level"])


class LevelPrincipal(Model):
    """One amount of principal, and the interest of the time."""

    kind: Literal["level_principal"] = Field(
        description="The same principal in every installment, and interest on what is left",
        examples=["level_principal"],
    )


class Step(Model):
    """From a day on installments are a multiple of the first ones."""

    since: Date = Field(description="First day on which it counts", examples=["2027-12-20"])
    multiple: StepMultiple = Field(description="Multiple of the first installments", examples=["1.25"])


_STEPS = [{"since": "2027-12-20", "multiple": "1.25"}, {"since": "2028-12-20", "multiple": "1.5"}]


class StepUp(Model):
    """Installments that rise in steps, by a share each or as stated."""

    kind: Literal["step_up"] = Field(description="Installments rise in steps", examples=["step_up"])
    growth: Growth | None = Field(
        default=None, description="Share by which installments rise at each step", examples=["10%"]
    )
    every: Months | None = Field(default=None, description="Months between steps; twelve where left out", examples=[12])
    steps: tuple[Step, ...] | None = Field(
        default=None,
        min_length=1,
        max_length=20,
        description="The steps one by one, in place of growth",
        examples=[_STEPS],
    )

    @model_validator(mode="after")
    def _one_way(self) -> StepUp:
        if (self.growth is None) == (self.steps is None) or (self.steps is not None and self.every is not None):
            raise refuse(
                tr("rising installments need either a growth, or the steps one by one"),
                remedy=tr("give growth: (and every:), or steps: [..]"),
            )
        days = [step.since for step in self.steps or ()]
        if days != sorted(set(days)):
            raise refuse(tr("these steps are not in order of their days"), remedy=tr("write the earliest step first"))
        return self


class Seasonal(Model):
    """Installments with the season of the business."""

    kind: Literal["seasonal"] = Field(
        description="The same installment in the same month of every year", examples=["seasonal"]
    )
    peak: tuple[CalendarMonth, ...] | None = Field(
        default=None,
        min_length=1,
        max_length=11,
        description="Months of the year with the larger of two installments; an installment for each month of the "
        "year where left out",
        examples=[[11, 12, 1]],
    )

    @model_validator(mode="after")
    def _each_month_once(self) -> Seasonal:
        if self.peak is not None and len(set(self.peak)) < len(self.peak):
            raise refuse(tr("a month stands here twice"), remedy=tr("write each month once, 1 for January"))
        return self


class InterestOnly(Model):
    """Interest alone at first, then one amount."""

    kind: Literal["interest_only"] = Field(
        description="Interest and nothing else at first, then level installments", examples=["interest_only"]
    )
    months: Months = Field(description="For how many months interest alone is paid", examples=[6])


class LevelBalloon(Model):
    """One amount, and a last payment that is stated."""

    kind: Literal["level_balloon"] = Field(
        description="Level installments and a last payment as stated", examples=["level_balloon"]
    )
    last: PositiveAmount | None = Field(
        default=None, description="The last payment, currency units", examples=["2000000.00"]
    )
    share: Share | None = Field(
        default=None, description="The last payment as a share of the debt at signing", examples=["20%"]
    )

    @model_validator(mode="after")
    def _one_way(self) -> LevelBalloon:
        if (self.last is None) == (not self.share):
            raise refuse(
                tr("the last payment is stated either as an amount or as a share of the debt"),
                remedy=tr("give last: or share:"),
            )
        return self


class Contingent(Model):
    """What every rule needs that ties payments to receipts."""

    source: Name | None = Field(
        default=None, description="Name of the source of cash; all of its kind where left out", examples=["Riverside"]
    )
    pay_within_days: Days | None = Field(
        default=None,
        description="Days within which a receipt is shared out; the longest wait for a payment day where left out",
        examples=[31],
    )
    minimum: Amount = Field(
        default=Decimal("0.00"),
        description="Least amount due on each payment day before the last, currency units",
        examples=["50000.00"],
    )
    long_stop_days: Days | None = Field(
        default=None,
        description="Days after the expected receipt on which the expected amount falls due all the same",
        examples=[180],
    )
    account: Name | None = Field(
        default=None, description="The controlled account into which receipts go", examples=["Escrow 0110-2231"]
    )


class MilestoneShare(Contingent):
    """A share of each milestone, which never falls along a project."""

    kind: Literal["milestone_share"] = Field(
        description="A share of every receipt by milestone, never falling along the project",
        examples=["milestone_share"],
    )


class StoreGroup(Model):
    """Stores that give the same share."""

    name: Name = Field(description="Name of the group", examples=["North"])
    stores: tuple[Name, ...] = Field(
        min_length=1, max_length=1_000, description="Names of its stores", examples=[["Nanjing Road"]]
    )


class StoreShare(Contingent):
    """A share of what the stores bring in."""

    kind: Literal["store_share"] = Field(
        description="One share of the cash of a chain's stores, or one for each of a few groups",
        examples=["store_share"],
    )
    groups: tuple[StoreGroup, ...] | None = Field(
        default=None,
        min_length=1,
        max_length=MAX_GROUPS,
        description="Groups with a share each, every store in one of them; one share for all where left out",
        examples=[[{"name": "North", "stores": ["Nanjing Road"]}]],
    )


class ReceivableShare(Contingent):
    """A share of what debtors pay."""

    kind: Literal["receivable_share"] = Field(
        description="A share of every receivable that is collected", examples=["receivable_share"]
    )


ShareOfReceipts = MilestoneShare | StoreShare | ReceivableShare
"""The contingent shapes."""

PlainName = Literal[
    "free", "level", "level_principal", "seasonal", "milestone_share", "store_share", "receivable_share"
]
"""Shapes that need nothing but their name."""

Shape = Annotated[
    Free
    | Level
    | LevelPrincipal
    | StepUp
    | Seasonal
    | InterestOnly
    | LevelBalloon
    | MilestoneShare
    | StoreShare
    | ReceivableShare,
    Field(discriminator="kind"),
]

SHAPES: dict[str, type[Model]] = {
    "free": Free,
    "level": Level,
    "level_principal": LevelPrincipal,
    "step_up": StepUp,
    "seasonal": Seasonal,
    "interest_only": InterestOnly,
    "level_balloon": LevelBalloon,
    "milestone_share": MilestoneShare,
    "store_share": StoreShare,
    "receivable_share": ReceivableShare,
}
SOURCES = {"milestone_share": "milestones", "store_share": "stores", "receivable_share": "receivables"}
"""The kind of source that each shape takes its share of."""


_WITH_MORE = {
    "step_up": "{kind: step_up, growth: 10%}",
    "interest_only": "{kind: interest_only, months: 6}",
    "level_balloon": "{kind: level_balloon, share: 20%}",
}
"""Shapes whose names alone say too little, with what may be written."""


def _written(value: Any) -> str:
    return "with" if isinstance(value, dict | Model) else "plain"


def _enough(value: Any) -> Any:
    if isinstance(value, str) and value in _WITH_MORE:
        remedy = tr("write for example {example}", example=_WITH_MORE[value])
        raise refuse(tr("this shape needs more than its name"), remedy=remedy)
    return value


ShapeWish = Annotated[
    Annotated[PlainName, BeforeValidator(_enough), Tag("plain")] | Annotated[Shape, Tag("with")],
    Discriminator(_written),
]
"""A plain name, or a shape with what it leaves open."""


def shape_of(wish: Any) -> Any:
    """The model of what is wished for, by name or with fields."""
    return _plain(wish) if isinstance(wish, str) else wish


@cache
def _plain(name: str) -> Any:
    return SHAPES[name].model_validate({"kind": name})
