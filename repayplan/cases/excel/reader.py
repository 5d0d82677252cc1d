"""From the sheets of a workbook to the plain values of a case, every value with its cell."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from repayplan.cases import cells
from repayplan.cases.documents import UNREADABLE, Document, scalar, shown
from repayplan.cases.excel.container import Sheet, open_workbook, spell
from repayplan.cases.excel.draft import Draft, Place, Reading, heading_text, steps
from repayplan.cases.excel.forms import read_form
from repayplan.cases.excel.headings import (
    LONGEST,
    Headings,
    Layout,
    currency_of,
    headings,
    plain,
    remarks,
    unit_like,
    unit_of,
)
from repayplan.cases.excel.loans import settle_loan
from repayplan.cases.excel.overview import Overview
from repayplan.cases.excel.tables import Row, read_table
from repayplan.errors import Fault, InputError
from repayplan.language import tr

SCHEMA = "repayplan/case/1"

_BANNER = re.compile(
    r"\(?[^:()]{0,12}(?:单位|unit)s?:(?P<said>.+?)\)?"
    r"|\(?(?:(?:all )?(?:amounts|figures)(?: are)? )?in:? (?P<words>.+?)\)?"
)
_PATH = re.compile(r"[a-z_]+(\[\d{1,5}\])?(\.[a-z_]+(\[\d{1,5}\])?)*")
_MOST_NAMED = 10
"""Hidden rows that are named one by one."""

_UNIT_NAMES = {1: "元", 10_000: "万元"}


@dataclass(frozen=True, slots=True)
class _Source:
    """A source of cash, with the number by which the sources are put in order."""

    draft: Draft
    order: int | None
    opener: Row | None = None
    """The first row of a group."""


def read_workbook(content: bytes, name: str) -> Document:
    """The plain values of an .xlsx file. What is wrong with single cells stands in the document's faults.

    Raises InputError for a file that cannot be opened at all.
    """
    words = headings()
    sheets = open_workbook(content, name)
    reading = Reading(words)
    pages = _pages(sheets, reading)
    reading.unit = unit_mentioned(pages, reading)
    draft = _assemble(pages, reading)
    return document_of(name, draft, sheets, reading)


def document_of(name: str, draft: Draft, sheets: Sequence[Sheet], reading: Reading) -> Document:
    """What was put together, as a document that knows the cell of every value."""
    order = {sheet.name: number for number, sheet in enumerate(sheets)}
    lines = {
        path: (order[sheet.name] * 10**6 + row) * 10**4 + column
        for path, (sheet, (row, column)) in draft.places.items()
    }
    addresses = {path: sheet.where(address) for path, (sheet, address) in draft.places.items()}
    unique = tuple({(fault.where, fault.what.text): fault for fault in reading.faults}.values())
    labels = {
        path: reading.titles[sheet.name, address]
        for path, (sheet, address) in draft.places.items()
        if (sheet.name, address) in reading.titles
    }
    return Document(name, draft.data, {(): 0, **lines}, addresses, unique, tuple(reading.doubts), labels)


def _pages(sheets: Sequence[Sheet], reading: Reading) -> list[tuple[Sheet, Layout]]:
    """The sheets with what they mean, the overview first; others than known ones are noted."""
    layouts = reading.words.layouts
    named = [(sheet, reading.words.layout_of(sheet.name)) for sheet in sheets]
    first = next((sheet for sheet in sheets if not sheet.hidden), sheets[0])
    overview = next((sheet for sheet, layout in named if layout is layouts["overview"]), first)
    if overview is first and reading.words.layout_of(first.name) not in (None, layouts["overview"]):
        what = tr("this workbook has no sheet {name}", name=layouts["overview"].title)
        raise InputError(
            Fault(
                what,
                first.where((0, 0)),
                shown(first.name),
                remedy=tr("put it first; repayplan init --excel writes one"),
            )
        )
    pages = [(overview, layouts["overview"])]
    for sheet, layout in named:
        if sheet is overview or not sheet.filled or _set_aside(sheet.name, reading.words):
            continue
        if sheet.hidden and layout is None:
            remedy = tr("nothing, where it only holds lists to choose from; otherwise show it and name it")
            reading.doubt(f"{sheet.file} {shown(sheet.name)}", tr("this hidden sheet is left alone"), remedy)
        elif layout is None or layout is layouts["overview"]:
            known = ", ".join(each.title for each in layouts.values())
            what = tr("no such sheet is known: {name}", name=sheet.name)
            remedy = tr(
                "give it one of these names: {names}; or put _ before its name to have it left alone", names=known
            )
            reading.blame((sheet, sheet.filled[0]), what, remedy)
        else:
            pages.append((sheet, layout))
    for sheet, _ in pages:
        show_unseen(sheet, reading)
    return pages


def show_unseen(sheet: Sheet, reading: Reading) -> None:
    """What counts although nobody sees it who opens the workbook."""
    remedy = tr("show them and look, or delete what should not count")
    where = f"{sheet.file} {shown(sheet.name)}"
    if sheet.hidden:
        reading.doubt(where, tr("this sheet is hidden, and it counts"), remedy)
    if sheet.hidden_rows:
        rows = _spans([str(row + 1) for row in sheet.hidden_rows])
        reading.doubt(where, tr("rows that are hidden or filtered out count: {rows}", rows=rows), remedy)
    if sheet.hidden_columns:
        columns = _spans([spell((0, column))[:-1] for column in sheet.hidden_columns])
        reading.doubt(where, tr("columns that are hidden count: {columns}", columns=columns), remedy)


def _spans(names: list[str]) -> str:
    """The first names of a list; the rest as a number."""
    rest = len(names) - _MOST_NAMED
    return ", ".join(names[:_MOST_NAMED]) + (f" … (+{rest})" if rest > 0 else "")


def _set_aside(name: str, words: Headings) -> bool:
    return name.startswith("_") or plain(name) in words.ignored


def unit_mentioned(pages: Sequence[tuple[Sheet, Layout]], reading: Reading) -> int:
    """The unit of every amount: what the first sheet says, and nothing else may say otherwise."""
    mentions = [mention for sheet, layout in pages for mention in _mentions(sheet, layout, reading)]
    unit = mentions[0][0] if mentions else 1
    own = _currency(pages)
    reading.currency = own or reading.currency
    for other, currency, place in mentions:
        if own is not None and currency not in (None, own):
            what = tr("this counts in {other}, the case in {currency}", other=currency, currency=own)
            reading.blame(place, what, tr("convert the amounts, or name the currency of the case among its limits"))
        if other != unit:
            what = tr(
                "this counts in {other}, the workbook in {unit}", other=_UNIT_NAMES[other], unit=_UNIT_NAMES[unit]
            )
            reading.blame(place, what, tr("use one unit in the whole workbook, chosen on its first sheet"))
    return unit


def _currency(pages: Sequence[tuple[Sheet, Layout]]) -> str | None:
    """The currency of the case; None for a list of loans, which belongs to no case yet."""
    own = None
    for sheet, layout in pages:
        if layout.key == "overview":
            own = own or "CNY"
        if layout.is_form and any(column.field == "currency" for column in layout.columns):
            value = read_form(sheet, layout, Reading(headings())).get("currency", (None, (0, 0)))[0]
            own = value if isinstance(value, str) else own
    return own


def _mentions(sheet: Sheet, layout: Layout, reading: Reading) -> Iterator[tuple[int, str | None, Place]]:
    if layout.key == "overview":
        yield from _chosen(sheet, layout, reading)
    for address in sheet.written:
        text = heading_text(sheet, address)
        if text is None or address in sheet.merged or len(text) > LONGEST:
            continue
        column = layout.find(text)
        banner = _BANNER.fullmatch(cells.tidy(text).lower()) if column is None else None
        said = [banner["said"] or banner["words"]] if banner else remarks(text) if column else []
        for words in said if column is None or column.kind == "amount" else ():
            unit = unit_of(words)
            if unit:
                yield unit, currency_of(words), (sheet, address)
            elif unit_like(words) or (unit == 0 and column is not None):
                what, limit = tr("this is not a unit of amounts"), tr("元 or 万元")
                reading.blame((sheet, address), what, tr("choose one of these"), limit)


def _chosen(sheet: Sheet, layout: Layout, reading: Reading) -> Iterator[tuple[int, str | None, Place]]:
    """What stands behind the label of the unit."""
    value, address = read_form(sheet, layout, Reading(reading.words)).get("unit", (None, (0, 0)))
    code = re.fullmatch(r"[A-Z]{3}", str(value))
    unit = 1 if code else unit_of(str(value)) if value is not None else None
    if unit:
        yield unit, code[0] if code and code[0] != "RMB" else currency_of(str(value)), (sheet, address)
    elif value is not None:
        what, limit = tr("this is not a unit of amounts"), tr("元 or 万元")
        reading.blame((sheet, address), what, tr("choose one of these"), limit)


def _assemble(pages: Sequence[tuple[Sheet, Layout]], reading: Reading) -> Draft:
    draft = Draft({"schema": SCHEMA})
    overview = Overview(pages[0][0], read_form(*pages[0], reading), reading)
    overview.places(draft)
    overview.fields(draft)
    loans: list[Draft] = []
    sources: list[_Source] = []
    statements: list[Draft] = []
    more: list[Row] = []
    for sheet, layout in pages[1:]:
        if layout.is_form:
            _policy(sheet, layout, draft, reading)
            continue
        rows = read_table(sheet, layout, reading)
        match layout.key:
            case "loans":
                loans.extend(settle_loan(row, overview.as_of, reading) for row in rows)
            case "statements":
                statements.extend(row.own for row in rows)
            case "more":
                more.extend(rows)
            case _:
                sources.extend(_sources(layout, rows, reading))
    _loans(draft, loans, overview)
    _cash(draft, sources, overview)
    for number, statement in enumerate(statements):
        draft.graft(("statements", number), statement)
    for row in more:
        _more(row, draft, reading)
    return draft


def _policy(sheet: Sheet, layout: Layout, draft: Draft, reading: Reading) -> None:
    """The bank's wishes. ``off`` switches the whole limit off."""
    for field, (value, address) in read_form(sheet, layout, reading).items():
        path = steps(field)
        if value == "off" and (switch := layout.column(field).off):
            path = steps(switch)
        draft.places[path] = (sheet, address)
        group = draft.get(path[:-1])
        if value is None:
            continue
        if group == "off" or (value == "off" and draft.get(path) is not None):
            reading.blame((sheet, address), tr("this limit is switched off elsewhere"), tr("leave this cell empty"))
            continue
        draft.put(path, value)


