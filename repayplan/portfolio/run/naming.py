"""Whether limits and lists speak of borrowers that the book has: known from its index, before any is appraised.

A name that nobody has would be a limit that limits nobody, and no one would notice.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from itertools import islice

from repayplan.errors import Fault, InputError
from repayplan.language import Message, tr
from repayplan.portfolio.book.index import Index, texts_of
from repayplan.portfolio.coupling import Limits
from repayplan.portfolio.coupling.limits import Limit
from repayplan.portfolio.menu import Menu, Who
from repayplan.portfolio.names import as_written_first, folded
from repayplan.rules.hazard import LEVELS

_MOST_NAMED = 20
"""Names that a message lists."""

Known = Mapping[str, Collection[str]]
"""What the borrowers of a book have in each column by which limits and lists name them."""


def refuse_strangers(limits: Limits | None, menu: Menu, index: Index) -> None:
    """InputError with every name in limits that no borrower has, and every entry of a list that fits nobody."""
    lists = {"white_list": menu.white_list, "black_list": menu.black_list}
    named = [each for entries in lists.values() for each in entries]
    known = {
        "industry": _texts(index, "industry"),
        "region": _texts(index, "region"),
        "rating": LEVELS,
        "case": _texts(index, "case", {name for each in named for name in each.cases}),
    }
    faults: list[Fault] = []
    for number, limit in enumerate(limits.limits if limits else ()):
        faults += _of_limit(f"limits[{number}]", limit, known)
    for name, entries in lists.items():
        for number, who in enumerate(entries, start=1):
            faults += _of_list(f"{name} {number}", who, known)
    if faults:
        raise InputError(faults)


def _of_limit(place: str, limit: Limit, known: Known) -> Iterator[Fault]:
    """Groups and filters of a limit, which stands at a ``place`` of its file."""
    for group in limit.groups:
        small = set(map(folded, known[group]))
        for name in limit.each:
            if folded(name) not in small:
                what = tr("the limit {name} has a figure for a group that no borrower is in", name=limit.name)
                yield Fault(what, f"{place}.each", name, _one_of(known[group]), tr("leave it out"))
    for column, names in (("industry", limit.industries), ("region", limit.regions)):
        small = set(map(folded, known[column]))
        for name in names:
            if folded(name) not in small:
                what = tr("the limit {name} counts a group that no borrower is in", name=limit.name)
                yield Fault(what, f"{place}.{_FIELDS[column]}", name, _one_of(known[column]), tr("leave it out"))


def _of_list(place: str, who: Who, known: Known) -> Iterator[Fault]:
    """An entry none of whose names the book has; a list for more books than this one may name others besides."""
    for column, names in (("industry", who.industries), ("region", who.regions), ("case", who.cases)):
        small = set(map(folded, known[column]))
        if names and not any(folded(name) in small for name in names):
            limit = None if column == "case" else _one_of(known[column])
            remedy = tr("write names as the book has them, or leave the entry out")
            what = tr("this entry of a list fits no borrower of the book")
            yield Fault(what, f"{place} {_FIELDS[column]}", _listed(names), limit, remedy)


_FIELDS = {"industry": "industries", "region": "regions", "case": "cases"}


def _texts(index: Index, column: str, wanted: Collection[str] | None = None) -> list[str]:
    """What stands in a column of the borrowers, as the first of them write it; only what is ``wanted``, if it is
    said."""
    small = None if wanted is None else set(map(folded, wanted))
    if small is not None and not small:
        return []
    texts = as_written_first(text for text, _, _ in texts_of(index, column) if text is not None)
    return [text for key, text in texts.items() if small is None or key in small]


def _one_of(names: Collection[str]) -> Message:
    return tr("one of: {choices}", choices=_listed(names))


def _listed(names: Collection[str]) -> str:
    return ", ".join(islice(names, _MOST_NAMED)) + (" …" if len(names) > _MOST_NAMED else "")
