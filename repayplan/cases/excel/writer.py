"""A case as a workbook that an officer can go on with: headings with their unit, hints, lists to choose from.

Text is always written as text and numbers as numbers: nothing that stands in a case becomes a formula. The only
formulas are the headings, which repeat the unit chosen on the first sheet; they carry their value.
"""

from __future__ import annotations

import datetime as dt
import io
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from repayplan.calendar.dates import add_months
from repayplan.cases.excel.container import spell
from repayplan.cases.excel.content import Content, Line, content_of
from repayplan.cases.excel.draft import LEVEL
from repayplan.cases.excel.headings import Column, Headings, Layout, headings
from repayplan.cases.models import Case
from repayplan.language import current, tr
from repayplan.rules.seasons import seasons

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

UNITS = (1, 10_000)

_LATEST_TEXT_DATE = 1950
"""Dates before this year are written as text: Excel counts them wrongly or not at all."""

_SHAPES = {
    "amount": "#,##0.00##",
    "rate": "0.00##%",
    "number": "0.00##",
    "date": "yyyy-mm-dd",
    **dict.fromkeys(["months", "days", "day", "year", "units", "order"], "0"),
    **dict.fromkeys(["text", "month", "choice", "season", "unit", "yes"], "@"),
}
"""Number formats by kind; what is typed into a cell of text stays as it was typed."""

_SPARE_ROWS = 200
"""Rows below the last in which lists to choose from are offered."""


def workbook_of(case: Case, unit: int = 1) -> bytes:
    """A case as an .xlsx file that reads back as the same case, in the language in use, amounts in ``unit``."""
    words = headings()
    return write_content(content_of(case, words), words, case.as_of, case.currency, unit)


def write_content(content: Content, words: Headings, as_of: dt.date, currency: str = "CNY", unit: int = 1) -> bytes:
    """An .xlsx file with every sheet of the table, filled with what there is."""
    from xlsxwriter import Workbook

    if unit not in UNITS:
        raise ValueError(f"unit {unit} is not one of {UNITS}")
    buffer = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with Workbook(buffer, options) as book:
        book.set_properties({"created": dt.datetime(as_of.year, as_of.month, as_of.day)})
        _Writing(book, words, currency, unit).write(content, as_of)
    return buffer.getvalue()


