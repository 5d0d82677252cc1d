"""Words that files have in English, as they are told to people: in Chinese what they mean stands before them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from repayplan.language import Message, Several, current, tr

_MEANINGS: Mapping[str, Message] = MappingProxyType(
    {
        "low": tr("low risk"),
        "medium": tr("medium risk"),
        "high": tr("high risk"),
        "computed": tr("as the rating computes"),
        "monthly": tr("income or cost every month"),
        "season": tr("sales with a season"),
        "milestones": tr("milestones of a contract"),
        "stores": tr("stores"),
        "receivables": tr("receivables"),
        "assets": tr("assets for sale"),
        "guarantor": tr("guarantor"),
        "flows": tr("single amounts"),
        "plan": tr("Plan"),
        "remind": tr("Remind"),
        "visit": tr("Visit and renegotiate"),
        "agency": tr("Assign to an agency"),
        "enforce": tr("Enforce the collateral"),
        "sell": tr("Sell the claim"),
        "do_nothing": tr("Do nothing"),
        "none": tr("none"),
        "month": tr("Month"),
        "industry": tr("Industry"),
        "region": tr("Region"),
        "rating": tr("Rating"),
        "cases": tr("number of borrowers"),
        "balance": tr("Debt"),
        "overdue": tr("Overdue"),
        "recovery": tr("Expected recovery"),
        "cost": tr("Cost"),
        "haircut": tr("Given up"),
        "provision": tr("Provision"),
        "npv_loss": tr("Loss of value"),
        "miss": tr("Miss"),
        "default": tr("Default"),
        "officer_hours": tr("officer hours"),
        "visits": tr("site visits"),
        "legal": tr("legal costs"),
        "fall_cash": tr("Paid in cash"),
        "fall_rescheduled": tr("Rescheduled"),
        "fall_written_off": tr("Written off"),
        "fall_sold": tr("Sold"),
        "cash": tr("Paid in cash"),
        "rescheduled": tr("Rescheduled"),
        "written_off": tr("Written off"),
        "sold": tr("Sold"),
        "full": tr("in full"),
        "best": tr("as much as possible"),
        "extension": tr("extension of the contract"),
        "restructuring": tr("restructuring agreement"),
        "refinancing": tr("refinancing"),
        "settlement": tr("settlement in court"),
        "forbearance": tr("forbearance"),
        "free": tr("as cash allows"),
        "level": tr("level"),
        "level_principal": tr("level principal"),
        "seasonal": tr("seasonal"),
        "step_up": tr("step-up"),
        "forbid": tr("not allowed"),
        "allow": tr("allowed"),
        "capitalize": tr("added to principal"),
        "keep": tr("kept by class"),
    }
)


@dataclass(frozen=True, slots=True)
class Choice:
    """A word of a file; in Chinese ``低风险 (low)``, the word to write in brackets."""

    name: str

    def __str__(self) -> str:
        meaning = _MEANINGS.get(self.name)
        return self.name if meaning is None or current() == "en" else f"{meaning} ({self.name})"


def listed_choices(names: Iterable[str]) -> Several:
    """Words to choose from, to be listed when somebody reads them."""
    return Several(tuple(map(Choice, names)))


def one_of(names: Iterable[str]) -> Message:
    """What may stand somewhere."""
    return tr("one of: {choices}", choices=listed_choices(names))
