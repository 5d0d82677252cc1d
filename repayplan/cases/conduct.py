"""How a loan was kept before the case's date, as far as the bank's books say: late payments, earlier changes."""

from __future__ import annotations

from pydantic import Field

from repayplan.cases.base import Model
from repayplan.cases.fields import Times


class Conduct(Model):
    """The history of a loan, for the rating of its borrower; no plan depends on it otherwise."""

    late_payments: Times | None = Field(
        default=None,
        description="Payments that came late in the twelve months before the case's date",
        examples=[3],
    )
    restructured: Times | None = Field(
        default=None,
        description="How often the loan was extended, restructured or refinanced before the case's date",
        examples=[1],
    )
