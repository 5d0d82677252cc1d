"""The table of headings: unambiguous, complete, and extended by a bank's own file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest
from pydantic import BaseModel
from sheets import case_in, faults_in, overview

from repayplan.cases.excel.draft import season_words, steps
from repayplan.cases.excel.headings import Column, headings, plain, unit_of
from repayplan.cases.models import Case
from repayplan.cases.sources import Source
from repayplan.errors import InputError
from repayplan.rules.seasons import seasons

OWN = ("unit", "debt", "monthly_cash", "season", "overdue_days", "balance", "order", "path", "value", "source.order")


@pytest.mark.parametrize("key", headings().layouts)
def test_no_name_means_two_columns(key: str) -> None:
    columns = headings().layouts[key].columns
    names = Counter(
        name for column in columns for name in {plain(each) for each in (column.zh, column.en, *column.also)}
    )
    assert [name for name, count in names.items() if count > 1] == []


def test_no_name_means_two_sheets() -> None:
    layouts = headings().layouts.values()
    names = Counter(
        name for layout in layouts for name in {plain(each) for each in (layout.zh, layout.en, *layout.also)}
    )
    assert [name for name, count in names.items() if count > 1] == []


def models_in(annotation: object) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        if not isinstance(part, str):
            yield from models_in(part)


def fields_of(model: type[BaseModel], above: str = "") -> Iterator[str]:
    for name, info in model.model_fields.items():
        inner = list(models_in(info.annotation))
        if inner:
            for each in inner:
                yield from fields_of(each, f"{above}{name}.")
        yield above + name


def roots(key: str) -> list[str]:
    """What may stand under the headings of a sheet."""
    layout = headings().layouts[key]
    if layout.is_form:
        return list(fields_of(Case))
    if key in ("loans", "statements"):
        (model,) = models_in(Case.model_fields[key].annotation)
        return list(fields_of(model))
    kind = layout.kind or layout.key
    model = next(each for each in models_in(Source) if kind in get_args(each.model_fields["kind"].annotation))
    names = list(fields_of(model))
    inside = f"{layout.items}." if layout.items else ""
    return [
        *(f"source.{name}" for name in names),
        *(name.removeprefix(inside) for name in names if name.startswith(inside)),
    ]


@pytest.mark.parametrize("key", [key for key in headings().layouts if key != "more"])
def test_every_column_is_a_field_of_a_case(key: str) -> None:
    known = roots(key)
    for column in headings().layouts[key].columns:
        first = ".".join(str(step) for step in steps(column.field) if isinstance(step, str))
        special = key == "overview" and column.field in ("interest", "rate", "collateral")
        assert column.field in OWN or special or first in known, column.field


def test_choices_are_words_of_the_case() -> None:
    assert set(season_words().values()) == {"level", *seasons()}
    for season in seasons().values():
        assert abs(sum(map(float, season.indices)) - 12) < 0.05


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("元", 1),
        ("人民币元", 1),
        ("万元", 10_000),
        ("CNY", 1),
        ("CNY 10,000", 10_000),
        ("10,000 yuan", 10_000),
        ("%", 0),
        ("月", None),
    ],
)
def test_units(text: str, unit: int | None) -> None:
    assert unit_of(text) == unit


LOANS = [("主账号", "正常余额(元)", "利率"), ("A1", 2_500_000, "4.35%")]


def extended(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "headings.toml"
    path.write_text(text, encoding="utf-8")
    monkeypatch.setenv("REPAYPLAN_HEADINGS", str(path))


def test_a_bank_adds_its_own_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sheets = {"概况": overview(), "信贷台账": LOANS}
    assert len(faults_in(sheets)) == 1
    text = '[loans]\nsheet = ["信贷台账"]\nid = ["主账号"]\nprincipal = ["正常余额"]\n'
    extended(text, tmp_path, monkeypatch)
    assert case_in(sheets).loans[0].id == "A1"
    assert isinstance(headings().layouts["loans"].known["主账号"], Column)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[loans", "the table of headings cannot be read"),
        ('[loan]\nid = ["x"]', "knows no such sheet; limit: one of: overview, loans"),
        ('[loans]\nident = ["x"]', "knows no such field, or its names are no list; limit: one of: sheet, id"),
        ('[loans]\nid = "x"', "its names are no list"),
        ('[loans]\nid = ["罚息"]', "this name has another meaning on the same sheet; limit: 罚息 means penalty"),
    ],
)
def test_a_table_that_cannot_be_used(text: str, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    extended(text, tmp_path, monkeypatch)
    with pytest.raises(InputError) as caught:
        headings()
    assert words in str(caught.value)
