"""Repayment schedules for overdue corporate loans: planned from cash, exact to the cent, proven.

    import repayplan as rp

    case = rp.read_case("case.yaml")
    plan = rp.plan(case)
    plan.schedule                     # a DataFrame
    rp.write_plan(plan, "out")        # plan.json, schedule.csv, cash.csv
    rp.verify(rp.read_plan("out/plan.json"))

Nothing is imported before it is used: ``import repayplan`` costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from repayplan.version import __version__

if TYPE_CHECKING:
    from repayplan.cases.loan_list import read_loans as read_loans
    from repayplan.cases.readers import read_case as read_case
    from repayplan.cases.schema import case_schema as case_schema
    from repayplan.planning.plan import plan as plan
    from repayplan.planning.plan_file import read_plan as read_plan
    from repayplan.planning.verify import verify as verify
    from repayplan.report.files import write_plan as write_plan

_HOMES = {
    "case_schema": "repayplan.cases.schema",
    "plan": "repayplan.planning.plan",
    "read_case": "repayplan.cases.readers",
    "read_loans": "repayplan.cases.loan_list",
    "read_plan": "repayplan.planning.plan_file",
    "verify": "repayplan.planning.verify",
    "write_plan": "repayplan.report.files",
}

__all__ = ["__version__", "case_schema", "plan", "read_case", "read_loans", "read_plan", "verify", "write_plan"]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'repayplan' has no attribute {name!r}")
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
