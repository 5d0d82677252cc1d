"""The register of limits: rows under a name, with formula, source and sign. ``compliance`` holds the point checks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from repayplan.formulation.frame import Frame
from repayplan.solvers.staged import Draft

Rows = Callable[[Draft, Frame], None]


@dataclass(frozen=True, slots=True)
class Limit:
    """A family of rows. ``sign``: how the coefficients of its ≤ rows on the debt stand: +, 0 or −, with words where it
    depends. A + anywhere keeps a case out of mode C.

    ``at_least`` marks families that demand money instead of limiting it; a best effort leaves them out.
    """

    name: str
    formula: str
    source: str
    sign: str
    applies: str
    at_least: bool
    rows: Rows

    @property
    def wants_less_debt(self) -> bool:
        """Whether some row holds more easily where the debt is smaller, so that bounds from above are not enough."""
        return "+" in self.sign


_limits: dict[str, Limit] = {}


def limit(
    name: str, *, formula: str, source: str, sign: str, applies: str, at_least: bool = False
) -> Callable[[Rows], Rows]:
    """Register a function that writes the rows of one family."""

    def register(rows: Rows) -> Rows:
        _limits[name] = Limit(name, formula, source, sign, applies, at_least, rows)
        return rows

    return register


def limits() -> Mapping[str, Limit]:
    """Every family by name."""
    from repayplan.formulation import limits as families  # noqa: F401  importing them registers them

    return MappingProxyType(_limits)
