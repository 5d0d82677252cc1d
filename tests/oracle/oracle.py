"""What an oracle says of us, case by case, and where its files are."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pytest

from repayplan.errors import RepayplanError


@dataclass(frozen=True)
class Verdict:
    """One case: ``outside`` says why it is not a loan engine's business; ``difference`` is the largest found, in the
    oracle's unit, ``None`` where something is missing altogether; ``detail`` says where."""

    oracle: str
    case: str
    outside: str | None = None
    difference: float | None = None
    tolerance: float = 1e-6
    detail: str = ""

    @property
    def passed(self) -> bool:
        return self.outside is None and self.difference is not None and self.difference <= self.tolerance


UNREADABLE = (ArithmeticError, AssertionError, AttributeError, LookupError, TypeError, ValueError, RepayplanError)
"""What goes wrong when a case asks for something we do not know: that case fails, the others are still judged."""


def data(*parts: str) -> Path:
    """A file of the data folder; the test is skipped where there is none."""
    folder = os.environ.get("REPAYPLAN_DATA")
    if not folder:
        pytest.skip("REPAYPLAN_DATA does not name the folder with the oracles")
    path = Path(folder).joinpath("oracles", *parts)
    if not path.exists():
        pytest.skip(f"{path} is not there")
    return path


def largest(pairs: Iterable[tuple[str, float, float]]) -> tuple[float, str]:
    """The largest difference and what it is of."""
    worst, where = 0.0, ""
    for name, ours, theirs in pairs:
        difference = abs(float(ours) - float(theirs))
        if not difference <= worst:
            worst, where = difference, f"{name}: {ours} against {theirs}"
    return worst, where


def assert_share(verdicts: list[Verdict], share: float = 1.0) -> None:
    """At least ``share`` of what is in scope passes; the message lists what does not."""
    inside = [verdict for verdict in verdicts if verdict.outside is None]
    failed = [verdict for verdict in inside if not verdict.passed]
    listing = "\n".join(f"{v.case}: {v.difference} {v.detail}" for v in failed)
    assert inside, "no case is in scope"
    assert len(failed) <= (1 - share) * len(inside) + 1e-9, f"{len(failed)} of {len(inside)} fail\n{listing}"
