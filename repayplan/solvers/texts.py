"""A sparse program as text, in the two formats that every solver reads: CPLEX LP and free MPS."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from repayplan.solvers.sparse import SparseProgram

OBJECTIVE = "objective"

MOST_SIGNS = 200
"""Names are no longer than this; both formats allow 255."""

TERMS_A_LINE = 5

_LEGAL = re.compile(r"(?![eE]\d)[A-Za-z_][A-Za-z0-9_.]*")


@dataclass(frozen=True)
class Names:
    """What the columns and rows of a program are called; unique, and legal in both formats."""

    columns: Sequence[str]
    rows: Sequence[str]

    def __post_init__(self) -> None:
        for names in ([OBJECTIVE, *self.rows], self.columns):
            if len(set(names)) < len(names):
                raise ValueError("names are not unique")
            bad = next((name for name in names if len(name) > MOST_SIGNS or not _LEGAL.fullmatch(name)), None)
            if bad is not None:
                raise ValueError(f"{bad!r} is no name in both formats")


def lp_text(program: SparseProgram, names: Names, comments: Sequence[str] = ()) -> str:
    """The program in CPLEX LP format; rows that are switched off are left out."""
    lines = [*(f"\\ {comment}" for comment in comments), "Minimize"]
    cost = [(name, value) for name, value in zip(names.columns, program.cost.tolist(), strict=True) if value]
    lines += [*_sum(OBJECTIVE, cost, names.columns[0]), "Subject To"]
    columns, values = program.by_rows()
    for row in _active(program):
        held = [(names.columns[column], value) for column, value in zip(columns[row], values[row], strict=True)]
        sign = "=" if np.isfinite(program.row_lower[row]) else "<="
        lines += _sum(names.rows[row], held, names.columns[0])
        lines[-1] += f" {sign} {_number(program.row_upper[row])}"
    lines.append("Bounds")
    for name, low, high in zip(names.columns, program.lower, program.upper, strict=True):
        lines.append(f" {_number(low)} <= {name} <= {_number(high)}")
    if program.mixed:
        lines += ["Generals", *(f" {names.columns[column]}" for column in np.flatnonzero(program.integer).tolist())]
    return "\n".join([*lines, "End", ""])


def mps_text(program: SparseProgram, names: Names, comments: Sequence[str] = ()) -> str:
    """The program in free MPS format; rows that are switched off are left out."""
    active = set(_active(program))
    lines = [*(f"* {comment}" for comment in comments), "NAME repayplan FREE", "ROWS", f" N {OBJECTIVE}"]
    lines += [f" {'E' if np.isfinite(program.row_lower[row]) else 'L'} {names.rows[row]}" for row in sorted(active)]
    lines.append("COLUMNS")
    whole = False
    for column, name in enumerate(names.columns):
        if program.integer[column] != whole:
            whole = not whole
            lines.append(f" MARKER{column} 'MARKER' '{'INTORG' if whole else 'INTEND'}'")
        lines.append(f" {name} {OBJECTIVE} {_number(program.cost[column])}")
        for place in range(program.starts[column], program.starts[column + 1]):
            row, value = int(program.indices[place]), program.values[place]
            if value and row in active:
                lines.append(f" {name} {names.rows[row]} {_number(value)}")
    lines += [" MARKER 'MARKER' 'INTEND'"] if whole else []
    lines += ["RHS", *(f" RHS {names.rows[row]} {_number(program.row_upper[row])}" for row in sorted(active))]
    lines.append("BOUNDS")
    for name, low, high in zip(names.columns, program.lower, program.upper, strict=True):
        lines += [f" LO BOUND {name} {_number(low)}", f" UP BOUND {name} {_number(high)}"]
    return "\n".join([*lines, "ENDATA", ""])


def _active(program: SparseProgram) -> list[int]:
    return [int(row) for row in np.flatnonzero(np.isfinite(program.row_upper))]


def _sum(name: str, terms: Sequence[tuple[str, float]], any_column: str) -> Iterator[str]:
    """Lines of ``name: Σ terms``; a sum of nothing is written as nothing times some column."""
    signed = [f"{'-' if value < 0 else '+'} {_number(abs(value))} {column}" for column, value in terms]
    signed = signed or [f"+ 0 {any_column}"]
    for start in range(0, len(signed), TERMS_A_LINE):
        yield (f" {name}: " if start == 0 else "  ") + " ".join(signed[start : start + TERMS_A_LINE])


def _number(value: float) -> str:
    """All the digits there are, and no more."""
    text = repr(float(value) + 0.0)
    return text.removesuffix(".0")
