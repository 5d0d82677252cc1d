"""The table of treatments: what is shipped, what a bank's own may say, and every fault of it at once."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from pathlib import Path

import pytest

from repayplan.errors import InputError
from repayplan.rules.hazard import LEVELS
from repayplan.rules.treatments import ENVIRONMENT, MONTHS, TREATMENTS, treatments

SHIPPED = (files("repayplan.rules") / "treatments.toml").read_text(encoding="utf-8")


def test_the_shipped_table_says_that_it_is_illustrative() -> None:
    table = treatments()
    assert table.illustrative
    assert "illustrative" in table.clause
    data = tomllib.loads(SHIPPED)
    assert all(data[name]["reason"].startswith("illustrative") for name in (*TREATMENTS, "costs", "plan"))


def test_every_treatment_has_a_course_for_every_rating_and_month() -> None:
    table = treatments()
    for courses in (table.plan, *table.kinds.values()):
        for level in LEVELS:
            course = courses[level]
            assert {len(course.cash), len(course.hours), len(course.visits), len(course.legal)} == {MONTHS}
            assert sum(course.cash) + course.rescheduled <= 1


def test_riskier_borrowers_are_never_expected_to_pay_more() -> None:
    for courses in treatments().kinds.values():
        paid = [sum(courses[level].cash) for level in LEVELS]
        assert paid == sorted(paid, reverse=True)


def test_a_bank_that_replaces_the_table_is_no_longer_illustrative(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path / "own.toml"
    own.write_text(SHIPPED.replace("illustrative = true", "illustrative = false"), encoding="utf-8")
    monkeypatch.setenv(ENVIRONMENT, str(own))
    assert not treatments().illustrative


def test_every_fault_is_told_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = SHIPPED.replace('hour = "300.00"', 'hour = "dear"').replace("illustrative = true", 'illustrative = "yes"')
    text = text.replace('price_unsecured = "0.25"', 'price_unsecured = "1.25"').replace("ends = 3}", "ends = 13}", 1)
    text = text.replace('{cash = ["0.10"', '{cash = ["0.95"').replace("[remind]", "[remember]", 1)
    text = text.replace('rescheduled = "0.15"', 'rescheduld = "0.15"')
    own = tmp_path / "own.toml"
    own.write_text(text, encoding="utf-8")
    monkeypatch.setenv(ENVIRONMENT, str(own))
    with pytest.raises(InputError) as raised:
        treatments()
    places = [fault.where.partition(", ")[2] for fault in raised.value.faults]
    for place in ("remember", "remind", "costs.hour", "illustrative", "sell.low.price_unsecured", "sell.low.ends"):
        assert place in places, place
    assert "agency.low.cash" in places
    assert "visit.medium.rescheduld" in places
    assert all(str(fault.remedy).startswith("write it like") for fault in raised.value.faults)


def test_a_file_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ENVIRONMENT, "/nowhere/own.toml")
    with pytest.raises(InputError, match="there is no such file"):
        treatments()
