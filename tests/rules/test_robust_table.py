"""The table of risk aversion, and a bank's own."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import pytest

from repayplan.errors import InputError
from repayplan.planning.robust.wish import Wish
from repayplan.rules.robust import ENVIRONMENT, robust_terms

TEXT = (files("repayplan.rules") / "robust.toml").read_text(encoding="utf-8")


def test_the_worst_twentieth_counts_half_again() -> None:
    terms = robust_terms()
    assert (terms.risk_aversion.value, terms.level.value, terms.confidence.value) == (0.5, 0.95, 0.95)
    assert Wish().aversion == 0.5
    assert Wish(risk_aversion=0.0).aversion == 0.0


def test_a_bank_brings_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = tmp_path / "own.toml"
    own.write_text(TEXT.replace("value = 0.5", "value = 4"), encoding="utf-8")
    monkeypatch.setenv(ENVIRONMENT, str(own))
    assert Wish().aversion == 4.0


def test_figures_out_of_range_are_told_all_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = tmp_path / "own.toml"
    own.write_text(TEXT.replace("value = 0.5", "value = -1").replace("value = 0.95", "value = 1.5"), encoding="utf-8")
    monkeypatch.setenv(ENVIRONMENT, str(own))
    with pytest.raises(InputError) as error:
        robust_terms()
    assert [fault.where for fault in error.value.faults] == [
        f"{own}, risk_aversion.value",
        f"{own}, level.value",
        f"{own}, confidence.value",
    ]


def test_everything_that_is_missing_or_no_figure_is_told_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path / "own.toml"
    text = TEXT.replace("[level]", "[lvl]").replace("value = 0.10", 'value = "much"').replace("2026-11-01", "1")
    own.write_text(text.replace("the usual one-sided", "").replace('reason = " conf', 'reasons = " conf'), "utf-8")
    monkeypatch.setenv(ENVIRONMENT, str(own))
    with pytest.raises(InputError) as error:
        robust_terms()
    assert [(fault.where, fault.value) for fault in error.value.faults] == [
        (f"{own}, lvl", None),
        (f"{own}, level.value", None),
        (f"{own}, level.reason", None),
        (f"{own}, arrears.value", "much"),
        (f"{own}, confidence.reason", None),
        (f"{own}, valid_from", "1"),
    ]


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"\xff\xfe", "cannot be used: this file is not UTF-8"), (b"a = [", "cannot be used: it is no TOML: ")],
)
def test_what_cannot_be_read_is_told_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes, said: str
) -> None:
    own = tmp_path / "own.toml"
    own.write_bytes(content)
    monkeypatch.setenv(ENVIRONMENT, str(own))
    with pytest.raises(InputError) as error:
        robust_terms()
    assert said in str(error.value)
    assert "Error(" not in str(error.value)
