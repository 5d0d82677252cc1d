"""ACTUS reference cash flows, unrounded, to one millionth of a currency unit."""

from __future__ import annotations

import pytest
from oracle import assert_share
from oracle_actus import TYPES, judge


@pytest.mark.parametrize("kind", TYPES)
def test_contracts_of_a_type(kind: str) -> None:
    assert_share(judge(kind), 0.9)
