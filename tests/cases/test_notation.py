"""YAML and JSON as plain values: exact text, lines, and everything that is refused."""

from __future__ import annotations

from decimal import Decimal

import pytest

from repayplan.cases.documents import MAX_DEPTH, Document
from repayplan.cases.files import decode
from repayplan.cases.readers import read_document
from repayplan.errors import InputError


def only_fault(text: str, notation: str = "yaml") -> str:
    with pytest.raises(InputError) as caught:
        read_document(text, f"case.{notation}", "json" if notation == "json" else "yaml")
    assert len(caught.value.faults) == 1
    return str(caught.value)


def test_yaml_keeps_what_was_written() -> None:
    text = "a: 1.20\nb: no\nc: 2026-01-01\nd: 0.1\ne: '0.10'\nf: 007\ng: true\nh:\ni: [1, -2]\nj: 1e6\nk: 1_000\n"
    assert read_document(text, "x", "yaml").data == {
        "a": Decimal("1.20"),
        "b": "no",
        "c": "2026-01-01",
        "d": Decimal("0.1"),
        "e": "0.10",
        "f": "007",
        "g": True,
        "h": None,
        "i": [1, -2],
        "j": "1e6",
        "k": "1_000",
    }


def test_numbers_keep_their_digits() -> None:
    for notation, text in (("yaml", "a: 100.10"), ("json", '{"a": 100.10}')):
        value = read_document(text, "x", notation).data["a"]  # type: ignore[arg-type]
        assert (type(value), str(value)) == (Decimal, "100.10")


def test_both_notations_know_the_line_of_every_value() -> None:
    yaml = read_document("a: 1\nb:\n  - c: x\n    d: y\n", "x", "yaml")
    json = read_document('{"a": 1,\n"b": \n  [{"c": "x\\"{",\n    "d": "y"}]}', "x", "json")
    for document, lines in ((yaml, (1, 3, 4)), (json, (1, 3, 4))):
        assert [document.line(path) for path in (("a",), ("b", 0, "c"), ("b", 0, "d"))] == list(lines)
    assert yaml.where(("b", 0, "d")) == "x:4 b[0].d"
    assert yaml.where(("b", 0, "missing", "deeper")) == "x:3 b[0].missing.deeper"


def test_odd_names_are_quoted_in_places() -> None:
    document = Document("x", {}, {(): 1})
    assert document.where(("a b", 3, "c\n")) == 'x:1 "a b"[3]."c\\u000a"'


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a: &x 1\nb: *x", "case.yaml:1: anchors (&name) are not read; → leave the anchor out"),
        ("a: 1\nb: *x", "case.yaml:2: aliases (*name) are not read; → write the value out"),
        ("a: !!python/object 1", "case.yaml:1: tags (!name) are not read; → leave the tag out; put text in quotes"),
        ("!x\na: 1", "case.yaml:1: tags (!name) are not read; → leave the tag out; put text in quotes"),
        ("%YAML 1.9\n---\na: 1", "case.yaml:1: directives (%) are not read; → leave this line out"),
        ("a: 1\n---\nb: 2", "case.yaml:2: a file holds one case only; → put each case in a file of its own"),
        ("? [a]\n: 1", "case.yaml:1: the name of a field must be a word; → write name: value"),
        (
            "a:\n  b: 1\n  b: 2",
            "case.yaml:3 a.b: the field b stands twice; limit: first on line 2; → keep one of the two",
        ),
        (
            "- 1",
            "case.yaml:1: this is not a case: it must begin with fields such as schema, as_of and loans; "
            "→ start from the template of repayplan init",
        ),
        ("\n \n", "case.yaml: the file is empty; → start from the template of repayplan init"),
        (
            "a: 1\n b: 2",
            "case.yaml:2: this is not YAML: mapping values are not allowed here; → mend this line or the one before it",
        ),
        (
            "a: 1\nb: \x07",
            "case.yaml:2: this is not YAML: unacceptable character #x0007: special characters are not allowed; "
            "→ mend this line or the one before it",
        ),
        (
            'a: "\\UFFFFFFFF"',
            "case.yaml:1: this is not YAML: Python int too large to convert to C int; "
            "→ mend this line or the one before it",
        ),
    ],
)
def test_yaml_refuses(text: str, told: str) -> None:
    assert only_fault(text) == told


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            '{"a": 1,\n "a": 2}',
            "case.json:2 a: the field a stands twice; limit: first on line 1; → keep one of the two",
        ),
        (
            '{"a":\n NaN}',
            "case.json:2: NaN is no number in JSON; → write a number, or leave the field out",
        ),
        (
            '{"a": -Infinity}',
            "case.json:1: -Infinity is no number in JSON; → write a number, or leave the field out",
        ),
        (
            '{"a": "\\ud800"}',
            "case.json:1: this text holds half a character (a lone surrogate); → write it again",
        ),
        (
            "null",
            "case.json:1: this is not a case: it must begin with fields such as schema, as_of and loans; "
            "→ start from the template of repayplan init",
        ),
    ],
)
def test_json_refuses(text: str, told: str) -> None:
    assert only_fault(text, "json") == told


def test_broken_json_names_the_line() -> None:
    assert only_fault('{"a": 1,\n "b" 2}', "json") == (
        "case.json:2: this is not JSON: Expecting ':' delimiter; → mend this line or the one before it"
    )


@pytest.mark.parametrize("notation", ["yaml", "json"])
def test_depth_is_bounded(notation: str) -> None:
    deep = MAX_DEPTH - 1
    read_document('{"a": ' + "[" * deep + "]" * deep + "}", "x", notation)  # type: ignore[arg-type]
    assert "this is nested too deeply; limit: at most 20 levels" in only_fault('{"a": ' + "[" * 20 + "]" * 20 + "}")
    assert "this is nested too deeply" in only_fault("[" * 200_000, notation)


def test_bytes_that_are_not_utf8_are_named_with_their_line() -> None:
    assert decode("\ufeffa: é".encode(), "x") == "a: é"
    with pytest.raises(InputError) as caught:
        decode("a: 1\nb: 恒泰".encode("gbk"), "case.yaml")
    assert str(caught.value) == (
        "case.yaml:2: this file is not UTF-8; value: 0xba; → save it as UTF-8 (older editors write GBK or Windows-1252)"
    )
