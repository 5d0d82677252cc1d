"""The package in a program: what it takes, and that what it does not take is told as an error of the package."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import repayplan as rp
from repayplan.errors import InputError

CASE = Path(rp.__file__).parents[1] / "scenarios" / "trade" / "case.yaml"


def test_a_path_stands_for_what_is_in_it(tmp_path: Path) -> None:
    plan = rp.plan(str(CASE))
    assert plan.outlook is None
    asked = rp.plan(CASE, scenarios=50, seed=2).outlook
    assert asked is not None
    assert (asked.scenarios, asked.seed) == (50, 2)
    assert plan.installments == rp.plan(rp.read_case(CASE)).installments
    written = rp.write_plan(plan, tmp_path)[0]
    for claimed in (plan, written, str(written), rp.read_plan(written)):
        assert all(finding.result != "fail" for finding in rp.verify(claimed))


def test_a_directory_stands_for_what_it_holds(tmp_path: Path) -> None:
    case = rp.read_case(CASE.parent)
    assert case == rp.read_case(CASE)
    assert rp.rate(CASE.parent).rating == rp.rate(case).rating
    assert rp.plan(CASE.parent).installments == rp.plan(case).installments
    rp.write_plan(rp.plan(case), tmp_path)
    trials = [rp.stress(given, scenarios=20) for given in (case, CASE.parent, tmp_path, tmp_path / "plan.json")]
    assert len({trial.recovery.value for trial in trials}) == 1


@pytest.mark.parametrize("wrong", [None, 42, {"loans": []}, b"case.yaml", "no-such-case.yaml", ""])
@pytest.mark.parametrize("use", [rp.plan, rp.rate, rp.stress, rp.verify, rp.read_case, rp.read_plan])
def test_the_wrong_thing_is_an_input_error(use: Any, wrong: Any) -> None:
    with pytest.raises(InputError):
        use(wrong)
