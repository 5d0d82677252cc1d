"""Figures computed or published elsewhere, each to its own precision."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from oracle import Verdict, assert_share
from oracle_figures import level_payments, quantlib, regulation, xirr


@pytest.mark.parametrize("judge", [quantlib, level_payments, xirr, regulation])
def test_every_figure_agrees(judge: Callable[[], list[Verdict]]) -> None:
    assert_share(judge())
