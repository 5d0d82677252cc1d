"""Moves of single cases and of pairs, compiled: mending limits that are exceeded, and filling what limits have left.

A sweep proposes the best move of every case as things stand; the moves are then made in order, each looked at again,
because those before it have changed what limits have left. ``excess`` (K + 1,) is what is used beyond each limit, with
minus infinity at the end for the limit −1, none at all.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from repayplan.compiling import compiled
from repayplan.portfolio.coupling.kernels import priced

Array = Any

PROMISE = 0.5
"""Part of the violation that a move was to remove: where it still removes as much it is made."""


@compiled
def relief(case: int, old: int, new: int, use: Array, limit: Array, excess: Array, weight: Array) -> float:
    """By how much Σ weight · excess above 0 falls when a case goes from one option to another."""
    total = 0.0
    for band in range(use.shape[0]):
        place = limit[band, case]
        over = excess[place]
        after = over + (use[band, new] - use[band, old])
        if over > 0.0 or after > 0.0:
            total += weight[place] * (max(over, 0.0) - max(after, 0.0))
    return total


@compiled
def fits(case: int, old: int, new: int, use: Array, limit: Array, excess: Array, tolerance: Array) -> bool:
    """Whether a move exceeds no limit, or none more than before."""
    for band in range(use.shape[0]):
        place = limit[band, case]
        more = use[band, new] - use[band, old]
        if more > 0.0 and excess[place] + more > tolerance[place]:
            return False
    return True


@compiled
def move(case: int, old: int, new: int, use: Array, limit: Array, excess: Array) -> None:
    """Change ``excess`` as the case goes from one option to another."""
    for band in range(use.shape[0]):
        place = limit[band, case]
        if place >= 0:
            excess[place] += use[band, new] - use[band, old]


@compiled
def brings(
    case: int,
    old: int,
    new: int,
    value: Array,
    use: Array,
    limit: Array,
    excess: Array,
    weight: Array,
    tolerance: Array,
    mending: bool,
) -> float:
    """What a move is made for: violation removed when ``mending``, otherwise value where it fits; not above 0 if it
    is no use."""
    if mending:
        return relief(case, old, new, use, limit, excess, weight)
    gain = value[new] - value[old]
    return gain if gain > 0.0 and fits(case, old, new, use, limit, excess, tolerance) else 0.0


@compiled
def propose(
    cases: Array,
    starts: Array,
    value: Array,
    use: Array,
    limit: Array,
    prices: Array,
    option: Array,
    excess: Array,
    weight: Array,
    tolerance: Array,
    mending: bool,
    widest: int,
    target: Array,
    cost: Array,
    promised: Array,
) -> None:
    """For each of some ``cases`` the option that costs least worth for what it brings: ``target`` (N,), or −1, with
    that ratio in ``cost`` and what it brings in ``promised``."""
    worth = np.empty(widest)
    for case in cases:
        target[case], cost[case], promised[case] = -1, np.inf, 0.0
        first, old = starts[case], option[case]
        count = -1
        for new in range(first, starts[case + 1]):
            if new == old:
                continue
            gained = brings(case, old, new, value, use, limit, excess, weight, tolerance, mending)
            if gained <= 0.0:
                continue
            if count < 0:
                count = priced(case, starts, value, use, limit, prices, worth)
            ratio = (worth[old - first] - worth[new - first]) / gained
            if ratio < cost[case]:
                target[case], cost[case], promised[case] = new, ratio, gained


@compiled
def make_relief(
    order: Array,
    target: Array,
    promised: Array,
    use: Array,
    limit: Array,
    option: Array,
    excess: Array,
    weight: Array,
    tolerance: Array,
) -> int:
    """Make proposed moves in their order until no limit is exceeded; how many were made."""
    made = 0
    for case in order:
        over = False
        for place in range(len(excess) - 1):
            over = over or excess[place] > tolerance[place]
        if not over:
            break
        if relief(case, option[case], target[case], use, limit, excess, weight) >= PROMISE * promised[case]:
            move(case, option[case], target[case], use, limit, excess)
            option[case] = target[case]
            made += 1
    return made


@compiled
def make_gain(
    order: Array, target: Array, use: Array, limit: Array, option: Array, excess: Array, tolerance: Array
) -> int:
    """Make proposed moves in their order where they still fit; how many were made."""
    made = 0
    for case in order:
        if fits(case, option[case], target[case], use, limit, excess, tolerance):
            move(case, option[case], target[case], use, limit, excess)
            option[case] = target[case]
            made += 1
    return made


@compiled
def exchange(
    cases: Array,
    targets: Array,
    value: Array,
    use: Array,
    limit: Array,
    option: Array,
    excess: Array,
    tolerance: Array,
    least: float,
) -> int:
    """Make pairs of moves (m,) that together gain more than ``least`` and fit: for each move, the best partner as
    things stand; how many pairs were made."""
    made = 0
    for one in range(len(cases)):
        case, new = cases[one], targets[one]
        old = option[case]
        if new == old:
            continue
        gain = value[new] - value[old]
        move(case, old, new, use, limit, excess)
        best, most = -1, least
        for two in range(len(cases)):
            other = cases[two]
            both = gain + value[targets[two]] - value[option[other]]
            if other == case or both <= most or targets[two] == option[other]:
                continue
            if kept(other, option[other], targets[two], case, use, limit, excess, tolerance):
                best, most = two, both
        if best < 0:
            move(case, new, old, use, limit, excess)
            continue
        other = cases[best]
        move(other, option[other], targets[best], use, limit, excess)
        option[case], option[other] = new, targets[best]
        made += 1
    return made


@compiled
def kept(other: int, old: int, new: int, case: int, use: Array, limit: Array, excess: Array, tolerance: Array) -> bool:
    """Whether after a move of ``case``, counted already, and one of another case no limit of either is exceeded."""
    for band in range(use.shape[0]):
        place, first = limit[band, other], limit[band, case]
        more = use[band, new] - use[band, old]
        if excess[place] + more > tolerance[place]:
            return False
        if first != place and excess[first] > tolerance[first]:
            same = False  # another band of the other case may speak of the same limit
            for wider in range(use.shape[0]):
                same = same or limit[wider, other] == first
            if not same:
                return False
    return True