def _loans(draft: Draft, loans: list[Draft], overview: Overview) -> None:
    if loans:
        overview.refine(loans)
    for number, loan in enumerate(loans or [overview.loan()]):
        draft.graft(("loans", number), loan)


def _cash(draft: Draft, sources: list[_Source], overview: Overview) -> None:
    if sources:
        overview.no_cash()
        ordered = [source for _, source in sorted(enumerate(sources), key=lambda pair: (pair[1].order or 0, pair[0]))]
        for number, source in enumerate(ordered):
            draft.graft(("cash", "sources", number), source.draft)
    elif (only := overview.cash()) is not None:
        draft.graft(("cash", "sources", 0), only)


def _sources(layout: Layout, rows: Sequence[Row], reading: Reading) -> list[_Source]:
    """The sources of one sheet: one a row, or one for all rows of a group."""
    if layout.items is None:
        for row in rows:
            row.own.data["kind"] = layout.kind
        return [_Source(row.own, row.order) for row in rows]
    groups: dict[str, _Source] = {}
    name = layout.title
    for row in rows:
        own_name = row.shared.data.get("name")
        name = own_name if isinstance(own_name, str) else name
        if name not in groups:
            groups[name] = _Source(Draft({"kind": layout.key, "name": name}), row.order, row)
            groups[name].draft.places[()] = row.own.places[()]
        group = groups[name].draft
        _share(row.shared, group, reading, first=groups[name].opener is row)
        group.graft((layout.items, len(group.get((layout.items,)) or ())), row.own)
    return list(groups.values())


