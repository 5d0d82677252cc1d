"""The table of provisions: classes by days past due, and every fault of a bank's own at once."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import pytest

from repayplan.errors import InputError
from repayplan.rules.provision import ENVIRONMENT, provision_table

SHIPPED = (files("repayplan.rules") / "provision.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("days", "name", "rate"),
    [
        (0, "normal", 0.01),
        (1, "special_mention", 0.02),
        (90, "special_mention", 0.02),
        (91, "substandard", 0.25),
        (270, "substandard", 0.25),
        (271, "doubtful", 0.50),
        (360, "doubtful", 0.50),
        (361, "loss", 1.00),
    ],
)
def test_classes_by_days_past_due(days: int, name: str, rate: float) -> None:
    """金融资产风险分类办法 (2023): overdue, above 90, 270, 360 days; 银发〔2002〕98号: 1, 2, 25, 50, 100 %."""
    table = provision_table()
    place = table.place(days)
    assert (table.classes[place].name, table.rate(place)) == (name, rate)


def test_a_restructured_claim_is_at_least_special_mention_and_one_that_fails_substandard() -> None:
    table = provision_table()
    assert table.classes[table.restructured].name == "special_mention"
    assert table.classes[table.failed].name == "substandard"


def test_every_fault_is_told_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = SHIPPED.replace("after_months = 12", "after_months = 0").replace('rate = "0.25"', 'rate = "25"')
    text = text.replace("over_days = 360", "over_days = 36").replace('failed = "substandard"', 'failed = "bad"')
    own = tmp_path / "own.toml"
    own.write_text(text.replace("valid_from = 2023-07-01", 'valid_from = "2023"'), encoding="utf-8")
    monkeypatch.setenv(ENVIRONMENT, str(own))
    with pytest.raises(InputError) as raised:
        provision_table()
    places = [fault.where.partition(", ")[2] for fault in raised.value.faults]
    assert places == ["class 3.rate", "class 3", "class 5", "failed", "after_months", "valid_from"]
