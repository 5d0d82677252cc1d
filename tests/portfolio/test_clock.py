"""CPU seconds by phase: what is done inside another phase is not counted twice."""

from __future__ import annotations

import pytest

from repayplan.portfolio import clock as module
from repayplan.portfolio.clock import Clock


def test_a_phase_inside_another_is_taken_out_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    ticks = iter([0.0, 1.0, 3.0, 7.0, 20.0, 21.0])
    monkeypatch.setattr(module.time, "process_time", lambda: next(ticks))
    clock = Clock()
    with clock.phase("rows"), clock.phase("draw"):  # from 0, from 1 to 3, until 7
        pass
    with pytest.raises(ValueError, match="by design"), clock.phase("rows"):  # from 20 to 21
        raise ValueError("by design")
    assert clock.seconds() == {"rows": 6.0, "draw": 2.0}
