"""What limits are worth: prices, choosing again with more, sentences; and the story in small."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from coupling import invented, limits_of, options_table

from repayplan.language import speaking
from repayplan.portfolio.coupling import More, Posed, Row, choose, decide, pose, sentence, sentences
from repayplan.portfolio.coupling.deciding import step_of, told_price, weighty
from repayplan.portfolio.coupling.words import label, shown


def story() -> Posed:
    """Six borrowers of 100.00 overdue each: a visit brings 40.00 in cash by month six, a reminder 20.00; visits bring
    more recovery, by 12.00, 10.00, 8.00, 6.00, 4.00 and 2.00. There are three visits, and 25 % are to be gone."""
    rows = []
    for place in range(6):
        common = {"case": f"B{place}", "overdue": 100_00, "balance": 100_00, "region": "NS"[place % 2]}
        visit = {"kind": "visit", "option": "visit", "recovery": (42 - 2 * place) * 100, "visits": [1.0] + [0.0] * 11}
        rows += [
            {**common, "option": "remind", "kind": "remind", "recovery": 30_00, "fall_cash": [0] * 5 + [20_00] * 7},
            {**common, **visit, "fall_cash": [0] * 5 + [40_00] * 7},
        ]
    limits = limits_of(
        limits=[{"name": "Site visits", "sum": "visits", "by": ["month"], "months": [1], "at_most": 3}],
        targets=[{"name": "Down a quarter", "fall": "25%", "month": 6}],
    )
    return pose(limits, [options_table(*rows)])


def test_the_story_in_small() -> None:
    found = decide(story())
    assert found.kept
    assert found.choice.option.tolist() == [1, 3, 5, 6, 8, 10]  # those to whom a visit brings most are visited
    assert found.choice.value == 6 * 30_00 + 12_00 + 10_00 + 8_00
    visits, target = found.uses
    assert (visits.figure, target.figure) == (3, pytest.approx(0.3))
    # any price from the 6.00 of the fourth visit to the 8.00 of the third proves the same bound; the next brings 6.00
    assert visits.price == pytest.approx(6_00)
    assert visits.more is not None
    assert (visits.more.step, visits.more.gain) == (1, 6_00)
    assert target.price == 0
    assert target.more is None


def test_the_story_in_words() -> None:
    found = decide(story())
    one, two = map(str, sentences(found))
    # a price of one visit beside what one visit brings would be the same said twice, or two figures of one thing
    assert one == "Site visits: 3 of 3; a new choice with 1 visit more brings 6.00"
    assert two == "Down a quarter: 30.00%, at least 25.00%"
    with speaking("zh"):
        one, two = map(str, sentences(found))
        assert "放宽 1 次上门后重新选择增收 6.00" in one
        assert two == "Down a quarter：30.00%，至少 25.00%"


def test_what_the_next_best_option_would_cost() -> None:
    found = decide(story())
    first = found.matter[0]
    # without its visit the first borrower brings 12.00 less, and a visit that is free is worth its price
    assert (first.case, first.option, first.instead) == (0, 1, 0)
    assert first.difference == pytest.approx(12_00 - found.uses[0].price)
    assert first.forgone == 0
    last = next(each for each in found.matter if each.case == 5)
    assert last.forgone == 2_00


def test_more_is_what_choosing_again_brings() -> None:
    posed = story()
    most = posed.coupled.most.copy()
    most[0] += 1
    again = choose(replace(posed.coupled, most=most))
    gained = decide(posed).uses[0].more
    assert gained is not None
    assert gained.gain == again.value - choose(posed.coupled).value
    assert gained.most >= gained.gain


@pytest.mark.parametrize(
    ("measure", "figure", "step"),
    [
        ("visits", 400, 10),
        ("visits", 3, 1),
        ("cents", 2_000_000_000, 100_000_000),
        ("share", 0.2, 0.01),
        ("hours", 0, 1),
    ],
)
def test_round_steps(measure: str, figure: float, step: float) -> None:
    row = Row("A", None, (), measure, False, figure, False, False, False)  # type: ignore[arg-type]
    assert step_of(row) == step


def test_a_ratio_may_be_asked_about_by_less_than_one() -> None:
    row = Row("Visits a borrower", None, (), "number", False, 1.5, True, False, False)
    assert step_of(row) == 0.1
    assert shown(0.05, "number") == "0.05"
    assert shown(1.5, "number") == "1.5"


def test_more_of_what_is_nearly_used_up_is_tried_though_it_has_no_price() -> None:
    """One borrower's best option needs 10.00 and there are 9.00: by fractions of options the other limit is the dear
    one, but what helps is 1.00 more."""
    rows = [
        {"case": "A", "option": "none", "recovery": 0},
        {"case": "A", "option": "half", "recovery": 60_00, "haircut": 5_00, "visits": [1.0] + [0.0] * 11},
        {"case": "A", "option": "most", "recovery": 100_00, "haircut": 10_00},
    ]
    limit = {"name": "Given up", "sum": "haircut", "at_most": 9}
    limits = limits_of(limits=[limit, {"name": "Visits", "sum": "visits", "at_most": 5}])
    found = decide(pose(limits, [options_table(*rows)]))
    assert found.choice.value == 60_00
    more = found.uses[0].more
    assert more is not None
    assert (more.step, more.gain) == (1_00, 40_00)
    # 4.00 are left: not 1.00 at the margin is missing, but 10.00 in one piece
    assert found.uses[0].price == 0
    said = str(sentence(found.uses[0]))
    assert said.startswith("Given up: 5.00 of 9.00; no better choice was found that uses what is left, because")
    assert said.endswith("a new choice with 1.00 more brings 40.00")
    assert found.uses[1].more is None


def test_the_price_of_what_is_forbidden_is_what_one_would_bring() -> None:
    """Nobody may be visited: any price from the most that a visit brings on keeps them all at home."""
    posed = story()
    forbidden = replace(posed, coupled=replace(posed.coupled, most=np.array([0.0, 1e9])))
    visits = decide(forbidden).uses[0]
    assert visits.price == pytest.approx(12_00)
    assert visits.more is not None
    assert visits.more.gain == 12_00
    # at any such price the first borrower is as well off with the visit as without: nothing is told of 13 million
    assert all(each.difference < 12_00 for each in decide(forbidden).matter)


def test_no_price_is_told_that_a_new_choice_contradicts() -> None:
    """A visit more of 80 hours brings 100.00, there are 50 hours and all of them are left: by fractions of borrowers an
    hour more brings 1.25, but one more brings nothing to a whole one."""
    rows = [
        {"case": "A", "option": "none", "recovery": 0},
        {"case": "A", "option": "visit", "recovery": 100_00, "officer_hours": [80.0] + [0.0] * 11},
    ]
    limits = limits_of(limits=[{"name": "Hours", "sum": "officer_hours", "at_most": 50}])
    posed = pose(limits, [options_table(*rows)])
    assert choose(posed.coupled).prices[0] == pytest.approx(1_25)
    hours = decide(posed).uses[0]
    assert (hours.price, hours.more) == (0, None)
    assert "more" not in str(sentence(hours))


@pytest.mark.parametrize("seed", range(12))
def test_of_what_is_priced_hardly_anything_is_left(seed: int) -> None:
    """Complementary slackness: what is left of limits at their prices is no more than the gap between the choice and
    the bound of these prices; and where a step or more is left no price is told at all."""
    draw = np.random.default_rng(seed)
    rows = [
        {
            "case": f"B{place:02}",
            "option": option,
            "recovery": int(draw.integers(0, 100_00)) * (option != "none"),
            "haircut": int(draw.integers(1, 40)) * 1_00 * (option == "relief"),
            "officer_hours": [float(draw.integers(5, 40)) * (option != "none")] + [0.0] * 11,
        }
        for place in range(8)
        for option in ("none", "level", "relief")
    ]
    limits = [
        {"name": "Given up", "sum": "haircut", "at_most": 50},
        {"name": "Hours", "sum": "officer_hours", "at_most": 70},
    ]
    posed = pose(limits_of(limits=limits), [options_table(*rows)])
    found = decide(posed)
    coupled, prices = posed.coupled, found.choice.prices
    best = np.maximum.reduceat(coupled.value - prices @ coupled.use, coupled.starts[:-1])
    gap = float(prices @ coupled.most + best.sum()) - found.choice.value
    left = coupled.most - found.choice.used
    assert float(prices @ left) <= gap + 1e-6
    for use, spare in zip(found.uses, left, strict=True):
        assert use.price == 0 or spare < step_of(use.row)
        assert use.spare == (spare >= step_of(use.row))


def test_much_that_is_left_of_a_limit_is_told_without_a_price() -> None:
    """One borrower, 71 hours for 100.00, 70 hours and all of them left: a price of one hour would be no one's price."""
    rows = [
        {"case": "A", "option": "none", "recovery": 0},
        {"case": "A", "option": "visit", "recovery": 100_00, "officer_hours": [71.0] + [0.0] * 11},
    ]
    limits = limits_of(limits=[{"name": "Hours", "sum": "officer_hours", "at_most": 70}])
    (hours,) = decide(pose(limits, [options_table(*rows)])).uses
    assert (hours.figure, hours.price, hours.spare) == (0, 0, True)
    assert str(sentence(hours)) == (
        "Hours: 0 of 70; no better choice was found that uses what is left, because borrowers take it whole or not at "
        "all; a new choice with 1 hour more brings 100.00"
    )
    with speaking("zh"):
        assert "未找到能用上余额的更优组合；放宽 1 小时后重新选择增收 100.00" in str(sentence(hours))


