"""Stresses that have a name: what a bank wants to see a plan under, written down in a file of its own.

A stress changes what the bank expects: receipts of some kinds of source are less or come later in some months, rates
rise, collateral brings less, or nothing is paid any more from some month on. Month 1 is the first after the case's
date.
"""

from __future__ import annotations

import re
import tomllib
from decimal import Decimal
from functools import cache
from importlib.resources import files
from pathlib import Path as FilePath
from typing import Annotated, Literal

from pydantic import Field, model_validator

from repayplan.cases.base import Model
from repayplan.cases.documents import Document
from repayplan.cases.fields import MAX_MONTHS, Days, Months, Name, Part, Share, Spread, refuse, refuse_all
from repayplan.cases.files import ending_of, path_of, text_of
from repayplan.cases.notation import NOTATIONS, read_notation
from repayplan.cases.problems import Problem, twice
from repayplan.cases.settings import understand
from repayplan.errors import Fault, InputError
from repayplan.language import tr

Kind = Literal["milestones", "season", "stores", "receivables", "assets", "guarantor", "monthly", "flows"]
MonthOfYear = Annotated[int, Field(ge=1, le=12)]

MAX_STRESSES = 200
_ENDINGS = (".toml", *NOTATIONS)
_LIST_FIRST = re.compile(r"\A(?:\s*#.*\n|\s*\n)*\s*(?:-\s|\[)")


class Change(Model):
    """Receipts that are less or come later than the bank expects; costs stay."""

    kinds: tuple[Kind, ...] = Field(
        default=(), description="Kinds of source that it touches; all where left out", examples=[["milestones"]]
    )
    source: Name | None = Field(
        default=None, description="The one source that it touches, by its name", examples=["Riverside school"]
    )
    only: Literal["largest"] | None = Field(
        default=None,
        description="largest: only the one store, stage, debtor or lot of these sources that brings most",
        examples=["largest"],
    )
    share: Part | None = Field(default=None, description="Share of the receipts that is left", examples=["70%"])
    shares: tuple[Share, ...] | None = Field(
        default=None,
        min_length=1,
        max_length=MAX_MONTHS,
        description="The share that is left month by month, from from_month on; everything after the last",
        examples=[["72%", "47%", "62%"]],
    )
    late_days: Days = Field(default=0, description="Days by which receipts come later still", examples=[30])
    months: tuple[MonthOfYear, ...] = Field(
        default=(), description="Months of the year that it touches, 1 to 12; all where left out", examples=[[11, 12]]
    )
    peak: bool = Field(
        default=False,
        description="true: only months of the year in which the source brings a tenth more than on average, at most "
        "three",
        examples=[True],
    )
    from_month: Months = Field(default=1, description="First month after the case's date", examples=[7])
    to_month: Months | None = Field(default=None, description="Last month; to the end where left out", examples=[18])

    @model_validator(mode="after")
    def _does_one_thing(self) -> Change:
        if self.share is not None and self.shares is not None:
            raise refuse(tr("both share and shares are given"), remedy=tr("keep one of the two"))
        if self.share is None and self.shares is None and not self.late_days:
            raise refuse(tr("this change changes nothing"), remedy=tr("give share:, shares: or late_days:"))
        if self.to_month is not None and self.to_month < self.from_month:
            raise refuse(tr("this change ends before it begins"), remedy=tr("check from_month and to_month"))
        return self


class Stress(Model):
    """One future that has a name."""

    name: Name = Field(description="What it is called", examples=["Every milestone a month late"])
    reason: Name | None = Field(
        default=None,
        description="Why it is looked at, or where its figures come from",
        examples=["Site closed"],
    )
    industries: tuple[Name, ...] = Field(
        default=(), description="Lines of business that it touches; all where left out", examples=[["restaurants"]]
    )
    changes: tuple[Change, ...] = Field(
        default=(),
        max_length=100,
        description="What becomes of receipts",
        examples=[[{"kinds": ["milestones"], "late_days": 30}]],
    )
    rates: Spread = Field(default=Decimal(0), description="Added to every rate that floats, per year", examples=["1%"])
    collateral: Part | None = Field(
        default=None, description="Share of its value that collateral brings", examples=["50%"]
    )
    nothing_paid_from_month: Months | None = Field(
        default=None, description="The borrower pays nothing from this month on", examples=[7]
    )

    @model_validator(mode="after")
    def _does_something(self) -> Stress:
        if not (self.changes or self.rates or self.collateral is not None or self.nothing_paid_from_month):
            remedy = tr("give changes:, rates:, collateral: or nothing_paid_from_month:")
            raise refuse_all([Problem((), tr("this stress changes nothing"), None, remedy)])
        return self


class _File(Model):
    stresses: tuple[Stress, ...] = Field(
        min_length=1,
        max_length=MAX_STRESSES,
        description="The stresses",
        examples=[[{"name": "Every milestone a month late", "changes": [{"kinds": ["milestones"], "late_days": 30}]}]],
    )

    @model_validator(mode="after")
    def _names_differ(self) -> _File:
        places = [("stresses", number, "name") for number in range(len(self.stresses))]
        found: list[Problem] = list(twice(places, [stress.name for stress in self.stresses]))
        if found:
            raise refuse_all(found)
        return self


@cache
def shipped_stresses() -> tuple[Stress, ...]:
    """The stresses of ``rules/stresses.toml``, in its order."""
    text = (files("repayplan.rules") / "stresses.toml").read_text(encoding="utf-8")
    return _stresses(_from_toml(text, "stresses.toml"))


def read_stresses(path: str | FilePath) -> tuple[Stress, ...]:
    """The stresses in a ``.toml``, ``.yaml`` or ``.json`` file. InputError with every problem of the file."""
    path = path_of(path)
    ending, name = ending_of(path, _ENDINGS, tr("this is no file of stresses")), str(path)
    text = text_of(path)
    if not text.strip() or (ending != ".toml" and _LIST_FIRST.match(text)):
        remedy = tr("begin with stresses: and list them under it")
        raise InputError(Fault(tr("no stresses are found in this file"), name, remedy=remedy))
    if ending == ".toml":
        return _stresses(_from_toml(text, name))
    return _stresses(read_notation(text, name, ending))


def _from_toml(text: str, name: str) -> Document:
    """Plain values of a TOML text; it has no lines."""
    try:
        data = tomllib.loads(text, parse_float=Decimal)
    except (ValueError, ArithmeticError, RecursionError) as error:
        what, remedy = tr("this is not TOML: {reason}", reason=str(error)), tr("mend what stands at that place")
        raise InputError(Fault(what, name, remedy=remedy)) from None
    data.pop("valid_from", None)
    return Document(name, data, {})


def _stresses(document: Document) -> tuple[Stress, ...]:
    return understand(document, _File).sound().stresses
