"""``verify`` believes nothing: one cent, one day or one limit is enough to fail."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from making import make_case

from repayplan.compliance.findings import Finding
from repayplan.compliance.registry import checks
from repayplan.planning.plan import plan
from repayplan.planning.plan_file import CashLine, InstallmentLine, MetricsLine, PlanFile, plan_file
from repayplan.planning.verify import verify

CASE = make_case(
    loans=[
        {"principal": "60000.00", "overdue_principal": "4000.00", "interest": "700.00", "penalty": "20.00"},
        {"principal": "30000.00", "rate": "4.80%", "fees": "15.00"},
    ],
    opening="30000.00",
    floor="5000.00",
    monthly=["18000.00"] * 6,
    months=7,
    cover={"minimum": "1.10"},
    unit="100.00",
    maximum_installment="24000.00",
    step="40%",
    balloon="70%",
    minimum_installment="500.00",
    grace={"months": 1, "interest_only": True},
    interest_every=3,
)


@pytest.fixture(scope="module")
def claimed() -> PlanFile:
    return plan_file(plan(CASE))


def failing(file: PlanFile) -> list[Finding]:
    return [finding for finding in verify(file) if finding.result == "fail"]


def test_the_plan_itself_holds_every_limit(claimed: PlanFile) -> None:
    assert claimed.status == "optimal"
    passed = {finding.rule for finding in verify(claimed) if finding.result == "pass"}
    assert not failing(claimed)
    asked_for = {"floors", "cover", "interest", "grace", "maturity", "minimum", "maximum", "step", "balloon"}
    assert passed == asked_for
    assert asked_for < set(checks())


def changed(value: Any) -> Iterator[Any]:
    """The smallest changes of a figure: a cent, a day, a digit, another name."""
    match value:
        case bool():
            yield not value
        case int():
            yield from (value - 1, value + 1)
        case float():
            yield from (value * (1 + 1e-9), value - 1e-9)
        case dt.date():
            yield from (value - dt.timedelta(days=1), value + dt.timedelta(days=1))
        case str():
            yield value + "x"


def tampered(file: PlanFile, table: str, row: int, name: str, value: Any) -> PlanFile:
    rows = list(getattr(file, table))
    rows[row] = rows[row].model_copy(update={name: value})
    return file.model_copy(update={table: tuple(rows)})


@pytest.mark.parametrize("name", InstallmentLine.model_fields)
def test_every_figure_of_every_installment_is_checked(claimed: PlanFile, name: str) -> None:
    for number, row in enumerate(claimed.installments):
        for value in changed(getattr(row, name)):
            assert failing(tampered(claimed, "installments", number, name, value)), f"{number} {name} {value}"


@pytest.mark.parametrize("name", CashLine.model_fields)
def test_every_figure_of_the_cash_is_checked(claimed: PlanFile, name: str) -> None:
    for number, row in enumerate(claimed.cash):
        for value in changed(getattr(row, name)):
            assert failing(tampered(claimed, "cash", number, name, value)), f"{number} {name} {value}"


@pytest.mark.parametrize("name", MetricsLine.model_fields)
def test_every_figure_that_matters_is_checked(claimed: PlanFile, name: str) -> None:
    value = getattr(claimed.metrics, name)
    for other in (None, *changed(value)):
        metrics = claimed.metrics.model_copy(update={name: other})
        assert failing(claimed.model_copy(update={"metrics": metrics})), f"{name} {other}"


def test_every_term_is_checked(claimed: PlanFile) -> None:
    for name, value in claimed.terms.items():
        for other in ["something else", *changed(value)]:
            found = failing(claimed.model_copy(update={"terms": {**claimed.terms, name: other}}))
            assert [finding.rule for finding in found] == ["terms"], f"{name} {other}"
    fewer = {name: value for name, value in claimed.terms.items() if name != "unit"}
    assert failing(claimed.model_copy(update={"terms": fewer}))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("currency", "EUR"),
        ("as_of", dt.date(2026, 11, 21)),
        ("case_sha256", "0" * 64),
        ("case", CASE.model_copy(update={"currency": "EUR"})),
        ("status", "infeasible"),
        ("status", "failed"),
    ],
)
def test_what_the_file_says_of_itself_is_checked(claimed: PlanFile, name: str, value: Any) -> None:
    assert failing(claimed.model_copy(update={name: value}))


def test_a_finding_cannot_be_talked_away() -> None:
    file = plan_file(plan(make_case(opening="20000.00", months=5)))
    assert file.status == "infeasible"
    assert {finding.rule for finding in failing(file)} == {"maturity"}
    assert failing(file.model_copy(update={"status": "optimal"}))
    silent = file.model_copy(update={"findings": tuple(line for line in file.findings if line.result != "fail")})
    assert {finding.rule for finding in failing(silent)} >= {"maturity", "findings"}


def test_what_the_file_says_of_limits_and_defaults_is_checked(claimed: PlanFile) -> None:
    for number, line in enumerate(claimed.findings):
        if line.result == "pass":
            others = (*claimed.findings[:number], *claimed.findings[number + 1 :])
            assert failing(claimed.model_copy(update={"findings": others})), line.rule
            failed = line.model_copy(update={"result": "fail"})
            assert failing(claimed.model_copy(update={"findings": (failed, *others)})), line.rule
    for default in claimed.defaults:
        for change in ({"field": "x"}, {"value": "x"}, {"valid_from": dt.date(2020, 1, 1)}):
            others = tuple(one for one in claimed.defaults if one != default)
            assert failing(claimed.model_copy(update={"defaults": (default.model_copy(update=change), *others)}))
    assert failing(claimed.model_copy(update={"defaults": claimed.defaults[1:]}))


def test_what_is_given_up_is_told_of_a_plan_that_pays_nothing() -> None:
    """No time for even a best effort: the file says what is waived all the same, or it would not verify."""
    waived = {"penalty": "4.97", "waiver": {"penalty": "2.48", "conditional": False}}
    made = plan(make_case(monthly=["-500.00"] * 3, months=3, loan=waived), time_limit=1e-6)
    assert made.installments == ()
    assert [(row.claim, row.amount) for row in made.waived] == [("penalty", 248)]
    assert {finding.rule for finding in failing(plan_file(made))} <= checks().keys()


def test_rows_cannot_be_left_out_doubled_or_swapped(claimed: PlanFile) -> None:
    for table in ("installments", "cash"):
        rows = getattr(claimed, table)
        for other in (rows[1:], rows[:-1], (*rows, rows[-1]), (rows[1], rows[0], *rows[2:]), ()):
            assert failing(claimed.model_copy(update={table: tuple(other)})), table


@pytest.mark.parametrize(
    ("row", "change", "told"),
    [
        (0, {"date": dt.date(2026, 12, 21)}, "2026-12-21 is not a payment date"),
        (0, {"loan": "L9"}, "no loan L9"),
        (0, {"payment": 0}, "not above zero"),
        (0, {"payment": -100}, "not above zero"),
        (2, {"payment": 10**9}, "larger than the debt"),
    ],
)
def test_a_payment_that_makes_no_sense_is_told_as_such(
    claimed: PlanFile, row: int, change: dict[str, Any], told: str
) -> None:
    (name, value), *_ = change.items()
    assert any(
        told in str(finding.sentence) for finding in failing(tampered(claimed, "installments", row, name, value))
    )


def test_a_loan_paid_twice_on_a_day_is_refused(claimed: PlanFile) -> None:
    first = claimed.installments[0]
    split = (first.model_copy(update={"payment": 100}), first.model_copy(update={"payment": first.payment - 100}))
    file = claimed.model_copy(update={"installments": (*split, *claimed.installments[1:])})
    assert any("paid twice" in str(finding.sentence) for finding in failing(file))


@pytest.mark.parametrize(
    "change",
    [
        {"gap": 0.5},
        {"gap": None},
        {"gap": -1e-9},
        {"value": 1e9},
        {"value": None},
        {"bound": 1.0},
        {"bound": 1e9},
        {"bound": None},
        {"unproven": "the solver stopped"},
        {"mode": "Z"},
        {"mode": "D"},
        {"sentence": "It is so"},
        {"given_up": 100_000},
        {"given_up": None},
        {"rounding_cost": 100_000},
        {"rounding_cost": None},
        {"ledger_difference": 100},
        {"ledger_difference": None},
    ],
)
def test_a_proof_that_cannot_be_so_is_refused(claimed: PlanFile, change: dict[str, Any]) -> None:
    proof = claimed.proof.model_copy(update=change)
    assert proof != claimed.proof
    assert "proof" in {finding.rule for finding in failing(claimed.model_copy(update={"proof": proof}))}


def test_a_proof_of_the_best_is_not_one_of_a_feasible_plan(claimed: PlanFile) -> None:
    assert {finding.rule for finding in failing(claimed.model_copy(update={"status": "feasible"}))} == {"proof"}


def test_what_is_said_beside_the_limits_cannot_be_left_out_made_up_or_changed() -> None:
    source = {
        "kind": "monthly",
        "name": "Shop",
        "start": "2026-12",
        "amounts": ["30000.00"] * 5,
        "bank": {"haircut": "5%"},
    }
    file = plan_file(plan(make_case(opening="30000.00", months=5, source=source, settle="best", route="forbearance")))
    assert not failing(file)
    beside = [line for line in file.findings if line.result in ("note", "warning")]
    assert {line.rule for line in beside} >= {"views", "route"}
    for line in beside:
        others = tuple(one for one in file.findings if one != line)
        changed_words = line.model_copy(update={"sentence": "All is well"})
        for findings in (others, (*others, changed_words), (*file.findings, changed_words)):
            assert {f.rule for f in failing(file.model_copy(update={"findings": findings}))} == {"findings"}, line.rule


WAITS = {"delay": "allow", "discount_rate": "0.1%", "balloon": "99%"}


@pytest.mark.parametrize(
    ("rule", "strict", "loose"),
    [
        ("floors", {"floor": "0.01"}, {}),
        ("cover", {"cover": {"minimum": "1.30"}}, {}),
        ("maximum", {"maximum_installment": "20000.00"}, {}),
        ("minimum", {"minimum_installment": "29000.00"}, {}),
        ("step", {"step": "1%"}, {}),
        ("balloon", {"balloon": "10%"}, WAITS),
        ("interest", {"interest_every": 1}, WAITS),
        ("grace", {"grace": {"months": 1}}, {}),
        ("maturity", {"settle": "full", "loan": {"principal": "200000.00"}}, {}),
        ("level", {"shape": "level"}, {}),
        ("level_principal", {"shape": "level_principal"}, {}),
        ("step_up", {"shape": {"kind": "step_up", "growth": "10%", "every": 1}}, {}),
        ("seasonal", {"shape": {"kind": "seasonal", "peak": [2, 3]}}, {}),
        ("interest_only", {"shape": {"kind": "interest_only", "months": 2}}, {}),
        ("level_balloon", {"shape": {"kind": "level_balloon", "last": "30000.00"}}, {}),
    ],
)
def test_each_limit_alone_is_enough_to_fail(rule: str, strict: dict[str, Any], loose: dict[str, Any]) -> None:
    """A plan made without a limit is judged by a case that has it."""
    base = {"opening": "30000.00", "monthly": ["25000.00"] * 5, "months": 6, "unit": "100.00", "settle": "best"}
    made = plan_file(plan(make_case(**base, **loose)))
    judged = made.model_copy(update={"case": make_case(**{**base, **strict})})
    assert rule in {finding.rule for finding in failing(judged)}


def test_counts_are_no_money_and_nothing_is_said_in_words(claimed: PlanFile) -> None:
    count = claimed.metrics.payments
    metrics = claimed.metrics.model_copy(update={"payments": count + 1, "first_date": None})
    terms = {**claimed.terms, "step": None, "grace_interest_only": False}
    told = [str(f.sentence) for f in failing(claimed.model_copy(update={"metrics": metrics, "terms": terms}))]
    assert f"figures 1, payments: {count + 1} is claimed, the ledger says {count}" in told
    assert f"figures 1, first_date: nothing is claimed, the ledger says {claimed.metrics.first_date}" in told
    assert "The plan was made on grace_interest_only = no; the case and the defaults say yes" in told
    assert "The plan was made on step = nothing; the case and the defaults say 0.4" in told
