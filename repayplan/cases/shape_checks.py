"""What a shape must be to the sources of cash and the term of its case."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from repayplan.cases.problems import Path, Problem
from repayplan.cases.shapes import SOURCES, InterestOnly, ShareOfReceipts, StoreShare, shape_of
from repayplan.cases.sources import Stores
from repayplan.language import tr

if TYPE_CHECKING:
    from repayplan.cases.models import Case

_PLACE: Path = ("policy", "shape")
_REST: tuple[Path, ...] = (("cash", "sources"),)


def shape_problems(case: Case) -> Iterator[Problem]:
    """What is wrong with the shape that a policy wants, if it names one."""
    if case.policy.shape is None:
        return
    shape = shape_of(case.policy.shape)
    if isinstance(shape, ShareOfReceipts):
        yield from _sources(case, shape)
    if isinstance(shape, StoreShare) and shape.groups is not None:
        yield from _groups(case, shape)
    months = case.policy.months
    if isinstance(shape, InterestOnly) and months is not None and not case.policy.maturity and shape.months >= months:
        yield Problem(
            (*_PLACE, "months"),
            tr("the time of reduced payments is as long as the plan"),
            tr("less than {months} months", months=months),
            tr("shorten it, or give the plan a longer term"),
            (("policy", "months"),),
        )


def _sources(case: Case, shape: ShareOfReceipts) -> Iterator[Problem]:
    """A share of what? Of sources that the case has, of the kind that the shape is for."""
    wanted = SOURCES[shape.kind]
    names = [source.name for source in case.cash.sources if source.kind == wanted]
    if shape.source is not None and shape.source not in names:
        yield Problem(
            (*_PLACE, "source"),
            tr("the case has no such source of the kind {kind}", kind=wanted),
            tr("one of: {choices}", choices=", ".join(names)) if names else None,
            tr("name one of its sources, or leave source out"),
            _REST,
        )
    elif not names and case.cash.sources:
        yield Problem(
            _PLACE,
            tr("this shape takes a share of sources of the kind {kind}, and the case has none", kind=wanted),
            None,
            tr("choose another shape, or add the source"),
            _REST,
        )


def _groups(case: Case, shape: StoreShare) -> Iterator[Problem]:
    """Every store in one group, and no others."""
    named = Counter(store for group in shape.groups or () for store in group.stores)
    there = {
        store.name
        for source in case.cash.sources
        if isinstance(source, Stores) and shape.source in (None, source.name)
        for store in source.stores
    }
    unknown, missing = sorted(set(named) - there), sorted(there - set(named))
    doubled = sorted(name for name, count in named.items() if count > 1)
    for stores, what in (
        (unknown, tr("these stores are in a group but not in the case: {stores}", stores=_some(unknown))),
        (missing, tr("these stores are in no group: {stores}", stores=_some(missing))),
        (doubled, tr("these stores are in groups twice: {stores}", stores=_some(doubled))),
    ):
        if stores:
            remedy = tr("put every store of the source into one group")
            yield Problem((*_PLACE, "groups"), what, None, remedy, _REST)


def _some(names: Sequence[str]) -> str:
    """A few of them, enough to find the rest."""
    return ", ".join(names[:5]) + (" …" if len(names) > 5 else "")
