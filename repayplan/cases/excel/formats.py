"""Number formats: what they show beside a number that the number itself does not say."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

_PERCENT_FORMATS = {"9": "0%", "10": "0.00%"}
"""The two built-in number formats that show percentages."""

_LONGEST = 255
"""Signs of a format; Excel takes no more."""

_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"|\\(?P<escaped>.)|!(?P<struck>.)|[_*].|\[\$(?P<currency>[^\]-]*)(?:-(?P<place>[^\]]*))?\]|\[[^\]]*\]'
    r"|(?P<plain>.)",
    re.DOTALL,
)
_SCALED = re.compile(r"[0#?],+(?![0#?,])")
_YEN = "411"
"""The Japanese way of writing a currency, whose sign is that of the yuan."""


@dataclass(frozen=True, slots=True)
class Shape:
    """How a style shows numbers; see :class:`repayplan.cases.cells.Cell`."""

    percent: bool = False
    signs: tuple[str, ...] = ()
    scaled: bool = False


def built_in(number: str) -> str:
    """The format that goes by a number in every workbook, where it matters here."""
    return _PERCENT_FORMATS.get(number, "")


@lru_cache(maxsize=1024)
def shape_of(code: str) -> Shape:
    """What a format shows. Only sections that show a number count."""
    shapes = [_section(section) for section in _sections(code[:_LONGEST])]
    return Shape(
        any(percent for percent, _, _ in shapes),
        tuple(dict.fromkeys(sign for _, sign, _ in shapes if sign)),
        all(scaled for _, sign, scaled in shapes if sign) and any(sign for _, sign, _ in shapes),
    )


def _section(tokens: Iterable[re.Match[str]]) -> tuple[bool, str, bool]:
    """Whether it is a percentage, its words, and whether it moves the point."""
    words, bare, moved = "", "", False
    for token in tokens:
        struck = token["struck"] or token["escaped"]
        moved = moved or (struck or token["quoted"]) == "."
        if token["currency"]:
            words += "JPY" if token["place"] == _YEN else token["currency"]
        words += token["quoted"] or struck or ""
        plain = token["plain"] or ""
        words += plain if plain != "E" else ""
        bare += plain
    if not re.search("[0#?]", bare):
        return False, "", False
    signs = "".join(sign for sign in words if sign.isalpha() or sign in "$¥￥€£%‰")
    return "%" in bare, signs.replace("%", "") if "%" in bare else signs, moved or bool(_SCALED.search(bare))


def _sections(code: str) -> list[list[re.Match[str]]]:
    sections: list[list[re.Match[str]]] = [[]]
    for token in _TOKEN.finditer(code):
        if token["plain"] == ";":
            sections.append([])
        else:
            sections[-1].append(token)
    return sections
