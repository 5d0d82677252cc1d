"""What a limit can count: the attributes of options, in which unit each is, and how a figure of it is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from repayplan.cases.cells import Cell, amount, fraction, number
from repayplan.cases.fields import refuse
from repayplan.errors import InputError
from repayplan.language import tr

Measure = Literal["cents", "hours", "visits", "share", "number"]


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute of options; ``monthly``: twelve figures, ``cumulative``: each includes those before it;
    ``signed``: it may be negative."""

    measure: Measure
    monthly: bool = False
    cumulative: bool = False
    signed: bool = False


ATTRIBUTES: Mapping[str, Attribute] = {
    "cases": Attribute("number"),
    "balance": Attribute("cents"),
    "overdue": Attribute("cents"),
    "recovery": Attribute("cents", signed=True),
    "cost": Attribute("cents"),
    "haircut": Attribute("cents"),
    "provision": Attribute("cents"),
    "npv_loss": Attribute("cents", signed=True),
    "miss": Attribute("share"),
    "default": Attribute("share"),
    "officer_hours": Attribute("hours", monthly=True),
    "visits": Attribute("visits", monthly=True),
    "legal": Attribute("cents", monthly=True),
    "fall_cash": Attribute("cents", monthly=True, cumulative=True, signed=True),
    "fall_rescheduled": Attribute("cents", monthly=True, cumulative=True, signed=True),
    "fall_written_off": Attribute("cents", monthly=True, cumulative=True, signed=True),
    "fall_sold": Attribute("cents", monthly=True, cumulative=True, signed=True),
}
"""Columns of the options table that can be limited; ``cases`` counts one for every borrower."""

MOST = Decimal(10) ** 15


def figure(value: Any, measure: Measure) -> float:
    """A limit as it is written (20000000.00, 2000万, 20%, 400), in the unit of its measure, money in cents.

    Raises PydanticCustomError where it cannot be read, or in two ways.
    """
    remedies = {
        "cents": tr("write an amount such as 20000000.00 or 2000万"),
        "share": tr("write a percentage such as 20%"),
    }
    remedy = remedies.get(measure, tr("write a number such as 400"))
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | str):
        raise refuse(tr("this is not a number"), remedy=remedy)
    cell = Cell(float(value) if isinstance(value, Decimal) else value)
    read = {"cents": amount, "share": fraction}.get(measure, number)
    try:
        found = read(cell)
    except InputError as error:
        fault = error.faults[0]
        raise refuse(fault.what, fault.limit, remedy) from None
    if measure == "share" and not isinstance(value, str) and abs(found) > 1:
        raise refuse(tr("this is not a share"), tr("without a percent sign, at most {limit}", limit=1), remedy)
    if abs(found) > MOST:
        raise refuse(tr("this number has too many digits"), tr("at most {count} digits", count=15), remedy)
    return float(found) * (100 if measure == "cents" else 1)
