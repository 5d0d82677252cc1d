"""plan.json reads back as it was written, or says everything that is wrong with it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from repayplan.errors import InputError
from repayplan.language import speaking
from repayplan.planning.plan_file import plan_file, read_plan
from repayplan.report.files import write_plan


@pytest.fixture
def written(make_plan, tmp_path: Path) -> Path:
    return write_plan(make_plan(loans=2), tmp_path)[0]


def edit(path: Path, change: Any) -> Path:
    document = json.loads(path.read_text(encoding="utf-8"))
    change(document)
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("status", ["optimal", "infeasible"])
def test_a_plan_reads_back_as_it_was_written(make_plan, tmp_path: Path, language: str, status: str) -> None:
    plan = make_plan(loans=2, status=status)
    with speaking(language):
        claimed = plan_file(plan)
        path = write_plan(plan, tmp_path)[0]
    assert read_plan(path) == claimed
    assert claimed.case == plan.case
    assert [row.payment for row in claimed.installments] == [row.payment for row in plan.installments]
    assert claimed.language == language


def test_every_fault_of_the_case_and_of_the_plan_is_told_at_once(written: Path) -> None:
    def spoil(document: dict[str, Any]) -> None:
        document["case"]["loans"][0]["rate"] = "435%"
        document["installments"][0]["payment"] = "1,000"
        document["cash"][1]["closing"] = 12.5
        document["surprise"] = True
        del document["status"]

    with pytest.raises(InputError) as caught:
        read_plan(edit(written, spoil))
    told = "\n".join(f"{fault.where} {fault.what}" for fault in caught.value.faults)
    assert "loans[0].rate this is not a yearly rate" in told
    assert "installments[0].payment this is not an amount" in told
    assert "cash[1].closing this is not an amount" in told
    assert "surprise there is no such field" in told
    assert "status this field is missing" in told


@pytest.mark.parametrize(
    "amount",
    [
        "1.5",
        "1.005",
        "1,000.00",
        " 1.00",
        "+1.00",
        "1e3",
        "NaN",
        "",
        "１.00",
        "99999999999999.00",
        1,
        1.0,
        None,
        True,
        [],
    ],
)
def test_an_amount_is_a_string_with_two_places(written: Path, amount: Any) -> None:
    with pytest.raises(InputError, match=r"installments\[0\]\.payment"):
        read_plan(edit(written, lambda document: document["installments"][0].update(payment=amount)))


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", "null", "{", '{"schema": "repayplan/plan/1"}', '{"gap": NaN}', '{"a": 1, "a": 1}']
)
def test_what_is_no_plan_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "plan.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError):
        read_plan(path)


def test_a_missing_file_and_a_directory_are_refused(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "plan.json"):
        with pytest.raises(InputError):
            read_plan(path)
