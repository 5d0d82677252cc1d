"""The limits file: figures as people write them, every fault at once, and what the limits mean for an option."""

from __future__ import annotations

from pathlib import Path

import pytest

from repayplan.errors import InputError
from repayplan.language import speaking
from repayplan.portfolio.coupling.limits import Limits, read_limits

HEAD = "schema: repayplan/limits/1\n"


def read(tmp_path: Path, text: str) -> Limits:
    path = tmp_path / "limits.yaml"
    path.write_text(HEAD + text, encoding="utf-8")
    return read_limits(path)


def faults(tmp_path: Path, text: str) -> list[str]:
    with pytest.raises(InputError) as caught:
        read(tmp_path, text)
    return [str(fault) for fault in caught.value.faults]


@pytest.mark.parametrize(
    ("limit", "measure", "figure"),
    [
        ("sum: haircut, at_most: 2000万", "cents", 2_000_000_000),
        ('sum: haircut, at_most: "20000000.00"', "cents", 2_000_000_000),
        ("sum: legal, at_most: 1.5", "cents", 150),
        ("sum: visits, at_most: 400", "visits", 400),
        ("sum: officer_hours, at_most: 37.5", "hours", 37.5),
        ("sum: provision, over: balance, at_most: 20%", "share", 0.2),
        ("sum: provision, over: balance, at_most: 0.2", "share", 0.2),
        ("average: miss, at_most: 15%", "share", 0.15),
        ("sum: miss, at_most: 12", "number", 12),
        ("sum: cases, kinds: [enforce], at_most: 50", "number", 50),
        ("sum: visits, over: cases, at_most: 1.5", "number", 1.5),
        ("sum: haircut, over: cases, at_most: 5000", "cents", 500_000),
    ],
)
def test_figures_are_read_in_the_unit_of_what_is_counted(
    tmp_path: Path, limit: str, measure: str, figure: float
) -> None:
    (found,) = read(tmp_path, f"limits: [{{name: A, {limit}}}]").limits
    assert found.measure == measure
    assert found.most(None) == ((figure, False),)


def test_months_make_one_limit_each_or_one_together(tmp_path: Path) -> None:
    text = (
        "limits: [{name: A, sum: visits, by: [month], at_most: 4}, {name: B, sum: visits, months: [2, 1], at_most: 4}]"
    )
    each, together = read(tmp_path, text).limits
    assert each.spans == tuple((month,) for month in range(1, 13))
    assert together.spans == ((1, 2),)


def test_groups_may_have_figures_of_their_own(tmp_path: Path) -> None:
    (limit,) = read(
        tmp_path, "limits: [{name: A, sum: officer_hours, by: [region], at_most: 9, each: {North: 3}}]"
    ).limits
    assert limit.most("North") == ((3, False),)
    assert limit.most("South") == ((9, False),)


def test_a_group_has_one_figure_however_it_is_written(tmp_path: Path) -> None:
    text = "limits: [{name: A, sum: visits, by: [region], at_most: 9, each: {North: 3}}]"
    (limit,) = read(tmp_path, text).limits
    assert limit.most(" NORTH") == ((3, False),)
    told = faults(tmp_path, text.replace("North: 3", "North: 3, north: 4"))
    assert [each.count("this group stands here twice") for each in told] == [1, 1]


def test_at_most_and_at_least_are_two_limits(tmp_path: Path) -> None:
    (limit,) = read(tmp_path, "limits: [{name: A, sum: visits, at_most: 9, at_least: 3}]").limits
    assert limit.most(None) == ((9, False), (3, True))


def test_what_nothing_can_mean_is_refused(tmp_path: Path) -> None:
    both, ratio = faults(
        tmp_path,
        """limits:
  - {name: A, sum: visits, at_most: 5, at_least: 50}
  - {name: B, sum: visits, over: balance, at_most: 5}
""",
    )
    assert "at least is more than at most: nothing keeps both" in both
    assert "only amounts are divided by an amount" in ratio


NEVER_NEGATIVE = "cases, balance, overdue, cost, haircut, provision, miss, default, officer_hours, visits, legal"


