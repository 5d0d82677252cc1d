"""Repayment schedules for overdue corporate loans: planned from cash, exact to the cent, proven.

    import repayplan as rp

    case = rp.read_case("case.yaml")
    plan = rp.plan(case)
    plan.schedule                     # a DataFrame
    rp.write_plan(plan, "out")        # plan.json, schedule.csv, cash.csv
    rp.verify("out/plan.json")
    rp.stress(plan, scenarios=10_000, seed=1).missed
    rp.run_portfolio("book", "limits.yaml", "out").choices

A path stands for what is in it, a directory for the case or the plan that it holds. Nothing is imported before it is
used: ``import repayplan`` costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from repayplan.version import __version__

if TYPE_CHECKING:
    from pathlib import Path

    from repayplan.cases.loan_list import read_loans as read_loans
    from repayplan.cases.models import Case
    from repayplan.cases.readers import read_case as read_case
    from repayplan.cases.schema import case_schema as case_schema
    from repayplan.compliance.findings import Finding
    from repayplan.evaluate.setting import Hazard
    from repayplan.exchange.programs import write_program as write_program
    from repayplan.forecast.futures import Method
    from repayplan.planning.explain import Explanation
    from repayplan.planning.offers import Judged
    from repayplan.planning.plan_file import PlanFile
    from repayplan.planning.plan_file import read_plan as read_plan
    from repayplan.planning.rating import Rated
    from repayplan.planning.result import Plan
    from repayplan.planning.robust.plan import Robust
    from repayplan.planning.stress import Trial
    from repayplan.portfolio.run.results import Results
    from repayplan.portfolio.run.run import EngineName
    from repayplan.report.files import write_plan as write_plan

_HOMES = {
    "case_schema": "repayplan.cases.schema",
    "read_case": "repayplan.cases.readers",
    "read_loans": "repayplan.cases.loan_list",
    "read_plan": "repayplan.planning.plan_file",
    "write_plan": "repayplan.report.files",
    "write_program": "repayplan.exchange.programs",
}

__all__ = [
    "__version__",
    "case_schema",
    "explain",
    "judge_offer",
    "plan",
    "rate",
    "read_case",
    "read_loans",
    "read_plan",
    "robust_plan",
    "run_portfolio",
    "stress",
    "verify",
    "write_plan",
    "write_program",
]


def _case(given: Case | str | Path) -> Case:
    """A case, or the one in a file or a directory."""
    from repayplan.cases.models import Case
    from repayplan.cases.readers import read_case

    return given if isinstance(given, Case) else read_case(given)


def _plan_file(given: Case | Plan | PlanFile | str | Path) -> PlanFile:
    """A plan, or the one in a file or a directory; of a case, the plan that is made of it."""
    import os

    from repayplan.planning.plan_file import PlanFile, is_plan, plan_file, read_plan
    from repayplan.planning.result import Plan

    if isinstance(given, PlanFile):
        return given
    if isinstance(given, Plan):
        return plan_file(given)
    if isinstance(given, str | os.PathLike) and is_plan(given):
        return read_plan(given)
    return plan_file(plan(given))


def plan(
    case: Case | str | Path,
    *,
    solver: str = "highs",
    time_limit: float | None = None,
    scenarios: int = 0,
    seed: int = 1,
) -> Plan:
    """The best plan of a case, or of the case in a file, under its policy; see :func:`repayplan.planning.plan.plan`.

    It is tried in so many ``scenarios`` drawn by ``seed``, if any; see ``outlook`` of the plan.
    """
    from repayplan.planning.plan import plan as made

    found = made(_case(case), solver=solver, time_limit=time_limit)
    if not scenarios:
        return found
    from repayplan.forecast.futures import Drawing
    from repayplan.planning.outlook import with_outlook

    return with_outlook(found, Drawing(seed, scenarios))


def explain(case: Case | Plan | PlanFile | str | Path, *, time_limit: float | None = None) -> Explanation:
    """Why the plan of a case (or of a file, or of a plan's case) is as it is, or why there is none and the least that
    would help; see :func:`repayplan.planning.explain.explain`."""
    import os

    from repayplan.planning.explain import explain as explained
    from repayplan.planning.plan_file import PlanFile, is_plan, read_plan
    from repayplan.planning.result import Plan

    if isinstance(case, str | os.PathLike) and is_plan(case):
        case = read_plan(case)
    return explained(case.case if isinstance(case, Plan | PlanFile) else _case(case), time_limit=time_limit)


def rate(case: Case | str | Path) -> Rated:
    """How likely the borrower of a case (or of a file) is to fail, with every reason; see
    :func:`repayplan.planning.rating.rate`."""
    from repayplan.planning.rating import rate as rated

    return rated(_case(case))


def robust_plan(
    case: Case | str | Path,
    *,
    risk_aversion: float | None = None,
    max_miss: float | None = None,
    scenarios: int = 1_000,
    seed: int = 1,
    solver: str = "highs",
    time_limit: float | None = None,
) -> Robust:
    """The plan of a case (or of a file) for many futures, by risk aversion or by a bound on the probability of a missed
    installment; see :func:`repayplan.planning.robust.plan.robust_plan`."""
    from repayplan.planning.robust.plan import robust_plan as made
    from repayplan.planning.robust.wish import Wish

    wish = Wish(risk_aversion, max_miss, scenarios, seed)
    return made(_case(case), wish, solver=solver, time_limit=time_limit)


def judge_offer(case: Case | str | Path, schedule: str | Path) -> Judged:
    """The schedule in a file, offered for a case, through ledger and limits, and the nearest one that holds; see
    :func:`repayplan.planning.offers.judge_offer`."""
    from repayplan.cases.offers import read_offer
    from repayplan.planning.offers import judge_offer as judged

    known = _case(case)
    return judged(known, read_offer(schedule, known))


def run_portfolio(
    book: str | Path,
    limits: str | Path | None,
    out: str | Path,
    *,
    menu: str | Path | None = None,
    chunk: int | None = None,
    workers: int | None = None,
    engine: EngineName = "local",
    resume: bool = False,
    seed: int = 1,
    scenarios: int = 1_000,
) -> Results:
    """Options for every borrower of a book, and one chosen for each under the limits in a file, written into ``out`` as
    they come; the results are DataFrames. A script that calls it is protected by ``if __name__ == "__main__":``, as any
    that uses several processes; see :func:`repayplan.portfolio.run.run.run_portfolio`."""
    from pathlib import Path

    from repayplan.portfolio.run.processes import head_start

    head_start(engine, resume)
    from repayplan.portfolio.run.run import Means, Wish
    from repayplan.portfolio.run.run import run_portfolio as run
    from repayplan.portfolio.settings import Settings
    from repayplan.report.portfolio_files import write_summary

    files = [None if file is None else Path(file) for file in (limits, menu)]
    wish = Wish(book, files[0], files[1], Settings(seed=seed, scenarios=scenarios), chunk)
    return run(wish, Path(out), Means(engine, workers), resume=resume, write=write_summary)


def stress(
    claimed: PlanFile | Plan | Case | str | Path,
    *,
    scenarios: int = 10_000,
    seed: int = 1,
    method: Method = "antithetic",
    hazard: Hazard = "arrears",
    stresses: str | Path | None = None,
) -> Trial:
    """A plan, the plan in a file or the one made of a case, in thousands of futures and under named stresses, those in
    a file or those that are shipped; see :func:`repayplan.planning.stress.stress`."""
    from repayplan.cases.stresses import read_stresses, shipped_stresses
    from repayplan.forecast.futures import Drawing
    from repayplan.planning.stress import stress as tried

    named = shipped_stresses() if stresses is None else read_stresses(stresses)
    return tried(_plan_file(claimed), Drawing(seed, scenarios, method), named, hazard=hazard)


def verify(claimed: PlanFile | Plan | str | Path) -> list[Finding]:
    """Every limit with its result, for a plan or the plan in a file; see :func:`repayplan.planning.verify.verify`."""
    from repayplan.planning.plan_file import PlanFile, plan_file, read_plan
    from repayplan.planning.result import Plan
    from repayplan.planning.verify import verify as judged

    if isinstance(claimed, Plan):
        return judged(plan_file(claimed))
    return judged(claimed if isinstance(claimed, PlanFile) else read_plan(claimed))


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'repayplan' has no attribute {name!r}")
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
