"""Workbooks and CSV files spoiled in every way a person, a program or an enemy might."""

from __future__ import annotations

import io
import random
import re
import zipfile
from collections.abc import Callable

TEXTS = (
    *("-1", "0", "1e999", "9" * 40, "120万", "1.2亿", "八十", "80%", "800%", "NaN", "#N/A", "TRUE", "=1+1", "@SUM(A1)"),
    *(
        "2026-02-30",
        "2026年2月30日",
        "99999-01-01",
        "１２",
        "恒泰",
        "x" * 300,
        "",
        " ",
        "\u202e",
        "off",
        "不限",
        "合计",
        "null",
    ),
    *(
        "loans[0].rate",
        "loans[99999].rate",
        "cash",
        "[0]",
        "{}",
        "cash.sources[0].items[0].amount",
        "3/4/2026",
        "万元",
        "元",
    ),
)
NUMBERS = (
    "-1",
    "0",
    "1e300",
    "-1e-300",
    "46096",
    "20260315",
    "0.1",
    "1E+400",
    "nan",
    "",
    "2026.12",
    "12345678901234567890",
)

Change = Callable[[random.Random, str], str]


def unpacked(content: bytes) -> dict[str, bytes]:
    """The parts of an archive."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(parts: dict[str, bytes]) -> bytes:
    """An archive of parts."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def spoiled_workbook(content: bytes, dice: random.Random) -> bytes:
    """A workbook with one to three things wrong: in its bytes, its parts, its XML, or in what its cells say."""
    if dice.random() < 0.1:
        return _bytes(content, dice)
    parts = unpacked(content)
    for _ in range(dice.choice((1, 1, 2, 3))):
        name = dice.choice([name for name in parts if "sheet" in name or "shared" in name or dice.random() < 0.3])
        if dice.random() < 0.05:
            del parts[name]
            continue
        try:
            text = parts[name].decode()
        except UnicodeDecodeError:
            continue
        parts[name] = dice.choice(CHANGES)(dice, text).encode("utf-8", "surrogatepass")
        if not parts:
            break
    return packed(parts)


def _bytes(content: bytes, dice: random.Random) -> bytes:
    spoiled = bytearray(content)
    for _ in range(dice.randrange(1, 20)):
        spoiled[dice.randrange(len(spoiled))] = dice.randrange(256)
    return bytes(spoiled[: dice.randrange(len(spoiled))] if dice.random() < 0.3 else spoiled)


def _in(pattern: str, choices: tuple[str, ...]) -> Change:
    """Put something else where a pattern's group is."""

    def change(dice: random.Random, text: str) -> str:
        found = list(re.finditer(pattern, text))
        if not found:
            return text
        match = dice.choice(found)
        fresh = dice.choice(choices).replace("&", "&amp;").replace("<", "&lt;")
        return text[: match.start(1)] + fresh + text[match.end(1) :]

    return change


def _cut(dice: random.Random, text: str) -> str:
    start = dice.randrange(len(text) or 1)
    return text[:start] + text[start + dice.randrange(1, 60) :]


def _swap(dice: random.Random, text: str) -> str:
    """Exchange two whole cells or rows."""
    pieces = re.findall(r"<c [^>]*?(?:/>|>.*?</c>)", text, re.DOTALL) or re.findall(r"<si>.*?</si>", text, re.DOTALL)
    if len(pieces) < 2:
        return text
    first, second = dice.sample(pieces, 2)
    return (
        text.replace(first, "\0").replace(second, first).replace("\0", second)
        if dice.random() < 0.8
        else text.replace(first, "")
    )


CHANGES: tuple[Change, ...] = (
    _in(r"<t[^>]*>([^<]*)</t>", TEXTS),
    _in(r"<t[^>]*>([^<]*)</t>", TEXTS),
    _in(r"<v>([^<]*)</v>", NUMBERS),
    _in(r"<v>([^<]*)</v>", (*NUMBERS, *TEXTS)),
    _in(r' t="(\w+)"', ("s", "n", "e", "str", "b", "d", "inlineStr", "x")),
    _in(r' r="([A-Z]+\d+)"', ("A1", "B2", "A0", "ZZZZ1", "XFD1048576", "A99999999999", "", "a1", "$C$3", "B5")),
    _in(r' r="(\d+)"', ("0", "1", "1048576", "-1", "99999999999")),
    _in(r'="([^"]*)"', ("", "0", "-1", "x", "rId1", "sheet1.xml", "../../etc", "1048577")),
    _in(r"<f>([^<]*)</f>", ("", "1+1", "A1", '"x"')),
    _in(
        r"(</sheetData>)",
        (
            '</sheetData><mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>',
            "</sheetData><mergeCells><mergeCell ref='B3:B9'/></mergeCells>",
        ),
    ),
    _swap,
    _cut,
)


def spoiled_csv(text: str, dice: random.Random) -> bytes:
    """A CSV file with one to three things wrong."""
    for _ in range(dice.choice((1, 1, 2, 3))):
        cells = list(re.finditer(r"[^,\n]*", text))
        match = dice.choice(cells)
        fresh = dice.choice((*TEXTS, *NUMBERS, '"', '""', "\0", "\r", ",,,,", "\n", ";", "\t"))
        text = dice.choice((text[: match.start()] + fresh + text[match.end() :], _cut(dice, text)))
    content = text.encode("utf-8", "surrogatepass")
    return _bytes(content, dice) if dice.random() < 0.2 and content else content
