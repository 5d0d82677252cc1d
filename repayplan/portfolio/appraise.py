"""From borrowers to options: every option of the menu planned or treated, evaluated in futures, with its attributes.

A borrower that cannot be appraised is set aside with its reason and never stops the others. The result depends on the
arguments alone.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from repayplan.errors import Fault, InputError, RepayplanError
from repayplan.forecast.futures import Drawing
from repayplan.language import tr
from repayplan.planning.batch.asks import Ask, Batched
from repayplan.planning.batch.plan import plan_batch
from repayplan.portfolio.attributes import (
    Borrower,
    effort,
    never_paid,
    no_effort,
    plan_figures,
    sale_figures,
    treatment_figures,
)
from repayplan.portfolio.book import BookCase, Failure
from repayplan.portfolio.clock import Clock
from repayplan.portfolio.dominance import dominated
from repayplan.portfolio.lanes import plan_lanes, treatment_lanes, untreated
from repayplan.portfolio.menu import Menu, PlanOption
from repayplan.portfolio.outcomes import outcomes
from repayplan.portfolio.planner import ask_for
from repayplan.portfolio.settings import Settings
from repayplan.portfolio.tables import TREATED, Schedules, options_schema, to_table
from repayplan.portfolio.variants import farthest, planned_variant
from repayplan.problem.frozen import Cents
from repayplan.problem.prospect import Prospect
from repayplan.problem.rating import rate_case
from repayplan.problem.terms import Terms, resolve
from repayplan.rules.hazard import RiskLevel
from repayplan.rules.provision import ProvisionTable, provision_table
from repayplan.rules.treatments import TREATMENTS, TreatmentName, Treatments, treatments

if TYPE_CHECKING:
    import pyarrow as pa

BORROWERS = "borrowers"
"""The table of the book in whose row a borrower stands."""

MOST_NOTED = 5
"""Borrowers that a note names."""

T = TypeVar("T")

_Paid = tuple[Sequence[dt.date], Sequence[str], Cents]
"""Days, names of loans, and (T, L) cents paid."""

_Broken = tuple[str, list[str]]
"""Why a batch failed, and whose it was."""


@dataclass(frozen=True)
class Appraised:
    """Tables ``options`` and ``schedules`` (see ``tables``), what was set aside, and how many options became what:
    ``offered``, ``dominated``, ``infeasible``, ``failed``, ``does not fit`` (cannot be written for this case), ``not
    open`` (lists of the menu), ``nothing of its own``, ``best effort not needed`` (another plan settles in full), plans
    by solver, ``planned alone``, ``rounded alone`` and ``planned in smaller batches``.
    ``notes``: why options ``failed`` or do not fit, and why batches broke down whose borrowers were then planned in
    smaller ones, with the first borrowers concerned; they may differ between two runs, the tables do not."""

    options: pa.Table
    schedules: pa.Table
    failures: list[Failure]
    counts: Mapping[str, int]
    notes: Mapping[str, Sequence[str]]


@dataclass
class _Prospect:
    """A borrower on the way: what is open to it, its plans once they are made."""

    book: BookCase
    terms: Terms
    rating: RiskLevel
    asks: list[tuple[PlanOption, Ask]]
    kinds: list[TreatmentName]
    counts: Counter[str]
    unfit: list[tuple[PlanOption, InputError]]
    plans: list[Batched] = field(default_factory=list)

    def notes(self) -> Iterator[str]:
        """Why options are missing that the menu has."""
        for option, error in self.unfit:
            yield f"{option.id}: " + "; ".join(str(fault.what) for fault in error.faults)
        for (option, _), plan in zip(self.asks, self.plans, strict=True):
            if plan.status == "failed":
                how = (
                    "no plan in whole cents was found" if plan.alone is None else f"planned alone ({plan.alone.value})"
                )
                yield f"{option.id}: neither a plan nor a proof that there is none: {how}"


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
        prospects, broken = _plan(prospects, failures)
    counts: Counter[str] = Counter()
    options: list[dict[str, Any]] = []
    schedules = Schedules()
    with clock.phase("rows"):
        for prospect in prospects:
            rows = _guarded(
                prospect.book,
                failures,
                lambda prospect=prospect: _rows(prospect, menu, tables, drawing, settings, clock),  # type: ignore[misc]
            )
            if rows is not None:
                options += rows[0]
                for option, plan in rows[1]:
                    schedules.add(prospect.book.id, option, *plan)
                counts += prospect.counts
        found = to_table(options, options_schema()), schedules.table()
    notes: dict[str, list[str]] = {}
    for note, concerned in broken:
        notes.setdefault(note, []).extend(concerned)
    for prospect in prospects:
        for note in prospect.notes():
            notes.setdefault(note, []).append(prospect.book.id)
    return Appraised(
        *found,
        failures,
        dict(sorted(counts.items())),
        {note: some[:MOST_NOTED] for note, some in notes.items()},
    )


def _guarded(book: BookCase, failures: list[Failure], work: Callable[[], T]) -> T | None:
    """What ``work`` finds for a borrower; None, and failures, where it cannot be done."""
    try:
        return work()
    except RepayplanError as error:
        failures += [_failure(book, fault) for fault in error.faults]
    except MemoryError:  # whose turn it was is chance, and tables do not depend on chance
        raise
    except Exception as error:  # noqa: BLE001 - one borrower never stops a run; what happened is told in its row
        said = re.sub(r"0x[0-9a-f]+", "0x…", f"{type(error).__name__}: {error}")  # tables hold no address of memory
        what = tr("the program failed: {reason}", reason=said)
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
    opened = [each for each in menu.plan_options if "plan" in allowed and (prefers or not each.preferential)]
    counts["not open"] += len(menu.plan_options) - len(opened)
    asks: list[tuple[PlanOption, Ask]] = []
    unfit: list[tuple[PlanOption, InputError]] = []
    for option, found in _asks(terms, opened, shared):
        if isinstance(found, Ask):
            asks.append((option, found))
        elif found is None:
            counts["nothing of its own"] += 1
        else:
            counts["does not fit"] += 1
            unfit.append((option, found))
    kinds = [kind for kind in menu.treatments if kind in allowed]
    counts["not open"] += len(menu.treatments) - len(kinds)
    if not any(source.kind == "guarantor" for source in case.cash.sources) and "guarantor" in kinds:
        kinds.remove("guarantor")
        counts["nothing of its own"] += 1
    if unfit and not asks and not kinds:
        raise unfit[0][1]
    return _Prospect(book, terms, rating, asks, kinds, counts, unfit)


def _asks(
    terms: Terms, options: Sequence[PlanOption], shared: Prospect
) -> Iterator[tuple[PlanOption, Ask | InputError | None]]:
    """Options ready to be planned; None where one is nothing of its own, or why it does not fit: the case is right, and
    others may fit it."""
    for option in options:
        try:
            variant = planned_variant(shared.case, terms, option)
            yield option, None if variant is None else ask_for(variant, option, shared)
        except InputError as error:
            yield option, error


def _plan(prospects: list[_Prospect], failures: list[Failure]) -> tuple[list[_Prospect], list[_Broken]]:
    """Plans of all borrowers together; where that fails, of each half of them, down to whoever fails, who is taken out.
    Who is left, and why batches failed."""
    if len(prospects) == 1:
        (one,) = prospects
        plans = _guarded(one.book, failures, lambda: plan_batch([each for _, each in one.asks]))
        one.plans = plans or []
        return ([] if plans is None else prospects), []
    asked = [each for prospect in prospects for _, each in prospect.asks]
    try:
        found = iter(plan_batch(asked))
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - whose failure it was is found out in halves, and told in its row
        half = len(prospects) // 2
        (first, early), (second, late) = _plan(prospects[:half], failures), _plan(prospects[half:], failures)
        said = f"planned in smaller batches: {type(error).__name__}: {error}"
        for prospect in prospects:
            prospect.counts["planned in smaller batches"] = len(prospect.asks)
        return first + second, [(said, [prospect.book.id for prospect in prospects]), *early, *late]
    for prospect in prospects:
        prospect.plans = [next(found) for _ in prospect.asks]
    return prospects, []


def _rows(
    prospect: _Prospect, menu: Menu, tables: _Tables, drawing: Drawing, settings: Settings, clock: Clock
) -> tuple[list[dict[str, Any]], list[tuple[str, _Paid]]]:
    """Rows of the options that are offered, and by option what is paid."""
    offered = _offered(prospect, menu)
    like = prospect.asks[0][1] if prospect.asks else None
    unsaid = tables.treatments.contract_months
    base = untreated(prospect.book.case, unsaid, like) if prospect.kinds else None
    borrower = Borrower.of(prospect.book.case, prospect.terms)
    courses = {kind: tables.treatments.kinds[kind][prospect.rating] for kind in TREATMENTS}
    pursuit = effort(borrower, courses["enforce"], tables.treatments).worth
    lanes = plan_lanes([(asked, found) for _, asked, found in offered], pursuit if menu.effort == "table" else 0.0)
    treated = {
        kind: treatment_lanes(base, kind, courses[kind], pursuit)
        for kind in prospect.kinds
        if kind != "sell" and base is not None
    }
    lanes += [each.lane for worlds in treated.values() for each in worlds]
    came = outcomes(prospect.book.case, prospect.terms, lanes, drawing, settings.engine, clock)
    rows, paid = [], []
    work = _plan_effort(prospect, menu, tables, borrower)
    leans = tables.treatments.illustrative
    results = iter(came)
    for (option, asked, found), outcome in zip(offered, results, strict=False):
        figures = plan_figures(borrower, asked, found, outcome, work, tables.provisions)
        proof = (found.status, found.gap, found.solver, leans and work.cost > 0)
        rows.append(_row(prospect, borrower, option.id, "plan", proof, figures))
        if found.payments is not None:
            paid.append((option.id, (found.days, [loan.id for loan in asked.case.loans], found.payments)))
    for kind in prospect.kinds:
        course = courses[kind]
        work = effort(borrower, course, tables.treatments)
        if kind == "sell" or base is None:
            figures = sale_figures(borrower, course, work)
        else:
            worlds = [(each, next(results)) for each in treated[kind]]
            figures = treatment_figures(borrower, base, course, worlds, work, tables.provisions)
        rows.append(_row(prospect, borrower, kind, kind, (TREATED, None, "", leans), figures))
    kept = _kept(prospect, rows, settings)
    names = {row["option"] for row in kept}
    return kept, [(option, plan) for option, plan in paid if option in names]


def _offered(prospect: _Prospect, menu: Menu) -> list[tuple[PlanOption, Ask, Batched]]:
    """Plans that hold every limit, and unless the menu always wants them no best effort of who can settle in full: a
    bank gives up nothing that can be paid. InputError where there is none and there is nothing else."""
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
    in_full = [each for each in found if not never_paid(*each[1:])]
    if not in_full or menu.settle_best == "always":
        return found
    prospect.counts["best effort not needed"] += len(found) - len(in_full)
    return in_full


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


def _kept(prospect: _Prospect, rows: list[dict[str, Any]], settings: Settings) -> list[dict[str, Any]]:
    """Without dominated options, which are counted."""
    if not settings.keep_all:
        needless = dominated(rows, settings.matters).tolist()
        prospect.counts["dominated"] += sum(needless)
        rows = [row for row, drop in zip(rows, needless, strict=True) if not drop]
    prospect.counts["offered"] += len(rows)
    return rows
