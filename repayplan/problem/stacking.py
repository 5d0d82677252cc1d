"""Many problems as one: arrays over N cases, the shorter terms padded to the longest with stages that change nothing.

On a padded stage nothing is paid, comes in, accrues or is limited: what stands at the end of a term goes on standing.
So whatever is said of the last stage may be said of the last stage of all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from enum import Enum, auto
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from repayplan.problem.accounts import AccountArrays
from repayplan.problem.arrays import (
    CashArrays,
    CoverArrays,
    DebtArrays,
    LimitArrays,
    Problem,
    ValueArrays,
)
from repayplan.problem.burden import Burden
from repayplan.problem.claims import ClaimArrays
from repayplan.problem.form import FormArrays
from repayplan.problem.legal import Charge, Cleared, Legal, Npv
from repayplan.problem.pace import PaceArrays
from repayplan.problem.wishes import WishArrays

Part = TypeVar("Part")


class Fill(Enum):
    """What stands on the stages that a shorter case has not."""

    NO_STAGES = auto()
    """Nothing: the field has no stages."""
    ON = auto()
    """What stood on its last one."""
    ITSELF = auto()
    """The number of the stage."""
    UNIT = auto()
    """A map that leaves everything as it is."""
    JOINED = auto()
    """No array: one entry a case, joined."""
    SHARED = auto()
    """No array: the same for all, which is for the caller to see to."""
    ONE_EACH = auto()
    """The field has neither cases nor stages: it becomes one row a case."""
    DROPPED = auto()
    """Not kept: no program asks for it."""
    BY_STAGE = auto()
    """The field has stages and no cases: it becomes one row a case, padded with 0."""


Filling = Fill | float | bool

_CASE, _ON = Fill.NO_STAGES, Fill.ON

FILLINGS: Mapping[type, Mapping[str, Filling]] = {
    CashArrays: {
        "opening": _CASE,
        "wanted": _CASE,
        "inflow": 0,
        "outflow": 0,
        "apart": _ON,
        "trough": _ON,
        "reach": Fill.ITSELF,
        "most": _ON,
    },
    CoverArrays: {"cash": 0, "start": 0, "minimum": _CASE, "carry": _CASE},
    DebtArrays: {
        "opening": _CASE,
        "principal": _CASE,
        "growth": 1.0,
        "charge": 0.0,
        "periods": 0,
        "current": False,
        "waived": False,
        "collateral": _CASE,
        "uniform": _CASE,
        "rank": _CASE,
        "linear": _CASE,
        "own": _CASE,
    },
    ClaimArrays: {"opening": _CASE, "maps": Fill.UNIT, "principal": _CASE},
    ValueArrays: {
        "discount": _ON,
        "contract": _ON,
        "planning": _ON,
        "survival": _ON,
        "recovery": _CASE,
        "tolerance": _CASE,
    },
    LimitArrays: {
        **dict.fromkeys(("minimum", "maximum", "step", "balloon", "unit", "margin"), _CASE),
        "grace": False,
        "exempt": False,
        "interest_only": _CASE,
        "settle_full": _CASE,
    },
    PaceArrays: {
        "day": _ON,
        "demanded": np.nan,
        "named": np.nan,
        "pinned": np.nan,
        "pinned_loan": np.nan,
        "base": -1,
        "yearly": _CASE,
        "life": _CASE,
        "life_of_principal": _CASE,
    },
    FormArrays: {
        "kinds": Fill.JOINED,
        "counted": False,
        "base": 0,
        "weight": 0.0,
        "interest": False,
        "stated": _CASE,
        "falling": _CASE,
        "streams": Fill.SHARED,
        "minimum": Fill.SHARED,
    },
    WishArrays: {"prefer": Fill.JOINED, "installments": _CASE, "amounts": _CASE, "any_last": Fill.SHARED},
    AccountArrays: {
        "names": Fill.SHARED,
        "available": _ON,
        "loan": Fill.SHARED,
        "blocked": Fill.SHARED,
        "cap": Fill.ONE_EACH,
    },
    Npv: {"factors": _ON, "before": _CASE, "least": _CASE, "most": _CASE, "price": _CASE},
    Cleared: {"due": False, "debt": _CASE},
    Charge: {"lent": _CASE, "allowed": _CASE, "rate": _CASE, "years": Fill.BY_STAGE},
    Legal: {"within": True, "liquidation": _CASE, "waived": _CASE},
    Burden: {
        "first": False,
        "cash": _CASE,
        "low": _CASE,
        "high": _CASE,
        "edges": Fill.DROPPED,
        "survival": Fill.DROPPED,
    },
    Problem: {
        "loans": Fill.JOINED,
        "modes": Fill.JOINED,
        "dates": _ON,
        "pays": False,
        "sharing": Fill.SHARED,
    },
}
"""Every field of what a problem is made of; fields that are made of arrays themselves are looked up by their class."""

STAGES_AT: Mapping[tuple[type, str], int] = {(FormArrays, "weight"): 2}
"""Where the axis of stages is not the second."""


def stack(problems: Sequence[Problem]) -> Problem:
    """The problems of one case each as one of N cases.

    All have as many loans, unknowns of the shape and accounts, the same rules of sharing, and ask for the same parts of
    the law: ValueError where one has what another lacks.
    """
    return _stacked(problems, max(problem.shape[1] for problem in problems))


def _stacked(parts: Sequence[Part], stages: int) -> Part:
    kind = type(parts[0])
    known, made = FILLINGS[kind], dict[str, Any]()
    for item in fields(parts[0]):  # type: ignore[arg-type]
        values = [getattr(part, item.name) for part in parts]
        made[item.name] = _joined(kind, item.name, values, known.get(item.name), stages)
    return kind(**made)


def _joined(kind: type, name: str, values: Sequence[Any], filling: Filling | None, stages: int) -> Any:
    first = values[0]
    if filling is Fill.DROPPED:  # also where some have it: a case with a table of hazards beside one with a limit
        return None
    if any((value is None) is not (first is None) for value in values):
        raise ValueError(f"{kind.__name__}.{name}: some cases have it and some have not")
    if first is None:
        return None
    if filling is Fill.SHARED:
        return first
    if filling is Fill.JOINED:
        return tuple(entry for value in values for entry in value)
    if not isinstance(first, np.ndarray):
        return _stacked(values, stages)
    if filling is None:
        raise ValueError(f"{kind.__name__}.{name}: how it is padded is not known")
    if filling is Fill.ONE_EACH:
        return np.stack(values)
    if filling is Fill.NO_STAGES:
        return np.concatenate(values)
    if filling is Fill.BY_STAGE:
        values, filling = [value[None] for value in values], 0.0
    return padded(values, stages, filling, STAGES_AT.get((kind, name), 1))


def padded(values: Sequence[NDArray[Any]], stages: int, filling: Filling, axis: int = 1) -> NDArray[Any]:
    """Arrays of one case each, (1, …, T_i, …) with stages on an ``axis``, as one over all cases and ``stages``."""
    first = values[0]
    if all(value.shape[axis] == stages for value in values):
        return np.concatenate(values)
    shape = (len(values), *first.shape[1:axis], stages, *first.shape[axis + 1 :])
    whole = np.empty(shape, dtype=first.dtype)
    for number, value in enumerate(values):
        known = value.shape[axis]
        if axis == 1:
            whole[number, :known] = value[0]
            if known < stages:
                whole[number, known:] = _filled(filling, value[0], np.arange(known, stages))
            continue
        at = np.moveaxis(whole[number], axis - 1, 0)
        come = np.moveaxis(value[0], axis - 1, 0)
        at[:known] = come
        at[known:] = _filled(filling, come, np.arange(known, stages))
    return whole


def _filled(filling: Filling, come: NDArray[Any], more: NDArray[np.int64]) -> Any:
    if filling is Fill.ON:
        return come[-1]
    if filling is Fill.ITSELF:
        return more
    if filling is Fill.UNIT:
        return np.eye(come.shape[-1])
    return filling


def taken(problem: Problem, cases: NDArray[np.int64]) -> Problem:
    """The problem of some of the cases of a stacked one, each as often as it is named."""
    return _taken(problem, cases)


def _taken(part: Part, cases: NDArray[np.int64]) -> Part:
    kind = type(part)
    known, made = FILLINGS[kind], dict[str, Any]()
    for item in fields(part):  # type: ignore[arg-type]
        value, filling = getattr(part, item.name), known.get(item.name)
        if value is None or filling is Fill.SHARED:
            made[item.name] = value
        elif filling is Fill.JOINED:
            made[item.name] = tuple(value[case] for case in cases.tolist())
        else:
            made[item.name] = value[cases] if isinstance(value, np.ndarray) else _taken(value, cases)
    return kind(**made)
