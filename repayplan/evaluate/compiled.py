"""The core compiled: what ``reference`` does, from kernels over blocks of scenarios, cases shared out among threads."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from repayplan.evaluate.kernels import Arrays, run_cases
from repayplan.evaluate.outcome import NOWHERE, Fates, Run, Traces
from repayplan.evaluate.setting import NEVER, Drawn, Hazard, Setting, weights


def run(setting: Setting, drawn: Drawn, hazard: Hazard, *, traced: bool = False, workers: int = 1) -> Run:
    """What :func:`repayplan.evaluate.reference.run` does; cases are shared out among ``workers`` threads."""
    cases, stages, _, _ = setting.shape
    shape = (cases, drawn.scenarios)
    value, cover = np.zeros(shape), np.full(shape, np.inf)
    missed, defaulted = np.full(shape, NOWHERE), np.full(shape, NOWHERE)
    traces = np.zeros((4, *((cases, stages, drawn.scenarios) if traced else (cases, 0, 0))))
    out = (value, missed, defaulted, cover, traces)
    given: Arrays = (*_futures(drawn, shape), *_terms(setting, hazard), out, hazard == "arrears")
    edges = np.linspace(0, cases, max(min(workers, cases), 1) + 1).astype(int).tolist()
    with ThreadPoolExecutor(len(edges) - 1) as pool:
        list(pool.map(lambda first, last: run_cases(first, last, *given), edges[:-1], edges[1:]))
    return Run(Fates(value, missed, defaulted, cover), Traces(*traces) if traced else None)


def _futures(drawn: Drawn, shape: tuple[int, int]) -> tuple[Any, ...]:
    """What is drawn, where nothing is drawn as arrays without a place: compiled once for all."""
    cases = shape[0]
    given = (
        drawn.own,
        np.zeros((cases, 0, 0, 0)) if drawn.apart is None else drawn.apart,
        np.zeros((cases, 0, 0)) if drawn.shift is None else drawn.shift,
        np.zeros((cases, 0, 0, 0)) if drawn.due is None else drawn.due,
        np.full(shape, NEVER) if drawn.stops is None else drawn.stops,
        np.ones(shape) if drawn.collateral is None else drawn.collateral,
    )
    return tuple(map(_fixed, given))


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
        (debts.claims, debts.backwards, debts.revived, debts.collateral, debts.own),
        (worth.pays, worth.recovery, worth.end),
        (factors.paid, factors.dead, factors.secured, factors.unsecured, factors.end),
    )
    return tuple(tuple(map(_fixed, part)) for part in parts)


def _fixed(array: Any) -> Any:
    """One type for every array: in one piece, and not to be written to."""
    whole = np.ascontiguousarray(array)
    whole = whole.view()
    whole.setflags(write=False)
    return whole
