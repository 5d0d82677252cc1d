"""The table of defaults by arrears, and a bank's own."""

from __future__ import annotations

from pathlib import Path

import pytest

from repayplan.errors import InputError
from repayplan.rules.breach import ENVIRONMENT, breach_terms

OWN = """
valid_from = 2026-01-01
[default_after]
months = {after}
reason = "our policy"
[collateral_delay]
months = {delay}
reason = "our courts"
"""


def test_ninety_days_are_three_months() -> None:
    terms = breach_terms()
    assert terms.default_after.months == 3
    assert terms.collateral_delay.months == 12
    assert "178" in str(terms.default_after.reason)


def test_a_bank_brings_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "own.toml"
    path.write_text(OWN.format(after=6, delay=0), encoding="utf-8")
    monkeypatch.setenv(ENVIRONMENT, str(path))
    assert (breach_terms().default_after.months, breach_terms().collateral_delay.months) == (6, 0)


@pytest.mark.parametrize(("after", "delay"), [(0, 12), ("true", 12), (3, -1), (3, 121), ("1.5", 12)])
def test_a_number_of_months_that_is_none_is_refused_with_its_place(
    after: object, delay: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / f"own-{after}-{delay}.toml"
    path.write_text(OWN.format(after=after, delay=delay), encoding="utf-8")
    monkeypatch.setenv(ENVIRONMENT, str(path))
    with pytest.raises(InputError) as error:
        breach_terms()
    fault = error.value.faults[0]
    place, months = ("default_after", after) if delay == 12 else ("collateral_delay", delay)
    assert fault.where == f"{path}, {place}.months"
    assert str(fault.value) == str(months).replace("true", "True")
    assert "breach.toml" in str(fault.remedy)


def test_what_is_missing_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "own.toml"
    path.write_text("valid_from = 2026-01-01\n", encoding="utf-8")
    monkeypatch.setenv(ENVIRONMENT, str(path))
    with pytest.raises(InputError, match="default_after"):
        breach_terms()


def test_all_that_is_wrong_is_told_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "own.toml"
    path.write_text('valid_from = "xx"\n[default_after]\nmonths = 0\nreason = 5\n', encoding="utf-8")
    monkeypatch.setenv(ENVIRONMENT, str(path))
    with pytest.raises(InputError) as error:
        breach_terms()
    places = ["default_after.months", "default_after.reason", "collateral_delay.months", "collateral_delay.reason"]
    assert [fault.where for fault in error.value.faults] == [f"{path}, {place}" for place in (*places, "valid_from")]
