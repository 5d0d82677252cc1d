"""A staged program with some of its lanes, other costs, or rows over many stages switched on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from repayplan.solvers.staged import Array, Column, LongRow, Row, StagedProgram, Term

Lanes = NDArray[np.int64]


def some_lanes(program: StagedProgram, lanes: Lanes) -> StagedProgram:
    """The program of some lanes, in that order."""
    columns = {name: _column(column, lanes) for name, column in program.columns.items()}
    rows = tuple(_row(row, lanes) for row in program.rows)
    long_rows = tuple(
        replace(
            row,
            coefficients={name: values[lanes] for name, values in row.coefficients.items()},
            rhs=row.rhs[lanes],
            active=row.active[lanes],
        )
        for row in program.long_rows
    )
    return StagedProgram(len(lanes), program.stages, columns, rows, long_rows)


def _column(column: Column, lanes: Lanes) -> Column:
    return replace(
        column,
        lower=column.lower[lanes],
        upper=column.upper[lanes],
        cost=column.cost[lanes],
        initial=column.initial[lanes],
    )


def _row(row: Row, lanes: Lanes) -> Row:
    terms = tuple(Term(term.coefficient[lanes], term.column, term.when) for term in row.terms)
    return replace(row, terms=terms, rhs=row.rhs[lanes], active=row.active[lanes])


def with_costs(program: StagedProgram, costs: Mapping[str, Array]) -> StagedProgram:
    """The program that minimizes ``costs`` (N, T) by column, and nothing else."""
    nothing = np.zeros((program.lanes, program.stages))
    columns = {
        name: replace(column, cost=np.asarray(costs.get(name, nothing))) for name, column in program.columns.items()
    }
    return replace(program, columns=columns)


def with_long_row(program: StagedProgram, name: str, most: Array) -> StagedProgram:
    """The program in which a row over many stages is switched on in every lane, each at ``most`` (N,)."""
    there = np.ones(program.lanes, dtype=bool)
    rows = tuple(
        LongRow(row.name, row.stage, row.coefficients, most, there) if row.name == name else row
        for row in program.long_rows
    )
    return replace(program, long_rows=rows)
