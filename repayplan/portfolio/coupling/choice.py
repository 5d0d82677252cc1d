"""One option for every case under all limits: prices, rounding, improvement, and where few are left to choose, a tree.

The value of the choice is exact, the bound is that of the prices, or of branch and bound over the options that the
prices do not rule out: an option whose regret exceeds what the best choice known leaves open is in no better one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from repayplan.portfolio.coupling.arrays import Coupled, Index
from repayplan.portfolio.coupling.core import core, regrets
from repayplan.portfolio.coupling.dual import Priced, dual
from repayplan.portfolio.coupling.rounding import Rounding
from repayplan.problem.frozen import Frozen, Mask, Real
from repayplan.solvers.highs import Highs
from repayplan.solvers.result import CERTIFIED, Status

FEW, SEARCHED, FINISHED = 300, 600, 20_000
"""Options beyond one a case that branch and bound takes: those of least regret first, then more: as a better choice
known leaves fewer open, these often are all. Where they are not, all that are open at last, if there are no more."""

NODES = 50
"""Of each tree, at the most; but of the last one over all options that are open ``THOROUGH`` times as many by their
number, so that a small one comes to its end."""

THOROUGH = 6_000

NEAR = 2_000
"""Cases that are changed first: those whose best options lead by least."""

FLOOR = 0.05
"""Gaps are relative to the value, or at least to this part of the largest amounts that options are worth or cost."""

SPARE = 0.1
"""Part of the gap wanted that the prices may leave."""


@dataclass(frozen=True)
class Choice(Frozen):
    """The option (N,) of every case, by its place among the M, and what is known about it.

    ``value`` and the upper ``bound`` of any choice that keeps all limits, in the units of the options; ``prices`` (K,)
    of one unit of every limit, ``used`` (K,) of them. ``status``: optimal, where the gap is at most the one wanted,
    feasible, infeasible where no choice keeps all limits, failed where none was found. The options of the last two
    keep some limits only.
    """

    status: Status
    option: Index
    value: float
    bound: float
    gap: float
    prices: Real
    used: Real
    method: str

    @property
    def keeps(self) -> bool:
        """Whether the choice keeps all limits."""
        return self.status in (Status.OPTIMAL, Status.FEASIBLE)


def choose(
    coupled: Coupled,
    wanted: float = CERTIFIED,
    start: Choice | None = None,
    nodes: int = NODES,
    finish: bool = True,
) -> Choice:
    """The best choice to the gap ``wanted``, or as good as it comes with so many ``nodes`` of branch and bound, which
    takes all options that are open only where it is to ``finish``.

    ``start``: a choice for the same options under other limits; where it keeps these, the result is no worse.
    """
    found = dual(coupled, SPARE * wanted * _usual(coupled), None if start is None else start.prices)
    if found.hopeless:
        return _result(coupled, found, found.option, wanted, Status.INFEASIBLE)
    option = _better(coupled, _rounded(coupled, found, wanted), start)
    if option is not None and _gap(coupled, found.bound, option) <= wanted:
        return _result(coupled, found, option, wanted)
    return _finished(coupled, found, option, wanted, nodes, finish)


def _usual(coupled: Coupled) -> float:
    """About what a choice is worth, for tolerances."""
    return max(FLOOR * coupled.largest, 0.5 * abs(float(coupled.value[coupled.free].sum()))) or 1.0


def _gap(coupled: Coupled, bound: float, option: Index) -> float:
    value = float(coupled.value[option].sum())
    return max(bound - value, 0.0) / (max(abs(value), FLOOR * coupled.largest) or 1.0)


def _rounded(coupled: Coupled, found: Priced, wanted: float) -> Index | None:
    """A choice that keeps all limits, bettered by single moves and pairs; None where single moves do not lead to one.

    The cases that are least sure of their best option are changed first, and all of them only where that is not enough.
    """
    count = min(NEAR, coupled.cases)
    near = np.sort(np.argpartition(found.margin, count - 1)[:count])
    rounding = Rounding(coupled, found.prices, found.option, near)
    rounding.mend()
    if not rounding.keeps:
        rounding = Rounding(coupled, found.prices, found.option)
        rounding.mend()
    if not rounding.keeps:
        return None
    rounding.fill()
    if _gap(coupled, found.bound, rounding.option) > wanted:
        rounding.cases = np.arange(coupled.cases)
        rounding.fill()
        rounding.swap(SPARE * wanted * max(abs(rounding.value), FLOOR * coupled.largest))
    return rounding.option


def _better(coupled: Coupled, option: Index | None, start: Choice | None) -> Index | None:
    """The better of a choice and the one to begin with, if that keeps the limits."""
    if start is None or not coupled.holds(coupled.used(start.option)).all():
        return option
    if option is None or coupled.value[start.option].sum() > coupled.value[option].sum():
        return start.option
    return option


def open_options(coupled: Coupled, found: Priced, option: Index | None, regret: Real) -> Mask:
    """(M,) the options that may be in a better choice than the one that is known, and those in it.

    An option is in no choice worth more than the bound *of its prices* less its regret, and so ``found`` must be as the
    prices left it: a lower bound, from a tree, says nothing of single options.
    """
    if option is None:
        return np.ones(len(coupled.value), dtype=bool)
    left = found.bound - float(coupled.value[option].sum())
    kept = regret <= left
    kept[option] = True
    return kept


def _finished(coupled: Coupled, found: Priced, option: Index | None, wanted: float, nodes: int, finish: bool) -> Choice:
    """Branch and bound from the choice known: over the few options of least regret first, then over more, or over all
    that the better choice leaves open."""
    method, bound = "", found.bound
    regret = regrets(coupled, found.prices)
    for most in (FEW, SEARCHED, FINISHED) if finish else (FEW, SEARCHED):
        kept = open_options(coupled, found, option, regret)
        left = int(kept.sum()) - coupled.cases
        if left > most == FINISHED and option is not None:
            break  # a part of so many brings little
        if left > most:
            kept &= regret <= np.partition(regret, coupled.cases + most)[coupled.cases + most]
            kept[found.option if option is None else option] = True
        thorough = most > FEW and left <= most
        tree = _tree(coupled, found, kept, option, wanted, THOROUGH * nodes // max(left, 1) if thorough else nodes)
        option, method = tree.option, tree.solver
        if left <= most:
            if tree.impossible:
                return _result(coupled, found, found.option, wanted, Status.INFEASIBLE, method)
            known = -np.inf if option is None else float(coupled.value[option].sum())
            bound = min(bound, max(tree.bound, known))
        if thorough or (option is not None and _gap(coupled, bound, option) <= wanted):
            break
    found = replace(found, bound=bound)
    if option is None:
        return _result(coupled, found, found.option, wanted, Status.FAILED, method)
    return _result(coupled, found, option, wanted, None, method)


@dataclass(frozen=True)
class _Tree:
    """The best choice known after branch and bound, None where there is none; the upper bound of the choices that were
    searched, and whether there is none among them."""

    option: Index | None
    bound: float
    impossible: bool
    solver: str


def _tree(coupled: Coupled, found: Priced, kept: Mask, option: Index | None, wanted: float, nodes: int) -> _Tree:
    """Branch and bound over the ``kept`` options (M,), from the choice known."""
    small = core(coupled, kept, coupled.dearest, whole=True)
    size = abs(found.bound) if option is None else abs(float(coupled.value[option].sum()))
    engine = Highs(
        {
            "mip_max_nodes": nodes,
            "mip_rel_gap": 0.0,
            "mip_abs_gap": 0.5 * wanted * max(size, FLOOR * coupled.largest) / small.unit,
        }
    )
    solution = engine.solve(small.program, start=None if option is None else small.columns(coupled, option))
    if solution.status is Status.INFEASIBLE:
        return _Tree(option, np.inf, option is None, engine.name)
    if solution.solved:
        rounding = Rounding(coupled, found.prices, small.choice(coupled, solution.columns))
        rounding.mend()
        rounding.fill()
        if rounding.keeps and (option is None or rounding.value > float(coupled.value[option].sum())):
            option = rounding.option
    bound = float(coupled.value[small.settled].sum()) - solution.bound * small.unit
    return _Tree(option, bound if np.isfinite(bound) else np.inf, False, engine.name)


def _result(
    coupled: Coupled, found: Priced, option: Index, wanted: float, status: Status | None = None, method: str = ""
) -> Choice:
    gap = _gap(coupled, found.bound, option)
    return Choice(
        status=status or (Status.OPTIMAL if gap <= wanted else Status.FEASIBLE),
        option=option,
        value=float(coupled.value[option].sum()),
        bound=found.bound,
        gap=gap,
        prices=found.prices,
        used=coupled.used(option),
        method="Lagrangian dual" + (f", {method}" if method else ""),
    )
