"""Every limit as rows and as a point check: golden programs, good points and bad points.

The rows a limit writes for a tiny case stand in ``*.txt``, so that a change in them is seen in the change itself
(``pytest tests/golden --refresh`` writes them). A good point is kept by the check and is a point of the program; a bad
one, a cent or the smallest step away, is neither.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import chain
from pathlib import Path

import numpy as np
import pytest
from examples import EXAMPLES, Example
from making import pay, prepare

from repayplan.compliance.registry import checks, failures
from repayplan.compliance.replay import Replay
from repayplan.formulation.build import Formulation, formulate
from repayplan.formulation.registry import limits
from repayplan.solvers.highs import Highs
from repayplan.solvers.result import Status
from repayplan.solvers.sparse import SparseProgram

FOLDER = Path(__file__).parent
SHAPES = {"level"}
STATES = {
    "cover": {"paid", "paid_before_window"},
    "interest": {"principal"},
    "step": {"previous"},
    "life": {"average_life"},
    "pledged": {"drawn", "floors"},
    "guarantor": {"drawn", "floors"},
    "balloon": {"previous", "earlier"},
    "charge": {"lent"},
}
"""Rows that define what a limit's own rows speak of."""

every_example = pytest.mark.parametrize("name", EXAMPLES)


def test_every_limit_has_rows_a_check_a_golden_program_and_points() -> None:
    wanted = {*limits(), *SHAPES}
    assert wanted == set(checks())
    assert wanted == {example.limit for example in EXAMPLES.values()}
    assert {f"{name}.txt" for name in EXAMPLES} == {path.name for path in FOLDER.glob("*.txt")}
    assert all(example.good and example.bad for example in EXAMPLES.values())


@every_example
def test_the_rows_are_the_golden_ones(name: str, request: pytest.FixtureRequest) -> None:
    written = program_text(EXAMPLES[name])
    path = FOLDER / f"{name}.txt"
    if request.config.getoption("--refresh"):
        path.write_text(written, encoding="utf-8")
    assert written == path.read_text(encoding="utf-8"), "pytest tests/golden --refresh writes it again"


@every_example
def test_a_good_point_passes_and_a_bad_one_fails_by_the_smallest_step(name: str) -> None:
    example = EXAMPLES[name]
    case = example.case()
    assert checks()[example.limit].active(pay(case, *example.good))
    for good in (example.good, *example.allowed):
        assert failures(pay(case, *good)) == []
    for bad, missing in example.bad.items():
        found = failures(pay(example.spoiled(), *bad))
        assert {finding.rule for finding in found} == {example.limit}, bad
        assert found[0].amount == missing, bad


@every_example
def test_the_program_draws_the_line_where_the_check_does(name: str) -> None:
    example = EXAMPLES[name]
    case = example.case()
    formulation = formulate(prepare(case)[1])
    assert holds(formulation, pay(case, *example.good))
    spoiled = example.spoiled()
    refusing = formulation if spoiled == case else formulate(prepare(spoiled)[1])
    for bad in example.bad:
        assert not holds(refusing, pay(spoiled, *bad)), bad


def test_a_day_past_the_grace_is_outside_it() -> None:
    grace = EXAMPLES["grace"]
    inside, outside = (replace(grace, policy={**grace.policy, "payment_day": day}).case() for day in (20, 21))
    paid = (1_000, 0, 0)
    assert [finding.rule for finding in failures(pay(inside, *paid))] == ["grace"]
    assert failures(pay(outside, *paid[:-1])) == []


@every_example
def test_a_limit_that_is_off_writes_no_rows_and_judges_nothing(name: str) -> None:
    example = EXAMPLES[name]
    if example.limit == "floors":
        pytest.skip("floors are never off")
    cash = {name: value for name, value in example.cash.items() if name not in ("pledged", "guaranteed")}
    off = replace(example, policy={}, cash=cash, settle="best").case()
    assert not checks()[example.limit].active(pay(off, *example.nothing))
    families = {label.name.split(".")[0] for label in formulate(prepare(off)[1]).layout.row_labels}
    assert example.limit not in families


def holds(formulation: Formulation, replayed: Replay) -> bool:
    """Whether some lane of the program has a point with exactly these payments."""
    engine = Highs()
    paid = replayed.paid / replayed.problem.scale[0]
    labels = formulation.layout.column_labels
    for lane in range(formulation.frame.lanes):
        sparse = formulation.valued(lane)
        fixed = {
            n: paid[label.stage, int(label.name.removeprefix("payment."))]
            for n, label in enumerate(labels)
            if label.name.startswith("payment.")
        }
        if any(value > sparse.upper[column] + 1e-9 for column, value in fixed.items()):
            continue
        lower, upper = sparse.lower.copy(), sparse.upper.copy()
        for column, value in fixed.items():
            lower[column] = upper[column] = min(value, upper[column])
        if engine.solve(replace(sparse, lower=lower, upper=upper)).status == Status.OPTIMAL:
            return True
    return False


def program_text(example: Example) -> str:
    """The rows of a limit, lane by lane, as a person reads them; amounts in units of the debt."""
    formulation = formulate(prepare(example.case())[1])
    problem = formulation.frame.problem
    families = {example.limit} | STATES.get(example.limit, set())
    dates = zip(problem.days(), problem.pays[0], strict=True)
    stages = [f"  {stage}  {day}{'  payment' if pays else ''}" for stage, (day, pays) in enumerate(dates)]
    known = limits().get(example.limit)
    head = [f"{example.limit}: {known.formula if known else 'x_t = θ before the last payment, x_n ≤ θ'}", *stages]
    lanes = [rows_text(formulation, formulation.valued(lane), families) for lane in range(formulation.frame.lanes)]
    text = [*head, "", *(line for line in lanes[0] if all(line in rows for rows in lanes))]
    if formulation.frame.guessed:
        for rows, last in zip(lanes, formulation.frame.last, strict=True):
            own = [line for line in rows if not all(line in others for others in lanes)]
            text += ["", f"if the last payment is that of {problem.days()[last]}:", *own]
    return "\n".join([*text, ""])


def rows_text(formulation: Formulation, program: SparseProgram, families: set[str]) -> list[str]:
    columns = np.repeat(np.arange(program.shape[1]), np.diff(program.starts))
    lines = []
    for row, label in enumerate(formulation.layout.row_labels):
        if label.name.split(".")[0] in families and np.isfinite(program.row_upper[row]):
            places = np.flatnonzero(program.indices == row)
            terms = [
                term(program.values[place], str(formulation.layout.column_labels[columns[place]]))
                for place in places
                if program.values[place]
            ]
            sign = "=" if np.isfinite(program.row_lower[row]) else "≤"
            left = " ".join(chain.from_iterable(terms)).removeprefix("+ ") or "0"
            lines.append(f"  {label}: {left} {sign} {program.row_upper[row] + 0.0:.10g}")
    return lines


def term(coefficient: float, column: str) -> tuple[str, str]:
    size = "" if abs(coefficient) == 1 else f"{abs(coefficient):.10g} "
    return ("-" if coefficient < 0 else "+", f"{size}{column}")
