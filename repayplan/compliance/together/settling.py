"""The kernel of :func:`repayplan.compliance.together.worth.debts`, compiled: a case after the other, stage by stage."""

from __future__ import annotations

from typing import Any

from numba import njit

Array = Any

compiled = njit(cache=True, nogil=True, error_model="numpy")


@compiled
def settled(opening: Array, maps: Array, cases: Array, payments: Array, left: Array) -> None:
    """What is owed after ``payments`` (N, T, L) into ``left`` (N, T, L): claims ``opening`` (C, L, K) of ``cases`` (N,)
    grow by ``maps`` (C, T, L, K, K) and are paid class by class. What is paid beyond the whole claim stands against the
    class settled last; see :func:`repayplan.problem.claims.settle`."""
    classes = opening.shape[2]
    for n in range(len(cases)):
        case = cases[n]
        for loan in range(opening.shape[1]):
            before, grown = opening[case, loan].copy(), opening[case, loan].copy()
            for t in range(payments.shape[1]):
                whole = -payments[n, t, loan]
                for k in range(classes):
                    grown[k] = 0.0
                    for j in range(classes):
                        grown[k] += maps[case, t, loan, k, j] * before[j]
                    whole += grown[k]
                reached, total = -payments[n, t, loan], 0.0
                for k in range(classes):
                    reached += grown[k]
                    before[k] = min(grown[k], max(reached, 0.0)) if whole >= 0.0 else 0.0
                    total += before[k]
                before[classes - 1] += min(whole, 0.0)
                left[n, t, loan] = total + min(whole, 0.0)
