"""The program behind a plan as an LP or MPS file with names that a person can read: ``payment.L1.2027_03_20``."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from repayplan.cases.models import Case
from repayplan.formulation.build import Formulation, formulate
from repayplan.planning.optimum import solve
from repayplan.problem.assemble import assemble
from repayplan.problem.terms import resolve
from repayplan.publishing import publish
from repayplan.solvers.chain import DEFAULT, Chain
from repayplan.solvers.sparse import Label
from repayplan.solvers.texts import Names, lp_text, mps_text
from repayplan.version import __version__

Format = Literal["lp", "mps"]

LONGEST_ID = 40


def write_program(
    case: Case, path: str | Path, form: Format, *, solver: str = DEFAULT, time_limit: float | None = None
) -> Path:
    """Write the program of ``case``, complete or not at all. InputError where case or path do not allow it."""
    path = Path(path)
    text = program_text(case, form, solver=solver, time_limit=time_limit)
    return publish(path.parent, {path.name: text.encode("utf-8")})[0]


def program_text(case: Case, form: Format, *, solver: str = DEFAULT, time_limit: float | None = None) -> str:
    """Stage 1 of the plan of ``case``: the most value, with the last payment where it is worth most.

    Where no last payment makes the case possible it is the latest date, and the file has no solution.
    """
    problem = assemble(case, resolve(case))
    formulation = formulate(problem)
    optimum = solve(formulation, Chain(solver, time_limit))
    lane = formulation.frame.lanes - 1 if optimum is None else optimum.lane
    loans = loan_names([loan.id for loan in case.loans])
    names = Names(
        _unique(formulation.layout.column_labels, formulation, loans),
        _unique(formulation.layout.row_labels, formulation, loans),
    )
    write = lp_text if form == "lp" else mps_text
    return write(formulation.valued(lane), names, _comments(case, formulation, lane, loans, found=optimum is not None))


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
        parts = [loans[int(part)] if part.isdigit() else part for part in label.name.split(".")]
        name = ".".join([*parts, *([f"{days[label.stage]:%Y_%m_%d}"] if label.stage >= 0 else [])])
        seen[name] += 1
        names.append(name if seen[name] == 1 else f"{name}.{seen[name]}")
    return names


def _comments(case: Case, formulation: Formulation, lane: int, loans: Sequence[str], *, found: bool) -> list[str]:
    """What a reader of the file must know; English, as files for solvers are."""
    frame = formulation.frame
    last = frame.problem.days()[int(frame.last[lane])]
    scale = frame.problem.scale[0] / 100
    lines = [
        f"repayplan {__version__}, {' '.join(case.enterprise.name.split())}, {case.as_of}",
        f"Amounts are in units of the whole debt: 1 = {scale:.2f} {case.currency}.",
        "Objective: minus the expected recovery in present value. Names end in the last day of their stage.",
    ]
    if frame.guessed:
        lines.append(f"The last payment is that of {last}, one of {frame.lanes} dates that were tried.")
    if not found:
        lines.append("No date of a last payment makes this case possible: the program has no solution.")
    return lines + [f"{name} = loan {loan.id}" for name, loan in zip(loans, case.loans, strict=True)]