class _Writing:
    """Writes the sheets of one workbook."""

    def __init__(self, book: Workbook, words: Headings, currency: str, unit: int) -> None:
        self._book, self._words, self._unit = book, words, unit
        chinese = current() == "zh"
        self._units = ["元", "万元"] if chinese else [currency, f"{currency} 10,000"]
        self._brackets = ("（", "）") if chinese else (" (", ")")
        self._unit_cell = ""
        self._title = book.add_format({"bold": True, "font_size": 14})
        self._head = book.add_format(
            {
                "bold": True,
                "text_wrap": True,
                "valign": "top",
                "bg_color": "#DDEBF7",
                "border": 1,
                "border_color": "#9DB7D0",
            }
        )
        self._label = book.add_format({"bold": True, "bg_color": "#DDEBF7", "border": 1, "border_color": "#9DB7D0"})
        self._hint = book.add_format({"font_color": "#6B6B6B", "italic": True})
        self._formats = {kind: book.add_format({"num_format": shape}) for kind, shape in _SHAPES.items()}

    def write(self, content: Content, as_of: dt.date) -> None:
        for layout in self._words.layouts.values():
            sheet = self._book.add_worksheet(layout.title)
            if layout.is_form:
                self._form(sheet, layout, content.forms[layout.key])
            else:
                self._table(sheet, layout, content.tables.get(layout.key, []), as_of)

    # ------------------------------------------------------------------------------------------------------- forms

    def _form(self, sheet: Worksheet, layout: Layout, values: dict[str, Any]) -> None:
        sheet.set_column(0, 0, 30)
        sheet.set_column(1, 1, 28)
        sheet.set_column(2, 2, 60)
        title = tr("A borrower: this sheet alone gives a plan, the others refine it")
        sheet.write_string(
            0, 0, str(title if layout.key == "overview" else tr("What the bank wants; empty: its default")), self._title
        )
        for row, column in enumerate(layout.columns, start=2):
            if column.field == "unit":
                self._unit_cell = f"'{layout.title}'!${spell((row, 1))[0]}${row + 1}"
                sheet.write_string(row, 0, column.title, self._label)
                sheet.write_string(row, 1, self._units[UNITS.index(self._unit)], self._formats["text"])
            else:
                self._heading(sheet, row, 0, column, self._label)
                self._value(sheet, row, 1, column, values.get(column.field))
            if column.hint:
                sheet.write_string(row, 2, column.hint, self._hint)
            self._choose(sheet, column, row, 1, row)

    # ------------------------------------------------------------------------------------------------------ tables

    def _table(self, sheet: Worksheet, layout: Layout, lines: list[Line], as_of: dt.date) -> None:
        sheet.freeze_panes(1, 1)
        sheet.set_row(0, 32)
        for place, column in enumerate(layout.columns):
            shape = self._formats[column.kind.partition(":")[0]]
            sheet.set_column(place, place, 30 if column.kind == "text" else 15, shape)
            self._heading(sheet, 0, place, column, self._head)
            if column.hint:
                sheet.write_comment(0, place, column.hint)
            self._choose(sheet, column, 1, place, len(lines) + _SPARE_ROWS)
        months = self._months(sheet, layout, lines, as_of)
        for row, line in enumerate(lines, start=1):
            for place, column in enumerate(layout.columns):
                if column.field in line.values:
                    self._value(sheet, row, place, column, line.values[column.field])
            for month, amount in line.months.items():
                self._number(sheet, row, months[month], amount, "amount")

    def _months(self, sheet: Worksheet, layout: Layout, lines: list[Line], as_of: dt.date) -> dict[dt.date, int]:
        """Headings that are months: those that are needed, or some to begin with. The column of each."""
        if layout.months is None:
            return {}
        first_column = len(layout.columns)
        needed = {month for line in lines for month in line.months}
        if needed:
            first, last = min(needed), max(needed)
        else:
            this = as_of.replace(day=1)
            first, last = (add_months(this, 1), add_months(this, 36))
            if layout.months == "history":
                first, last = add_months(this, -36), add_months(this, -1)
        count = (last.year - first.year) * 12 + last.month - first.month + 1
        months = {add_months(first, number): first_column + number for number in range(count)}
        for month, place in months.items():
            sheet.write_string(0, place, f"{month:%Y-%m}", self._head)
        sheet.set_column(first_column, first_column + count - 1, 14, self._formats["amount"])
        return months

    # ------------------------------------------------------------------------------------------------------- cells

    def _heading(self, sheet: Worksheet, row: int, place: int, column: Column, shape: Format) -> None:
        if column.kind != "amount":
            sheet.write_string(row, place, column.title, shape)
            return
        opening, closing = self._brackets
        shown = f"{column.title}{opening}{self._units[UNITS.index(self._unit)]}{closing}"
        sheet.write_formula(row, place, f'="{column.title}{opening}"&{self._unit_cell}&"{closing}"', shape, shown)

    def _value(self, sheet: Worksheet, row: int, place: int, column: Column, value: Any) -> None:
        kind = column.kind.partition(":")[0]
        if value is None:
            sheet.write_blank(row, place, None, self._formats[kind])
        elif value == "off" and column.off is not None:
            sheet.write_string(row, place, "不限" if current() == "zh" else "off")
        elif kind in ("amount", "rate", "number") and not self._is_word(column, value):
            self._number(sheet, row, place, value, kind)
        elif kind == "date" and int(str(value)[:4]) >= _LATEST_TEXT_DATE:
            sheet.write_datetime(row, place, dt.datetime.fromisoformat(str(value)), self._formats["date"])
        elif isinstance(value, int) and not isinstance(value, bool):
            sheet.write_number(row, place, value, self._formats[kind])
        else:
            sheet.write_string(row, place, self._word(column, value), self._formats["text"])

    def _number(self, sheet: Worksheet, row: int, place: int, value: Any, kind: str) -> None:
        """A number as a number where Excel's fifteen digits hold it, otherwise as text."""
        if value is None:
            return
        if str(value).endswith("%"):
            value = Decimal(value[:-1]).scaleb(-2)
        number = Decimal(value) / (self._unit if kind == "amount" else 1)
        if Decimal(format(float(number), ".15g")) == number:
            sheet.write_number(row, place, float(number), self._formats[kind])
        else:
            sheet.write_string(row, place, f"{number:f}", self._formats["text"])

    def _is_word(self, column: Column, value: Any) -> bool:
        """Whether a word stands where otherwise a number does."""
        name = column.kind.partition(":")[2]
        return bool(name) and value in self._words.choices[name].values()

    def _word(self, column: Column, value: Any) -> str:
        """What people write for a value in the language in use."""
        kind, _, name = column.kind.partition(":")
        chinese = current() == "zh"
        if kind == "yes":
            return ("是" if value else "否") if chinese else ("yes" if value else "no")
        if name and chinese:
            return next(
                (shown for shown, word in self._words.choices[name].items() if word == value and not shown.isascii()),
                value,
            )
        if kind == "season":
            return _season(str(value))
        text = str(value)
        return f'"{text}"' if kind == "text" and self._words.special(text) else text

    def _choose(self, sheet: Worksheet, column: Column, row: int, place: int, last: int) -> None:
        """A list to choose from, which does not forbid other spellings."""
        kind, _, name = column.kind.partition(":")
        match kind:
            case "unit":
                offered = self._units
            case "yes":
                offered = [self._word(column, True), self._word(column, False)]
            case "season":
                offered = [_season(season) for season in (LEVEL, *seasons())]
            case "choice":
                offered = [self._word(column, word) for word in dict.fromkeys(self._words.choices[name].values())]
            case _:
                return
        rule = {"validate": "list", "source": offered, "error_type": "information"}
        sheet.data_validation(row, place, last, place, rule)


def _season(name: str) -> str:
    if current() != "zh":
        return name
    return "平稳" if name == LEVEL else seasons()[name].zh
