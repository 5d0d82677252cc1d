"""``repayplan check``: every problem of a case file at once, each with its place and its remedy."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import rich_click as click

from repayplan.cli.common import case_argument, common_options, console, json_option, print_json
from repayplan.cli.failure import show_faults
from repayplan.errors import MOST_SHOWN
from repayplan.language import Message, plural, tr

if TYPE_CHECKING:
    from repayplan.cases.documents import Document
    from repayplan.cases.models import Case
    from repayplan.errors import Fault


@click.command("check", help=tr("Read a case and tell every problem at once, each with its place and remedy.").text)
@case_argument
@json_option
@common_options
def command(case: Path, as_json: bool) -> int:
    """Read, tell."""
    from repayplan.cases.readers import doubted, read_with_places
    from repayplan.debt.running import last_day, ledgers

    read, document = read_with_places(case)
    ledgers(read, last_day(read), document.where)  # refuses what no account can hold
    doubts = [*doubted(read, document), *(_prospects(read, document) if read.cash.sources else [])]
    if as_json:
        told = [doubt.as_dict() for doubt in doubts[:MOST_SHOWN]]
        print_json({"case": str(case), "faults": [], "count": len(doubts), "doubts": told})
        return 0
    from repayplan.report.layout import say

    show_faults(doubts, "!", "bold yellow")
    say(_verdict(case, read, len(doubts)), console())
    return 0


def _prospects(case: Case, document: Document) -> list[Fault]:
    from repayplan.cases.faults import fault_of
    from repayplan.planning.forecast_doubts import forecast_doubts
    from repayplan.planning.prospects import prospects

    return [*(fault_of(doubt, document) for doubt in forecast_doubts(case)), *prospects(case)]


def _verdict(path: Path, case: Case, doubts: int) -> Message:
    """What the case is good for, and what is in it."""
    sources = len(case.cash.sources)
    said = {
        "case": path,
        "name": case.enterprise.name,
        "loans": plural(tr("1 loan"), tr("{count} loans", count=len(case.loans)), len(case.loans)),
        "sources": plural(tr("1 source of cash"), tr("{count} sources of cash", count=sources), sources),
        "doubts": plural(tr("1 doubt"), tr("{count} doubts", count=doubts), doubts) if doubts else tr("no doubts"),
    }
    if not sources:
        return tr("{case} has an account and no plan, for want of a source of cash: {name}, {loans}, {doubts}", **said)
    return tr("{case} can be planned: {name}, {loans}, {sources}, {doubts}", **said)