def _share(shared: Draft, group: Draft, reading: Reading, first: bool) -> None:
    """What a row says of its group; another row may repeat it but not say otherwise."""
    for path, place in shared.places.items():
        if not path:
            continue
        value, known = shared.get(path), group.get(path)
        if known is None and value is not None and path != ("name",) and not first:
            what = tr("this holds for the whole group, and its first row does not say it")
            remedy = tr("write it in the first row of the group, or make two groups of it")
            reading.blame(place, what, remedy)
            continue
        if known is None or value is not None:
            group.places.setdefault(path, place)
        if value is None or isinstance(value, dict):
            continue
        if known is None or known is UNREADABLE or path == ("name",):
            group.put(path, value)
            group.places[path] = place
        elif value is not UNREADABLE and value != known:
            what = tr("another row of the same group says otherwise")
            limit = tr("there it says {value}", value=known)
            reading.blame(place, what, tr("write it once, in the first row of the group"), limit)


def _more(row: Row, draft: Draft, reading: Reading) -> None:
    """A field by its path, for everything that has no column of its own."""
    text, value = row.own.get(("path",)), row.own.get(("value",))
    place = row.own.places.get(("path",), row.own.places[()])
    if text is UNREADABLE or value is UNREADABLE:
        return
    if not isinstance(text, str) or not _PATH.fullmatch(text) or not _fits(steps(text), draft.data):
        what = tr("this is no field of a case that could be set here")
        reading.blame(place, what, tr("write for example {example}", example="loans[0].contract.maturity"))
        return
    draft.put(steps(text), _said(value))
    draft.places[steps(text)] = row.own.places.get(("value",), place)


def _fits(path: tuple[str | int, ...], data: Any) -> bool:
    """Whether a value can be set at a path: nothing is there yet, and lists grow one by one."""
    for place, step in enumerate(path):
        if isinstance(data, dict) and isinstance(step, str):
            data = data.get(step)
        elif isinstance(data, list) and isinstance(step, int):
            data = data[step] if step < len(data) else None if step == len(data) else UNREADABLE
        elif data is None:
            return all(later == 0 for later in path[place:] if isinstance(later, int))
        else:
            return False
    return data is None


def _said(text: Any) -> Any:
    """A value as YAML would have it; text in quotes is text."""
    if not isinstance(text, str):
        return None
    if text == "{}":
        return {}
    if text.startswith('"'):
        try:
            value = json.loads(text)
        except ValueError:
            return text
        return value if isinstance(value, str) else text
    return scalar(text)
