"""The table of spreads: the shipped one, and a bank's own that is used or refused."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

import repayplan
from repayplan.errors import InputError
from repayplan.forecast import KINDS
from repayplan.language import speaking
from repayplan.rules.futures import ENVIRONMENT, FIGURES, UNSHARED, Shared, spreads, to_spreads
from repayplan.rules.seasons import trade
from repayplan.rules.tables import shipped

TEXT = (files("repayplan.rules") / "futures.toml").read_text(encoding="utf-8")


def test_a_still_table_leaves_nothing_to_chance_and_keeps_reasons() -> None:
    still = spreads().still()
    assert all(figure == 0 for spread in still.kinds.values() for figure in spread.figures.values())
    assert still.valid_from == spreads().valid_from
    assert {kind: spread.reason for kind, spread in still.kinds.items()} == {
        kind: spread.reason for kind, spread in spreads().kinds.items()
    }


def test_every_kind_has_a_reason_and_leaves_a_part_of_its_own() -> None:
    for kind in FIGURES:
        assert str(spreads()[kind].reason)
        if kind not in UNSHARED:
            assert 0 < spreads()[kind].shared.own < 1


def test_a_bank_replaces_the_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = tmp_path / "own.toml"
    own.write_text(TEXT.replace("on_time = 0.32", "on_time = 0.5"), encoding="utf-8")
    monkeypatch.setenv(ENVIRONMENT, str(own))
    assert spreads()["milestones"]["on_time"] == 0.5


@pytest.mark.parametrize(
    ("old", "new", "places"),
    [
        ("on_time = 0.32", "on_time = 1.2", ["milestones.on_time"]),
        ("on_time = 0.32", "on_time = -0.1", ["milestones.on_time"]),
        ("on_time = 0.32", 'on_time = "a third"', ["milestones.on_time"]),
        ("on_time = 0.32", "on_time = true", ["milestones.on_time"]),
        ("on_time = 0.32", "on_time = nan", ["milestones.on_time"]),
        ("on_time = 0.32", "", ["milestones.on_time"]),
        ("on_time = 0.32", "on_time = 0.32\nlatest = 1", ["milestones.latest"]),
        ("persistence = 0.95", "persistence = 1.0", ["paths.persistence"]),
        ("persistence = 0.95", "persistence = 1.5\nx = 1", ["paths.x", "paths.persistence"]),
        ("[flows]", "[flow]", ["flow", "flows"]),
        ("valid_from = 2026-11-01", "valid_from = 1", ["valid_from"]),
        ("valid_from = 2026-11-01", "valid_from = 2026-11-01T00:00:00", ["valid_from"]),
        ("valid_from = 2026-11-01", "valid_from = 2026-11-01\n[mile]\nlate = 1", ["mile"]),
        ("sector = 0.40", "sector = 0.90", ["assets"]),
        ('reason = "prices', 'reason = 5 # "prices', ["assets.reason"]),
    ],
)
def test_everything_wrong_with_a_table_is_told_with_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, old: str, new: str, places: list[str]
) -> None:
    own = tmp_path / "own.toml"
    assert old in TEXT
    own.write_text(TEXT.replace(old, new, 1), encoding="utf-8")
    monkeypatch.setenv(ENVIRONMENT, str(own))
    with pytest.raises(InputError) as refused:
        spreads()
    assert [fault.where for fault in refused.value.faults] == [f"{own}, {place}" for place in places]
    with speaking("zh"):
        assert not re.search("[a-z]{2,} [a-z]{2,}", str(refused.value.faults[0].what))  # no English sentence


@pytest.mark.parametrize(
    ("text", "told"),
    [("[flows", "it is no TOML: "), (f"a = {'[' * 9_999}{']' * 9_999}", "nested too deeply"), (None, "no such file")],
)
def test_a_file_that_cannot_be_read_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str | None, told: str
) -> None:
    own = tmp_path / "own.toml"
    if text is not None:
        own.write_text(text, encoding="utf-8")
    monkeypatch.setenv(ENVIRONMENT, str(own))
    with pytest.raises(InputError, match=told) as refused:
        spreads()
    assert refused.value.faults[0].where == str(own)


def test_values_that_are_no_table_are_refused() -> None:
    data: dict[str, Any] = shipped("futures.toml")
    with pytest.raises(InputError):
        to_spreads({**data, "flows": 3})


def test_shares_may_add_up_to_the_whole() -> None:
    data: dict[str, Any] = shipped("futures.toml")
    data["assets"] |= {"economy": 0.1, "sector": 0.2, "borrower": 0.7}  # 1.0000000000000002 in floats, in this order or
    assert to_spreads(data)["assets"].shared.own == pytest.approx(0, abs=1e-9)  # another


def test_correlations_add_up_what_is_shared() -> None:
    one, other = Shared(0.16, 0.09, 0.25), Shared(0.25, 0.16, 0.36)
    # 0.4 x 0.5, and 0.3 x 0.4, and 0.5 x 0.6
    assert one.correlation(other) == pytest.approx(0.20)
    assert one.correlation(other, sector=True) == pytest.approx(0.32)
    assert one.correlation(other, borrower=True) == other.correlation(one, borrower=True) == pytest.approx(0.62)
    assert one.correlation(one, borrower=True) + one.own == pytest.approx(1)


def test_the_documents_show_the_correlations_of_the_table() -> None:
    page = (Path(repayplan.__file__).parents[1] / "docs" / "futures.md").read_text(encoding="utf-8")
    told = re.findall(r"^\| (\w+) \| ([\d.]+) \| ([\d.]+) \| ([\d.]+) \|$", page, flags=re.MULTILINE)
    shares = {kind: spreads()[kind].shared for kind in KINDS}
    assert [tuple(row) for row in told] == [
        (
            kind,
            f"{shared.correlation(shared, borrower=True):.2f}",
            f"{shared.correlation(shared, sector=True):.2f}",
            f"{shared.correlation(shared):.2f}",
        )
        for kind, shared in shares.items()
    ]


def test_a_line_of_business_has_one_name_however_it_is_written() -> None:
    assert {trade(name) for name in ("餐饮", "餐厅", "restaurant", "Restaurants ")} == {"restaurants"}
    assert trade(" Steel") == trade("steel") == "steel"
