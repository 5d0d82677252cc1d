"""From borrowers to options: every option of the menu planned or treated, evaluated in futures, with its attributes.

A borrower that cannot be appraised is set aside with its reason and never stops the others. The result depends on the
arguments alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from repayplan.errors import Fault, InputError, RepayplanError
from repayplan.evaluate.core import Engine
from repayplan.forecast.futures import Drawing
from repayplan.forecast.futures.drawing import Method
from repayplan.language import tr
from repayplan.planning.batch.asks import Ask, Batched
from repayplan.portfolio.attributes import (
    Borrower,
    effort,
    no_effort,
    plan_figures,
    sale_figures,
    treatment_figures,
)
from repayplan.portfolio.book import BookCase, Failure
from repayplan.portfolio.clock import Clock
from repayplan.portfolio.dominance import DIRECTIONS, Direction, dominated
from repayplan.portfolio.lanes import plan_lanes, treatment_lane, untreated
from repayplan.portfolio.menu import Menu, PlanOption
from repayplan.portfolio.outcomes import outcomes
from repayplan.portfolio.planner import ask_for, plan_options
from repayplan.portfolio.tables import options_schema, schedules_schema, to_table
from repayplan.portfolio.variants import farthest, planned_variant
from repayplan.problem.prospect import Prospect
from repayplan.problem.rating import rate_case
from repayplan.problem.terms import Terms, resolve
from repayplan.rules.hazard import RiskLevel
from repayplan.rules.provision import ProvisionTable, provision_table
from repayplan.rules.treatments import MONTHS, TREATMENTS, TreatmentName, Treatments, treatments

if TYPE_CHECKING:
    import pyarrow as pa

BORROWERS = "borrowers"
"""The table of the book in whose row a borrower stands."""

TREATED = "table"
"""The status of an option that is no plan: nothing was solved for it."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Settings:
    """How options are appraised. ``matters``: attributes that a limit of the bank binds, and which figures of them are
    better; by it dominated options are dropped, none where ``keep_all``."""

    seed: int = 1
    scenarios: int = 1_000
    months: int = MONTHS
    method: Method = "antithetic"
    engine: Engine = "numba"
    matters: Mapping[str, Direction] = field(default_factory=lambda: dict(DIRECTIONS))
    keep_all: bool = False

    def __post_init__(self) -> None:
        faults = []
        if self.months != MONTHS:
            what, limit = tr("options are told for a year, month by month"), tr("{count} months", count=MONTHS)
            faults.append(Fault(what, "months", f"{self.months}", limit))
        unknown = [name for name in self.matters if name not in DIRECTIONS]
        if unknown:
            limit = tr("one of: {choices}", choices=", ".join(DIRECTIONS))
            faults.append(Fault(tr("options have no such attribute"), "matters", unknown[0], limit))
        if faults:
            raise InputError(faults)


@dataclass(frozen=True)
class Appraised:
    """Tables ``options`` and ``schedules`` (see ``tables``), what was set aside, and how many options became what:
    ``offered``, ``dominated``, ``infeasible``, ``failed``, ``not open`` (lists of the menu), ``nothing of its own``,
    plans by solver, ``planned alone`` and ``rounded alone``."""

    options: pa.Table
    schedules: pa.Table
    failures: list[Failure]
    counts: Mapping[str, int]


@dataclass
class _Prospect:
    """A borrower on the way: what is open to it, its plans once they are made."""

    book: BookCase
    terms: Terms
    rating: RiskLevel
    asks: list[tuple[PlanOption, Ask]]
    kinds: list[TreatmentName]
    counts: Counter[str]
    plans: list[Batched] = field(default_factory=list)


@dataclass(frozen=True)
class _Tables:
    """The dated tables of a run."""

    treatments: Treatments
    provisions: ProvisionTable


