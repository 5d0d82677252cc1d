"""How options are appraised: what begins and ends a run knows this, and imports nothing that appraises."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from repayplan.errors import Fault, InputError
from repayplan.language import tr
from repayplan.portfolio.dominance import DIRECTIONS, Direction
from repayplan.rules.treatments import MONTHS

if TYPE_CHECKING:
    from repayplan.evaluate.core import Engine
    from repayplan.forecast.futures.drawing import Method


@dataclass(frozen=True, slots=True)
class Settings:
    """How options are appraised. ``matters``: attributes that a limit of the bank binds, and which figures of them are
    better; by it dominated options are dropped, none where ``keep_all``."""

    seed: int = 1
    scenarios: int = 1_000
    months: int = MONTHS
    method: Method = "antithetic"
    engine: Engine = "numba"
    matters: Mapping[str, Direction] = field(default_factory=lambda: dict(DIRECTIONS))
    keep_all: bool = False

    def __post_init__(self) -> None:
        faults = []
        if self.months != MONTHS:
            what, limit = tr("options are told for a year, month by month"), tr("{count} months", count=MONTHS)
            faults.append(Fault(what, "months", f"{self.months}", limit))
        unknown = [name for name in self.matters if name not in DIRECTIONS]
        if unknown:
            limit = tr("one of: {choices}", choices=", ".join(DIRECTIONS))
            faults.append(Fault(tr("options have no such attribute"), "matters", unknown[0], limit))
        if faults:
            raise InputError(faults)
