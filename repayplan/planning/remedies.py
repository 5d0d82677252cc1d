"""What would make an impossible case possible: each lever alone, as little of it as suffices, and the cheapest mix.

A lever is pulled in whole steps. Where there are few they are tried one after the other, because more of it need not be
easier (a longer term moves the dates that limits speak of); where there are many, doubling and halving finds a number
that suffices while one less does not. What is shown has been planned in full and verified without a solver.

The *cost* of a remedy is what is owed at signing less the expected recovery of its plan in present value at the bank's
rate, hazard and all. What the borrower risks with less cover or a lower floor is not in it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import permutations

from repayplan.cases.models import Case
from repayplan.errors import InputError, LedgerError
from repayplan.formulation.build import formulate
from repayplan.language import Message
from repayplan.planning.levers import Lever, levers, owed
from repayplan.planning.plan import plan
from repayplan.planning.plan_file import plan_file
from repayplan.planning.result import Plan
from repayplan.planning.verify import verify
from repayplan.planning.watch import FOREVER, OutOfTimeError, Watch
from repayplan.problem.arrays import Problem
from repayplan.problem.assemble import assemble
from repayplan.problem.terms import resolve
from repayplan.solvers.highs import Highs
from repayplan.solvers.result import TIME_IS_UP
from repayplan.solvers.sparse import SparseProgram

SCANNED = 60
"""Up to so many steps are tried one by one."""

NEAR = 12
"""Steps beyond the first that a linear program allows, until whole cents hold every limit as well."""

MOST_MIXES = 8

MIX = "mix"
"""Stands for mixes among what was not tried."""

Tell = Callable[[], None]
"""Called after every piece of work, for a progress bar."""


@dataclass(frozen=True, slots=True)
class Pull:
    """A lever pulled by so many steps, in words."""

    lever: str
    steps: int
    words: Message


@dataclass(frozen=True, slots=True)
class Remedy:
    """Changes after which the case has a ``plan`` that holds; ``cost`` in cents."""

    pulls: tuple[Pull, ...]
    plan: Plan
    cost: int


@dataclass(frozen=True, slots=True)
class Remedies:
    """``alone``: each lever that suffices, the cheapest first; ``helpless``: the others, pulled as far as they go.

    ``mix``: the cheapest of the mixes tried, None where none was found. ``untried``: levers for which there was not
    enough time, and MIX where some mixes were left out for it.
    """

    alone: tuple[Remedy, ...]
    helpless: tuple[Pull, ...]
    mix: Remedy | None
    untried: tuple[str, ...] = ()

    @property
    def cheapest(self) -> Remedy | None:
        """The cheapest of all."""
        found = [*self.alone, *([self.mix] if self.mix else [])]
        return min(found, key=lambda remedy: remedy.cost, default=None)


def remedies(case: Case, tell: Tell = lambda: None, watch: Watch = FOREVER) -> Remedies:
    """What would make an impossible case possible; each lever has an equal part of the time that is left."""
    alone: list[Remedy] = []
    helpless: list[Pull] = []
    untried: list[str] = []
    known = levers(case)
    for number, lever in enumerate(known.values()):
        try:
            found = alone_with(case, lever, watch.share(len(known) - number + 1))
        except OutOfTimeError:
            untried.append(lever.name)
        else:
            if found is None:
                helpless.append(Pull(lever.name, lever.most, lever.words(lever.most)))
            else:
                alone.append(found)
        tell()
    alone.sort(key=lambda remedy: remedy.cost)
    mixes, all_tried = _mixes(case, alone, helpless, watch)
    tell()
    mix = min(mixes, key=lambda mix: mix.cost, default=None)
    return Remedies(tuple(alone), tuple(helpless), mix, (*untried, *((MIX,) if untried or not all_tried else ())))


def alone_with(case: Case, lever: Lever, watch: Watch = FOREVER) -> Remedy | None:
    """The smallest pull of one lever that makes the case possible; None where it does not help."""
    steps = smallest(lever.most, lambda n: possible(lever.change(n), watch))
    if steps is None:
        return None
    for more in range(steps, min(steps + NEAR, lever.most) + 1):
        made = verified(lever.change(more), watch)
        if made is not None:
            least, made = _least(lever, more, made, watch)
            return Remedy((Pull(lever.name, least, lever.words(least)),), made, cost(case, made))
    return None


def _least(lever: Lever, steps: int, made: Plan, watch: Watch) -> tuple[int, Plan]:
    """Fewer steps where a plan holds with them though the program is impossible.

    A demand of the engine's own, such as that on the last payment, may have stood in the way, and no limit of the case.
    """
    known = {steps: made}

    def holds(fewer: int) -> bool:
        found = verified(lever.change(fewer), watch)
        if found is not None:
            known[fewer] = found
        return found is not None

    if steps > 1 and holds(steps - 1):
        steps = smallest(steps - 1, holds) or steps
    return steps, known[steps]


def smallest(most: int, enough: Callable[[int], bool]) -> int | None:
    """The least number of steps from 1 to ``most`` that is enough, as far as that can be known: see the module."""
    if most <= SCANNED:
        return next((steps for steps in range(1, most + 1) if enough(steps)), None)
    low, high = 0, 1
    while not enough(high):
        if high == most:
            return None
        low, high = high, min(2 * high, most)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high


def possible(case: Case, watch: Watch = FOREVER) -> bool:
    """Whether unrounded payments keep every limit, for some date as the last; OutOfTimeError where that stays open."""
    try:
        problem = assemble(case, resolve(case))
    except InputError:
        return False
    if _short_of_cash(problem):
        return False
    engine = Highs()
    formulations = (formulate(bucket) for bucket in problem.outer().with_any_last().buckets())
    return any(
        _solved(engine, formulation.valued(lane), watch)
        for formulation in formulations
        for lane in reversed(range(formulation.frame.lanes))
    )


def _solved(engine: Highs, program: SparseProgram, watch: Watch) -> bool:
    found = engine.solve(program, watch.left)
    if not found.solved and found.message == TIME_IS_UP:
        raise OutOfTimeError
    return found.solved


def _short_of_cash(problem: Problem) -> bool:
    """Whether all cash together is less than the debt before any interest: no solver need be asked."""
    debt, cash = int(problem.debt.opening.sum()), int(problem.payable[0].max())
    return bool(problem.limits.settle_full[0]) and cash < debt


def verified(case: Case, watch: Watch = FOREVER) -> Plan | None:
    """The plan of a case, if it holds every limit and ``verify`` finds nothing else; None otherwise.

    OutOfTimeError where there was not enough to find one.
    """
    try:
        made = plan(case, time_limit=watch.left)
    except (InputError, LedgerError):
        return None
    if made.status == "failed" and watch.ends:
        raise OutOfTimeError
    holds = made.status in ("optimal", "feasible")
    return made if holds and all(finding.result != "fail" for finding in verify(plan_file(made))) else None


def cost(case: Case, made: Plan) -> int:
    """What is owed at signing, nothing waived, less the expected recovery at the bank's rate; cents."""
    return owed(case) - made.metrics.expected_recovery


