"""The menu: what may be offered to a borrower, and to whom; read from a file with every fault at once.

Plans are shapes × terms or numbers of installments × concessions; treatments come from the dated table. A white list
says who may have a preferential rate, a black list to whom only some kinds of option are open.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, cached_property
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from pydantic import Field, field_validator, model_validator

from repayplan.cases.base import Model
from repayplan.cases.cells import Cell, amount
from repayplan.cases.fields import GraceMonths, Identifier, Name, Rate, Share, Units, refuse_all
from repayplan.cases.notation import read_yaml
from repayplan.cases.problems import Path as Place
from repayplan.cases.problems import Problem
from repayplan.cases.settings import Understood, understand, understand_settings
from repayplan.cases.shapes import Contingent, Free, ShapeWish, shape_of
from repayplan.errors import InputError
from repayplan.language import tr
from repayplan.portfolio.names import folded
from repayplan.rules.hazard import RiskLevel
from repayplan.rules.treatments import TreatmentName

SCHEMA = "repayplan/menu/1"
NOTHING = Decimal(0)
MOST_OPTIONS = 64
MOST_INSTALLMENTS = 360

KindName = Literal["plan", "remind", "visit", "guarantor", "agency", "enforce", "sell", "do_nothing"]
KINDS: tuple[KindName, ...] = get_args(KindName)


class Who(Model):
    """Borrowers by what is known of them; everything that is given must hold, and nothing given means everybody."""

    ratings: tuple[RiskLevel, ...] = Field(default=(), description="Ratings", examples=[["low", "medium"]])
    industries: tuple[Name, ...] = Field(
        default=(), description="Lines of business, as the book writes them", examples=[["restaurants"]]
    )
    regions: tuple[Name, ...] = Field(
        default=(), description="Regions or branches, as the book writes them", examples=[["East"]]
    )
    cases: tuple[Name, ...] = Field(
        default=(), max_length=200_000, description="Borrowers by their case number", examples=[["B-0017"]]
    )

    def fits(self, case: str, rating: str, industry: str | None, region: str | None) -> bool:
        """Whether a borrower is among them."""
        values = (rating, industry, region, case)
        return all(
            not known or (value is not None and folded(value) in known)
            for known, value in zip(self._known, values, strict=True)
        )

    @cached_property
    def _known(self) -> tuple[frozenset[str], ...]:
        """Ratings, industries, regions and cases as they are compared: a list may be as long as the book."""
        return tuple(
            frozenset(map(folded, names)) for names in (self.ratings, self.industries, self.regions, self.cases)
        )


class Barred(Who):
    """Borrowers to whom only some kinds of option are open."""

    allow: tuple[KindName, ...] = Field(
        min_length=1, description="Kinds of option that are still open to them", examples=[["enforce", "sell"]]
    )


class Concession(Model):
    """What the bank gives up for a plan."""

    name: Identifier = Field(description="What it is called; part of the option's name", examples=["relief"])
    rate_cut: Rate = Field(
        default=NOTHING,
        description="Points off the yearly rate once the plan is signed; only for borrowers of the white list",
        examples=["1%"],
    )
    waive_penalty: Share = Field(
        default=NOTHING,
        description="Share of penalty interest that is given up",
        examples=["100%"],
    )
    waive_compound: Share = Field(
        default=NOTHING,
        description="Share of compound interest that is given up",
        examples=["100%"],
    )
    waive_interest: Share = Field(
        default=NOTHING,
        description="Share of unpaid interest that is given up",
        examples=["50%"],
    )
    conditional: bool = Field(
        default=True, description="true: what is given up revives on a breach; false: it is final", examples=[True]
    )
    grace_months: GraceMonths = Field(
        default=0, description="Months at the beginning in which less is paid", examples=[6]
    )
    interest_only: bool = Field(
        default=True, description="true: interest is paid meanwhile; false: nothing is paid", examples=[True]
    )
    more_installments: GraceMonths = Field(
        default=0, description="Installments more than the plan has otherwise: the extension", examples=[12]
    )
    settle: Literal["full", "best"] | None = Field(
        default=None, description="best: as much as possible where the debt cannot be paid in full", examples=["best"]
    )


_NONE = "none"
"""The name of no concession."""


_AMOUNTS = ("last", "minimum")
"""Fields of shapes in which an amount stands."""


def _in_units(shape: Any) -> Any:
    """A shape with amounts such as 50万 read as in limits and books; what is none stays, to be refused in its place."""
    if not isinstance(shape, dict):
        return shape
    found = dict(shape)
    for name in _AMOUNTS:
        if isinstance(found.get(name), str):
            with suppress(InputError):
                found[name] = f"{amount(Cell(found[name])):f}"
    return found


_Count = Annotated[Units, Field(le=MOST_INSTALLMENTS)]


class Plans(Model):
    """Every shape with every number of installments, or every term in months, and every concession."""

    name: Identifier | None = Field(
        default=None, description="First part of the options' names; the shape where left out", examples=["peaks"]
    )
    shapes: tuple[ShapeWish, ...] = Field(min_length=1, description="Shapes of installments", examples=[["level"]])
    months: tuple[_Count, ...] = Field(
        default=(),
        description="Terms in months; who pays every three months pays a third as many installments",
        examples=[[12, 24, 36]],
    )
    installments: tuple[_Count, ...] = Field(
        default=(),
        description="Numbers of installments, however far apart they are; in place of months",
        examples=[[12, 24, 36]],
    )
    concessions: tuple[Identifier, ...] = Field(
        default=(_NONE,), min_length=1, description="Names of concessions; none: no concession", examples=[["none"]]
    )

    @field_validator("shapes", mode="before")
    @classmethod
    def _with_units(cls, shapes: Any) -> Any:
        return [_in_units(shape) for shape in shapes] if isinstance(shapes, list | tuple) else shapes


@dataclass(frozen=True, slots=True)
class PlanOption:
    """One plan of the menu: ``shape`` as a case has it, so many ``installments``, or as many as
    fall into so many months (``by_month``), and what is conceded."""

    id: str
    shape: Any
    installments: int
    concession: Concession | None
    by_month: bool = False

    def count(self, every: int) -> int:
        """Installments of who pays ``every`` so many months; at least one."""
        return max(1, self.installments // every) if self.by_month else self.installments

    @property
    def counted(self) -> bool:
        """Whether its shape uses all installments: amounts that follow cash or receipts may be done sooner."""
        return not isinstance(shape_of(self.shape), Free | Contingent)

    @property
    def preferential(self) -> bool:
        """Whether it has a rate that not everybody may have."""
        return self.concession is not None and self.concession.rate_cut > 0


_PLANS = [{"shapes": ["level"], "months": [24, 36]}]


class Menu(Model):
    """What may be offered: plans, treatments, and to whom."""

    schema_: Literal["repayplan/menu/1"] = Field(alias="schema", description="Format of this file", examples=[SCHEMA])
    plans: tuple[Plans, ...] = Field(default=(), max_length=MOST_OPTIONS, description="Plans", examples=[_PLANS])
    concessions: tuple[Concession, ...] = Field(
        default=(),
        max_length=MOST_OPTIONS,
        description="What plans may concede",
        examples=[[{"name": "relief", "waive_penalty": "100%"}]],
    )
    treatments: tuple[TreatmentName, ...] = Field(
        default=(), description="Treatments without a plan", examples=[["remind", "enforce", "do_nothing"]]
    )
    effort: Literal["table", "none"] = Field(
        default="table",
        description="Whether plans take the hours and visits of the table of treatments, or none",
        examples=["table"],
    )
    settle_best: Literal["where_needed", "always"] = Field(
        default="where_needed",
        description="Whether plans that leave some of the debt unpaid are offered only to whom no plan of the menu "
        "settles it in full, or always",
        examples=["where_needed"],
    )
    white_list: tuple[Who, ...] = Field(
        default=(),
        max_length=1_000,
        description="Who may have a preferential rate; nobody where left out",
        examples=[[{"ratings": ["low"]}]],
    )
    black_list: tuple[Barred, ...] = Field(
        default=(),
        max_length=1_000,
        description="To whom only some kinds of option are open",
        examples=[[{"cases": ["B-0017"], "allow": ["enforce", "sell"]}]],
    )

    @model_validator(mode="after")
    def _fits_together(self) -> Menu:
        found = list(_problems(self))
        if found:
            raise refuse_all(found, self)
        return self

    @property
    def plan_options(self) -> tuple[PlanOption, ...]:
        """Every plan in the order of the file."""
        return tuple(option for part in self.plans for option in self.options_of(part))

    def options_of(self, part: Plans) -> Iterator[PlanOption]:
        """The plans of one block."""
        named = {each.name: each for each in self.concessions}
        for shape in part.shapes:
            for count in part.months or part.installments:
                for name in part.concessions:
                    option = _id(part, shape, count, name)
                    yield PlanOption(option, shape, count, named.get(name), bool(part.months))

    @property
    def options(self) -> tuple[str, ...]:
        """Names of all options, plans first."""
        return (*(plan.id for plan in self.plan_options), *self.treatments)

    def prefers(self, case: str, rating: str, industry: str | None, region: str | None) -> bool:
        """Whether a borrower may have a preferential rate."""
        return any(who.fits(case, rating, industry, region) for who in self.white_list)

    def allowed(self, case: str, rating: str, industry: str | None, region: str | None) -> frozenset[str]:
        """Kinds of option that are open to a borrower."""
        kinds = frozenset[str](KINDS)
        for barred in self.black_list:
            if barred.fits(case, rating, industry, region):
                kinds &= frozenset(barred.allow)
        return kinds


def read_menu(path: str | Path) -> Menu:
    """The menu in a ``.yaml`` or ``.json`` file. InputError with every problem of the file."""
    return understand_menu(path).sound()


def understand_menu(path: str | Path) -> Understood[Menu]:
    """The same as far as it can be understood, with every problem of the file."""
    return understand_settings(path, Menu, tr("this is no menu"), SCHEMA)


@cache
def default_menu() -> Menu:
    """The menu that is shipped: eight options."""
    return understand(read_yaml(shipped_menu().decode(), "menu.yaml"), Menu).sound()


def shipped_menu() -> bytes:
    """The file of the menu that is shipped."""
    return (files("repayplan.portfolio") / "menu.yaml").read_bytes()


def _id(part: Plans, shape: Any, count: int, concession: str) -> str:
    first = part.name or (shape if isinstance(shape, str) else shape.kind)
    return f"{first}-{count}" if concession == _NONE else f"{first}-{count}-{concession}"


def _problems(menu: Menu) -> Iterator[Problem]:
    """What cannot be so though each field can."""
    if not menu.plans and not menu.treatments:
        yield Problem((), tr("this menu offers nothing"), None, tr("give plans: or treatments:"))
    names = Counter(each.name for each in menu.concessions)
    names[_NONE] += 1
    named = tuple(("concessions", number, "name") for number in range(len(menu.concessions)))
    for number, each in enumerate(menu.concessions):
        if names[each.name] > 1:
            what, remedy = tr("this name stands here twice"), tr("give each concession a name of its own")
            alike = tuple(named[other] for other, one in enumerate(menu.concessions) if one.name == each.name)
            yield Problem(named[number], what, None, remedy, alike)
        if each.rate_cut > 0 and not menu.white_list:
            what = tr("nobody may have this preferential rate: there is no white list")
            remedy = tr("say in white_list: who may have it, or leave rate_cut out")
            yield Problem(("concessions", number, "rate_cut"), what, None, remedy, (("white_list",),))
    for number, part in enumerate(menu.plans):
        if bool(part.months) == bool(part.installments):
            what = tr("plans need months: or installments:, one of the two")
            remedy = tr("write months: [24, 36] for terms, or installments: [24, 36] for numbers of payments")
            places: list[Place] = [("plans", number, name) for name in ("months", "installments")]
            yield Problem(places[bool(part.months)], what, None, remedy, tuple(places))
        for entry, name in enumerate(part.concessions):
            if name not in names:
                known = tr("one of: {choices}", choices=", ".join(sorted(names)))
                remedy = tr("name it under concessions:")
                place = ("plans", number, "concessions", entry)
                yield Problem(place, tr("there is no such concession"), known, remedy, named)
    yield from _twice(menu)
    if len(menu.options) > MOST_OPTIONS:
        limit = tr("at most {count}", count=MOST_OPTIONS)
        yield Problem(
            ("plans",), tr("this menu has {count} options", count=len(menu.options)), limit, tr("offer fewer of them")
        )


def _twice(menu: Menu) -> Iterator[Problem]:
    """Options of one name: where the second of them comes from, and the first."""
    places: list[Place] = [("plans", number) for number, part in enumerate(menu.plans) for _ in menu.options_of(part)]
    places += [("treatments", number) for number in range(len(menu.treatments))]
    first: dict[str, Place] = {}
    for place, name in zip(places, menu.options, strict=True):
        if name in first:
            what = tr("the option {name} stands here twice", name=name)
            remedy = tr("leave one out, or give one of the blocks a name: of its own")
            yield Problem(place, what, None, remedy, (first[name],))
        first.setdefault(name, place)
