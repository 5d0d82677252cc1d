"""Templates can be planned as they stand, are the shipped scenarios, and overwrite nothing."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from repayplan.cases.readers import check_case, read_text
from repayplan.cases.templates import STORIES, template, write_template
from repayplan.cases.writers import case_to_dict
from repayplan.errors import InputError
from repayplan.language import LANGUAGES, speaking

SCENARIOS = Path(__file__).parents[2] / "scenarios"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("story", STORIES)
def test_templates_are_in_order(tmp_path: Path, story: str, language: str) -> None:
    with speaking(language):
        paths = write_template(tmp_path / "new" / "folder", story)
    assert [path.name for path in paths] == ["case.yaml", "README.md"]
    assert check_case(paths[0])[1] == ()
    assert [path.name for path in paths[0].parent.iterdir() if path not in paths] == []


@pytest.mark.parametrize("story", STORIES)
def test_every_language_has_the_same_case(story: str) -> None:
    names = ("name", "industry", "debtor")

    def without_names(data: Any) -> Any:
        if isinstance(data, dict):
            return {key: without_names(value) for key, value in data.items() if key not in names}
        return [without_names(value) for value in data] if isinstance(data, list) else data

    told = []
    for language in LANGUAGES:
        with speaking(language):
            told.append(read_text(template(story)["case.yaml"], "case.yaml", "yaml"))
    assert without_names(case_to_dict(told[0])) == without_names(case_to_dict(told[1]))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("story", STORIES)
def test_commented_lines_can_be_switched_on(story: str, language: str) -> None:
    """Whoever takes the # away must not be met by an error."""
    with speaking(language):
        text = template(story)["case.yaml"]
    switched, lines = re.subn(r"(?m)^( *)# (?= *- | *[a-z_]+:)", r"\1", text)
    assert lines > 7
    read_text(switched, "case.yaml", "yaml")


@pytest.mark.parametrize("story", [story for story in STORIES if story != "restaurant"])
def test_scenarios_are_the_english_templates(story: str) -> None:
    for name, text in template(story).items():
        assert (SCENARIOS / story / name).read_text(encoding="utf-8") == text


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("mine", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        write_template(tmp_path, "trade")
    assert str(caught.value) == (
        f"{tmp_path / 'README.md'}: this file is there already; → give another directory, or move this file away"
    )
    assert [path.name for path in tmp_path.iterdir()] == ["README.md"]
    assert (tmp_path / "README.md").read_text(encoding="utf-8") == "mine"


def test_a_directory_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(InputError, match="this is not a directory"):
        write_template(tmp_path / "file" / "below", "trade")


def test_unknown_stories_are_a_mistake_of_the_program() -> None:
    with pytest.raises(ValueError, match="story 'opera' is not one of construction, trade, restaurant"):
        template("opera")


@pytest.mark.parametrize("story", sorted(path.parent.name for path in SCENARIOS.glob("*/case.yaml")))
def test_scenarios_can_be_read(story: str) -> None:
    case, doubts = check_case(SCENARIOS / story / "case.yaml")
    assert "(invented)" in case.enterprise.name
    assert bool(doubts) == (story == "two-lenders")  # that cash does not suffice is said by planning
