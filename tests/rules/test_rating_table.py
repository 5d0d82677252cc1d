"""Limits of ratings: an example whose every limit names its source, replaced by a bank's own, whose form is checked."""

from __future__ import annotations

import copy
import datetime as dt
import tomllib
from collections.abc import Callable
from decimal import Decimal
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from borrowers import borrower

from repayplan.errors import InputError
from repayplan.risk.rating import rate
from repayplan.rules.rating import ENVIRONMENT, SENSES, rating_table, to_rating_table

SHIPPED = (files("repayplan.rules") / "rating.toml").read_text(encoding="utf-8")


def test_every_limit_names_its_source() -> None:
    table = rating_table()
    assert table.limits.keys() == SENSES.keys()
    assert all(limits.source.strip() for limits in table.limits.values())
    assert all(limits.source for industry in table.industries for limits in industry.limits.values())
    assert "example" in table.clause


def test_industries_are_held_to_their_average_and_five_and_ten_points() -> None:
    averages = {"manufacturing": "0.576", "construction": "0.652", "wholesale": "0.728", "retail": "0.620"}
    assert round(Decimal("223073.8") / Decimal("342355.6"), 3) == Decimal(averages["construction"])
    for industry in rating_table().industries:
        average, limits = Decimal(averages[industry.en]), industry.limits["leverage"]
        assert (limits.watch, limits.alarm) == (average + Decimal("0.05"), average + Decimal("0.10"))
        assert limits.high == 1  # what an industry does not say holds for all


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("建筑施工", "construction"),
        ("General Contractor", "construction"),
        ("纺织品贸易", "wholesale"),
        ("建筑机械制造", "manufacturing"),
        ("Construction materials retail", "retail"),
        ("manufacturing of construction machines", "manufacturing"),
        ("catering industry", None),
        ("retail of shoes", "retail"),
        ("steel trade", "wholesale"),
        ("import/export trader", "wholesale"),
        ("clothing retail trade", "retail"),
        ("restaurant", None),
        ("", None),
        (None, None),
    ],
)
def test_an_industry_is_known_by_what_is_done(written: str | None, name: str | None) -> None:
    found = rating_table().industry(written)
    assert (found and found.en) == name


def test_a_bank_names_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = tmp_path / "own.toml"
    text = SHIPPED.replace('watch = "30"', 'watch = "100"').replace('alarm = "90"', 'alarm = "100"')
    own.write_text(text.replace('medium = "90"\n', ""), encoding="utf-8")
    before = rate(borrower(), Decimal("1.3"))
    monkeypatch.setenv(ENVIRONMENT, str(own))
    after = rate(borrower(), Decimal("1.3"))
    assert before.points - after.points == 3  # 92 days are in order
    assert (before.level, after.level) == ("medium", "medium")  # 7 of 17 are 41 %
    monkeypatch.delenv(ENVIRONMENT)
    assert rate(borrower(), Decimal("1.3")) == before


def test_a_measure_without_weight_is_neither_counted_nor_missed() -> None:
    data = tomllib.loads(SHIPPED)
    data["leverage"]["weight"] = 0
    rating = rate(borrower(statements=[]), Decimal("1.3"), to_rating_table(data))
    assert rating.weight_of_all == 15
    assert "leverage" not in {each.code for each in rating.missing}


def changed(change: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    data = copy.deepcopy(tomllib.loads(SHIPPED))
    change(data)
    return data


@pytest.mark.parametrize(
    ("change", "places"),
    [
        (lambda data: data.pop("leverage"), ["leverage"]),
        (lambda data: data.update(leverage=1), ["leverage"]),
        (lambda data: data.update(liquidity={}), ["liquidity"]),
        (lambda data: data["losses"].update(wieght=1), ["losses.wieght"]),
        (lambda data: data["losses"].update(weight=-1), ["losses.weight"]),
        (lambda data: data["losses"].update(weight=True), ["losses.weight"]),
        (lambda data: data["losses"].update(watch="often"), ["losses.watch"]),
        (lambda data: data["losses"].update(watch="NaN"), ["losses.watch"]),
        (lambda data: data["losses"].pop("alarm"), ["losses.alarm"]),
        (lambda data: data["losses"].update(source=" "), ["losses.source"]),
        (lambda data: data["losses"].update(alarm="0"), ["losses.alarm"]),
        (lambda data: data["cover"].update(alarm="1.60"), ["cover.alarm"]),
        (lambda data: data["days_overdue"].update(high="80"), ["days_overdue.high"]),
        (lambda data: data["levels"].update(high="0.2"), ["levels"]),
        (lambda data: data["confidence"].update(high="1.2"), ["confidence"]),
        (lambda data: data.pop("levels"), ["levels.medium", "levels.high"]),
        (lambda data: data.pop("clause"), ["clause"]),
        (lambda data: data.update(valid_from="2026-11-01"), ["valid_from"]),
        (lambda data: data.update(industries=[]), ["industries"]),
        (lambda data: data["industries"]["retail"].pop("also"), ["industries.retail.also"]),
        (lambda data: data["industries"]["retail"]["also"].append("批发"), ["industries.retail.also"]),
        (lambda data: data["industries"]["retail"].update(opera={}), ["industries.retail.opera"]),
        (lambda data: data["industries"]["retail"].update(leverage="0.7"), ["industries.retail.leverage"]),
        (
            lambda data: data["industries"]["retail"]["leverage"].update(alarm="0.1"),
            ["industries.retail.leverage.alarm"],
        ),
        (lambda data: data.update(valid_from=dt.datetime(2026, 11, 1)), ["valid_from"]),
        (
            lambda data: data["industries"]["retail"].update({code: {"weight": 0} for code in SENSES}),
            ["industries.retail"],
        ),
        (
            lambda data: [data[code].update(weight=0) for code in SENSES],
            ["weight"],
        ),
        (
            lambda data: (data["losses"].update(weight="1"), data["cover"].pop("source"), data.pop("clause")),
            ["losses.weight", "cover.source", "clause"],
        ),
    ],
)
def test_everything_wrong_with_a_table_is_told_with_its_place(
    change: Callable[[dict[str, Any]], object], places: list[str]
) -> None:
    with pytest.raises(InputError) as refused:
        to_rating_table(changed(change), "own.toml")
    assert [fault.where for fault in refused.value.faults] == [f"own.toml, {place}" for place in places]
    assert all(fault.remedy for fault in refused.value.faults)


@pytest.mark.parametrize("text", [None, "x = [", "\udcff", f"a = {'[' * 9_999}{']' * 9_999}"])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str | None) -> None:
    own = tmp_path / "own.toml"
    if text is not None:
        own.write_bytes(text.encode("utf-8", "surrogateescape"))
    monkeypatch.setenv(ENVIRONMENT, str(own))
    with pytest.raises(InputError, match=r"the table of ratings cannot be used") as refused:
        rating_table()
    assert refused.value.faults[0].where == str(own)
