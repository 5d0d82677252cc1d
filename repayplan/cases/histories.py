"""What came in month by month before the case, from which seasons and stores are learned."""

from __future__ import annotations

from decimal import Decimal

from pydantic import Field, model_validator

from repayplan.cases.base import Model
from repayplan.cases.fields import Amount, FileName, Month, refuse
from repayplan.language import tr

MAX_HISTORY = 600
LEAST_HISTORY = 24
"""Months of history without which a season cannot be told from chance."""


class History(Model):
    """What came in month by month: written here, or in a CSV file beside the case with columns month and amount."""

    start: Month | None = Field(default=None, description="First month of the history", examples=["2023-01"])
    amounts: tuple[Amount | None, ...] | None = Field(
        default=None,
        min_length=1,
        max_length=MAX_HISTORY,
        description="One amount a month, currency units; null where a month is not known",
        examples=[["820000.00", "640000.00", None, "790000.00"]],
    )
    file: FileName | None = Field(
        default=None,
        description="CSV file in the folder of the case, with columns month and amount, in place of the amounts here",
        examples=["history.csv"],
    )

    @model_validator(mode="after")
    def _one_way(self) -> History:
        if self.file is not None:
            raise unread_file()
        if self.start is None or self.amounts is None:
            raise refuse(
                tr("a history needs start and amounts, or a file"),
                remedy=tr("give start: and amounts: [..], or file: history.csv"),
            )
        return self

    @property
    def series(self) -> tuple[Decimal | None, ...]:
        """The amounts one by one, None where a month is not known."""
        return self.amounts or ()

    @property
    def known(self) -> int:
        """How many months are known."""
        return sum(amount is not None for amount in self.series)


def unread_file() -> Exception:
    """The fault of a file that is named where none is read."""
    return refuse(
        tr("a file is read only where the case itself is a file"),
        remedy=tr("write the figures here, or read the case from its file"),
    )
