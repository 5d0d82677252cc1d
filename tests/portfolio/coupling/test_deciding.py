"""What limits are worth: prices, choosing again with more, sentences; and the story in small."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from coupling import choices, invented, limits_of, options_table

from repayplan.language import speaking
from repayplan.portfolio.coupling import More, Posed, Row, choose, decide, pose, sentence, sentences
from repayplan.portfolio.coupling.deciding import step_of, told_price, weighty
from repayplan.portfolio.coupling.measures import Measure
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
    assert str(sentence(found.uses[0])).endswith("a new choice with 1.00 more brings 40.00")
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
    assert told_price(price, tried) == told


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


GIVEN_UP = {"name": "Given up", "sum": "haircut", "over": "overdue", "by": ["region"], "at_most": "10%"}

NOBODY = {"average": "miss", "kinds": ["enforce"]}


def test_a_ratio_with_nothing_to_divide_by_is_said_to_be_one() -> None:
    """Of A and B nothing is overdue, and something of A is given up whatever is chosen; nobody is enforced against."""
    posed = pose(
        limits_of(
            limits=[
                GIVEN_UP,
                {"name": "Most", **NOBODY, "at_most": "5%"},
                {"name": "Least", **NOBODY, "at_least": "5%"},
            ],
            targets=[{"name": "Down", "fall": "30%", "month": 6, "by": ["region"]}],
        ),
        [
            options_table(
                {"case": "A", "overdue": 0, "haircut": 50_00},
                {"case": "A", "overdue": 0, "haircut": 90_00},
                {"case": "B", "overdue": 100_00, "region": "South", "fall_cash": [40_00] * 12},
            )
        ],
    )
    found = decide(posed)
    assert all((posed.divided_by(choice)[[0, 2, 3, 4]] == 0).all() for choice in choices(posed.coupled))
    assert [use.kept for use in found.uses] == [False, True, True, True, True, True]
    assert list(map(str, sentences(found))) == [
        "Given up (North): 10.00% cannot be kept whatever is chosen: there is nothing to divide by",
        "No choice keeps all limits: this one misses Given up (North), and no other comes nearer by more than 0.00%",
        "Coming so near costs 0.00 of expected recovery, against the best choice that keeps the other limits",
        "Given up (North): there is something to divide, but nothing to divide it by; at most 10.00% is allowed",
        "Given up (South): 0.00% of 10.00%",
        "Most: there is nothing to divide by; at most 5.00% is allowed",
        "Least: there is nothing to divide by; at least 5.00% is wanted",
        "Down (North): nothing is overdue; at least 30.00% is wanted",
        "Down (South): 40.00%, at least 30.00%",
    ]
    with speaking("zh"):
        told = list(map(str, sentences(found)))
    assert told[:2] == [
        "Given up（North）：无论如何选择都守不住 10.00%，因为分母为零",
        "没有任何选择能守住全部限额：本选择未达到 Given up（North），其他选择最多再接近 0.00%",
    ]
    assert [told[place] for place in (3, 5, 6, 7)] == [
        "Given up（North）：分母为零而分子不为零，最多 10.00%",
        "Most：分母为零，最多 5.00%",
        "Least：分母为零，要求至少 5.00%",
        "Down（North）：没有逾期余额，要求至少 30.00%",
    ]


def test_less_than_nothing_over_nothing_is_too_little() -> None:
    limit = {"name": "Back", "sum": "recovery", "over": "overdue", "at_least": "10%"}
    found = decide(pose(limits_of(limits=[limit]), [options_table({"case": "A", "recovery": -5_00, "overdue": 0})]))
    told = {}
    for language in ("en", "zh"):
        with speaking(language):
            lines = list(map(str, sentences(found)))
            told[language] = [lines[0], lines[-1]]
    assert told == {
        "en": [
            "Back: 10.00% cannot be reached whatever is chosen: there is nothing to divide by",
            "Back: there is something to divide, but nothing to divide it by; at least 10.00% is wanted",
        ],
        "zh": ["Back：无论如何选择都达不到 10.00%，因为分母为零", "Back：分母为零而分子不为零，要求至少 10.00%"],
    }


def test_nothing_is_told_relative_to_a_limit_of_nothing() -> None:
    """5.00 or 9.00 are given up and nothing may be: against what that is 500 times too much was told."""
    limit = {"name": "Given up", "sum": "haircut", "at_most": 0}
    rows = [{"case": "A", "haircut": 5_00}, {"case": "A", "haircut": 9_00, "recovery": 0}]
    found = decide(pose(limits_of(limits=[limit]), [options_table(*rows)]))
    assert not found.relative
    told = list(map(str, sentences(found)))
    assert "relative" not in told[1]
    assert told[1].startswith("No choice keeps all limits: this one misses Given up, and no other comes nearer by more")
    assert told[-1] == "Given up: 5.00; at most 0.00 is allowed, 5.00 too much"
    little = decide(pose(limits_of(limits=[limit | {"at_most": 1}]), [options_table(*rows)]))
    assert little.relative
    assert "relative to them" in list(map(str, sentences(little)))[1]


@pytest.mark.parametrize(("measure", "told"), [("share", "0.00%"), ("number", "0"), ("cents", "0.00")])
def test_nothing_has_no_sign(measure: Measure, told: str) -> None:
    assert {shown(figure, measure) for figure in (0.0, -0.0, -1e-17)} == {told}


def test_a_ratio_with_nothing_to_divide_by_takes_no_turn_of_others() -> None:
    """Its limit is not moved by more of it, and was tried before the one of which less than a step is left."""
    rows = [
        {"case": "A", "option": "none", "recovery": 0},
        {"case": "A", "option": "half", "recovery": 60_00, "haircut": 5_00, "visits": [1.0] + [0.0] * 11},
        {"case": "A", "option": "most", "recovery": 100_00, "haircut": 10_00},
    ]
    nobody = [{"name": f"Nobody {number}", **NOBODY, "at_most": "5%"} for number in range(3)]
    limits = limits_of(limits=[*nobody, {"name": "Given up", "sum": "haircut", "at_most": 9}])
    uses = decide(pose(limits, [options_table(*rows)]), tried=1).uses
    assert [use.more is not None for use in uses] == [False, False, False, True]
