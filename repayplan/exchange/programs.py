"""The program behind a plan as an LP or MPS file with names that a person can read: ``payment.L1.2027_03_20``."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal

import numpy as np

from repayplan.cases.models import Case
from repayplan.formulation.build import Formulation, formulate
from repayplan.formulation.shaping import shapes
from repayplan.planning import alike
from repayplan.planning.optimum import best_first
from repayplan.problem.arrays import Problem
from repayplan.problem.assemble import assemble
from repayplan.problem.terms import resolve
from repayplan.publishing import publish
from repayplan.solvers.chain import DEFAULT, Chain
from repayplan.solvers.sparse import Label
from repayplan.solvers.texts import Names, lp_text, mps_text
from repayplan.version import __version__

Format = Literal["lp", "mps"]

LONGEST_ID = 40

NO_LOANS = frozenset({"amount", "chosen", "drawn"})
"""What is numbered, but not by loan; so are the unknowns of shapes."""


def write_program(
    case: Case, path: str | Path, form: Format, *, solver: str = DEFAULT, time_limit: float | None = None
) -> Path:
    """Write the program of ``case``, complete or not at all. InputError where case or path do not allow it."""
    path = Path(path)
    text = program_text(case, form, solver=solver, time_limit=time_limit)
    return publish(path.parent, {path.name: text.encode("utf-8")})[0]


def program_text(case: Case, form: Format, *, solver: str = DEFAULT, time_limit: float | None = None) -> str:
    """Stage 1 of the plan of ``case``: the most value, with the last payment where it is worth most.

    It is the program that the plan comes from: that of the burden worth most where the hazard follows the burden, the
    last one where programs are repeated. Where no last payment makes the case possible it is the latest date, and the
    file has no solution.
    """
    problem = assemble(case, resolve(case))
    found = best_first(problem, Chain(solver, time_limit))
    formulation = found[0][1].formulation if found else formulate(_first(problem))
    lane = found[0][1].lane if found else formulation.frame.lanes - 1
    loans = loan_names([loan.id for loan in case.loans])
    names = Names(
        _unique(formulation.layout.column_labels, formulation, loans),
        _unique(formulation.layout.row_labels, formulation, loans),
    )
    comments = [*_comments(case, formulation, lane), *_solved(problem, formulation, found=bool(found))]
    called = [f"{name} = loan {loan.id}" for name, loan in zip(loans, case.loans, strict=True)]
    return (lp_text if form == "lp" else mps_text)(formulation.valued(lane), names, [*comments, *called])


def _first(problem: Problem) -> Problem:
    """What is tried first: of the buckets of burden the lowest, of repeated programs the one before any payment."""
    lowest = next(iter(problem.buckets()), problem)
    return lowest if lowest.provable else alike.first(lowest)


def loan_names(ids: Sequence[str]) -> list[str]:
    """What loans are called in names: their ids where these are plain, otherwise L1, L2 … in the order of the case."""
    plain = [re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", name) is not None and len(name) <= LONGEST_ID for name in ids]
    return list(ids) if all(plain) else [f"L{number}" for number in range(1, len(ids) + 1)]


def _unique(labels: Sequence[Label], formulation: Formulation, loans: Sequence[str]) -> list[str]:
    """A name for each label; labels that say the same are numbered."""
    days = formulation.frame.problem.days()
    names: list[str] = []
    seen: Counter[str] = Counter()
    for label in labels:
        called = _called(label.name, loans)
        name = ".".join([called, *([f"{days[label.stage]:%Y_%m_%d}"] if label.stage >= 0 else [])])
        seen[name] += 1
        names.append(name if seen[name] == 1 else f"{name}.{seen[name]}")
    return names


def _called(name: str, loans: Sequence[str]) -> str:
    """A name with the loan's instead of its number, which is the last in a name: others say a class of its claim."""
    head, *parts = name.split(".")
    numbers = [place for place, part in enumerate(parts) if part.isdigit()]
    if numbers and head not in NO_LOANS | shapes().keys():
        parts[numbers[-1]] = loans[int(parts[numbers[-1]])]
    return ".".join([head, *parts])


def _comments(case: Case, formulation: Formulation, lane: int) -> Iterator[str]:
    """What a reader of the file must know; English, as files for solvers are."""
    frame = formulation.frame
    last = frame.problem.days()[int(frame.last[lane])]
    scale = frame.problem.scale[0] / 100
    yield f"repayplan {__version__}, {' '.join(case.enterprise.name.split())}, {case.as_of}"
    yield f"Amounts are in units of the whole debt: 1 = {scale:.2f} {case.currency}."
    yield "Objective: minus the expected recovery in present value. Names end in the last day of their stage."
    if frame.guessed:
        yield f"The last payment is that of {last}, one of {frame.lanes} dates that were tried."


def _solved(problem: Problem, formulation: Formulation, *, found: bool) -> Iterator[str]:
    """Which of several programs this is, and whether any has a solution."""
    buckets = len(problem.buckets())
    if buckets > 1:
        burden = formulation.frame.problem.burden
        low, high = (0.0, math.nan) if burden is None else (np.nan_to_num(burden.low[0]), burden.high[0])
        above = "" if math.isnan(high) else f" to {high:.2%}"
        yield f"The hazard is that of a burden from {low:.2%}{above}, one of {buckets} that were tried."
    if not problem.provable:
        which = "last" if found else "first"
        yield f"Debts grow as they did in the round before: this is the {which} of the programs that were repeated."
        if not found:
            yield "One of them has no solution, which does not prove that there is no plan."
    elif not found:
        yield "No date of a last payment makes this case possible: the program has no solution."
