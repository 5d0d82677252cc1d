"""Days in words: by name as far as they can be taken in, payment dates that follow each other from first to last."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from repayplan.language import listed, plural, tr

_NAMED_SPANS = 4


@dataclass(frozen=True, slots=True)
class Days:
    """Days, said when somebody reads them. ``dates`` are those of which a run is said as one span."""

    days: tuple[dt.date, ...]
    dates: tuple[dt.date, ...]

    @classmethod
    def of(cls, days: Sequence[dt.date], dates: Sequence[dt.date]) -> Days:
        """Days in any order."""
        return cls(tuple(sorted(set(days))), tuple(dates))

    def __str__(self) -> str:
        spans = list(_spans(self.days, self.dates))
        named = [_span(span) for span in spans[:_NAMED_SPANS]]
        rest = sum(map(len, spans[_NAMED_SPANS:]))
        if not rest:
            return listed(named)
        several = tr("{days} and {rest} other days", days=listed(named), rest=rest)
        return str(plural(tr("{days} and one other day", days=listed(named)), several, rest))


def _spans(days: Sequence[dt.date], dates: Sequence[dt.date]) -> Iterator[list[dt.date]]:
    """Runs of at least three payment dates that follow each other; every other day by itself."""
    place = {date: number for number, date in enumerate(dates)}
    runs: list[list[dt.date]] = []
    for day in days:
        if runs and day in place and place.get(runs[-1][-1]) == place[day] - 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    for run in runs:
        yield from [run] if len(run) > 2 else ([day] for day in run)


def _span(days: Sequence[dt.date]) -> str:
    return str(tr("{first} – {last}", first=days[0], last=days[-1])) if len(days) > 1 else f"{days[0]}"
