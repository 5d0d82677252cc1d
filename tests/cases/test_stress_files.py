"""A bank's own stresses: read from TOML, YAML or JSON, or refused with all that is wrong at once."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import repayplan
from repayplan.cases.stresses import Change, read_stresses, shipped_stresses
from repayplan.errors import InputError
from repayplan.forecast import KINDS

TOML = """
[[stresses]]
name = "Two sites half a year late"
changes = [{ kinds = ["milestones"], source = "Riverside", late_days = 180 }, { share = "90%" }]

[[stresses]]
name = "Rates"
rates = "0.5%"
"""
YAML = """
stresses:
  - name: Two sites half a year late
    changes:
      - {kinds: [milestones], source: Riverside, late_days: 180}
      - {share: 90%}
  - {name: Rates, rates: 0.5%}
"""
JSON = """
{"stresses": [{"name": "Two sites half a year late", "changes":
  [{"kinds": ["milestones"], "source": "Riverside", "late_days": 180}, {"share": "90%"}]},
  {"name": "Rates", "rates": 0.005}]}
"""


def written(folder: Path, text: str, ending: str) -> Path:
    path = folder / f"own{ending}"
    path.write_text(text, encoding="utf-8")
    return path


def faults(path: Path) -> list[tuple[str, str, str | None]]:
    with pytest.raises(InputError) as told:
        read_stresses(path)
    return [(fault.where.removeprefix(f"{path}"), str(fault.what), fault.value) for fault in told.value.faults]


def test_all_three_notations_say_the_same(tmp_path: Path) -> None:
    toml, yaml, json = (
        read_stresses(written(tmp_path, text, ending))
        for text, ending in ((TOML, ".toml"), (YAML, ".yaml"), (JSON, ".json"))
    )
    assert toml == yaml == json
    assert [stress.name for stress in toml] == ["Two sites half a year late", "Rates"]


def test_the_shipped_file_is_read_as_a_bank_s_own_is() -> None:
    assert len({stress.name for stress in shipped_stresses()}) == len(shipped_stresses()) >= 10


def test_the_example_of_the_documents_is_a_file_of_stresses(tmp_path: Path) -> None:
    page = (Path(repayplan.__file__).parents[1] / "docs" / "futures.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"^```yaml\n(.*?)^```$", page, flags=re.MULTILINE | re.DOTALL)
    assert len(read_stresses(written(tmp_path, example, ".yaml"))) == 5
    fields = re.findall(r"^\| (`.*?) \|", page, flags=re.MULTILINE)
    assert set(re.findall(r"`(\w+)", " ".join(fields))) == set(Change.model_fields)


def test_every_kind_of_source_can_be_named(tmp_path: Path) -> None:
    text = f'[[stresses]]\nname = "All"\nchanges = [{{ kinds = {sorted(KINDS)}, share = "50%" }}]'
    assert set(read_stresses(written(tmp_path, text, ".toml"))[0].changes[0].kinds) == set(KINDS)


def test_everything_that_is_wrong_is_told_at_once_with_its_place(tmp_path: Path) -> None:
    text = """stresses:
  - name: A
    changes:
      - {kinds: [milestone], share: 120%}
      - {months: [13], share: 1}
  - {name: A}
  - {name: B, collateral: half, nothing_paid_from_month: 0}
  - {name: C, changes: [{from_month: 5, to_month: 4, share: 50%}, {late: 3}]}
"""
    assert sorted(faults(written(tmp_path, text, ".yaml"))) == [
        (":4 stresses[0].changes[0].kinds[0]", "this word cannot stand here", "milestone"),
        (":4 stresses[0].changes[0].share", "this is not a share", "120%"),
        (":5 stresses[0].changes[1].months[0]", "this number is too large", "13"),
        (":5 stresses[0].changes[1].share", "this may mean 1% or 100%", "1"),
        (":6 stresses[1]", "this stress changes nothing", None),
        (":6 stresses[1].name", "the name A stands twice", "A"),
        (":7 stresses[2].collateral", "this is not a number", "half"),
        (":7 stresses[2].nothing_paid_from_month", "this number is too small", "0"),
        (":8 stresses[3].changes[0]", "this change ends before it begins", None),
        (":8 stresses[3].changes[1].late", "there is no such field", "3"),
    ]


def test_two_stresses_of_one_name_are_refused(tmp_path: Path) -> None:
    text = "stresses:\n  - {name: A, rates: 1%}\n  - {name: A, rates: 2%}\n"
    assert faults(written(tmp_path, text, ".yaml")) == [
        (":3 stresses[1].name", "the name A stands twice", "A"),
    ]


def test_a_name_that_stands_twice_is_told_with_whatever_else_is_wrong(tmp_path: Path) -> None:
    text = "stresses:\n  - {name: A, rates: 1%}\n  - {name: A, rates: much}\n  - {name: A}\n"
    assert sorted(faults(written(tmp_path, text, ".yaml"))) == [
        (":3 stresses[1].name", "the name A stands twice", "A"),
        (":3 stresses[1].rates", "this is not a number", "much"),
        (":4 stresses[2]", "this stress changes nothing", None),
        (":4 stresses[2].name", "the name A stands twice", "A"),
    ]


@pytest.mark.parametrize(
    ("text", "ending", "what"),
    [
        ("", ".yaml", "no stresses are found in this file"),
        ("- name: A\n  rates: 1%\n", ".yaml", "no stresses are found in this file"),
        ("# mine\n\n[]", ".json", "no stresses are found in this file"),
        ("stresses = [", ".toml", "this is not TOML"),
        ("a = 1e999999999", ".toml", "there is no such field"),
        ("name,share", ".csv", "this is no file of stresses"),
        ("stresses: &a [*a]", ".yaml", ""),
    ],
)
def test_what_is_no_file_of_stresses_is_refused(tmp_path: Path, text: str, ending: str, what: str) -> None:
    assert any(said.startswith(what) for _, said, _ in faults(written(tmp_path, text, ending)))
