"""Postings to the ledger of a signed loan in whole cents, compiled, for kernels that keep many; see :mod:`.many`.

A loan's ``balances`` (5,) are cents by class, as :data:`repayplan.debt.many.CLASSES` has them.
"""

from __future__ import annotations

from typing import Any

from repayplan.compiling import compiled
from repayplan.debt.many import COMPOUND, INTEREST, PRINCIPAL

Array = Any

ON_PRINCIPAL, BY_PRINCIPAL, ON_UNPAID, BY_UNPAID = range(4)
"""Numerators and denominators of what is borne in a period: of principal, and of unpaid interest."""


@compiled
def rounded(base: int, top: int, bottom: int) -> int:
    """``base · top / bottom`` to the cent, halves up; ``base`` is cut so that no product leaves 64 bits."""
    whole, rest = base // bottom, base % bottom
    return whole * top + (2 * rest * top + bottom) // (2 * bottom)


@compiled
def book(balances: Array, bears: Array) -> None:
    """Settle a period in which a loan ``bears`` (4,)."""
    principal = rounded(balances[PRINCIPAL], bears[ON_PRINCIPAL], bears[BY_PRINCIPAL])
    compound = rounded(balances[COMPOUND], bears[ON_UNPAID], bears[BY_UNPAID])
    interest = rounded(balances[INTEREST], bears[ON_UNPAID], bears[BY_UNPAID])
    balances[COMPOUND] += compound + interest
    balances[INTEREST] += principal


@compiled
def settle(balances: Array, order: Array, cents: int) -> None:
    """Pay the classes one by one, in the ``order`` (5,) of settlement; ``cents`` are no more than is owed."""
    for place in order:
        part = min(cents, balances[place])
        balances[place] -= part
        cents -= part
