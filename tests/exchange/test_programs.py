"""The program behind a plan as a file: other solvers read it and find the same optimum; names say what they mean."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from pathlib import Path

import highspy
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from making import make_case, prepare
from programs import Known, known_programs

from repayplan.cases.models import Case
from repayplan.errors import InputError
from repayplan.exchange.programs import loan_names, program_text, write_program
from repayplan.planning.optimum import best_first, optimize
from repayplan.solvers.highs import Highs
from repayplan.solvers.sparse import SparseProgram
from repayplan.solvers.texts import Names, lp_text, mps_text

FORMATS = pytest.mark.parametrize("form", ["lp", "mps"])

CASES = {
    "one loan": make_case(opening="5000.00", monthly=["25000.00"] * 4, months=5, cover={"minimum": "1.10"}),
    "two loans, Chinese names, many limits": make_case(
        loans=[{"id": "流贷-2024/001", "principal": "60000.00"}, {"id": "流贷-2024/002", "principal": "30000.00"}],
        opening="30000.00",
        monthly=["9000.00", "12000.00"] * 6,
        months=12,
        step="30%",
        balloon="60%",
        minimum_installment="500.00",
        hazard="1%",
        recovery="30%",
        cover={"minimum": "1.10", "window": "rolling", "months": 3},
        interest_every=3,
    ),
}


def by_highs(path: Path) -> float:
    engine = highspy.Highs()
    engine.setOptionValue("output_flag", False)
    assert engine.readModel(str(path)) == highspy.HighsStatus.kOk
    engine.run()
    assert engine.getModelStatus() == highspy.HighsModelStatus.kOptimal
    return float(engine.getObjectiveValue())


def by_cbc(path: Path) -> float:
    import pulp

    answer = path.with_suffix(".sol")
    command = [pulp.PULP_CBC_CMD.pulp_cbc_path, str(path), "-solve", "-solution", str(answer)]
    subprocess.run(command, capture_output=True, check=True)
    head, _, _ = answer.read_text(encoding="utf-8").partition("\n")
    assert head.startswith("Optimal - objective value"), head
    return float(head.split()[-1])


@FORMATS
@pytest.mark.parametrize("name", CASES)
def test_other_solvers_read_the_file_and_find_the_same(name: str, form, tmp_path: Path) -> None:
    path = write_program(CASES[name], tmp_path / f"program.{form}", form)
    optimum = optimize(prepare(CASES[name])[1])
    assert optimum is not None
    expected = optimum.valued.objective
    assert by_highs(path) == pytest.approx(expected, abs=1e-9)
    assert by_cbc(path) == pytest.approx(expected, abs=1e-6)


@FORMATS
def test_names_say_loan_and_day_and_comments_what_they_stand_for(form) -> None:
    text = program_text(CASES["two loans, Chinese names, many limits"], form)
    for name in ("payment.L1.2027_03_20", "cover.2027_03_20", "debt.L2.2026_12_31", "step.rise.2027_02_20"):
        assert f" {name}" in text
    mark = "\\" if form == "lp" else "*"
    assert f"{mark} L2 = loan 流贷-2024/002" in text
    assert f"{mark} Amounts are in units of the whole debt: 1 = 90000.00 CNY." in text
    assert "one of 12 dates that were tried" in text
    assert f"{mark} Objective: minus the expected recovery in present value" in text
    assert "Invented, 2026-11-20" in text


SOON = {"opening": "30000.00", "monthly": ["9000.00"] * 20, "months": 19}
UNLIKE = [{"principal": "50000.00", "interest": "5000.00", "compound_rate": "0%"}, {"principal": "40000.00"}]

TRIED = {
    "the hazard follows the burden": (
        make_case(**SOON, hazard="table", recovery="60%", discount_rate="3%"),
        "The hazard is that of a burden from 0.00% to 80.00%, one of 2",
    ),
    # more than 100,000.00 of the 115,500.00 that come in the first year: the lower bucket has no plan
    "only the higher burden has a plan": (
        make_case(opening="3000.00", monthly=["10500.00"] * 11, months=11, hazard="table", recovery="10%"),
        "The hazard is that of a burden from 80.00%, one of 2",
    ),
    "paid alike on several rates": (
        make_case(loans=UNLIKE, opening="50000.00", monthly=["20000.00"] * 6, months=6, allocation="pari_passu"),
        "this is the last of the programs that were repeated",
    ),
}


@FORMATS
@pytest.mark.parametrize("name", TRIED)
def test_of_several_programs_it_is_the_one_the_plan_comes_from(name: str, form, tmp_path: Path) -> None:
    case, comment = TRIED[name]
    path = write_program(case, tmp_path / f"program.{form}", form)
    best = best_first(prepare(case)[1])[0][1]
    assert by_highs(path) == pytest.approx(best.valued.objective, abs=1e-9)
    assert comment in path.read_text(encoding="utf-8")


@FORMATS
def test_repeated_programs_without_a_solution_say_that_this_proves_nothing(form) -> None:
    case = make_case(loans=UNLIKE, opening="5000.00", months=3, allocation="pari_passu")
    text = program_text(case, form)
    assert "this is the first of the programs that were repeated" in text
    assert "which does not prove that there is no plan" in text


@FORMATS
def test_loans_are_named_and_what_else_is_counted_keeps_its_number(form) -> None:
    # what is settled after the principal is a class of its own: place 1 of the first loan's claim, not the second loan
    loans = [{"id": f"{name}1", "principal": "50000.00", "interest": "2000.00", "compound_rate": "0%"} for name in "AB"]
    policy = {"order": "principal_first", "shape": {"kind": "seasonal", "peak": [1]}}
    text = program_text(make_case(loans=loans, opening="160000.00", months=4, **policy), form)
    for name in ("payment.B1", "claim.1.A1", "clear.1.B1", "seasonal.0", "seasonal.1"):
        assert f" {name}.2026_12_20" in text or f" {name}.2027_01_20" in text
    one = program_text(make_case(loans=loans[:1], opening="60000.00", months=3, order="principal_first"), form)
    assert " claim.1.A1.2026_12_20" in one


def test_plain_ids_are_kept_and_others_numbered() -> None:
    assert loan_names(["A1", "B_2"]) == ["A1", "B_2"]
    assert loan_names(["A1", "贷2"]) == ["L1", "L2"]
    assert loan_names(["L2", "-"]) == ["L1", "L2"]


@FORMATS
def test_what_cannot_be_solved_is_written_all_the_same_and_says_so(form, tmp_path: Path) -> None:
    case = make_case(opening="1000.00", months=3, minimum_installment="900.00")
    path = write_program(case, tmp_path / f"p.{form}", form)
    assert "the program has no solution" in path.read_text(encoding="utf-8")
    engine = highspy.Highs()
    engine.setOptionValue("output_flag", False)
    engine.readModel(str(path))
    engine.run()
    assert engine.getModelStatus() == highspy.HighsModelStatus.kInfeasible


def test_a_file_that_cannot_be_written_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "there.lp").mkdir()
    with pytest.raises(InputError, match="a directory is in the way"):
        write_program(CASES["one loan"], tmp_path / "there.lp", "lp")
    assert [path.name for path in tmp_path.iterdir()] == ["there.lp"]


def named(program: SparseProgram) -> Names:
    return Names([f"x{n}" for n in range(program.shape[1])], [f"r{n}" for n in range(program.shape[0])])


@FORMATS
@settings(max_examples=40)
@given(known=known_programs(), whole=st.lists(st.booleans(), min_size=5, max_size=5))
def test_any_program_reads_back_as_it_was(
    form, known: Known, whole: list[bool], tmp_path_factory: pytest.TempPathFactory
) -> None:
    program = replace(known.program, integer=np.array(whole[: known.program.shape[1]]))
    path = tmp_path_factory.mktemp("programs") / f"p.{form}"
    path.write_text((lp_text if form == "lp" else mps_text)(program, named(program)), encoding="utf-8")
    assert by_highs(path) == pytest.approx(Highs().solve(program).objective, abs=1e-6)


@pytest.mark.parametrize("name", ["a b", "2x", "e9", "x-1", "x" * 300, "贷", ""])
def test_names_that_one_of_the_formats_refuses_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match="is no name"):
        Names([name], [])


def test_a_name_used_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="not unique"):
        Names(["x", "x"], [])


def test_the_program_of_a_plan_is_that_of_its_case(tmp_path: Path) -> None:
    from repayplan.cli.export import _case
    from repayplan.planning.plan import plan
    from repayplan.report.files import write_plan

    case: Case = CASES["one loan"]
    write_plan(plan(case), tmp_path)
    assert _case(tmp_path) == case
    assert _case(tmp_path / "plan.json") == case
