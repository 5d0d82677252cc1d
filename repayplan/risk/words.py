"""Each reason of a rating in a sentence an officer can read: the figure, the limit it is held against."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal

from repayplan.language import Message, tr
from repayplan.risk.figures import ENDLESS, Figure
from repayplan.rules.hazard import RiskLevel

MOST_DIGITS = 6
"""Digits behind the point that are enough to tell any figure from its limit."""

RISKS: Mapping[RiskLevel, Message] = {"low": tr("low risk"), "medium": tr("medium risk"), "high": tr("high risk")}
"""What ratings are called: a low rating alone could mean a bad one."""

CONFIDENCES: Mapping[RiskLevel, Message] = {
    "low": tr("low confidence"),
    "medium": tr("medium confidence"),
    "high": tr("high confidence"),
}

_SENTENCES: Mapping[str, Message] = {
    "leverage": tr("liabilities/assets {figure} in {year}, limit {limit}"),
    "interest_cover": tr("EBITDA/interest {figure} in {year}, at least {limit}"),
    "debt_to_ebitda": tr("what is owed here/EBITDA {figure} in {year}, limit {limit}"),
    "operating_cash_flow": tr("years in which operations took cash: {figure} of {years}, in order below {limit}"),
    "losses": tr("years with a loss: {figure} of {years}, in order below {limit}"),
    "revenue": tr("revenue changed by {figure} from {before} to {year}, limit {limit}"),
    "days_overdue": tr("days past due: {figure}, limit {limit}"),
    "late_payments": tr("late payments in twelve months: {figure}, in order below {limit}"),
    "restructured": tr("earlier extensions and restructurings: {figure}, in order below {limit}"),
    "cover": tr("the cash forecast is worth {figure} times what is owed, at least {limit}"),
}

_NO_EARNINGS = tr("no EBITDA in {year} to repay anything from, limit {limit}")


def sentence(code: str, figure: Figure, limit: Decimal) -> Message:
    """What is to be said of a measure."""
    if figure.value == ENDLESS:
        return Message(_NO_EARNINGS.text, {**figure.said, "limit": f"{limit:.1f}"})
    value, bound = told(figure.value, limit, _SHAPES.get(code, _ratio))
    return Message(_SENTENCES[code].text, {**figure.said, "figure": value, "limit": bound})


def told(figure: Decimal, limit: Decimal, shape: Callable[[Decimal, int], str]) -> tuple[str, str]:
    """The limit exactly, the figure with as many digits as it takes to stand on its own side of the limit: 0.704 is not
    shown as 0.70 beside a limit of 0.70."""
    exact = max(2, -int(limit.normalize().as_tuple().exponent))
    digits = 2
    while digits < MOST_DIGITS and round(figure, digits).compare(limit) != figure.compare(limit):
        digits += 1
    return shape(figure, digits), shape(limit, exact)


def _ratio(number: Decimal, digits: int) -> str:
    return f"{number:.{digits}f}"


def _change(number: Decimal, digits: int) -> str:
    return f"{number:+.{digits - 2}%}"


def _count(number: Decimal, _: int) -> str:
    return f"{number.normalize():f}"


_SHAPES: Mapping[str, Callable[[Decimal, int], str]] = {
    "operating_cash_flow": _count,
    "losses": _count,
    "days_overdue": _count,
    "late_payments": _count,
    "restructured": _count,
    "revenue": _change,
}
"""How figures that are no ratios are written."""
