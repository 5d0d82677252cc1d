"""Two scenarios stand beside their YAML as workbooks; ``pytest --refresh`` writes them anew."""

from __future__ import annotations

from pathlib import Path

import pytest

from repayplan.cases.models import Case
from repayplan.cases.readers import read_case, read_text
from repayplan.cases.templates import template, workbook_template
from repayplan.cases.writers import case_to_dict
from repayplan.language import speaking

SCENARIOS = Path(__file__).parents[2] / "scenarios"
SHIPPED = {"construction": ("zh", 10_000), "trade": ("en", 1)}


def without_names(data: object) -> object:
    if isinstance(data, dict):
        return {key: without_names(value) for key, value in data.items() if key not in ("name", "industry")}
    return [without_names(value) for value in data] if isinstance(data, list) else data


@pytest.fixture(params=SHIPPED)
def story(request: pytest.FixtureRequest) -> str:
    """A story that has a workbook, which is written anew where asked for."""
    name: str = request.param
    if request.config.getoption("--refresh"):
        language, unit = SHIPPED[name]
        with speaking(language):
            (SCENARIOS / name / "case.xlsx").write_bytes(workbook_template(name, unit)["case.xlsx"])
    return name


def told(story: str) -> Case:
    with speaking(SHIPPED[story][0]):
        return read_text(template(story)["case.yaml"], "case.yaml", "yaml")


def test_the_workbook_says_what_the_yaml_says(story: str) -> None:
    """To the cent; the Chinese one with Chinese names, as the Chinese template has them."""
    shipped = read_case(SCENARIOS / story / "case.xlsx")
    yaml = read_case(SCENARIOS / story / "case.yaml")
    assert shipped == told(story)
    assert without_names(case_to_dict(shipped)) == without_names(case_to_dict(yaml))
    assert (shipped == yaml) == (SHIPPED[story][0] == "en")
