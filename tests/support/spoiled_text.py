"""Case files in YAML and JSON with one to three things wrong."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

from repayplan.cases.readers import Notation, read_text
from repayplan.cases.writers import case_to_json

SCENARIOS = Path(__file__).parents[2] / "scenarios"
VALUES = (
    *("-1", "0", "1e999", "9" * 40, "0.001", "1,23", "NaN", ".nan", "-Infinity", ".inf", "0x10", "1_000", "1e-9"),
    *("~", "null", "true", "off", "''", '""', "[]", "{}", "[[[[]]]]", "{a: {a: {a: 1}}}", "&a 1", "*a", "!!int 3"),
    *("!x y", "2026-02-30", "2026-13", "0000-00-00", "99999-01-01", "１２", "恒泰", "\u202e", "\ud7ff", "'\\0'"),
    *('"\\ud800"', '"\\UFFFFFFFF"', "|", ">", "%", "@", "`", "?", ":", "-", "<<: 1", "\t", "\x00", "\x07", "\x85"),
)

Change = Callable[[random.Random, str], str]


def _line(change: Callable[[random.Random, list[str], int], None]) -> Change:
    def on_text(dice: random.Random, text: str) -> str:
        lines = text.split("\n")
        change(dice, lines, dice.randrange(len(lines)))
        return "\n".join(lines)

    return on_text


def _replace_value(dice: random.Random, text: str) -> str:
    """Put something else after one of the colons."""
    places = [number for number, sign in enumerate(text) if sign == ":"]
    place = dice.choice(places)
    end = min((text.find(sign, place) for sign in ",}\n" if text.find(sign, place) > 0), default=len(text))
    return f"{text[: place + 1]} {dice.choice(VALUES)}{text[end:]}"


def _insert(dice: random.Random, text: str) -> str:
    place = dice.randrange(len(text))
    return text[:place] + dice.choice((*VALUES, "{", "}", "[", "]", ",", '"', "'", "#", "\n", "---\n")) + text[place:]


def _cut(dice: random.Random, text: str) -> str:
    start = dice.randrange(len(text))
    return text[:start] + text[start + dice.randrange(1, 200) :]


def _nest(dice: random.Random, text: str) -> str:
    depth = dice.choice((3, 19, 21, 5_000))
    return text.replace(": ", ": " + "[" * depth, 1) if dice.random() < 0.5 else "[" * depth + text


def _sign(dice: random.Random, text: str) -> str:
    places = [number for number, sign in enumerate(text) if sign.isdigit()]
    place = dice.choice(places)
    return f"{text[:place]}{dice.choice('-+eE.,%_ ')}{text[place:]}"


CHANGES: tuple[Change, ...] = (
    _line(lambda _, lines, at: lines.pop(at)),
    _line(lambda _, lines, at: lines.insert(at, lines[at])),
    _line(lambda dice, lines, at: lines.__setitem__(at, dice.choice((" ", "  ", "\t")) + lines[at])),
    _line(lambda dice, lines, at: lines.__setitem__(at, lines[dice.randrange(len(lines))])),
    _replace_value,
    _replace_value,
    _insert,
    _cut,
    _nest,
    _sign,
)


def spoiled(notation: Notation, seed: int) -> str:
    """One to three changes to a shipped case."""
    dice = random.Random(f"{notation}-{seed}")
    name = dice.choice(("construction", "trade", "impossible"))
    text = (SCENARIOS / name / "case.yaml").read_text(encoding="utf-8")
    if notation == "json":
        text = case_to_json(read_text(text, name, "yaml")).replace(",", ",\n")
    for _ in range(dice.choice((1, 1, 2, 3))):
        text = dice.choice(CHANGES)(dice, text)
    return text