def appraise(cases: Sequence[BookCase], menu: Menu, settings: Settings, clock: Clock | None = None) -> Appraised:
    """The options of every borrower. InputError where the settings or a dated table cannot be used.

    ``clock`` hears how long its phases take: ``assemble``, ``plan``, ``draw``, ``evaluate`` and ``rows``.
    """
    clock = clock or Clock()
    tables = _Tables(treatments(), provision_table())
    drawing = Drawing(settings.seed, settings.scenarios, settings.method)
    failures: list[Failure] = []
    prospects = []
    with clock.phase("assemble"):
        for book in cases:
            prospect = _guarded(book, failures, lambda book=book: _prospect(book, menu))  # type: ignore[misc]
            if prospect is not None:
                prospects.append(prospect)
    with clock.phase("plan"):
        _plan(prospects, failures)
    counts: Counter[str] = Counter()
    options: list[dict[str, Any]] = []
    schedules: list[dict[str, Any]] = []
    with clock.phase("rows"):
        for prospect in prospects:
            rows = _guarded(
                prospect.book,
                failures,
                lambda prospect=prospect: _rows(prospect, menu, tables, drawing, settings, clock),  # type: ignore[misc]
            )
            if rows is not None:
                options += rows[0]
                schedules += rows[1]
                counts += prospect.counts
        found = to_table(options, options_schema()), to_table(schedules, schedules_schema())
    return Appraised(*found, failures, dict(sorted(counts.items())))


def _guarded(book: BookCase, failures: list[Failure], work: Callable[[], T]) -> T | None:
    """What ``work`` finds for a borrower; None, and failures, where it cannot be done."""
    try:
        return work()
    except RepayplanError as error:
        failures += [_failure(book, fault) for fault in error.faults]
    except Exception as error:  # noqa: BLE001 - one borrower never stops a run; what happened is told in its row
        what = tr("the program failed: {reason}", reason=f"{type(error).__name__}: {error}")
        remedy = tr("report it with this borrower's rows; the others are not affected")
        failures.append(_failure(book, Fault(what, remedy=remedy)))
    return None


def _failure(book: BookCase, fault: Fault) -> Failure:
    return Failure(
        case=book.id,
        table=BORROWERS,
        row=book.row,
        field=fault.where,
        value=fault.value or "",
        limit=str(fault.limit or ""),
        reason=str(fault.what),
        remedy=str(fault.remedy or ""),
    )


def _prospect(book: BookCase, menu: Menu) -> _Prospect:
    """What is open to a borrower, ready to be planned."""
    case = book.case
    shared = Prospect(case, farthest(case, menu.plan_options))
    terms = resolve(case)
    rating = terms.rating or rate_case(case).level
    who = (book.id, rating, book.industry, book.region)
    allowed, prefers = menu.allowed(*who), menu.prefers(*who)
    counts: Counter[str] = Counter()
    asks: list[tuple[PlanOption, Ask]] = []
    for option in menu.plan_options:
        if "plan" not in allowed or (option.preferential and not prefers):
            counts["not open"] += 1
            continue
        variant = planned_variant(case, terms, option)
        if variant is None:
            counts["nothing of its own"] += 1
            continue
        asks.append((option, ask_for(variant, option, shared)))
    kinds = [kind for kind in menu.treatments if kind in allowed]
    counts["not open"] += len(menu.treatments) - len(kinds)
    if not any(source.kind == "guarantor" for source in case.cash.sources) and "guarantor" in kinds:
        kinds.remove("guarantor")
        counts["nothing of its own"] += 1
    return _Prospect(book, terms, rating, asks, kinds, counts)


def _plan(prospects: list[_Prospect], failures: list[Failure]) -> None:
    """Plans of all borrowers together; where that fails, borrower by borrower, and whoever fails is taken out."""
    asked = [each for prospect in prospects for _, each in prospect.asks]
    try:
        found = iter(plan_options(asked))
        for prospect in prospects:
            prospect.plans = [next(found) for _ in prospect.asks]
    except Exception:  # noqa: BLE001 - whose failure it was is found out below, and told in its row
        for prospect in list(prospects):
            asks = [each for _, each in prospect.asks]
            plans = _guarded(prospect.book, failures, lambda asks=asks: plan_options(asks))  # type: ignore[misc]
            if plans is None:
                prospects.remove(prospect)
            else:
                prospect.plans = plans