@pytest.mark.parametrize(
    ("price", "tried", "told"),
    [
        (5.0, None, 5.0),
        (5.0, More(10, 20.0, 60.0, True), 5.0),  # 10 more bring at most 60, that is 6 each: no contradiction
        (5.0, More(10, 20.0, 40.0, True), 4.0),
        (5.0, More(10, 0.0, 40.0, False), 4.0),  # nothing was found, but 40 not excluded
        (5.0, More(10, 0.0, 40.0, True), 0.0),
        (5.0, More(10, 0.0, 60.0, True), 5.0),  # the gap of a large book hides more than these few are worth
    ],
)
def test_prices_that_are_told(price: float, tried: More | None, told: float) -> None:
    assert told_price(price, tried) == told_price(price, tried, 0.99) == told
    assert told_price(price, tried, 1.0) == 0.0


def test_labels() -> None:
    row = Row("Visits", "North", (3,), "visits", False, 4, False, False, True)
    assert str(label(row)) == "Visits (North, month 3)"
    assert str(label(replace(row, group=None))) == "Visits (month 3)"
    assert str(label(replace(row, split=False))) == "Visits (North)"
    assert str(label(replace(row, group="", split=False))) == "Visits (not given)"
    with speaking("zh"):
        assert str(label(row)) == "Visits（North，第 3 个月）"


def test_cases_that_matter_are_the_dearest_to_change() -> None:
    problem = invented(3, 30, 4, 2)
    found = choose(problem)
    named = weighty(problem, found, 5)
    worth = problem.value - found.prices @ problem.use
    for each in named:
        span = range(problem.starts[each.case], problem.starts[each.case + 1])
        others = [worth[m] for m in span if m != each.option]
        assert each.difference == pytest.approx(worth[each.option] - max(others))
    assert np.all(np.diff([each.difference for each in named]) <= 0)
