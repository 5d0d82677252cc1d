"""Workbooks to start from: one whose first sheet is all that is filled in, or a story with its sheets."""

from __future__ import annotations

import datetime as dt

from repayplan.cases.excel.content import Content
from repayplan.cases.excel.headings import headings
from repayplan.cases.excel.writer import write_content
from repayplan.language import current

_OVERVIEW = {
    "as_of": "2026-11-20",
    "debt": "2500000.00",
    "interest": "38500.00",
    "rate": "0.0435",
    "overdue_days": 95,
    "cash.opening": "540000.00",
    "monthly_cash": "380000.00",
    "season": "clothing",
    "cash.operating_cost": "250000.00",
    "policy.months": 36,
}
_NAMES = {
    "en": {"enterprise.name": "Jinxiu Clothing (invented)", "enterprise.industry": "clothing retail"},
    "zh": {"enterprise.name": "锦绣服饰有限公司（虚构）", "enterprise.industry": "服装零售"},
}


def short_workbook(unit: int = 1) -> bytes:
    """An invented borrower in thirteen cells, in the language in use; the other sheets are empty."""
    content = Content()
    content.forms["overview"] = {**_OVERVIEW, **_NAMES[current()]}
    return write_content(content, headings(), dt.date(2026, 11, 20), unit=unit)
