"""What all programs of a batch share: which entries there are, and how the matrix of every step is factorized.

A step of the interior point method solves with the quasi-definite matrix (Vanderbei, SIAM J. Optim. 5, 1995)

    K = [ −Θ⁻¹  Aᵀ ]      columns of the program: negative pivots
        [  A    Θs ]      its rows: positive pivots

which has the same zeros in every lane and iteration. So the order of elimination, the entries that fill in and every
multiplication are worked out once; lanes then only bring numbers. As stages reach no further than the stage before, an
order of least degree walks along the stages and keeps the factor as sparse as the program; a row over many stages only
costs what it touches, and needs no treatment of its own (George & Liu 1981, chapter 5).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Index = NDArray[np.int32]
Mask = NDArray[np.bool_]


class Matrix(NamedTuple):
    """Where entries of A stand: e entries, m rows, n columns.

    ``rows`` and ``columns`` (e,), sorted by column, ``column_starts`` (n + 1,). ``by_row`` (e,): the entries row by
    row, ``row_starts`` (m + 1,). ``equal`` (m,): rows that are equations.
    """

    rows: Index
    columns: Index
    column_starts: Index
    by_row: Index
    row_starts: Index
    equal: Mask


class Pattern(NamedTuple):
    """Entries of A as in :class:`Matrix`, and the factor L of K = L D Lᵀ in order of elimination.

    ``column_place`` (n,) and ``row_place`` (m,): place of each in the order of elimination. ``sign`` (n + m,) of
    each pivot. Entries of the factor below its diagonal stand column by column: ``below`` tells their place, ``starts``
    (n + m + 1,) where a column begins, ``source`` the entry of A that K has there, or −1.
    Targets are the diagonal of each column, then its entries below. From target t the products of the entries
    ``first`` and ``second`` from ``pair_starts[t]`` on are taken.
    """

    rows: Index
    columns: Index
    column_starts: Index
    by_row: Index
    row_starts: Index
    equal: Mask
    column_place: Index
    row_place: Index
    sign: NDArray[np.float64]
    below: Index
    starts: Index
    source: Index
    first: Index
    second: Index
    pair_starts: Index


def matrix(rows: Index, columns: Index, equal: Mask, width: int) -> Matrix:
    """Entries that are sorted by column."""
    by_row = np.lexsort((columns, rows))
    return Matrix(
        rows=rows.astype(np.int32),
        columns=columns.astype(np.int32),
        column_starts=np.searchsorted(columns, np.arange(width + 1)).astype(np.int32),
        by_row=by_row.astype(np.int32),
        row_starts=np.searchsorted(rows[by_row], np.arange(len(equal) + 1)).astype(np.int32),
        equal=equal,
    )


def pattern(of: Matrix, sure: Mask) -> Pattern:
    """How K is factorized. ``sure`` (e,): entries that are there in every lane, in columns that can move in each.

    An equation has a pivot only from columns that have gone before it: it waits for a sure one, or else for all.
    """
    from repayplan.solvers.batched.elimination import eliminated, factored, sources

    width = len(of.column_starts) - 1
    order, starts, structure = eliminated(of, sure)
    place, below, pair_starts, first, second = factored(order, starts, structure)
    return Pattern(
        *of,
        column_place=place[:width].copy(),
        row_place=place[width:].copy(),
        sign=np.where(order < width, -1.0, 1.0),
        below=below,
        starts=starts,
        source=sources(of, place, starts, below),
        first=first,
        second=second,
        pair_starts=pair_starts,
    )
