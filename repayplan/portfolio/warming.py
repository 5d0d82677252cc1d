"""Everything that is compiled for appraising, called once on a small case, so that a process begins with it loaded.

Kernels have one signature each, whatever the case, so that one case has all of them.
"""

from __future__ import annotations

from functools import cache

from repayplan.cases.models import SCHEMA, Case
from repayplan.forecast.futures.drawing import draw_much
from repayplan.planning.batch.warming import warm_up as warm_up_solver
from repayplan.portfolio.appraise import appraise
from repayplan.portfolio.book import BookCase
from repayplan.portfolio.menu import SCHEMA as MENU
from repayplan.portfolio.menu import Menu
from repayplan.portfolio.planner import ask_for
from repayplan.portfolio.settings import Settings

FEW_FUTURES = 2
"""Enough to compile what plays them."""

_CASE = {
    "schema": SCHEMA,
    "as_of": "2026-01-05",
    "enterprise": {"name": "Example"},
    "loans": [
        {
            "id": "L1",
            "principal": "0.00",
            "overdue_principal": "1000.00",
            "rate": "5%",
            "contract": {"overdue_since": "2025-12-05"},
        }
    ],
    "cash": {
        "opening": "0.00",
        "floor": "0.00",
        "sources": [
            {"kind": "monthly", "name": "Shop", "start": "2026-01", "amount": "300.00", "months": 60},
            {"kind": "stores", "name": "Chain", "stores": [{"name": "First", "monthly": "300.00"}], "months": 60},
            {
                "kind": "receivables",
                "name": "Debtors",
                "items": [{"debtor": "A", "due": "2026-03-05", "amount": "90.00"}],
            },
        ],
    },
    "policy": {"rating": "medium"},
}
_MENU = {
    "schema": MENU,
    "plans": [{"shapes": ["level"], "installments": [6]}],
    "treatments": ["do_nothing"],
}


@cache
def warm_up() -> None:
    """Load, or compile where nobody has yet, whatever appraising calls; once in a process, and nothing comes of it."""
    book = BookCase("", 2, Case.model_validate(_CASE), None, None)
    menu = Menu.model_validate(_MENU)
    draw_much()
    warm_up_solver(ask_for(book.case, menu.plan_options[0]))
    appraise([book], menu, Settings(scenarios=FEW_FUTURES))
