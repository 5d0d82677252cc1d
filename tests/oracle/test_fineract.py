"""Fineract's schedules, payment orders and level installments, to the cent at every step of every script."""

from __future__ import annotations

from collections.abc import Callable

import oracle_emi
import oracle_fineract
import pytest
from oracle import Verdict, assert_share


@pytest.mark.parametrize("judge", [oracle_fineract.judge, oracle_emi.judge])
def test_scripts(judge: Callable[[], list[Verdict]]) -> None:
    assert_share(judge(), 0.9)
