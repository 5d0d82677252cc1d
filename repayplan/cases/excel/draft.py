"""Plain values put together from cells, with the cell that every one of them came from and all that is wrong."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from difflib import get_close_matches
from typing import Any

from repayplan.cases import cells
from repayplan.cases.cells import Cell
from repayplan.cases.documents import UNREADABLE, shown
from repayplan.cases.excel.container import Address, Sheet
from repayplan.cases.excel.headings import Column, Headings, counted_in, currency_of, plain
from repayplan.cases.problems import Path
from repayplan.errors import MOST_SHOWN, Fault, InputError
from repayplan.language import Message, tr
from repayplan.rules.seasons import seasons

LEVEL = "level"
"""The season of a business that has none."""

Place = tuple[Sheet, Address]

_STEP = re.compile(r"([^.\[\]]+)|\[(\d{1,6})\]")
_LITERAL = re.compile(r'"((?:[^"]|"")*)"')


def steps(text: str) -> Path:
    """``indices[0]`` as ("indices", 0)."""
    return tuple(int(number) if number else name for name, number in _STEP.findall(text))


@dataclass(slots=True)
class Draft:
    """Nested values under construction; ``places`` also knows the empty cells in which something could stand."""

    data: dict[str, Any] = field(default_factory=dict)
    places: dict[Path, Place] = field(default_factory=dict)

    def put(self, path: Path, value: Any) -> None:
        """Set a value; what lies between is made, a list is filled up with None."""
        group: Any = self.data
        for step, following in zip(path, (*path[1:], None), strict=True):
            fresh = value if following is None else [] if isinstance(following, int) else {}
            if isinstance(group, list):
                group.extend([None] * (int(step) + 1 - len(group)))
                if following is None or group[int(step)] is None:
                    group[int(step)] = fresh
            elif following is None or group.get(step) is None:
                group[str(step)] = fresh
            group = group[step]

    def get(self, path: Path) -> Any:
        """A value, or None."""
        group: Any = self.data
        for step in path:
            if isinstance(group, list) and isinstance(step, int) and step < len(group):
                group = group[step]
            elif isinstance(group, dict):
                group = group.get(step)
            else:
                return None
        return group

    def graft(self, path: Path, other: Draft) -> None:
        """Put another draft in as the value of a path."""
        self.put(path, other.data)
        self.places.update({(*path, *inner): place for inner, place in other.places.items()})


@dataclass(slots=True)
class Reading:
    """What reading one workbook needs everywhere: its words, its unit, its language, and all that is wrong so far."""

    words: Headings
    unit: int = 1
    currency: str = "CNY"
    faults: list[Fault] = field(default_factory=list)
    doubts: list[Fault] = field(default_factory=list)
    titles: dict[tuple[str, Address], str] = field(default_factory=dict)
    """What the value of a cell is called, by sheet and address."""
    _unknown: int = 0

    def doubt(self, where: str, what: Message, remedy: Message, value: str | None = None) -> None:
        """Note what may stand and needs a second look."""
        self.doubts.append(Fault(what, where, value, remedy=remedy))

    def ignores(self, text: str | None) -> bool:
        """Whether a heading says that what belongs to it is left alone."""
        return text is not None and plain(text) in self.words.ignored

    def blame(self, place: Place, what: Message, remedy: Message, limit: Message | None = None) -> None:
        """Note a fault at a cell."""
        sheet, address = place
        cell = sheet.cells.get(address)
        self.faults.append(Fault(what, sheet.where(address), cell.text if cell else None, limit, remedy))

    def value(self, place: Place, column: Column, percent: bool = False, unit: int | None = None) -> Any:
        """What a cell means under a heading; None where it is empty, UNREADABLE where a fault was noted."""
        sheet, address = place
        self.titles[sheet.name, address] = column.title
        if address in sheet.problems:
            self.faults.append(sheet.problems[address])
            return UNREADABLE
        cell = sheet.cells.get(address)
        if cell is None or cell.blank:
            return None
        if column.off is not None and isinstance(cell.value, str) and plain(cell.value) in self.words.off:
            return "off"
        try:
            value = self._read(cell, column.kind, percent, self.unit if unit is None else unit)
        except InputError as error:
            self.faults.extend(replace(fault, where=sheet.where(address)) for fault in error.faults)
            return UNREADABLE
        if column.kind not in ("text", "unit") and cells.approximate(cell):
            what = tr("this value is said to be approximate; it counts as it stands")
            self.doubt(sheet.where(address), what, tr("write the exact value as soon as it is known"), cell.text)
        return value

    def _read(self, cell: Cell, kind: str, percent: bool, unit: int) -> Any:
        kind, _, name = kind.partition(":")
        if name and (kind == "choice" or cells.is_choice(cell, self.words.choices[name])):
            return cells.choice(cell, self.words.choices[name])
        match kind:
            case "amount":
                self._shown(cell, unit)
                return cells.amount(cell, unit)
            case "rate":
                if not isinstance(cell.value, str) and any(sign in "%‰" for sign in cell.signs):
                    what = tr(
                        "this number is shown as {shown}, and its value is not that",
                        shown=f"{cell.text}{cell.signs[0]}",
                    )
                    raise InputError(Fault(what, value=cell.text, remedy=tr("write a percentage such as 4.35%")))
                return cells.share(cell, percent)
            case "number":
                return cells.number(cell)
            case "order":
                return cells.whole(cell)
            case "date":
                return cells.date(cell)
            case "month":
                return f"{cells.month(cell):%Y-%m}"
            case "yes":
                return cells.yes(cell)
            case "season":
                return cells.choice(cell, season_words())
            case "text" | "unit":
                text = cells.word(cell)
                return text[1:-1] if self.words.special(text) and self.words.special(text[1:-1]) else text
            case _:
                return cells.whole(cell, kind)

    def _shown(self, cell: Cell, unit: int) -> None:
        """A number format that shows a unit or a currency must not say otherwise than the workbook.

        A format that moves the point as well (0!.0,"万") shows the amount as it is, in currency units.
        """
        if isinstance(cell.value, str):
            return
        for sign in cell.signs:
            counts = 1 if cell.scaled else counted_in(sign, unit)
            if counts != unit or currency_of(sign) not in (None, self.currency):
                what = tr("this number is shown with {sign}, which is not the unit of the workbook", sign=shown(sign))
                remedy = tr("write the amount with its unit as text, such as 120万, or change the format of the cell")
                limit = tr(
                    "amounts in {unit}", unit=f"{self.currency} {self.unit:,}" if self.unit > 1 else self.currency
                )
                raise InputError(Fault(what, value=cell.text, limit=limit, remedy=remedy))

    def unknown(self, place: Place, text: str, known: Mapping[str, Column]) -> None:
        """A heading nobody knows, with the nearest one that is known; after a hundred of them nobody looks for it."""
        titles = {plain(column.title): column.title for column in known.values()}
        self._unknown += 1
        near = None
        if self._unknown <= MOST_SHOWN:
            near = get_close_matches(plain(text), [*titles, *known], n=1, cutoff=0.5)
        if near:
            remedy = tr("did you mean {field}?", field=known[near[0]].title if near[0] in known else titles[near[0]])
        else:
            remedy = tr("the headings here are: {fields}", fields=", ".join(dict.fromkeys(titles.values())))
        self.blame(place, tr("this heading is not known"), remedy)


def season_words() -> dict[str, str]:
    """The season of every name that may be written."""
    level = dict.fromkeys([LEVEL, "none", "平稳", "无淡旺季"], LEVEL)
    return level | {cells.tidy(name).lower(): season.name for season in seasons().values() for name in season.names}


def heading_text(sheet: Sheet, address: Address) -> str | None:
    """The words of a heading; those of a formula that nobody has calculated are its texts in quotes."""
    if address in sheet.formulas:
        return "".join(_LITERAL.findall(sheet.formulas[address])) or None
    cell = sheet.cells.get(address)
    return cell.value if cell is not None and isinstance(cell.value, str) else None


def plain_date(value: Any) -> dt.date | None:
    """A date that was read, None for anything else."""
    return value if isinstance(value, dt.date) else None


def plain_amount(value: Any) -> Decimal | None:
    """An amount that was read, None for anything else."""
    return value if isinstance(value, Decimal) else None
