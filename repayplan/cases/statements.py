"""The borrower's yearly accounts, as far as they are given: balance sheet, profit and loss, cash flow."""

from __future__ import annotations

from pydantic import Field

from repayplan.cases.base import Model
from repayplan.cases.fields import Amount, SignedAmount, Year


class Statement(Model):
    """The accounts of one year; whatever is known. All amounts in currency units."""

    year: Year = Field(description="Year of the accounts", examples=[2025])
    revenue: Amount | None = Field(default=None, description="Revenue, currency units", examples=["48000000.00"])
    ebitda: SignedAmount | None = Field(
        default=None,
        description="Profit before interest, tax, depreciation and amortization, currency units",
        examples=["5200000.00"],
    )
    interest: Amount | None = Field(
        default=None, description="Interest expense, currency units", examples=["900000.00"]
    )
    net_profit: SignedAmount | None = Field(
        default=None, description="Profit after tax, currency units; negative for a loss", examples=["1100000.00"]
    )
    operating_cash_flow: SignedAmount | None = Field(
        default=None, description="Cash flow from operations, currency units", examples=["4300000.00"]
    )
    total_assets: Amount | None = Field(
        default=None, description="All assets, currency units", examples=["36000000.00"]
    )
    total_liabilities: Amount | None = Field(
        default=None, description="All liabilities, currency units", examples=["27000000.00"]
    )
    equity: SignedAmount | None = Field(default=None, description="Equity, currency units", examples=["9000000.00"])
