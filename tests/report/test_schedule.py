"""The schedule table fits the terminal and foots."""

from __future__ import annotations

import io
import re
from decimal import Decimal

import pytest
from rich.cells import cell_len
from rich.console import Console

from repayplan.language import speaking
from repayplan.planning.result import Plan
from repayplan.report.schedule import payments, schedule


def printed(plan: Plan, width: int) -> list[str]:
    console = Console(width=width, file=io.StringIO(), highlight=False, markup=False)
    console.print(schedule(plan, console))
    return console.file.getvalue().splitlines()  # type: ignore[attr-defined]


def amounts(line: str) -> list[Decimal]:
    """The figures of a line; a dash is nothing."""
    return [Decimal(figure.replace(",", "").replace("–", "0")) for figure in re.findall(r"[\d,]+\.\d\d|–", line)]


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("width", [50, 60, 80, 100, 120, 160])
@pytest.mark.parametrize("loans", [1, 3])
def test_no_line_is_wider_than_the_terminal_and_no_figure_is_cut(make_plan, language, width, loans) -> None:
    plan = make_plan(loans=loans, months=36, debt=2_500_000)
    with speaking(language):
        lines = printed(plan, width)
    assert max(map(cell_len, lines)) <= width
    assert "…" not in "".join(lines)
    assert len([line for line in lines if re.search(r"\d{4}-\d\d-\d\d", line)]) == len({r.date for r in payments(plan)})


@pytest.mark.parametrize("width", [80, 120])
@pytest.mark.parametrize("loans", [1, 2])
def test_what_is_shown_adds_up_across_and_down(make_plan, width, loans) -> None:
    lines = printed(make_plan(loans=loans, months=36, debt=2_500_000), width)
    rule, foot_rule = (place for place, line in enumerate(lines) if line.strip().startswith("──"))
    states = "".join(lines[:rule]).count("after")
    body, foot = [[amounts(line) for line in part] for part in (lines[rule + 1 : foot_rule], lines[foot_rule + 1 :])]
    flows = len(body[0]) - states
    for row in [*body, *foot]:
        payment, *parts = row[:flows]
        assert payment == sum(parts)
    total = foot[-1]
    for column in range(flows):
        assert sum(row[column] for row in body) == total[column]
    if loans > 1:
        assert [sum(row[column] for row in foot[:-1]) for column in range(flows)] == total[:flows]


def test_days_without_a_payment_are_not_listed(make_plan) -> None:
    plan = make_plan(months=36)
    assert any(row.payment == 0 for row in plan.installments)
    assert all(row.payment for row in payments(plan))
