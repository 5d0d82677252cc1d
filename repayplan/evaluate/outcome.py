"""What futures made of schedules, scenario by scenario."""

from __future__ import annotations

from dataclasses import dataclass

from repayplan.evaluate.setting import Stages
from repayplan.problem.frozen import Frozen, Real

NOWHERE = -1
"""The stage of what did not happen."""


@dataclass(frozen=True)
class Fates(Frozen):
    """How N cases end in S scenarios, all (N, S).

    ``value``: present value of what is recovered, cents, unrounded. ``missed`` and ``defaulted``: the stage of the
    first payment of which a cent is missing, and of the default by arrears; ``NOWHERE`` where there is none. ``cover``:
    the least, over payment dates, of what could be paid over what is due; infinite where nothing falls due.
    ``pursued``: how much of ``value`` is no payment, but what a default by arrears brings, or what is left in the end.
    """

    value: Real
    missed: Stages
    defaulted: Stages
    cover: Real
    pursued: Real


@dataclass(frozen=True)
class Traces(Frozen):
    """The course of N cases in S scenarios, (N, T, S) whole cents after each stage's payment.

    ``cash`` of the business, ``debt`` and ``arrears`` on the bank's own loans, ``paid`` on all loans. After a default
    nothing is paid any more and the claim runs on as it is; what enforcement brings is not taken off.
    """

    cash: Real
    debt: Real
    arrears: Real
    paid: Real


@dataclass(frozen=True)
class Told(Frozen):
    """What stands after some stages of N cases in S scenarios, (N, M, S) whole cents, all on the bank's own loans:
    ``debt``, ``arrears``, and what has been ``paid`` so far."""

    debt: Real
    arrears: Real
    paid: Real


@dataclass(frozen=True)
class Run:
    """What an engine hands back; ``traces`` and what is ``told`` of some stages where they were asked for."""

    fates: Fates
    traces: Traces | None
    told: Told | None = None