def _mixes(case: Case, alone: Sequence[Remedy], helpless: Sequence[Pull], watch: Watch) -> tuple[list[Remedy], bool]:
    """Of pairs of levers, one pulled about half as far as it would suffice, the other as far as needed then.

    What does not suffice is pulled half as far as it goes, and the whole way too.

    With it whether there was time for all of them.
    """
    known = levers(case)
    found: list[Remedy] = []
    try:
        for first, second in _pairs(alone, helpless):
            whole = [first.steps] if first in helpless else []
            for far in (first.steps // 2, *whole):
                mix = _mix(case, known, replace(first, steps=far), second, watch) if far else None
                found += [mix] if mix else []
    except OutOfTimeError:
        return found, False
    return found, True


def _pairs(alone: Sequence[Remedy], helpless: Sequence[Pull]) -> Iterator[tuple[Pull, Pull]]:
    """The most promising pairs: the cheapest remedies, each with half of another or of what does not help alone.

    The second pull is the one that is made as small as possible.
    """
    sufficient = [remedy.pulls[0] for remedy in alone]
    pairs = [
        *((other, enough) for enough in sufficient[:2] for other in helpless),
        *permutations(sufficient, 2),
    ]
    if not sufficient:
        pairs = list(permutations(helpless, 2))
    yield from pairs[:MOST_MIXES]


def _mix(case: Case, known: Mapping[str, Lever], first: Pull, second: Pull, watch: Watch) -> Remedy | None:
    """``first`` pulled no farther than it is, the second as far as is needed with that; None where either would do."""
    least = _least_of(known[first.lever].change(first.steps), second.lever, watch)
    if least is None:
        return None
    less = smallest(first.steps, lambda steps: possible(_both(known, first.lever, steps, second.lever, least), watch))
    if less is None or possible(known[second.lever].change(least), watch):
        return None
    made = verified(_both(known, first.lever, less, second.lever, least), watch)
    if made is None:
        return None
    pulls = (known[first.lever], less), (known[second.lever], least)
    return Remedy(tuple(Pull(lever.name, steps, lever.words(steps)) for lever, steps in pulls), made, cost(case, made))


def _least_of(case: Case, name: str, watch: Watch) -> int | None:
    lever = levers(case).get(name)
    return None if lever is None else smallest(lever.most, lambda steps: possible(lever.change(steps), watch))


def _both(known: Mapping[str, Lever], first: str, steps: int, second: str, more: int) -> Case:
    changed = known[first].change(steps)
    return levers(changed)[second].change(more)