@pytest.mark.parametrize("attribute", ["npv_loss", "recovery", "fall_cash", "fall_sold"])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_nothing_is_divided_or_weighted_by_what_may_be_negative(tmp_path: Path, attribute: str, language: str) -> None:
    # of (miss 0.50, npv_loss −5.00) and (0.30, 1.00) Σ (miss − 5%) · npv_loss = −2.00 ≤ 0, yet the average is 0.55
    months = "months: [6], " if attribute.startswith("fall") else ""
    text = f"""limits:
  - {{name: A, average: miss, weighted_by: {attribute}, {months}at_most: 5%}}
  - {{name: B, sum: haircut, over: {attribute}, {months}at_least: 1%}}
"""
    with speaking(language):
        weights, ratio = faults(tmp_path, text)
    if language == "en":
        assert weights.endswith(
            "limits.yaml:3 limits[0].weighted_by: weights are never negative, and this attribute may be; "
            f"value: {attribute}; limit: one of: {NEVER_NEGATIVE}; → weight by balance, for example"
        )
        assert ratio.endswith(
            "limits.yaml:4 limits[1].over: a ratio divides by what is never negative, and this attribute may be; "
            f"value: {attribute}; limit: one of: {NEVER_NEGATIVE}; → divide by balance, for example"
        )
    else:
        assert "limits[0].weighted_by: 权重不能为负，而该属性可能为负" in weights
        assert weights.endswith("例如改为按 balance（余额）加权")
        assert "limits[1].over: 比率的分母不能为负，而该属性可能为负" in ratio
        assert ratio.endswith("例如改为除以 balance（余额）")


def test_what_is_divided_may_be_negative(tmp_path: Path) -> None:
    (limit,) = read(tmp_path, "limits: [{name: A, sum: npv_loss, over: balance, at_most: -1%}]").limits
    assert limit.most(None) == ((-0.01, False),)


def test_a_ratio_that_is_the_same_whatever_is_chosen_is_no_limit(tmp_path: Path) -> None:
    told = faults(
        tmp_path,
        """limits:
  - {name: A, sum: balance, over: balance, kinds: [sell, plan], over_kinds: [plan, sell], at_most: 20%}
  - {name: B, sum: cases, over: cases, at_least: 50%}
  - {name: C, sum: cases, kinds: [plan], over_kinds: [plan], at_least: 5}
""",
    )
    remedy = "say with kinds: what counts above the line"
    assert [line.partition("limits.yaml")[2] for line in told] == [
        f":3 limits[0].over: this is 100% whatever is chosen; value: balance; → {remedy}",
        f":4 limits[1].over: this is 100% whatever is chosen; value: cases; → {remedy}",
        ":5 limits[2].over_kinds: nothing is divided here; → give over: too, or leave it out",
    ]
    read(tmp_path, "limits: [{name: A, sum: balance, over: balance, kinds: [sell], at_most: 20%}]")


def test_a_slip_of_the_pen_is_no_limit(tmp_path: Path) -> None:
    told = faults(
        tmp_path,
        """limits:
  - {name: A, sum: haircut, at_most: -200万}
  - {name: B, average: miss, at_most: 500%}
  - {name: C, sum: visits, by: [region], each: {North: -3}}
targets:
  - {name: D, fall: 30%, month: 6, counts: [cash, cash]}
  - {name: E, fall: 30%, month: 6, by: [region, region]}
""",
    )
    for line, what in [
        (3, "limits[0].at_most: this is never negative"),
        (4, "limits[1].at_most: a probability is never more than 100%"),
        (5, "limits[2].each.North: this is never negative"),
        (7, "targets[0].counts: something stands here twice"),
        (8, "targets[1].by: something stands here twice"),
    ]:
        assert any(f"limits.yaml:{line} {what}" in fault for fault in told), (line, what, told)
    assert len(told) == 5
    (signed,) = read(tmp_path, "limits: [{name: A, sum: recovery, at_least: -5.00}]").limits
    assert signed.most(None) == ((-500, True),)


def test_a_word_for_a_number_is_no_whole_number(tmp_path: Path) -> None:
    (told,) = faults(tmp_path, "targets: [{name: A, fall: 30%, month: six}]")
    assert "this is not a whole number" in told


