"""A case for every borrower of a loan list: its loans as they stand there, ready for its cash."""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from repayplan.cases.documents import Document
from repayplan.cases.loan_list import Borrower
from repayplan.cases.models import SCHEMA, Case
from repayplan.cases.readers import to_case
from repayplan.cases.templates import publish_new
from repayplan.cases.writers import case_to_dict
from repayplan.errors import Fault, InputError
from repayplan.language import tr

_WIDTH = 100
_LONGEST_NAME = 80


def write_cases(directory: str | Path, borrowers: Sequence[Borrower], as_of: dt.date, source: str) -> list[Path]:
    """Write ``case.yaml`` for one borrower, a file named after each for several; the paths written.

    ``source``: what faults and the first line of a file call the list. Raises InputError where a borrower makes no
    case or a file is there already; then nothing was written.
    """
    cases: list[Case] = []
    faults: list[Fault] = []
    for borrower in borrowers:
        try:
            cases.append(_case(borrower, as_of, source))
        except InputError as error:
            faults += error.faults
    if faults:
        raise InputError(faults)
    names = ["case.yaml"] if len(cases) == 1 else _file_names(cases)
    return publish_new(directory, {name: _text(case, source).encode() for name, case in zip(names, cases, strict=True)})


def _case(borrower: Borrower, as_of: dt.date, source: str) -> Case:
    name = borrower.name or borrower.number or Path(source).stem
    data: dict[str, Any] = {
        "schema": SCHEMA,
        "as_of": as_of,
        "enterprise": {"name": name, "id": borrower.number},
        "loans": [loan.model_dump() for loan in borrower.loans],
    }
    return to_case(Document(f"{source} ({name})", data, {}))


def _file_names(cases: Sequence[Case]) -> list[str]:
    """Customer number or name without signs that a file system might not take; no two alike in any of them."""
    names: list[str] = []
    taken: set[str] = set()
    for case in cases:
        stem = re.sub(r"[^\w-]+", "_", case.enterprise.id or case.enterprise.name).strip("_")[:_LONGEST_NAME] or "case"
        name, number = stem, 1
        while name.lower() in taken:
            number += 1
            name = f"{stem}-{number}"
        taken.add(name.lower())
        names.append(f"{name}.yaml")
    return names


def _text(case: Case, source: str) -> str:
    """The case as YAML, with what to do next above it."""
    from ruamel.yaml import YAML

    text = io.StringIO()
    writer = YAML()
    writer.width = _WIDTH
    writer.allow_unicode = True
    writer.dump(case_to_dict(case), text)
    remarks = (
        tr("{name}: loans from {file}, balances of {date}.", name=case.enterprise.name, file=source, date=case.as_of),
        tr("repayplan ledger and repayplan payoff work at once; a plan needs cash: opening, operating_cost, sources."),
        tr("What these look like: repayplan init DIRECTORY --story trade; all fields: repayplan schema"),
    )
    return "".join(f"# {remark}\n" for remark in remarks) + "\n" + text.getvalue()
