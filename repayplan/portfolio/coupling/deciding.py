"""The whole of it: the choice under the bank's limits, what each limit costs, and where none keeps all, the nearest.

A price is what the next unit is worth at the margin. What some more of a limit would bring is found by choosing again
with so much more, from the choice known, because prices overstate it; and no price is told that this contradicts, nor
of a limit of which a step or more is left: prices speak of fractions of cases, and whoever has units left needs none.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from repayplan.portfolio.coupling.arrays import Coupled
from repayplan.portfolio.coupling.choice import Choice, choose
from repayplan.portfolio.coupling.core import regrets
from repayplan.portfolio.coupling.margin import least_prices
from repayplan.portfolio.coupling.posing import Posed, Row
from repayplan.portfolio.coupling.reach import Near, impossible, loosened, missed_by, nearest, without
from repayplan.problem.frozen import Real
from repayplan.solvers.result import CERTIFIED, Status

TRIED = 12
"""Limits that cost most, or of which hardly any is left, for each of which it is chosen again with more of it."""

NODES = 15
"""Of the tree when it is chosen again: what is to be bettered is known."""

NEARLY = 0.01
"""Part of what is missing by which the nearest choice may miss it further, for what that is worth."""

MATTER = 20
"""Cases that are named as those that matter most."""


@dataclass(frozen=True, slots=True)
class More:
    """So much more of a limit, in its unit, brings ``gain``, and no choice with it more than ``most``; cents.

    ``proven``: that there is no better choice with it, but for the gap wanted.
    """

    step: float
    gain: float
    most: float
    proven: bool


@dataclass(frozen=True, slots=True)
class Use:
    """What a choice makes of one limit: the figure it comes to, in the unit of the row, NaN where a ratio has nothing
    to divide by. ``price``: cents for one unit more at the margin, 0 where the limit does not bind. ``spare``: a step
    or more of it is left, so that ``more`` of it brings what it does because cases are whole."""

    row: Row
    figure: float
    kept: bool
    price: float
    more: More | None = None
    spare: bool = False


@dataclass(frozen=True, slots=True)
class Weighty:
    """A case whose option matters: what the next best option, ``instead``, is worth less at the prices; and how much
    more the option would bring that is best for it alone: what the limits take from it. Places among the M; cents."""

    case: int
    option: int
    instead: int
    difference: float
    forgone: float


@dataclass(frozen=True)
class Decision:
    """The choice and what is to be said of it.

    ``impossible``: rows that no choice keeps, with the best figure in reach. ``near``: how near one can come where none
    keeps all; then ``choice`` is a best one of those that come about as near, its ``bound`` is theirs and it has no
    prices, ``missed`` is what it misses limits by, relative to them, ``alone`` what a choice is worth that keeps the
    other limits, and cases ``matter`` at the prices of that one. ``relative``: whether that can be said of ``missed``;
    what misses a limit of which nothing or hardly anything is wanted is measured against something else.
    """

    choice: Choice
    uses: tuple[Use, ...]
    matter: tuple[Weighty, ...]
    impossible: dict[int, float]
    near: Near | None = None
    missed: float = 0.0
    alone: float | None = None
    relative: bool = True

    @property
    def kept(self) -> bool:
        """Whether all limits are kept."""
        return self.near is None

    @property
    def price_of_nearness(self) -> float | None:
        """What it costs to come so near to the limits that are missed; cents."""
        return None if self.alone is None else max(self.alone - self.choice.value, 0.0)


def decide(posed: Posed, wanted: float = CERTIFIED, tried: int = TRIED) -> Decision:
    """Choose, to the gap ``wanted``; say what ``tried`` limits that cost most are worth, and what cannot be kept."""
    coupled = posed.coupled
    out = impossible(posed)
    choice = _priced(coupled, choose(coupled, wanted)) if not out else None
    if choice is not None and choice.keeps:
        more = _more(posed, coupled, choice, wanted, tried)
        return Decision(choice, _uses(posed, choice, more), weighty(coupled, choice), out)
    alone = np.isin(np.arange(coupled.limits), list(out))
    near = nearest(coupled, posed.targets | alone)
    loose = loosened(coupled, near, NEARLY)
    start = Choice(
        status=Status.FEASIBLE,
        option=near.option,
        value=float(coupled.value[near.option].sum()),
        bound=math.inf,
        gap=math.inf,
        prices=np.zeros(coupled.limits),
        used=coupled.used(near.option),
        method="",
    )
    if near.violation <= 0:  # the nearest one keeps them all: only single moves did not find it
        kept = _priced(coupled, choose(coupled, wanted, start))
        return Decision(kept, _uses(posed, kept, {}), weighty(coupled, kept), out)
    best = choose(loose, wanted, start)
    missed = near.soft & ~coupled.holds(coupled.used(best.option))
    free = _priced(coupled, choose(without(coupled, missed), wanted))
    status = Status.INFEASIBLE if near.proven or out or _proven(choice) else Status.FAILED
    # at the edge of what can be reached a price says how hard it is to come there, not what anything is worth
    best = replace(best, status=status, prices=np.zeros(coupled.limits))
    priced = replace(best, prices=free.prices) if free.keeps else best
    return Decision(
        best,
        _uses(posed, best, {}),
        weighty(coupled, priced),
        out,
        near,
        missed_by(coupled, best.option, near.soft),
        free.value if free.keeps else None,
        relative=bool((coupled.scale == coupled.wanted)[missed].all()),
    )


def _priced(coupled: Coupled, choice: Choice) -> Choice:
    """A choice with the prices that are to be told."""
    return replace(choice, prices=least_prices(coupled, choice.prices))


def _proven(choice: Choice | None) -> bool:
    """Whether it is proven that no choice keeps all limits."""
    return choice is not None and choice.status is Status.INFEASIBLE


def _uses(posed: Posed, choice: Choice, more: dict[int, More]) -> tuple[Use, ...]:
    """What the choice makes of every row."""
    figures, base = posed.figures(choice.option, choice.used), posed.divided_by(choice.option)
    left = _steps_left(posed, choice, _steps(posed, base))
    kept, uses = posed.coupled.holds(choice.used), []
    for k, row in enumerate(posed.rows):
        tried = more.get(k)
        price = told_price(float(choice.prices[k] * base[k]), tried, float(left[k]))
        brought = tried if tried is not None and tried.gain > 0 else None
        uses.append(Use(row, float(figures[k]), bool(kept[k]), price, brought, bool(left[k] >= 1)))
    return tuple(uses)


def _steps(posed: Posed, base: Real) -> Real:
    """(K,) a step of each limit in the units in which it is used, of which its unit is ``base``; 0 of a share of
    nothing."""
    return np.asarray(base * np.array([step_of(row) for row in posed.rows]))


def _steps_left(posed: Posed, choice: Choice, steps: Real) -> Real:
    """(K,) how many steps of each limit the choice does not use."""
    left = (posed.coupled.most - choice.used) / np.where(steps > 0, steps, 1.0)
    return np.where(steps > 0, left, np.inf)  # more of a share of nothing is nothing


def told_price(price: float, tried: More | None, left: float = 0.0) -> float:
    """The price of a unit, no higher than a new choice with some more has proven it can be on average over that; 0
    where it has proven that there is nothing to gain, or where a step or more is ``left``. What is left times the price
    is part of the gap between the choice and the bound of the prices (complementary slackness): it is what whole cases
    cannot use, not what more of it would bring."""
    if left >= 1:
        return 0.0
    if tried is None or price * tried.step <= tried.most:
        return price
    return 0.0 if tried.proven and tried.gain <= 0 else tried.most / tried.step


def _more(posed: Posed, coupled: Coupled, choice: Choice, wanted: float, tried: int) -> dict[int, More]:
    """Choose again with some more of each of the limits that cost most; then of those that have no price, as fractions
    of cases do not need them, but less left than that, where whole cases may want them."""
    steps = _steps(posed, posed.divided_by(choice.option))
    worth, left = choice.prices * steps, _steps_left(posed, choice, steps)
    found = {}
    for k in np.lexsort((left, -worth))[:tried].tolist():
        if worth[k] <= 0 and left[k] >= 1:
            continue
        most = coupled.most.copy()
        most[k] += steps[k]
        again = choose(replace(coupled, most=most), wanted, choice, NODES, finish=False)
        gain, bound = (max(each - choice.value, 0.0) for each in (again.value, again.bound))
        found[k] = More(step_of(posed.rows[k]), gain, bound, again.status is Status.OPTIMAL)
    return found


def step_of(row: Row) -> float:
    """How much more of a limit it is asked about: a round figure of at most a tenth of it, but a whole visit or hour at
    the least; a percentage point of a share."""
    if row.measure == "share":
        return 0.01
    whole = 100.0 if row.measure == "cents" else 1.0
    tenth = abs(row.figure) / 10
    if tenth <= 0:
        return whole
    round_figure = 10.0 ** math.floor(math.log10(tenth))
    return round_figure if row.divided else max(round_figure, whole)


def weighty(coupled: Coupled, choice: Choice, most: int = MATTER) -> tuple[Weighty, ...]:
    """The cases in which another option would cost most at the prices, the first of equals first."""
    regret = regrets(coupled, choice.prices)
    chosen = np.zeros(len(regret), dtype=bool)
    chosen[choice.option] = True
    others = np.where(chosen, np.inf, regret)
    second = np.minimum.reduceat(others, coupled.starts[:-1])
    loss: Real = np.where(np.isfinite(second), second - regret[choice.option], -np.inf)
    found = []
    for case in np.argsort(-loss, kind="stable")[:most].tolist():
        if not np.isfinite(loss[case]) or loss[case] <= 0:
            break
        first, last = coupled.starts[case : case + 2]
        instead = int(first + np.argmin(others[first:last]))
        forgone = float(coupled.value[first:last].max() - coupled.value[choice.option[case]])
        found.append(Weighty(case, int(choice.option[case]), instead, float(loss[case]), forgone))
    return tuple(found)
