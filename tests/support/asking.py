"""Cases as a batch takes them."""

from __future__ import annotations

from collections.abc import Iterable

from repayplan.cases.models import Case
from repayplan.errors import InputError
from repayplan.planning.batch.asks import Ask, ask
from repayplan.planning.batch.kinds import why_alone


def askable(made: Iterable[Case], *, to_the_end: bool = False) -> list[Ask]:
    """The cases that can be planned as they are written."""
    found = []
    for case in made:
        try:
            found.append(ask(case, to_the_end=to_the_end))
        except InputError:
            continue
    return found


def company(made: Iterable[Case], *, to_the_end: bool = False) -> list[Ask]:
    """Those of them that can be planned with others."""
    return [each for each in askable(made, to_the_end=to_the_end) if why_alone(each.problem, each.terms) is None]
