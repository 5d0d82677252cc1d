"""The rules of a plan whose payments follow receipts: they are in its file, and verify applies them."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from making import make_case, prepare

from repayplan.language import speaking
from repayplan.planning.plan import plan
from repayplan.planning.plan_file import PlanFile, RuleLine, plan_file, to_plan_file
from repayplan.planning.verify import verify
from repayplan.report.shapes import shape_sentences

ITEMS = {"2026-12-10": "30000.00", "2027-02-10": "40000.00", "2027-04-10": "60000.00"}
CASE = make_case(
    milestones=ITEMS,
    months=6,
    cover={"minimum": "1.25"},
    unit="100.00",
    shape={"kind": "milestone_share", "account": "Escrow 0110"},
)


@pytest.fixture(scope="module")
def claimed() -> PlanFile:
    return plan_file(plan(CASE))


def failing(file: PlanFile) -> set[str]:
    return {finding.rule for finding in verify(file) if finding.result == "fail"}


def changed(file: PlanFile, number: int, **fields: Any) -> PlanFile:
    """One rule otherwise, and said so."""
    rules = list(file.rules)
    rule = replace(rules[number].rule, **fields)
    values = {name: getattr(rule, name) for name in type(rule).__slots__}
    rules[number] = rules[number].model_copy(update={**values, "sentence": str(rule.sentence)})
    return file.model_copy(update={"rules": tuple(rules)})


def test_the_plan_holds_and_its_file_has_the_rules(claimed: PlanFile) -> None:
    assert failing(claimed) == set()
    assert [entry["share"] for entry in claimed.as_dict()["rules"]] == ["0.8", "0.92", "0.92"]
    assert set(claimed.as_dict()["rules"][0]) == {
        *("source", "part", "expected", "share", "pay_within_days", "minimum", "long_stop", "account", "sentence")
    }


@pytest.mark.parametrize(
    "fields",
    [
        {"share": Decimal("0.8001")},
        {"share": Decimal("0.7999")},
        {"share": Decimal("1.2")},
        {"share": Decimal("-0.1")},
        {"source": "Elsewhere"},
        {"part": "2027-02-11"},
        {"part": None},
        {"expected": dt.date(2026, 12, 11)},
        {"pay_within_days": 11},
        {"minimum": 1},
        {"long_stop": dt.date(2027, 6, 9)},
        {"account": None},
    ],
)
def test_a_rule_that_is_otherwise_is_refused(claimed: PlanFile, fields: dict[str, Any]) -> None:
    assert failing(changed(claimed, 0, **fields)) == {"milestone_share", "status", "findings"}


def test_a_share_that_falls_along_the_project_is_refused_whatever_it_makes(claimed: PlanFile) -> None:
    # the last payment is what is left, so its share alone could be lower without another amount
    found = [str(f.sentence) for f in verify(changed(claimed, 2, share=Decimal("0.9"))) if f.rule == "milestone_share"]
    assert found == ["The share of Hall falls from 92% to 90% on 2027-04-10"]


def test_a_rule_too_few_twice_or_in_other_words_is_refused(claimed: PlanFile) -> None:
    assert "milestone_share" in failing(claimed.model_copy(update={"rules": claimed.rules[1:]}))
    assert "milestone_share" in failing(claimed.model_copy(update={"rules": (*claimed.rules, claimed.rules[0])}))
    assert "milestone_share" in failing(claimed.model_copy(update={"rules": ()}))
    kinder = claimed.rules[0].model_copy(update={"sentence": "8% of what Hall brings"})
    assert failing(claimed.model_copy(update={"rules": (kinder, *claimed.rules[1:])})) == {"rules"}


def test_a_plan_without_receipts_has_no_rules(claimed: PlanFile) -> None:
    other = plan_file(plan(make_case(opening="30000.00", monthly=["30000.00"] * 4, months=5)))
    assert other.rules == ()
    assert failing(other.model_copy(update={"rules": claimed.rules})) == {"rules"}


def test_the_file_reads_back_in_either_language() -> None:
    from repayplan.cases.documents import Document

    made = plan(CASE)
    for language in ("en", "zh"):
        with speaking(language):
            file = plan_file(made)
        again = to_plan_file(Document("plan.json", file.as_dict(), {(): 1}))
        assert again == file
        assert failing(again) == set()
    assert isinstance(again.rules[0], RuleLine)
    assert "监管账户" not in again.rules[0].sentence  # the account has a name
    assert "的收款归集至Escrow 0110" in again.rules[0].sentence


def test_the_rules_in_plain_sentences() -> None:
    made = plan(CASE)
    assert [str(sentence) for sentence in shape_sentences(made)] == [
        "80% of 2026-12-10 (Hall), expected on 2026-12-10; due in any case on 2027-06-08",
        "92% of 2027-02-10 (Hall), expected on 2027-02-10; due in any case on 2027-08-09",
        "92% of 2027-04-10 (Hall), expected on 2027-04-10; due in any case on 2027-10-07",
        "Receipts go to Escrow 0110; each share is paid within 10 days",
    ]


def test_where_no_share_holds_every_limit_one_sentence_says_so() -> None:
    made = plan(make_case(milestones=ITEMS, months=6, maximum_installment="20000.00", shape="milestone_share"))
    assert made.status == "infeasible"
    assert made.rules == ()
    told = [str(finding.sentence) for finding in made.findings if finding.rule == "milestone_share"]
    assert told == ["No rule makes these payments: no share of the receipts was found that holds every limit"]


def test_receipts_before_anything_can_be_paid_are_left_out() -> None:
    # The floor of 20,000.00 takes the first receipt, and what comes in December is shared out nowhere.
    case = make_case(
        milestones=ITEMS, floor="20000.00", opening="-10000.00", months=6, settle="best", shape="milestone_share"
    )
    _, problem = prepare(case)
    assert [stream.terms.part for stream in problem.form.streams] == ["2027-02-10", "2027-04-10"]


def test_interest_waits_for_receipts() -> None:
    # Quarterly interest would be due on 20 March, when nothing comes in; February is the last day that can bring it.
    _, problem = prepare(make_case(milestones=ITEMS, months=6, interest_every=3, shape="milestone_share"))
    days = problem.days()
    assert [str(days[stage]) for stage in problem.debt.current[0].nonzero()[0]] == [
        "2026-12-20",
        "2027-02-20",
        "2027-04-20",
    ]
