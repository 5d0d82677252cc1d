"""The schedule table fits the terminal and foots."""

from __future__ import annotations

import dataclasses
import io
import re
from decimal import Decimal

import pytest
from rich.cells import cell_len
from rich.console import Console

from repayplan.language import speaking
from repayplan.planning.result import Plan
from repayplan.report.schedule import payments, schedule, short_names


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
    head = " ".join(lines[:rule])
    states = head.count("after")
    body, foot = [[amounts(line) for line in part] for part in (lines[rule + 1 : foot_rule], lines[foot_rule + 1 :])]
    if "Total of" in head:  # the day's total comes first, once a day
        days = [row.pop(0) for line, row in zip(lines[rule + 1 :], body, strict=False) if re.search(r"\d{4}-", line)]
        assert sum(days) == foot[-1].pop(0)
    flows = len(body[0]) - states
    for row in [*body, *foot]:
        payment, *parts = row[:flows]
        assert payment == sum(parts)
    total = foot[-1]
    for column in range(flows):
        assert sum(row[column] for row in body) == total[column]
    if loans > 1:
        assert [sum(row[column] for row in foot[:-1]) for column in range(flows)] == total[:flows]


def test_what_is_transferred_on_a_day_stands_once(make_plan) -> None:
    plan = make_plan(loans=2, debt=300_000)
    body = [line for line in printed(plan, 120) if " L1 " in line or " L2 " in line]
    # 50,000 on the first day and 100,000 on the second go to the first loan; the third day's 99,935.39 to both
    third = next(place for place, line in enumerate(body) if "2027-02-20" in line)
    first, second = amounts(body[third]), amounts(body[third + 1])
    assert (first[:2], second[0]) == ([Decimal("99935.39"), Decimal("11035.39")], Decimal("88900.00"))
    assert "Total of" not in "".join(printed(make_plan(loans=1), 160))


def test_debt_that_is_left_foots_and_says_what_has_accrued(make_plan) -> None:
    plan = make_plan(months=12, debt=9_000_000)
    paid = plan.installments[:3]
    plan = dataclasses.replace(plan, installments=paid, status="infeasible")
    left = paid[-1].debt_after
    plan = dataclasses.replace(plan, metrics=dataclasses.replace(plan.metrics, unpaid=left + 12_345_67))
    text = " ".join(" ".join(printed(plan, 80)).split())
    assert f"{left / 100:,.2f} ──" in text
    assert text.count(f"{left / 100:,.2f}") == 2  # the last line and the totals
    assert f"another 12,345.67 accrues up to 2027-11-20: {(left + 12_345_67) / 100:,.2f} is left unpaid." in text


def test_a_loan_that_is_never_paid_is_owed_as_at_signing(make_plan) -> None:
    plan = make_plan(loans=2, months=12, debt=9_000_000)
    plan = dataclasses.replace(plan, installments=tuple(row for row in plan.installments if row.loan == "L1"))
    # half of 9,000,000 and 10,000 of it overdue
    assert amounts(printed(plan, 80)[-4])[-1] == 4_510_000


@pytest.mark.parametrize("width", [60, 80, 120])
def test_long_contract_numbers_give_way_to_dates_and_amounts(make_plan, width) -> None:
    long = [
        "ABCDEFGHIJKLMNOPQRSTUVWXYZ-ABCDEFGHIJKLMNOPQRSTUVWXYZ-0123456789",
        "流借字-2024-第000123号-展期协议（补充）",
    ]
    plan = renamed(make_plan(loans=2, debt=900_000_000), long)
    lines = printed(plan, width)
    assert max(map(cell_len, lines)) <= width
    text = "".join(line for line in lines if " = " not in line)
    for row in payments(plan):
        assert f"{row.date}" in text
        assert f"{row.payment / 100:,.2f}" in text
    assert all("".join(long[0].split()) in "".join(" ".join(lines).split()) for name in long if name not in text)


def renamed(plan: Plan, names: list[str]) -> Plan:
    """The plan with other contract numbers."""
    new = dict(zip([loan.id for loan in plan.case.loans], names, strict=True))
    loans = tuple(loan.model_copy(update={"id": new[loan.id]}) for loan in plan.case.loans)
    rows = tuple(dataclasses.replace(row, loan=new[row.loan]) for row in plan.installments)
    return dataclasses.replace(plan, case=plan.case.model_copy(update={"loans": loans}), installments=rows)


@pytest.mark.parametrize(
    ("loans", "cells", "names"),
    [
        (["L1", "L2"], 4, ["L1", "L2"]),
        (["ABCDEFGHIJKL", "L2"], 9, ["ABC…HIJKL", "L2"]),
        (["公借贷字第12号", "L2"], 10, ["公…第12号", "L2"]),
        (["ABC1DEFGH", "ABC2DEFGH"], 6, ["1…EFGH", "2…EFGH"]),  # beginnings and ends would be the same
    ],
)
def test_contract_numbers_keep_their_ends_and_stay_apart(loans, cells, names) -> None:
    shown = short_names(loans, cells)
    assert list(shown.values()) == names
    assert max(map(cell_len, names)) <= cells


def test_days_without_a_payment_are_not_listed(make_plan) -> None:
    plan = make_plan(months=36)
    assert any(row.payment == 0 for row in plan.installments)
    assert all(row.payment for row in payments(plan))
