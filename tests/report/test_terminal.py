"""The screen: every part is there, in both languages, and fits."""

from __future__ import annotations

import dataclasses
import datetime as dt
import io

import pytest
from making import make_case
from rich.cells import cell_len
from rich.console import Console

from repayplan.language import speaking, tr
from repayplan.planning.plan import plan as planned
from repayplan.planning.result import Binding, Plan
from repayplan.report.terminal import show_files, show_plan, show_verdict
from repayplan.report.words import DEFAULTS, default_words
from repayplan.rules import defaults, views


def screen(plan: Plan, width: int = 80) -> str:
    console = Console(width=width, file=io.StringIO(), highlight=False, markup=False, emoji=False)
    show_plan(plan, console)
    show_files([], console)
    show_verdict(plan.findings, console)
    return console.file.getvalue()  # type: ignore[attr-defined]


def test_without_time_for_a_plan_only_that_is_said() -> None:
    made = planned(make_case(opening="5000.00", monthly=["25000.00"] * 4, months=5), time_limit=0.0)
    console = Console(width=120, file=io.StringIO(), highlight=False, markup=False, emoji=False)
    show_plan(made, console)
    text = console.file.getvalue()  # type: ignore[attr-defined]
    assert "Failed: no plan was found" in text
    assert "within 0 seconds: allow more, or set no limit of time [--time-limit]" in text
    assert "0.00" not in text


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("width", [80, 120])
def test_the_screen_fits_and_cuts_nothing(make_plan, language, width) -> None:
    with speaking(language):
        text = screen(make_plan(loans=2, months=36, debt=2_500_000), width)
    assert max(cell_len(line.rstrip()) for line in text.splitlines()) <= width
    assert "…" not in text


def test_every_default_is_shown_by_its_name_with_its_reason(make_plan) -> None:
    plan = make_plan()
    text = " ".join(screen(plan, 200).split())
    for default in plan.terms.defaults:
        name, value = default_words(default.field, default.value)
        assert default.field not in text or "_" not in default.field
        assert f"{value} {default.reason}" in text
        assert name.split()[0] in text


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("floor_months", "1250000.00", ("Operating floor (1 month of cost)", "1,250,000.00")),
        ("days_to_first_payment", "2026-12-20", ("First payment", "2026-12-20")),
        ("unit", "1000.00", ("Unit of amounts", "1,000.00")),
        ("step", "off", ("Step, at most", "off")),
        ("cover_window", "since_receipt", ("Cover counted", "since receipt")),
    ],
)
def test_defaults_in_words(field: str, value: str, words: tuple[str, str]) -> None:
    assert default_words(field, value) == words


def test_every_default_has_a_name_in_both_languages() -> None:
    assert set(DEFAULTS) == {*defaults(), *(f"bank.{kind}" for kind in views())}
    with speaking("zh"):
        assert all(any(sign > "\u2e80" for sign in str(name)) for name in DEFAULTS.values())


def test_debt_at_signing_tells_what_was_turned_into_principal(make_plan) -> None:
    plan = make_plan()
    assert "turned into principal" not in screen(plan)
    metrics = dataclasses.replace(plan.metrics, debt_at_signing=1_007_810_000, capitalized=27_810_000)
    text = " ".join(screen(dataclasses.replace(plan, metrics=metrics)).split())
    assert "10,078,100.00 CNY on 2026-11-20 (278,100.00 of it arrears turned into principal)" in text


def test_what_whole_amounts_cost_is_said_from_one_unit_of_the_currency_on(make_plan) -> None:
    plan = make_plan()
    for cost, words in ((99, "terms allow"), (1_00, "terms allow; whole amounts cost 1.00 of it")):
        text = " ".join(
            screen(dataclasses.replace(plan, proof=dataclasses.replace(plan.proof, rounding_cost=cost))).split()
        )
        assert f"{words} The whole debt of a loan bears one rate" in text


def bound(plan: Plan, *days: str) -> str:
    """What is said where one limit holds on these days."""
    sentences = {day: tr("On {date} no more than {amount} may be paid", date=day, amount="5.00") for day in days}
    binding = [
        Binding("maximum", dt.date.fromisoformat(day), None, 1.0, "", sentence) for day, sentence in sentences.items()
    ]
    text = screen(dataclasses.replace(plan, binding=tuple(binding)), 200)
    return (
        next((line for line in text.splitlines() if "no more than 5.00" in line), "").strip("· ").split(" no more")[0]
    )


