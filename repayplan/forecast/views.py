"""The two views of every source: what the borrower expects, and what the bank counts on."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from repayplan.cases.sources import Source
from repayplan.rules import ViewDefault, views


@dataclass(frozen=True, slots=True)
class Seen:
    """How the bank sees one source; ``default`` where part of that is not said by the case."""

    haircut: Decimal
    delay_days: int
    default: ViewDefault | None


def seen(source: Source) -> Seen:
    """The bank's view of a source, filled up from the dated table."""
    default = views()[source.kind]
    said = source.bank
    complete = said.haircut is not None and said.delay_days is not None
    return Seen(
        default.haircut if said.haircut is None else said.haircut,
        default.delay_days if said.delay_days is None else said.delay_days,
        None if complete else default,
    )
