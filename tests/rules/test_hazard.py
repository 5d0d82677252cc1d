"""Hazards by burden: an example that a bank replaces, whose form is checked."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from making import make_case, prepare

from repayplan.errors import InputError
from repayplan.rules.hazard import ENVIRONMENT, LEVELS, hazard_table, to_table

OWN = """
valid_from = 2027-01-01
monotone = true
clause = "our own book, 2020 to 2026"

[[bucket]]
up_to = "0.5"
yearly = "0.05"

[[bucket]]
yearly = "0.2"
"""


def table(*rows: dict[str, str], monotone: bool = True) -> dict[str, Any]:
    return {"bucket": list(rows), "monotone": monotone, "clause": "x", "valid_from": dt.date(2026, 1, 1)}


def test_the_table_that_is_shipped_rises_and_says_that_it_is_an_example() -> None:
    shipped = hazard_table()
    # 37.6 % a year is 1 − 0.624^(1/12) = 3.8538 % a month, 58.8 % is 1 − 0.412^(1/12) = 7.1230 %
    assert [round(bucket.monthly, 6) for bucket in shipped.buckets] == [0.038538, 0.07123]
    assert shipped.buckets[-1].up_to is None
    assert "example" in shipped.clause


def test_edges_rise_and_the_last_bucket_has_none() -> None:
    for rows in (
        [{"up_to": "0.8", "yearly": "0.1"}],
        [{"yearly": "0.1"}, {"yearly": "0.2"}],
        [{"up_to": "0.8", "yearly": "0.1"}, {"up_to": "0.8", "yearly": "0.1"}, {"yearly": "0.2"}],
    ):
        with pytest.raises(InputError, match="do not rise"):
            to_table(table(*rows))


def test_a_heavier_burden_is_not_safer_unless_the_table_says_so() -> None:
    rows = {"up_to": "0.8", "yearly": "0.588"}, {"yearly": "0.562"}
    with pytest.raises(InputError, match="taken to be safer"):
        to_table(table(*rows))
    assert len(to_table(table(*rows, monotone=False)).buckets) == 2


def test_a_bank_replaces_the_table_by_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = tmp_path / "own.toml"
    own.write_text(OWN, encoding="utf-8")
    monkeypatch.setenv(ENVIRONMENT, str(own))
    assert [(bucket.up_to, bucket.yearly) for bucket in hazard_table().buckets] == [
        (Decimal("0.5"), Decimal("0.05")),
        (None, Decimal("0.2")),
    ]
    case = make_case(monthly=["9000.00"] * 6, months=6, hazard="table")
    assert prepare(case)[1].burden.edges.tolist() == [[0.5, float("inf")]]
    monkeypatch.delenv(ENVIRONMENT)
    assert prepare(case)[1].burden.edges.tolist() == [[0.8, float("inf")]]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"0.05"', '"1.05"', "bucket 1.yearly: this is no hazard"),
        ('"0.05"', '"-0.05"', "bucket 1.yearly: this is no hazard"),
        ('"0.05"', '"often"', "bucket 1.yearly: this is not a number"),
        ('"0.5"', '"NaN"', "bucket 1.up_to: this is not a number"),
        ('"0.5"', '"-1"', "bucket 1.up_to: this is no burden"),
        ("clause", "because", "clause: this is no text"),
        ("[[bucket]]", "[[other]]", "bucket: the table of hazards lacks these rows"),
        ("2027-01-01", "2027", "valid_from: this is no day"),
        ("2027-01-01", "2027-01-01T00:00:00", "valid_from: this is no day"),
        ("monotone = true", 'monotone = "no"', "monotone: this is neither true nor false"),
        ("[[bucket]]", "[bucket", "cannot be used"),
        ('up_to = "0.5"', "", "do not rise"),
        ('"0.05"', '"0.3"', "taken to be safer"),
    ],
)
def test_a_table_of_the_bank_that_cannot_be_used_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, old: str, new: str, said: str
) -> None:
    own = tmp_path / "own.toml"
    own.write_text(OWN.replace(old, new), encoding="utf-8")
    monkeypatch.setenv(ENVIRONMENT, str(own))
    with pytest.raises(InputError, match=said) as refused:
        hazard_table()
    assert "own.toml" in str(refused.value.faults[0].where)
    monkeypatch.setenv(ENVIRONMENT, str(tmp_path / "nowhere.toml"))
    with pytest.raises(InputError, match="cannot be used"):
        hazard_table()


def test_everything_wrong_with_a_table_of_hazards_is_told_at_once() -> None:
    rows = [{"up_to": "0", "yearly": "1"}, {"yearly": "x", "low": "0.1"}]
    with pytest.raises(InputError) as refused:
        to_table({"bucket": rows, "course": [{"month": 12}], "monotone": True, "valid_from": 1}, "x.toml")
    assert [fault.where for fault in refused.value.faults] == [
        f"x.toml, {place}"
        for place in (
            "bucket 1.up_to", "bucket 1.yearly", "bucket 2.yearly", "bucket 2.medium", "bucket 2.high",
            "course 1.share", "valid_from", "clause",
        )
    ]  # fmt: skip


# by rating

RATED = {"low": "0.05", "medium": "0.1", "high": "0.2"}


def test_a_rating_has_its_own_figures_and_none_has_those_of_all() -> None:
    # odds of 0.376 are 0.376 / 0.624 = 0.60256; of 60 % 1.5, of 70 % 2.33333; their middle is sqrt(3.5) = 1.87083
    for place, factor in (("low", 1.5 / 3.5**0.5), ("medium", 1.0), ("high", 7 / 3 / 3.5**0.5)):
        odds = [float(bucket.yearly / (1 - bucket.yearly)) * factor for bucket in hazard_table().buckets]
        own = [float(bucket.yearly) for bucket in hazard_table(place).buckets]
        assert own == pytest.approx([each / (1 + each) for each in odds], abs=0.0006)
    assert hazard_table("medium").buckets == hazard_table().buckets
    # 42.9 % a year is 1 − 0.571^(1/12) = 4.5624 % a month
    assert round(hazard_table("high").buckets[0].monthly, 6) == 0.045624


def test_the_table_that_is_shipped_falls_neither_with_the_rating_nor_with_the_burden() -> None:
    figures = [[bucket.yearly for bucket in hazard_table(level).buckets] for level in LEVELS]
    assert all(row == sorted(row) for row in figures)
    assert all(list(column) == sorted(column) for column in zip(*figures, strict=True))


def test_a_table_may_leave_ratings_out_altogether() -> None:
    plain = to_table(table({"up_to": "0.8", "yearly": "0.1"}, {"yearly": "0.2"}))
    assert not plain.tells_ratings_apart
    assert plain.of("high") == plain


@pytest.mark.parametrize(
    ("rows", "places"),
    [
        ([{"up_to": "0.8", "yearly": "0.1", **RATED}, {"yearly": "0.2"}], ["x.toml, bucket 2"]),
        ([{"yearly": "0.1", **RATED, "high": "0.09"}], ["x.toml, bucket 1"]),
        ([{"yearly": "0.1", "low": "0.3", "medium": "0.2", "high": "0.1"}], ["x.toml, bucket 1"] * 2),
        (
            [{"up_to": "0.8", "yearly": "0.1", **RATED}, {"yearly": "0.1", **RATED, "high": "0.19"}],
            ["x.toml, bucket 2"],
        ),
        (
            [{"up_to": "0.8", "yearly": "0.3", **RATED}, {"up_to": "0.9", "yearly": "0.2", **RATED}],
            ["x.toml", "x.toml, bucket 2"],
        ),
    ],
)
def test_every_row_at_fault_is_named(rows: list[dict[str, str]], places: list[str]) -> None:
    with pytest.raises(InputError) as refused:
        to_table(table(*rows), "x.toml")
    assert [fault.where for fault in refused.value.faults] == places


def test_a_rating_that_lacks_a_figure_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = tmp_path / "own.toml"
    own.write_text(OWN.replace('yearly = "0.2"', 'yearly = "0.2"\nlow = "0.1"\nhigh = "0.3"'), encoding="utf-8")
    monkeypatch.setenv(ENVIRONMENT, str(own))
    with pytest.raises(InputError, match=r"bucket 2\.medium: this is not a number"):
        hazard_table("low")


# by month

COURSE = """
[[course]]
month = 6
share = "0.5"