def _rows(
    prospect: _Prospect, menu: Menu, tables: _Tables, drawing: Drawing, settings: Settings, clock: Clock
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Rows of the options that are offered, and of their payments."""
    offered = _offered(prospect)
    like = prospect.asks[0][1] if prospect.asks else None
    base = untreated(prospect.book.case, like) if prospect.kinds else None
    borrower = Borrower.of(prospect.book.case, prospect.terms)
    lanes = plan_lanes([(asked, found) for _, asked, found in offered])
    treated = [kind for kind in prospect.kinds if kind != "sell"]
    courses = {kind: tables.treatments.kinds[kind][prospect.rating] for kind in TREATMENTS}
    if base is not None:
        lanes += [treatment_lane(base, kind, courses[kind]) for kind in treated]
    came = outcomes(prospect.book.case, prospect.terms, lanes, drawing, settings.engine, clock)
    rows, schedules = [], []
    work = _plan_effort(prospect, menu, tables, borrower)
    leans = tables.treatments.illustrative
    for (option, asked, found), outcome in zip(offered, came, strict=False):
        figures = plan_figures(borrower, asked, found, outcome, work, tables.provisions)
        proof = (found.status, found.gap, found.solver, leans and work.cost > 0)
        rows.append(_row(prospect, borrower, option.id, "plan", proof, figures))
        schedules += _payments(prospect, option, asked, found)
    results = dict(zip(treated, came[len(offered) :], strict=True))
    for kind in prospect.kinds:
        course = courses[kind]
        work = effort(borrower, course, tables.treatments)
        if kind == "sell" or base is None:
            figures = sale_figures(borrower, course, work)
        else:
            figures = treatment_figures(borrower, base, course, results[kind], work, tables.provisions)
        rows.append(_row(prospect, borrower, kind, kind, (TREATED, None, "", leans), figures))
    return _kept(prospect, rows, schedules, settings)


def _offered(prospect: _Prospect) -> list[tuple[PlanOption, Ask, Batched]]:
    """Plans that hold every limit. InputError where none does and there is nothing else."""
    found = []
    for (option, asked), plan in zip(prospect.asks, prospect.plans, strict=True):
        if plan.payments is None:
            prospect.counts[plan.status] += 1
        else:
            prospect.counts[f"plans by {plan.solver}"] += 1
            prospect.counts["planned alone"] += plan.alone is not None
            prospect.counts["rounded alone"] += plan.rounded_alone
            found.append((option, asked, plan))
    if not found and not prospect.kinds:
        what = tr("no option of the menu is possible for this borrower")
        remedy = tr("add a treatment such as do_nothing, longer plans, or settle: best")
        raise InputError(Fault(what, remedy=remedy))
    return found


def _plan_effort(prospect: _Prospect, menu: Menu, tables: _Tables, borrower: Borrower) -> Any:
    if menu.effort == "none":
        return no_effort()
    return effort(borrower, tables.treatments.plan[prospect.rating], tables.treatments)


def _row(
    prospect: _Prospect,
    borrower: Borrower,
    option: str,
    kind: str,
    proof: tuple[str, float | None, str, bool],
    figures: Mapping[str, Any],
) -> dict[str, Any]:
    status, gap, solver, illustrative = proof
    return {
        "case": prospect.book.id,
        "option": option,
        "kind": kind,
        "status": status,
        "gap": gap,
        "solver": solver,
        "rating": prospect.rating,
        "industry": prospect.book.industry,
        "region": prospect.book.region,
        "balance": borrower.balance,
        "overdue": borrower.overdue,
        "illustrative": illustrative,
        **figures,
    }


def _payments(prospect: _Prospect, option: PlanOption, asked: Ask, found: Batched) -> list[dict[str, Any]]:
    """Rows of a plan's payments, by date and loan."""
    if found.payments is None:
        return []
    loans = [loan.id for loan in asked.case.loans]
    return [
        {"case": prospect.book.id, "option": option.id, "date": day, "loan": loan, "payment": int(cents)}
        for day, row in zip(found.days, found.payments, strict=True)
        for loan, cents in zip(loans, row, strict=True)
        if cents
    ]


def _kept(
    prospect: _Prospect, rows: list[dict[str, Any]], schedules: list[dict[str, Any]], settings: Settings
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Without dominated options, which are counted."""
    if not settings.keep_all:
        needless = dominated(rows, settings.matters)
        dropped = {row["option"] for row, drop in zip(rows, needless.tolist(), strict=True) if drop}
        prospect.counts["dominated"] += len(dropped)
        rows = [row for row in rows if row["option"] not in dropped]
        schedules = [row for row in schedules if row["option"] not in dropped]
    prospect.counts["offered"] += len(rows)
    return rows, schedules
