"""The bank's limits over a whole book: a file in which every figure is said as a person says it.

A limit is a sum over the options chosen (visits, a haircut), a ratio of two sums (provision to balance) or a weighted
average (the probability of a miss by balance); for the whole book or for each month, industry, region or rating, and of
all options or of some kinds. A target is by how much the overdue balance is to fall: in cash, unless it names more.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from repayplan.cases.base import Model
from repayplan.cases.choices import listed_choices, one_of
from repayplan.cases.fields import Name, Part, refuse_all
from repayplan.cases.problems import Path as Place
from repayplan.cases.problems import Problem, twice
from repayplan.cases.settings import Understood, understand_settings
from repayplan.language import Message, tr
from repayplan.portfolio.coupling.measures import ATTRIBUTES, Measure, figure
from repayplan.portfolio.dominance import DIRECTIONS, Direction
from repayplan.portfolio.menu import KindName
from repayplan.portfolio.names import folded
from repayplan.rules.hazard import RiskLevel
from repayplan.rules.treatments import MONTHS

SCHEMA = "repayplan/limits/1"
MOST_LIMITS = 100

Group = Literal["industry", "region", "rating"]
Month = Annotated[int, Field(ge=1, le=MONTHS)]
Fall = Literal["cash", "rescheduled", "written_off", "sold"]
AttributeName = Literal[
    "cases",
    "balance",
    "overdue",
    "recovery",
    "cost",
    "haircut",
    "provision",
    "npv_loss",
    "miss",
    "default",
    "officer_hours",
    "visits",
    "legal",
    "fall_cash",
    "fall_rescheduled",
    "fall_written_off",
    "fall_sold",
]

_PLAIN: dict[str, Any] = {"name": "Visits", "sum": "visits", "by": ["month"], "at_most": 400}


_COUNTED: tuple[Place, ...] = tuple((name,) for name in ("sum", "over", "average", "weighted_by", "by", "months"))
"""Fields that say what is counted: where one of them cannot be read, nobody knows what figures mean."""


class Limit(Model):
    """One limit, or one for each group and month."""

    name: Name = Field(description="What it is called", examples=["Site visits"])
    sum: AttributeName | None = Field(default=None, description="Attribute that is added up", examples=["visits"])
    over: AttributeName | None = Field(
        default=None,
        description="Attribute by whose sum it is divided, for a ratio; none that may be negative",
        examples=["balance"],
    )
    average: AttributeName | None = Field(
        default=None, description="Attribute that is averaged, in place of sum", examples=["miss"]
    )
    weighted_by: AttributeName = Field(
        default="balance", description="What the average is weighted by", examples=["balance"]
    )
    at_most: Any = Field(default=None, description="The limit, where more is too much", examples=[400])
    at_least: Any = Field(default=None, description="The limit, where less is too little", examples=["1000000.00"])
    each: dict[str, Any] = Field(
        default_factory=dict,
        description="Figures of single groups, in place of the one for all; groups without a figure have no limit",
        examples=[{"North": 120, "South": 90}],
    )
    by: tuple[Literal["month", "industry", "region", "rating"], ...] = Field(
        default=(), description="What each has a limit of its own", examples=[["month"]]
    )
    months: tuple[Month, ...] = Field(
        default=(), max_length=MONTHS, description="Months after the book's date; all where left out", examples=[[1, 2]]
    )
    kinds: tuple[KindName, ...] = Field(
        default=(),
        description="Kinds of option that count; all where left out. What a ratio is divided by counts all the same",
        examples=[["enforce"]],
    )
    over_kinds: tuple[KindName, ...] = Field(
        default=(),
        description="Kinds of option that count in what a ratio is divided by; all where left out",
        examples=[["plan"]],
    )
    ratings: tuple[RiskLevel, ...] = Field(default=(), description="Ratings that count", examples=[["high"]])
    industries: tuple[Name, ...] = Field(default=(), description="Industries that count", examples=[["restaurants"]])
    regions: tuple[Name, ...] = Field(default=(), description="Regions that count", examples=[["North"]])

    @model_validator(mode="after")
    def _fits_together(self) -> Limit:
        found = [*_wording(self), *_time(self), *_figures(self)]
        if found:
            raise refuse_all([replace(each, rests_on=(*each.rests_on, *_COUNTED)) for each in found])
        return self

    @property
    def attribute(self) -> str:
        """What is added up or averaged."""
        return str(self.sum or self.average)

    @property
    def divisor(self) -> str | None:
        """By whose sum it is divided, None where it is a plain sum."""
        return self.weighted_by if self.average else self.over

    @property
    def measure(self) -> Measure:
        """In which unit the limit is."""
        own = ATTRIBUTES[self.attribute].measure
        if self.average:
            return own
        if self.over and ATTRIBUTES[self.over].measure == own:
            return "share"
        if self.over and own == "cents":
            return "cents"  # so much for each borrower, visit or hour
        return "number" if self.over or own == "share" else own

    @property
    def groups(self) -> tuple[Group, ...]:
        """What each has a limit of its own, but for months."""
        return tuple(each for each in self.by if each != "month")

    @property
    def spans(self) -> tuple[tuple[int, ...], ...]:
        """The months of each single limit; none where the attribute has no months."""
        if not self._monthly:
            return ((),)
        months = tuple(sorted(set(self.months))) or tuple(range(1, MONTHS + 1))
        return tuple((month,) for month in months) if "month" in self.by else (months,)

    def most(self, group: str | None) -> tuple[tuple[float, bool], ...]:
        """The figures for a group, each with whether it is a least one."""
        own = None if group is None else self._own.get(folded(group))
        if own is not None:
            return ((figure(own, self.measure), self.at_most is None and self.at_least is not None),)
        given = ((self.at_most, False), (self.at_least, True))
        return tuple((figure(value, self.measure), least) for value, least in given if value is not None)

    @cached_property
    def _own(self) -> dict[str, Any]:
        """The figures of single groups by names as they are compared."""
        return {folded(name): value for name, value in self.each.items()}

    @property
    def _monthly(self) -> bool:
        return any(ATTRIBUTES[name].monthly for name in (self.attribute, self.divisor) if name)


class Target(Model):
    """By how much the overdue balance is to fall by a month."""

    name: Name = Field(description="What it is called", examples=["Overdue balance down 30% in six months"])
    fall: Part = Field(description="Share of today's overdue balance that is to be gone", examples=["30%"])
    month: Month = Field(description="Months after the book's date", examples=[6])
    counts: tuple[Fall, ...] = Field(
        default=("cash",),
        min_length=1,
        description="What counts: cash alone, unless more is named here",
        examples=[["cash"]],
    )
    by: tuple[Group, ...] = Field(default=(), description="What each has a target of its own", examples=[["region"]])

    @model_validator(mode="after")
    def _each_once(self) -> Target:
        named = {"counts": self.counts, "by": self.by}
        twice = [name for name, entries in named.items() if len(set(entries)) < len(entries)]
        if twice:
            raise refuse_all([_twice(name) for name in twice])
        return self


class Limits(Model):
    """Everything that couples the borrowers of a book."""

    schema_: Literal["repayplan/limits/1"] = Field(alias="schema", description="Format of this file", examples=[SCHEMA])
    limits: tuple[Limit, ...] = Field(default=(), max_length=MOST_LIMITS, description="Limits", examples=[[_PLAIN]])
    targets: tuple[Target, ...] = Field(
        default=(),
        max_length=MOST_LIMITS,
        description="Targets for the overdue balance",
        examples=[[{"name": "Down 30%", "fall": "30%", "month": 6}]],
    )

    @model_validator(mode="after")
    def _names_differ(self) -> Limits:
        places: list[Place] = [("limits", number, "name") for number in range(len(self.limits))]
        places += [("targets", number, "name") for number in range(len(self.targets))]
        names = [*(limit.name for limit in self.limits), *(target.name for target in self.targets)]
        found = list(twice(places, names))
        if not places:
            found = [Problem((), tr("this file limits nothing"), None, tr("give limits: or targets:"))]
        if found:
            raise refuse_all(found, self)
        return self

    @property
    def keep_all(self) -> bool:
        """Whether no option may be dropped for being worse in every attribute: where a limit counts only some kinds of
        option, another kind may be wanted all the same."""
        fixed = (None, "balance", "overdue")
        return any(
            limit.kinds or limit.over_kinds or limit.attribute == "recovery" or limit.divisor not in fixed
            for limit in self.limits
        )

    @property
    def matters(self) -> Mapping[str, Direction]:
        """Attributes that are limited, and which figures of them are better."""
        found: dict[str, Direction] = {}
        for name, direction in self._directions():
            if name in DIRECTIONS:
                found[name] = direction if found.get(name, direction) == direction else "both"
        return found

    def _directions(self) -> Iterator[tuple[str, Direction]]:
        for limit in self.limits:
            if limit.at_most is not None:
                yield limit.attribute, "less"
            if limit.at_least is not None:
                yield limit.attribute, "more"
            if limit.at_most is None and limit.at_least is None:
                yield limit.attribute, "less"
        for target in self.targets:
            for kind in target.counts:
                yield f"fall_{kind}", "more"


def read_limits(path: str | Path) -> Limits:
    """The limits in a ``.yaml`` or ``.json`` file. InputError with every problem of the file."""
    return understand_limits(path).sound()


def understand_limits(path: str | Path) -> Understood[Limits]:
    """The same as far as it can be understood, with every problem of the file."""
    return understand_settings(path, Limits, tr("this is no file of limits"), SCHEMA)


def _wording(limit: Limit) -> Iterator[Problem]:
    """What a limit must say, and what it cannot say together."""
    if (limit.sum is None) == (limit.average is None):
        yield Problem(("sum",), tr("a limit counts either a sum or an average"), None, tr("give sum: or average:"))
    if limit.average is not None and limit.over is not None:
        yield Problem(("over",), tr("an average is divided by its weights"), None, tr("leave over out, or give sum:"))
    if limit.average is not None and ATTRIBUTES[limit.average].measure != "share":
        remedy = tr("give sum: and over: for a ratio of two sums")
        known = one_of(name for name, each in ATTRIBUTES.items() if each.measure == "share")
        yield Problem(("average",), tr("only probabilities are averaged"), known, remedy)
    if limit.sum is not None and limit.over is not None:
        yield from _ratio(ATTRIBUTES[limit.sum].measure, limit.over)
    yield from _shares(limit)
    if limit.average is not None and ATTRIBUTES[limit.weighted_by].signed:
        what = tr("weights are never negative, and this attribute may be")
        known = one_of(_divisors("cents"))
        yield Problem(("weighted_by",), what, known, tr("weight by balance, for example"))
    if limit.at_most is None and limit.at_least is None and not limit.each:
        what, remedy = tr("this limit has no figure"), tr("give at_most:, at_least: or each:")
        yield Problem(("at_most",), what, None, remedy, (("at_least",), ("each",)))
    if limit.each and len(limit.groups) != 1:
        yield Problem(
            ("each",),
            tr("figures of single groups need to know of which groups"),
            None,
            tr("write by: [region], [industry] or [rating]"),
        )
    if limit.each and limit.at_most is not None and limit.at_least is not None:
        yield Problem(
            ("each",), tr("it is not said whether these are most or least"), None, tr("keep at_most or at_least")
        )
    alike = Counter(map(folded, limit.each))
    for name in limit.each:
        if alike[folded(name)] > 1:
            yield Problem(("each", name), tr("this group stands here twice"), None, tr("write each only once"))
    if len(set(limit.by)) < len(limit.by):
        yield _twice("by")


def _shares(limit: Limit) -> Iterator[Problem]:
    """A ratio is a share only where more counts below than above."""
    if limit.over_kinds and limit.over is None:
        yield Problem(("over_kinds",), tr("nothing is divided here"), None, tr("give over: too, or leave it out"))
    elif limit.over is not None and limit.sum == limit.over and set(limit.kinds) == set(limit.over_kinds):
        what, remedy = tr("this is 100% whatever is chosen"), tr("say with kinds: what counts above the line")
        yield Problem(("over",), what, None, remedy)


def _twice(name: str) -> Problem:
    return Problem((name,), tr("something stands here twice"), None, tr("write each only once"))


def _ratio(above: Measure, below: str) -> Iterator[Problem]:
    """What is no amount is not divided by money, of which one unit would be a cent; and a / b ≤ r is a − r b ≤ 0 only
    where b is not negative."""
    divisor = ATTRIBUTES[below]
    known = one_of(_divisors(above))
    if divisor.measure == "cents" != above:
        yield Problem(("over",), tr("only amounts are divided by an amount"), known, tr("divide by cases, for example"))
    elif divisor.signed:
        what = tr("a ratio divides by what is never negative, and this attribute may be")
        yield Problem(("over",), what, known, tr("divide by balance, for example"))


def _divisors(above: Measure) -> list[str]:
    """The attributes by whose sum another of this measure may be divided."""
    return [
        name for name, each in ATTRIBUTES.items() if not each.signed and (above == "cents" or each.measure != "cents")
    ]


def _time(limit: Limit) -> Iterator[Problem]:
    """Whether months are asked for where there are any, and said where they must be."""
    names = [name for name in (limit.sum or limit.average, limit.divisor) if name]
    monthly = any(ATTRIBUTES[name].monthly for name in names)
    if not monthly and ("month" in limit.by or limit.months):
        place: Place = ("by",) if "month" in limit.by else ("months",)
        known = listed_choices(name for name, each in ATTRIBUTES.items() if each.monthly)
        remedy = tr("leave months out, or limit one of: {choices}", choices=known)
        yield Problem(place, tr("this attribute has no months"), None, remedy)
    several = "month" not in limit.by and len(set(limit.months)) != 1
    if several and any(ATTRIBUTES[name].cumulative for name in names):
        yield Problem(
            ("months",),
            tr("falls of the overdue balance are told since the book's date, so months cannot be added up"),
            None,
            tr("write by: [month], or one month such as months: [6]"),
        )


def _reachable(limit: Limit, place: Place, value: float) -> Iterator[Problem]:
    """A figure that what is limited can never come to is a slip of the pen."""
    if value < 0 and not ATTRIBUTES[limit.attribute].signed:
        yield Problem(place, tr("this is never negative"), tr("at least {floor}", floor=0), tr("leave the minus out"))
    if limit.average is not None and limit.measure == "share" and value > 1:
        yield Problem(place, tr("a probability is never more than 100%"), None, tr("write a smaller percentage"))


def _figures(limit: Limit) -> Iterator[Problem]:
    """Whether the figures can be read."""
    if (limit.sum is None) == (limit.average is None):
        return
    places: list[tuple[Place, Any]] = [(("at_most",), limit.at_most), (("at_least",), limit.at_least)]
    places += [(("each", name), value) for name, value in limit.each.items()]
    found: dict[Place, float] = {}
    for place, value in places:
        if value is None and place[0] != "each":
            continue
        try:
            found[place] = figure(value, limit.measure)
        except PydanticCustomError as error:
            context: dict[str, Message] = error.context or {}
            yield Problem(place, context["what"], context["limit"], context["remedy"])
        else:
            yield from _reachable(limit, place, found[place])
    if found.get(("at_least",), -math.inf) > found.get(("at_most",), math.inf):
        remedy = tr("keep one of the two, or make the other larger")
        yield Problem(("at_least",), tr("at least is more than at most: nothing keeps both"), None, remedy)