def test_every_fault_is_told_at_once(tmp_path: Path) -> None:
    told = faults(
        tmp_path,
        """limits:
  - {name: A, sum: visit, at_most: 4}
  - {name: B, sum: haircut, months: [3], at_most: many}
  - {name: C, average: provision, over: balance, at_most: 9}
  - {name: D, sum: fall_cash, at_least: 5}
  - {name: E, at_most: 5}
  - {name: F, average: miss, at_most: 15}
  - {name: G, sum: haircut}
  - {name: H, sum: haircut, each: {North: 3}}
  - {name: I, sum: visits, by: [region], each: {North: 3}, at_most: 5, at_least: 2}
  - {name: J, sum: visits, by: [month, month], at_most: 5}
targets:
  - {name: K, fall: 130%, month: 16}
""",
    )
    for line, what in [
        (3, "limits[0].sum: this word cannot stand here"),
        (4, "limits[1].months: this attribute has no months"),
        (4, "limits[1].at_most: this is not an amount"),
        (5, "limits[2].over: an average is divided by its weights"),
        (5, "limits[2].average: only probabilities are averaged"),
        (6, "limits[3].months: falls of the overdue balance are told since"),
        (7, "limits[4].sum: a limit counts either a sum or an average"),
        (8, "limits[5].at_most: this is not a share"),
        (9, "limits[6].at_most: this limit has no figure"),
        (10, "limits[7].each: figures of single groups need to know of which"),
        (11, "limits[8].each: it is not said whether these are most or least"),
        (12, "limits[9].by: something stands here twice"),
        (14, "targets[0].fall: this is not a share"),
        (14, "targets[0].month: this number is too large"),
    ]:
        assert any(f"limits.yaml:{line} {what}" in fault for fault in told), (line, what, told)
    assert len(told) == 14


def test_what_does_not_fit_together_is_told_beside_fields_that_are_wrong(tmp_path: Path) -> None:
    """A limit whose attribute is misspelt is not asked for months or read in another unit; its name counts."""
    told = faults(
        tmp_path,
        """limits:
  - {name: A, sum: vists, by: [month], at_most: 4}
  - {name: A, sum: haircut, over: balnce, at_most: 20%}
  - {name: B, sum: visits}
  - {name: B, sum: visits, kinds: [plan, foo], at_most: many}
  - {name: B, sum: visits, at_most: 2}
targets:
  - {name: A, fall: 130%, month: 6, counts: [cash, cash]}
""",
    )
    for line, what in [
        (3, "limits[0].sum: this word cannot stand here"),
        (4, "limits[1].over: this word cannot stand here"),
        (4, "limits[1].name: the name A stands twice"),
        (5, "limits[2].at_most: this limit has no figure"),
        (6, "limits[3].kinds[1]: this word cannot stand here"),
        (6, "limits[3].at_most: this is not a number"),
        (6, "limits[3].name: the name B stands twice"),
        (7, "limits[4].name: the name B stands twice"),
        (9, "targets[0].fall: this is not a share"),
        (9, "targets[0].counts: something stands here twice"),
        (9, "targets[0].name: the name A stands twice"),
    ]:
        assert any(f"limits.yaml:{line} {what}" in fault for fault in told), (line, what, told)
    assert len(told) == 11


def test_names_differ_and_something_is_limited(tmp_path: Path) -> None:
    (told,) = faults(tmp_path, "limits: [{name: A, sum: visits, at_most: 1}]\ntargets: [{name: A, fall: 1%, month: 1}]")
    assert "targets[0].name: the name A stands twice" in told
    (told,) = faults(tmp_path, "")
    assert "this file limits nothing" in told


def test_files_that_are_none(tmp_path: Path) -> None:
    (tmp_path / "limits.txt").write_text(HEAD, encoding="utf-8")
    with pytest.raises(InputError, match="no file of limits"):
        read_limits(tmp_path / "limits.txt")
    (tmp_path / "limits.yaml").write_text(" \n", encoding="utf-8")
    with pytest.raises(InputError, match="the file is empty"):
        read_limits(tmp_path / "limits.yaml")


def test_what_a_limit_could_want_is_not_dropped(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        "limits: [{name: A, sum: visits, at_most: 1}, {name: B, sum: provision, over: balance, at_least: 1%},"
        " {name: C, sum: visits, by: [region], at_least: 1}]\n"
        "targets: [{name: D, fall: 1%, month: 1, counts: [cash, sold]}]",
    )
    assert found.matters == {"visits": "both", "provision": "more", "fall_cash": "more", "fall_sold": "more"}
    assert not found.keep_all
    assert read(tmp_path, "limits: [{name: A, sum: cases, kinds: [sell], at_most: 1}]").keep_all
    assert read(tmp_path, "limits: [{name: A, sum: cost, over: balance, over_kinds: [sell], at_most: 1%}]").keep_all
