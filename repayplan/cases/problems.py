"""What a check of a whole case yields, and two checks that many others are made of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from repayplan.language import Message, tr
from repayplan.money import MAX_CENTS, grouped

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """Fields that do not fit together: the place of the one to mend, and the places of the others it rests on.

    ``value``: what of it is wrong, where that is not all that stands there.
    """

    path: Path
    what: Message
    limit: Message | None
    remedy: Message
    rests_on: tuple[Path, ...] = ()
    value: str | None = None


def twice(places: Iterable[Path], names: Iterable[str]) -> Iterator[Problem]:
    """Names that stand for two things."""
    first: dict[str, Path] = {}
    for place, name in zip(places, names, strict=True):
        if name in first:
            yield Problem(
                place,
                tr("the name {name} stands twice", name=name),
                None,
                tr("give every one a name of its own"),
                (first[name],),
            )
        first.setdefault(name, place)


def bounded(place: Path, cents: int) -> Iterator[Problem]:
    """A sum that is too large. Sums stay exact in every later step only below a limit no enterprise reaches."""
    if cents > MAX_CENTS:
        yield Problem(
            place,
            tr("these amounts add up to {total}", total=grouped(cents)),
            tr("at most {limit}", limit=grouped(MAX_CENTS)),
            tr("check the number of zeros and the unit"),
        )
