"""Programs of many cases at once: each lane is the program of its case alone."""

from __future__ import annotations

import math
import random
from collections import Counter
from decimal import Decimal

import numpy as np
import pytest
from asking import company
from hypothesis import given, settings
from hypothesis import strategies as st
from making import make_case
from random_cases import cases

from repayplan.cases.models import Case
from repayplan.formulation.build import Formulation, formulate
from repayplan.planning.batch.asks import Ask, ask
from repayplan.planning.batch.items import Together, items, together
from repayplan.solvers.highs import Highs
from repayplan.solvers.sparse import SparseProgram


def rows_of(formulation: Formulation, lane: int, stages: int) -> Counter[tuple[object, ...]]:
    """The rows of a lane by name and stage, with what they hold; stages at the end as that of the case."""
    program, labels = formulation.valued(lane), formulation.layout.row_labels
    found: Counter[tuple[object, ...]] = Counter()
    columns, values = program.by_rows()
    names = [str(label) for label in formulation.layout.column_labels]
    for place, label in enumerate(labels):
        if np.isfinite(program.row_upper[place]) and label.stage < stages:
            held = frozenset(zip((names[column] for column in columns[place]), values[place], strict=True))
            found[(*label, float(program.row_lower[place]), float(program.row_upper[place]), held)] += 1
    return found


def boxes_of(formulation: Formulation, lane: int) -> dict[str, tuple[float, float, float]]:
    program = formulation.valued(lane)
    return {
        str(label): (float(program.lower[place]), float(program.upper[place]), float(program.cost[place]))
        for place, label in enumerate(formulation.layout.column_labels)
    }


def programs(asks: list[Ask]) -> list[tuple[Together, int, Formulation, int]]:
    """Each lane of the programs of asks, with the program of its case alone and its lane there."""
    wanted = [item for number, each in enumerate(asks) for item in items(each, number)]
    found = []
    for part in together(wanted):
        if isinstance(part, Together):
            alone = [formulate(item.problem) for item in part.items]
            for lane, owner in enumerate(part.owner.tolist()):
                last = int(part.formulation.frame.last[lane])
                single = alone[owner]
                found.append((part, lane, single, int(np.flatnonzero(single.frame.last == last)[0])))
    return found


def variants(case: Case, dice: random.Random) -> list[Case]:
    """The case with other amounts: of the same kind."""
    made = [case]
    for _ in range(2):
        part = Decimal(dice.choice(("0.5", "1.1", "1.25")))
        loans = [
            loan.model_copy(update={"principal": (loan.principal * part).quantize(Decimal("0.01"))})
            for loan in case.loans
        ]
        cash = case.cash.model_copy(update={"opening": case.cash.opening * dice.randrange(1, 4)})
        made.append(case.model_copy(update={"loans": loans, "cash": cash}))
    return made


@settings(deadline=None, max_examples=40)
@given(cases(), st.randoms(use_true_random=False))
def test_rows_boxes_and_costs_of_a_lane_are_those_of_the_case_alone(case: Case, dice: random.Random) -> None:
    for part, lane, single, place in programs(company(variants(case, dice))):
        stages = single.frame.stages
        missing = rows_of(single, place, stages) - rows_of(part.formulation, lane, stages)
        assert not missing
        own, boxes = boxes_of(single, place), boxes_of(part.formulation, lane)
        assert {name: boxes[name] for name in own} == own
        assert all(cost == 0 for name, (_, _, cost) in boxes.items() if name not in own)


def least(program: SparseProgram) -> float:
    found = Highs().solve(program)
    return found.objective if found.solved else math.inf


@settings(deadline=None, max_examples=20)
@given(st.lists(cases(), min_size=2, max_size=4))
def test_each_lane_of_a_mix_is_worth_what_its_case_is_alone(made: list[Case]) -> None:
    for part, lane, single, place in programs(company(made))[:40]:
        together_, alone = least(part.formulation.valued(lane)), least(single.valued(place))
        assert together_ == pytest.approx(alone, abs=1e-8)


def test_a_longer_term_beside_it_changes_nothing() -> None:
    short, long = (ask(make_case(monthly=["9000.00"] * 12, months=months, step="20%")) for months in (7, 10))
    found = programs([short, long])
    assert len({id(part) for part, *_ in found}) == 1
    for part, lane, single, place in found:
        assert least(part.formulation.valued(lane)) == pytest.approx(least(single.valued(place)), abs=1e-9)
