"""The bank's views: the shipped table, and a bank's own in its place."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import pytest

from repayplan.errors import InputError
from repayplan.rules import ENVIRONMENT, views

SHIPPED = (files("repayplan.rules") / "views.toml").read_text(encoding="utf-8")


def test_the_shipped_table() -> None:
    assert {kind: (int(view.haircut * 100), view.delay_days) for kind, view in views().items()} == {
        "milestones": (5, 120),
        "season": (10, 0),
        "stores": (10, 0),
        "receivables": (10, 30),
        "assets": (20, 60),
        "guarantor": (30, 90),
        "monthly": (0, 0),
        "flows": (0, 0),
    }


def test_a_bank_names_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = tmp_path / "own.toml"
    own.write_text(SHIPPED.replace("delay_days = 120", "delay_days = 290"), encoding="utf-8")
    monkeypatch.setenv(ENVIRONMENT, str(own))
    assert views()["milestones"].delay_days == 290
    monkeypatch.delenv(ENVIRONMENT)
    assert views()["milestones"].delay_days == 120


@pytest.mark.parametrize(
    "text",
    [
        "",
        "valid_from = 2026-01-01\n",
        "x = [",
        SHIPPED.replace('"5%"', '"500%"'),
        SHIPPED.replace('"5%"', "5"),
        SHIPPED.replace("delay_days = 120", 'delay_days = "x"'),
        SHIPPED.replace("[milestones]", "[milestone]"),
    ],
)
def test_a_table_that_cannot_be_used_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    own = tmp_path / "own.toml"
    own.write_text(text, encoding="utf-8")
    monkeypatch.setenv(ENVIRONMENT, str(own))
    with pytest.raises(InputError, match=r"own\.toml"):
        views()
    monkeypatch.setenv(ENVIRONMENT, str(tmp_path / "nowhere.toml"))
    with pytest.raises(InputError):
        views()
