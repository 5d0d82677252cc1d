"""The table of oracles in the documentation, from an actual run: ``python tests/oracle/oracle_table.py``."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path

import oracle_actus
import oracle_emi
import oracle_figures
import oracle_fineract
from oracle import Verdict

PAGE = Path(__file__).parents[2] / "docs" / "oracles.md"

INTRODUCTION = """# Oracles

Figures that no one here made, and how the ledger compares with them. The files are found through the environment
variable `REPAYPLAN_DATA`; the tests in `tests/oracle` skip where it is not set. This page is written by
`python tests/oracle/oracle_table.py` from an actual run, and a test compares the two where the same files are there.

Differences are in the oracle's own unit: currency units for flows (ACTUS and QuantLib unrounded, Fineract to the cent),
rates of one for XIRR. Whether a case is in scope is read off its terms, never off its identifier. Two things stand only
in names and are read there: what a Fineract product sets (interest counted anew, from when a payment counts, what a
prepayment does, down payments), and day and height of a new rate in the level-installment tests. `fixingDays` of ACTUS
is not read: the reference takes the market of the reset day itself. A term that no adapter knows excuses no case.
"""


def verdicts() -> list[Verdict]:
    """Every oracle, in the order of the table."""
    found = [verdict for kind in oracle_actus.TYPES for verdict in oracle_actus.judge(kind)]
    found += oracle_fineract.judge() + oracle_emi.judge()
    for judge in (oracle_figures.quantlib, oracle_figures.level_payments, oracle_figures.xirr):
        found += judge()
    return found + oracle_figures.regulation()


def page() -> str:
    """The whole page."""
    found = sorted(verdicts(), key=lambda verdict: verdict.oracle)
    table = ["| oracle | cases | in scope | passed | largest difference |", "| --- | ---: | ---: | ---: | ---: |"]
    for name, group in groupby(found, key=lambda verdict: verdict.oracle):
        table.append(_line(name, list(group)))
    return "\n".join([INTRODUCTION, *table, "", "## Out of scope", "", *_outside(found), "", _data(), ""])


def _line(name: str, cases: list[Verdict]) -> str:
    inside = [case for case in cases if case.outside is None]
    passed = [case for case in inside if case.passed]
    worst = max((case.difference for case in passed if case.difference is not None), default=None)
    shown = "–" if worst is None else "0" if worst == 0 else f"{_magnitude(worst)}"
    return f"| {name} | {len(cases)} | {len(inside)} | {len(passed)} | {shown} |"


def _magnitude(difference: float) -> str:
    """The power of ten that bounds a difference: the last bits of a float are nobody's business."""
    power = next(power for power in range(-16, 17) if difference < 10.0**power)
    return f"< 1e{power}"


def _outside(found: Iterable[Verdict]) -> list[str]:
    outside = sorted((v for v in found if v.outside), key=lambda v: (v.oracle, v.outside or "", v.case))
    lines = ["| oracle | reason | cases |", "| --- | --- | --- |"]
    for (oracle, reason), group in groupby(outside, key=lambda v: (v.oracle, v.outside)):
        lines.append(f"| {oracle} | {reason} | {'; '.join(v.case for v in group)} |")
    return lines


def fingerprint() -> str:
    """Which files the run has seen."""
    digest = hashlib.sha256()
    folder = Path(os.environ["REPAYPLAN_DATA"]) / "oracles"
    for path in sorted(path for path in folder.rglob("*") if path.suffix in (".json", ".csv")):
        digest.update(path.relative_to(folder).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def _data() -> str:
    return f"Run on the files with the fingerprint `{fingerprint()}`."


if __name__ == "__main__":
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(page(), encoding="utf-8")
