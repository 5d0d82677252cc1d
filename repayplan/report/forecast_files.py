"""A forecast as files: ``forecast.csv``, every flow in both views with the part it comes from, and ``forecast.png``."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from repayplan.language import tr
from repayplan.money import plain, to_cents
from repayplan.planning.forecasts import Outlook, totals
from repayplan.planning.plan_file import finding_line
from repayplan.publishing import publish
from repayplan.report.files import text_cell
from repayplan.report.forecast import KINDS, source_title
from repayplan.report.picture import two_charts

TABLE, PICTURE = "forecast.csv", "forecast.png"

_COLORS = 10
"""So many are told apart; an eleventh would look like the first."""


def forecast_document(seen: Outlook) -> dict[str, Any]:
    """What ``--json`` prints: plain values, amounts as decimal strings."""
    return {
        "schema": "repayplan/forecast/1",
        "currency": seen.case.currency,
        "as_of": seen.window.after.isoformat(),
        "until": seen.window.until.isoformat(),
        "flows": [dict(zip(_FIELDS, row, strict=True)) for row in _rows(seen)],
        "differences": {
            name: {"less": plain(apart.less), "after_the_term": plain(apart.beyond), "later": plain(apart.later)}
            for name, apart in seen.differences.items()
        },
        "findings": [finding_line(finding) for finding in seen.findings],
        "defaults": [
            {"field": used.field, "value": str(used.value), "reason": str(used.reason)} for used in seen.defaults
        ],
    }


def write_forecast(seen: Outlook, directory: str | Path) -> list[Path]:
    """Write table and picture and return their paths. Raises InputError where the directory cannot take them."""
    return publish(Path(directory), {TABLE: _csv(seen), PICTURE: _png(seen)})


_FIELDS = ("view", "date", "source", "kind", "part", "category", "secures", "amount")


def _rows(seen: Outlook) -> Iterator[tuple[str, ...]]:
    for view, flows in (("borrower", seen.borrower), ("bank", seen.bank)):
        for flow in flows:
            parts = (flow.source, flow.kind, flow.part, flow.category, flow.secures or "")
            yield view, flow.date.isoformat(), *parts, plain(flow.amount)


_CATEGORIES = {
    "operating": tr("operating"),
    "tax": tr("tax"),
    "senior": tr("senior"),
    "lender": tr("other lenders"),
    "other": tr("other"),
}
_PARTS = {"(late)": tr("(late)"), "(retention)": tr("(retention)"), "(cost)": tr("(cost)")}


def _part(part: str) -> str:
    """A part with what it is of its item in the language in use."""
    name, _, kind = part.rpartition(" ")
    return f"{name} {_PARTS[kind]}" if name and kind in _PARTS else part


def _csv(seen: Outlook) -> bytes:
    """Headings and kinds in the language in use; the byte order mark tells Excel it is UTF-8."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    headings = (
        tr("View"), tr("Date"), tr("Source"), tr("Kind"), tr("Part"), tr("Category"), tr("Secures"), tr("Amount"),
    )  # fmt: skip
    writer.writerow([str(heading) for heading in headings])
    views = {"borrower": str(tr("Borrower")), "bank": str(tr("Bank"))}
    for view, date, source, kind, part, category, secures, amount in _rows(seen):
        words = (source_title(source), str(KINDS[kind]), _part(part), str(_CATEGORIES[category]), secures)
        writer.writerow([views[view], date, *map(text_cell, words), amount])
    return text.getvalue().encode("utf-8-sig")


def _png(seen: Outlook) -> bytes:
    """A column a month, one color a source, in the bank's view; below it what adds up in both views."""

    def charts(upper: Any, lower: Any, font: str | None) -> None:
        _draw(upper, seen, plain_names=font is None)
        _draw_sums(lower, seen)
        places = range(0, len(seen.months), 3)
        lower.set_xticks(list(places), [f"{seen.months[place]:%Y-%m}" for place in places], rotation=45, ha="right")

    return two_charts(charts)


def _draw(axes: Any, seen: Outlook, plain_names: bool) -> None:
    """Bars as the bank counts on it, the largest sources by themselves."""
    months, amounts = seen.months, totals(seen.bank)
    places = range(len(months))
    above, below = [0.0] * len(months), [0.0] * len(months)
    for number, (title, names) in enumerate(_groups(seen, amounts), 1):
        heights = [sum(amounts.get((name, month), 0) for name in names) / 100 for month in months]
        stack = [above[place] if height >= 0 else below[place] for place, height in zip(places, heights, strict=True)]
        axes.bar(places, heights, bottom=stack, width=0.8, label=_label(title, number, plain_names))
        for place, height in zip(places, heights, strict=True):
            (above if height >= 0 else below)[place] += height
    axes.set_title(
        str(tr("Cash by source and month, as the bank counts on it ({currency})", currency=seen.case.currency))
    )


def _draw_sums(axes: Any, seen: Outlook) -> None:
    """The cash that is there at the end of every month if nothing is paid, in both views."""
    for flows, words, style in (
        (seen.borrower, tr("As the borrower expects it"), "--"),
        (seen.bank, tr("As the bank counts on it"), "-"),
    ):
        sums, level, line = totals(flows), to_cents(seen.case.cash.opening), []
        for month in seen.months:
            level += sum(sums.get((name, month), 0) for name in seen.sources)
            line.append(level / 100)
        axes.plot(range(len(line)), line, style, color="black", linewidth=1.2, label=str(words))
    axes.set_title(str(tr("Cash if nothing is paid")))


def _groups(seen: Outlook, amounts: Mapping[tuple[str, dt.date], int]) -> list[tuple[str, list[str]]]:
    """As many of the largest sources as there are colors, in the order of the case, and the others together."""
    sizes = {name: sum(abs(amount) for (of, _), amount in amounts.items() if of == name) for name in seen.sources}
    largest = sorted(seen.sources, key=lambda name: -sizes[name])
    alone = largest if len(largest) <= _COLORS else largest[: _COLORS - 1]
    rest = [name for name in seen.sources if name not in alone]
    groups = [(source_title(name), [name]) for name in seen.sources if name in alone]
    return [*groups, (str(tr("Other sources")), rest)] if rest else groups


def _label(title: str, number: int, plain_names: bool) -> str:
    """A name as the picture can show it: no font, no Chinese; and no formula in it."""
    shown = title if title.isascii() or not plain_names else str(tr("Source {number}", number=number))
    shown = shown.replace("$", r"\$")[:40]
    return f"\u200b{shown}" if shown.startswith("_") else shown  # a legend leaves out what begins with _
