"""Every text a person reads is in the Chinese catalogue, and nothing else is."""

from __future__ import annotations

import ast
import string
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Message as Entry
from babel.messages.pofile import read_po

import repayplan
from repayplan.language import LANGUAGES, from_environment, listed, plural, speaking, tr, use

PACKAGE = Path(repayplan.__file__).parent


def source_texts() -> Iterator[tuple[str, str]]:
    """Every ``tr("…")`` of the source and every reason of the defaults, with the file it is in."""
    for path in sorted(PACKAGE.rglob("*.py")):
        name = path.relative_to(PACKAGE.parent).as_posix()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "tr":
                text = node.args[0]
                assert isinstance(text, ast.Constant), f"{name}:{node.lineno}: tr() needs a literal"
                yield str(text.value), name
    for path in sorted((PACKAGE / "rules").glob("*.toml")):
        name = path.relative_to(PACKAGE.parent).as_posix()
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        if path.name in ("rating.toml", "hazard.toml"):
            yield from ((text, name) for text in shown(table))
        for entry in table.values():
            if isinstance(entry, dict):
                yield from ((value, name) for key, value in entry.items() if key.endswith("reason"))
            for row in entry if isinstance(entry, list) else ():
                yield from ((value, name) for key, value in row.items() if key in ("name", "reason"))


def shown(entry: dict[str, object]) -> Iterator[str]:
    """Where limits and hazards come from, at any depth of a table: the screen shows it beside them."""
    for key, value in entry.items():
        if isinstance(value, dict):
            yield from shown(value)
        elif key in ("source", "clause"):
            yield str(value)


def catalogue() -> dict[str, Entry]:
    with (PACKAGE / "locale" / "zh.po").open("rb") as source:
        return {str(entry.id): entry for entry in read_po(source, locale="zh") if entry.id}


def placeholders(text: str) -> set[str]:
    return {field for _, field, _, _ in string.Formatter().parse(text) if field is not None}


def test_every_text_has_a_translation() -> None:
    entries = catalogue()
    missing = sorted(
        {f"{name}: {text}" for text, name in source_texts() if text not in entries or not entries[text].string}
    )
    assert not missing, "\n".join(missing)


def test_no_translation_is_stale() -> None:
    stale = sorted(set(catalogue()) - {text for text, _ in source_texts()})
    assert not stale, "\n".join(stale)


def test_translations_keep_the_placeholders() -> None:
    torn = [text for text, entry in catalogue().items() if placeholders(text) != placeholders(str(entry.string))]
    assert not torn, "\n".join(torn)


def test_translations_are_neither_fuzzy_nor_english() -> None:
    english = [
        text
        for text, entry in catalogue().items()
        if entry.fuzzy or not any(sign > "\u2e80" for sign in str(entry.string))
    ]
    assert not english, "\n".join(english)


def test_a_message_is_said_in_the_language_of_the_reader() -> None:
    message = tr("value: {value}", value="435%")
    with speaking("zh"):
        assert str(message) == "所填：435%"
    assert str(message) == "value: 435%"


def test_a_message_inside_a_message_is_translated_too() -> None:
    inner = tr("limit: {limit}", limit=tr("two decimals"))
    with speaking("zh"):
        assert "小数" in str(inner)


def test_lists_and_numbers_are_said_as_the_language_says_them() -> None:
    loans = [plural(tr("1 loan"), tr("{count} loans", count=count), count) for count in (1, 2)]
    assert [str(loan) for loan in loans] == ["1 loan", "2 loans"]
    assert listed(["2027-01-20", "2027-02-20"]) == "2027-01-20, 2027-02-20"
    with speaking("zh"):
        assert [str(loan) for loan in loans] == ["1 笔贷款", "2 笔贷款"]
        assert listed(["2027-01-20", "2027-02-20"]) == "2027-01-20、2027-02-20"


@pytest.mark.parametrize(
    ("variables", "language"),
    [
        ({}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C"}, "en"),
        ({"LANG": "de_DE.UTF-8", "REPAYPLAN_LANG": "zh"}, "zh"),
    ],
)
def test_the_environment_names_the_language(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], language: str
) -> None:
    for name in ("REPAYPLAN_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert from_environment() == language


def test_an_unknown_language_is_refused() -> None:
    assert LANGUAGES == ("en", "zh")
    with pytest.raises(ValueError, match="'fr' is not one of en, zh"):
        use("fr")
