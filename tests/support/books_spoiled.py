"""Books with rows that nobody could have meant: twenty and more ways to spoil a row, and what must be said of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from books import Tables, columns_of, write_csv

Rows = list[dict[str, str]]

CELLS: dict[str, tuple[str, str, str]] = {
    "a day that does not exist": ("borrowers", "as_of", "2026-13-40"),
    "words for an amount": ("borrowers", "opening", "a lot"),
    "no currency": ("borrowers", "currency", "yuan"),
    "no rating": ("borrowers", "rating", "risky"),
    "a negative cost": ("borrowers", "operating_cost", "-5"),
    "a name on two lines": ("borrowers", "name", "Hengtai\u2028Construction"),
    "a name without end": ("borrowers", "name", "x" * 5_000),
    "a missing amount": ("loans", "principal", ""),
    "fractions of a cent": ("loans", "overdue_principal", "1.234"),
    "a rate no bank has": ("loans", "rate", "435"),
    "a rate with two readings": ("loans", "rate", "0.5"),
    "misplaced separators": ("loans", "overdue_principal", "12,34"),
    "too many digits": ("loans", "penalty", "9" * 30),
    "no such kind": ("sources", "kind", "lottery"),
    "a negative term": ("sources", "months", "-3"),
    "no name for a source": ("sources", "source", ""),
    "a day that never comes": ("flows", "date", "someday"),
    "not a number": ("flows", "amount", "NaN"),
    "a source that is not there": ("flows", "source", "S99"),
    "a formula for an amount": ("flows", "amount", "=SUM(A1:A9)"),
}
"""A name for each way: the table and the column, and what stands there."""


def _doubled(rows: Rows, case: str) -> None:
    rows.extend([dict(row) for row in rows if row["case"] == case][:1])


ROWS: dict[str, tuple[str, Callable[[Rows, str], None]]] = {
    "a loan that stands twice": ("loans", _doubled),
    "a source that stands twice": ("sources", _doubled),
}

LINES: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "more cells than headings": ("loans", lambda line: line.rstrip() + b",,,12,13\r\n"),
    "a quotation mark that never closes": ("sources", lambda line: line.replace(b",", b',"', 2)),
    "bytes that are no text": ("borrowers", lambda line: line.replace(b"(invented)", b"\xff\xfe\x81")),
}


def one_in_ten(book: Tables) -> dict[str, str]:
    """A way for one of every ten borrowers: the first that has a row to be spoiled so."""
    cases = [row["case"] for row in book["borrowers"]]
    return {
        next(case for case in cases[10 * place : 10 * place + 10] if _possible(book, case, way)): way
        for place, way in enumerate(ways())
    }


def _possible(book: Tables, case: str, way: str) -> bool:
    table, column, _ = CELLS.get(way, ("borrowers", "case", ""))
    return any(row["case"] == case and _fits(row, column) for row in book[table])


def ways() -> list[str]:
    """Every way to spoil a row."""
    return [*CELLS, *ROWS, *LINES]


def spoil_rows(book: Tables, spoiled: dict[str, str]) -> tuple[Tables, dict[str, tuple[str, str]]]:
    """A book with cases spoiled each in its way, but for ways that only lines of a file have; and what is to be named:
    the table, and the field where there is one."""
    told: dict[str, tuple[str, str]] = {}
    changed = {name: [dict(row) for row in rows] for name, rows in book.items()}
    for case, way in spoiled.items():
        if way in CELLS:
            table, column, text = CELLS[way]
            next(row for row in changed[table] if row["case"] == case and _fits(row, column))[column] = text
            told[case] = (table, column)
        elif way in ROWS:
            table, change = ROWS[way]
            change(changed[table], case)
            told[case] = (table, "")
    return changed, told


def spoil(folder: Path, book: Tables, spoiled: dict[str, str]) -> dict[str, tuple[str, str]]:
    """Write ``book`` with cases spoiled each in its way; the table, and the field where there is one, to be named."""
    changed, told = spoil_rows(book, spoiled)
    write_csv(folder, changed)
    for case, way in spoiled.items():
        if way in LINES:
            table, damage = LINES[way]
            path = folder / f"{table}.csv"
            place = columns_of(table, changed[table]).index("case")
            lines = path.read_bytes().splitlines(keepends=True)
            number = next(n for n, line in enumerate(lines) if line.split(b",")[place : place + 1] == [case.encode()])
            lines[number] = damage(lines[number])
            path.write_bytes(b"".join(lines))
            told[case] = (table, "")
    return told


def _fits(row: dict[str, str], column: str) -> bool:
    return column not in ("months", "amount", "date") or bool(row.get(column))
