"""The screen: every part is there, in both languages, and fits."""

from __future__ import annotations

import dataclasses
import io

import pytest
from rich.cells import cell_len
from rich.console import Console

from repayplan.language import speaking
from repayplan.planning.result import Plan
from repayplan.report.terminal import show_files, show_plan, show_verdict


def screen(plan: Plan, width: int = 80) -> str:
    console = Console(width=width, file=io.StringIO(), highlight=False, markup=False, emoji=False)
    show_plan(plan, console)
    show_files([], console)
    show_verdict(plan.findings, console)
    return console.file.getvalue()  # type: ignore[attr-defined]


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("width", [80, 120])
def test_the_screen_fits_and_cuts_nothing(make_plan, language, width) -> None:
    with speaking(language):
        text = screen(make_plan(loans=2, months=36, debt=2_500_000), width)
    assert max(cell_len(line.rstrip()) for line in text.splitlines()) <= width
    assert "…" not in text


def test_every_default_is_shown_with_its_reason(make_plan) -> None:
    plan = make_plan()
    text = " ".join(screen(plan, 200).split())
    for default in plan.terms.defaults:
        assert f"{default.field} {default.value} {default.reason}" in text


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


def test_a_plan_without_payments_is_shown_without_a_schedule(make_plan) -> None:
    text = screen(dataclasses.replace(make_plan(), installments=(), cash=(), status="failed"))
    assert "Schedule" not in text
    assert "Debt at signing" in text
