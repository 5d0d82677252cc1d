"""The core compiled: what ``reference`` does, from kernels over blocks of scenarios, cases shared out among threads."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from repayplan.evaluate.alone import Arrays, stage_terms
from repayplan.evaluate.kernels import run_cases
from repayplan.evaluate.outcome import Fates, Run, Told, Traces
from repayplan.evaluate.setting import NEVER, Drawn, Hazard, Setting, Stages, weights
from repayplan.problem.frozen import Mask, Real

SHARES = 8
"""Parts of the work for each thread: who is done sooner, or is disturbed less, takes more of them."""


def run(
    setting: Setting,
    drawn: Drawn,
    hazard: Hazard,
    *,
    traced: bool = False,
    tell: Stages | None = None,
    workers: int = 1,
) -> Run:
    """What :func:`repayplan.evaluate.reference.run` does; cases are shared out among ``workers`` threads.

    ``tell`` (N, M): stages, in order, of which what stands after them is told, without the course in between.
    """
    cases, stages, _, _ = setting.shape
    shape = (cases, drawn.scenarios)
    value, cover = np.empty(shape), np.empty(shape)
    missed, defaulted = np.empty(shape, dtype=np.int64), np.empty(shape, dtype=np.int64)
    traces = np.zeros((4, *((cases, stages, drawn.scenarios) if traced else (cases, 0, 0))))
    places, last = _places(tell, cases, stages)
    told = np.zeros((3, cases, 0 if tell is None else tell.shape[1], drawn.scenarios))
    out = (value, missed, defaulted, cover, traces, told, places, last)
    usual = (_fixed(_usual(setting, drawn)), _fixed(stage_terms(setting, hazard)))
    given: Arrays = (*_futures(drawn, cases), usual, *_terms(setting, hazard), out, hazard == "arrears")
    parts = min(workers * SHARES, cases) if workers > 1 else 1
    if parts <= 1:  # a thread of its own would cost more than a borrower's options do
        run_cases(0, cases, *given)
    else:
        edges = np.linspace(0, cases, parts + 1).astype(int).tolist()
        with ThreadPoolExecutor(min(workers, cases)) as pool:
            list(pool.map(lambda first, last: run_cases(first, last, *given), edges[:-1], edges[1:]))
    fates = Fates(value, missed, defaulted, cover)
    return Run(fates, Traces(*traces) if traced else None, None if tell is None else _told(told, tell, places))


def _places(tell: Stages | None, cases: int, stages: int) -> tuple[Stages, Stages]:
    """(N, T) where a stage is told, −1 where it is not, and (N,) the last that is."""
    places = np.full((cases, stages), -1)
    if tell is None or not tell.shape[1]:
        return places, np.full(cases, -1)
    count = tell.shape[1]
    for place in range(count - 1, -1, -1):  # the first of those that are alike
        places[np.arange(cases), tell[:, place]] = place
    return places, tell.max(axis=1)


def _told(told: Real, tell: Stages, places: Stages) -> Told:
    """With what is asked for twice."""
    first = np.take_along_axis(places, tell, axis=1)
    if (first != np.arange(tell.shape[1])).any():
        told = np.take_along_axis(told, first[None, :, :, None], axis=2)
    return Told(*told)


def _usual(setting: Setting, drawn: Drawn) -> Mask:
    """(N,) cases of one loan of the bank with nothing beside it, which the shorter kernel does."""
    cases, _, loans, accounts = setting.shape
    if loans != 1 or accounts or drawn.shift is not None or drawn.due is not None:
        return np.zeros(cases, dtype=bool)
    found: Mask = ~setting.debts.backwards & (setting.debts.own[:, 0] == 1)
    if drawn.stops is not None:
        found &= drawn.stops.min(axis=1, initial=NEVER) >= setting.stages
    return found


def _futures(drawn: Drawn, cases: int) -> tuple[Any, ...]:
    """What is drawn, where nothing is drawn as arrays without a place: compiled once for all."""
    given = (
        _once(drawn.own),
        np.zeros((1, 0, 0, 0)) if drawn.apart is None else _once(drawn.apart),
        np.zeros((cases, 0, 0)) if drawn.shift is None else drawn.shift,
        np.zeros((cases, 0, 0, 0)) if drawn.due is None else drawn.due,
        np.zeros((cases, 0), dtype=np.int64) if drawn.stops is None else drawn.stops,
        np.zeros((cases, 0)) if drawn.collateral is None else drawn.collateral,
    )
    return tuple(map(_fixed, given))


def _once(flows: Real) -> Real:
    """No copies of the cash of one borrower for each of several plans."""
    return flows[:1] if flows.strides[0] == 0 else flows


def _terms(setting: Setting, hazard: Hazard) -> tuple[Any, ...]:
    debts, worth, factors = setting.debts, setting.worth, weights(setting.worth, hazard)
    parts = (
        (
            setting.stages,
            setting.schedule,
            setting.clears,
            setting.opening,
            setting.floor,
            setting.deadline,
            setting.alike,
        ),
        (setting.account_loan, setting.blocked),
        (debts.interest, debts.compound, debts.penalty, debts.drift, debts.compound_drift, debts.books, debts.planned),
        (debts.claims, debts.backwards, debts.revived, debts.collateral * factors.kept[:, None], debts.own),
        (worth.pays, worth.recovery, worth.end),
        (factors.paid, factors.dead, factors.secured, factors.unsecured, factors.end, factors.pursued),
    )
    return tuple(tuple(map(_fixed, part)) for part in parts)


def _fixed(array: Any) -> Any:
    """One type for every array: in one piece, and not to be written to."""
    whole = np.ascontiguousarray(array)
    whole = whole.view()
    whole.setflags(write=False)
    return whole