def test_one_sentence_for_days_that_follow_each_other_and_none_after_the_last_payment(make_plan) -> None:
    plan = make_plan(months=36, debt=3_000_000)  # pays until autumn 2029
    assert bound(plan, "2027-01-20") == "On 2027-01-20"
    assert bound(plan, "2027-01-20", "2027-02-20") == "On 2027-01-20, 2027-02-20"
    assert (
        bound(plan, "2027-01-20", "2027-02-20", "2027-03-20", "2027-05-20") == "On 2027-01-20 – 2027-03-20, 2027-05-20"
    )
    quarters = ["2027-01-20", "2027-04-20", "2027-07-20", "2027-10-20", "2028-01-20"]
    four = ", ".join(quarters[:4])
    assert bound(plan, *quarters) == f"On {four} and one other day"
    assert bound(plan, *quarters, "2028-04-20") == f"On {four} and 2 other days"
    paid = make_plan(months=36, debt=300_000)  # is paid by March 2027
    assert bound(paid, "2027-01-20", "2027-06-20") == "On 2027-01-20"
    assert bound(paid, "2027-06-20") == ""


def test_one_day_is_a_day(make_plan) -> None:
    plan = make_plan(months=12, debt=300_000)
    rows = tuple(row for row in plan.installments if row.date != dt.date(2027, 1, 20))
    assert "On one payment day in between nothing is due." in screen(dataclasses.replace(plan, installments=rows))
    rows = (rows[0], *(row for row in plan.installments if row.date == dt.date(2027, 3, 20)))
    assert "On 2 payment days in between nothing is due." in screen(dataclasses.replace(plan, installments=rows))


def test_findings_name_their_source_and_the_gravest_comes_first(make_plan) -> None:
    plan = make_plan()
    warning = plan.findings[0]
    failure = dataclasses.replace(warning, result="fail", clause="cover")
    text = screen(dataclasses.replace(plan, findings=(warning, failure)))
    assert text.index("✘ Cash holds the installment of 2026-12-20 down [cover]") < text.index("[policy.balloon]")


@pytest.mark.parametrize(
    ("status", "gap", "words"),
    [
        ("optimal", 2e-9, "Optimal: proven to be within 0.0001%"),
        ("feasible", 0.0125, "a better plan may be worth up to 1.2500% more"),
        ("feasible", None, "is not proven"),
        ("infeasible", 0.0, "Impossible: 0.01 stays unpaid"),
        ("failed", None, "Failed"),
    ],
)
def test_the_status_is_said_in_words(make_plan, status, gap, words) -> None:
    plan = make_plan()
    proof = dataclasses.replace(plan.proof, gap=gap)
    metrics = dataclasses.replace(plan.metrics, unpaid=1)
    assert words in screen(dataclasses.replace(plan, status=status, proof=proof, metrics=metrics))


def test_what_stands_in_the_way_ends_before_what_breaks_and_what_else_was_found() -> None:
    # 50,000 fixed for a day on which there are 10,000: the set has a heading of its own, so its end is plain to see
    fixed = [{"date": "2027-01-20", "amount": "50000.00"}]
    made = planned(make_case(opening="10000.00", monthly=["9000.00"] * 24, months=24, fixed_payments=fixed))
    text = " ".join(screen(made).split())
    assert "Impossible: the limits contradict each other. What follows is the best effort, not to be signed" in text
    parts = [
        text.index(part) for part in ("Why there is no plan", "[fixed]", "[floors]", "What the best effort breaks")
    ]
    assert parts == sorted(parts)
    assert "!" not in text[parts[0] : parts[-1]]
    assert text.index("✘") > parts[-1]


def test_a_plan_without_payments_is_shown_without_a_schedule(make_plan) -> None:
    text = screen(dataclasses.replace(make_plan(), installments=(), cash=(), status="failed"))
    assert "Schedule" not in text
    assert "Debt at signing" in text
