"""Whether limits speak of groups that the book has: known from its index, before any borrower is appraised."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from itertools import islice

from repayplan.errors import Fault, InputError
from repayplan.language import Message, tr
from repayplan.portfolio.book.index import Index, texts_of
from repayplan.portfolio.coupling import Limits
from repayplan.rules.hazard import LEVELS

_MOST_NAMED = 20
"""Names that a message lists."""


def refuse_strangers(limits: Limits | None, index: Index) -> None:
    """InputError with every figure for a group that no borrower of the book is in."""
    if limits is None or not any(limit.each for limit in limits.limits):
        return
    known: Mapping[str, Collection[str]] = {
        "industry": _texts(index, "industry"),
        "region": _texts(index, "region"),
        "rating": LEVELS,
    }
    faults = [
        Fault(
            tr("the limit {name} has a figure for a group that no borrower is in", name=limit.name),
            "each",
            name,
            _one_of(known[group]),
            tr("leave it out"),
        )
        for limit in limits.limits
        for group in limit.groups
        for name in limit.each
        if name not in known[group]
    ]
    if faults:
        raise InputError(faults)


def _texts(index: Index, column: str) -> list[str]:
    """What stands in a column of the borrowers, as the first of them write it."""
    return [text for text, _, _ in texts_of(index, column) if text is not None]


def _one_of(names: Collection[str]) -> Message:
    listed = ", ".join(islice(names, _MOST_NAMED))
    return tr("one of: {choices}", choices=listed if len(names) <= _MOST_NAMED else f"{listed} …")
