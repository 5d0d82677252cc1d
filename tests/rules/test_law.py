"""Legal parameters hold from their day."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from repayplan.cases.agreements import Agreement
from repayplan.rules.law import rule


def test_a_rule_holds_from_its_day() -> None:
    assert rule("penalty_multiple", dt.date(2003, 12, 31)) is None
    found = rule("penalty_multiple", dt.date(2004, 1, 1))
    assert found is not None
    assert (found.least, found.most) == (Decimal("1.3"), Decimal("1.5"))
    assert "251" in found.clause


def test_what_a_case_assumes_is_allowed() -> None:
    for name in ("penalty_multiple", "misuse_multiple"):
        allowed = rule(name, dt.date(2026, 1, 1))
        assert allowed is not None
        assert allowed.least <= getattr(Agreement(), name) <= allowed.most
