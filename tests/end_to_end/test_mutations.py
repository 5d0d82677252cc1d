"""Whatever somebody does to a plan.json, ``verify`` ends with a verdict or with what is wrong with the file."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import repayplan
from repayplan.cli.main import cli

ROOT = Path(repayplan.__file__).parents[1]
ENV = {"REPAYPLAN_LANG": "en"}
VALUES = [
    *(None, True, False, 0, -1, 1, 10**30, 1.5, [], {}, ["x"], {"a": 1}),
    *("", "x", "-1.00", "0.00", "0.01", "999999999999.00", "１.00", "NaN", "5%", "=1+1", "\ud800"),
    *("2026-12-20", "2027-01-20", "9999-12-31", "0001-01-01", "off", "keep", "level", "best", "allow"),
]


def places(value: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if place:
        yield place
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, inner in items:
        yield from places(inner, (*place, step))


def mutated(document: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    """A copy with something deleted, repeated or replaced; half of the time inside the case."""
    document = copy.deepcopy(document)
    everywhere = list(places(document))
    inside = [place for place in everywhere if place[0] == "case"]
    *path, last = chance.choice(inside if chance.random() < 0.5 else everywhere)
    group: Any = document
    for step in path:
        group = group[step]
    action = chance.random()
    if action < 0.2:
        del group[last]
    elif action < 0.35 and isinstance(group, list):
        group.insert(last, group[last])
    else:
        group[last] = chance.choice(VALUES)
    return document


@pytest.mark.parametrize("story", ["construction", "trade"])
def test_a_mutilated_plan_is_judged_or_refused(tmp_path: Path, story: str) -> None:
    runner = CliRunner(env=ENV)
    assert runner.invoke(cli, ["plan", str(ROOT / "scenarios" / story), "-o", str(tmp_path)]).exit_code == 0
    document = json.loads((tmp_path / "plan.json").read_text(encoding="utf-8"))
    chance = random.Random(20261120)
    path = tmp_path / "mutated.json"
    endings = []
    for _ in range(100):
        path.write_text(json.dumps(mutated(document, chance)), encoding="utf-8")
        outcome = runner.invoke(cli, ["verify", str(path)])
        assert outcome.exit_code in (0, 1, 2), f"{outcome.output}\n{path.read_text(encoding='utf-8')}"
        assert outcome.output.strip()
        endings.append(outcome.exit_code)
    assert {1, 2} <= set(endings)
