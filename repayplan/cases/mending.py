"""Finding what does not fit together in a file that has wrong fields as well, so that one reading tells everything.

The checks of a whole case run only on a case whose fields can all be read. So the wrong fields are taken out, or
stood in for by their examples, and what is then found is kept unless it touches a field that was mended.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from copy import deepcopy
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from repayplan.cases.faults import counts_what_is_left, path_of
from repayplan.cases.fields import SEVERAL
from repayplan.cases.models import Case
from repayplan.cases.places import Place, value_at
from repayplan.cases.problems import Path, Problem


def hidden_errors(data: Any, errors: Sequence[ErrorDetails]) -> list[ErrorDetails]:
    """What does not fit together in ``data`` and cannot come from the ``errors`` in its fields."""
    whole = deepcopy(data)
    mended = [path_of(error, data) for error in errors if _mend(whole, error, data)]
    if () in mended:
        return []
    try:
        Case.model_validate(whole)
    except ValidationError as error:
        return [_without(detail, mended) for detail in error.errors(include_url=False) if detail["type"] == SEVERAL]
    return []


def _without(detail: ErrorDetails, mended: Sequence[Path]) -> ErrorDetails:
    problems = [problem for problem in detail["ctx"]["problems"] if not _touches(problem, mended)]
    return {**detail, "ctx": {"problems": problems}}


def _mend(whole: Any, error: ErrorDetails, data: Any) -> bool:
    """Take one wrong value out of ``whole`` or put its example there; whether there was something to do."""
    path = path_of(error, data)
    if counts_what_is_left(error, value_at(path, data)):
        return False
    group = value_at(path[:-1], whole)
    if not path or not isinstance(group, dict | list):
        return True
    name, info = Place(path, data, Case).field
    last: Any = path[-1]
    if isinstance(group, dict) and (info is None or not info.is_required()):
        group.pop(last, None)
    elif info is not None and info.examples:
        example = deepcopy(info.examples[0])
        group[last] = example if last == name else example[0]
    return True


def _touches(problem: Problem, mended: Iterable[Path]) -> bool:
    return any(
        path[: len(other)] == other[: len(path)] for path in (problem.path, *problem.rests_on) for other in mended
    )