[[course]]
month = 9
share = "0.9"

[[course]]
month = 12
share = "1"

[[course]]
month = 24
share = "1.2"
"""


def test_a_course_says_when_the_hazard_of_the_first_year_passes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path / "own.toml"
    own.write_text(OWN + COURSE, encoding="utf-8")
    monkeypatch.setenv(ENVIRONMENT, str(own))
    read = hazard_table()
    # half of it in six months is 12 * 0.5 = 6 even ones; half way to 0.9 is 0.7: 8.4; a year later it is 0.2: 2.4 more
    told = {0: 0, 3: 3, 6: 6, 7.5: 8.4, 9: 10.8, 12: 12, 18: 13.2, 24: 14.4, 36: 16.8}
    assert {months: round(read.even_months(months), 9) for months in told} == told
    months = [number / 7 for number in range(400)]
    assert [read.even_months(each) for each in months] == sorted(read.even_months(each) for each in months)
    # a fifth fails within a year where the burden is heavy: 0.8; after 24 months 0.8 to the power of 1.2
    problem = prepare(make_case(monthly=["9000.00"] * 24, months=24, hazard="table"))[1]
    year, two = (problem.days().index(dt.date(year, 11, 20)) for year in (2027, 2028))
    survival = problem.burden.survival[0, 1]
    assert (survival[year], survival[two]) == pytest.approx((0.8, 0.8**1.2), abs=1e-3)


@pytest.mark.parametrize(
    ("rows", "places"),
    [
        ([(12, "1"), (6, "0.5")], ["x.toml, course 2"]),
        ([(6, "0.5"), (12, "0.4")], ["x.toml, course 2", "x.toml, course"]),
        ([(6, "0.5"), (24, "1")], ["x.toml, course"]),
        ([(0, "0"), (12, "1")], ["x.toml, course 1"]),
        ([(12, "1"), (24, "inf")], ["x.toml, course 2.share"]),
        ([(12.0, "1")], ["x.toml, course 1", "x.toml, course"]),
        ([("6", "0.5"), (12, "1")], ["x.toml, course 1"]),
    ],
)
def test_a_course_that_falls_or_lacks_the_year_is_refused(rows: list[tuple[Any, str]], places: list[str]) -> None:
    course = [{"month": month, "share": share} for month, share in rows]
    with pytest.raises(InputError) as refused:
        to_table({**table({"yearly": "0.1"}), "course": course}, "x.toml")
    assert [fault.where for fault in refused.value.faults] == places
