"""``repayplan check``: every problem of a case file at once, each with its place and its remedy."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import rich_click as click

from repayplan.cli.common import case_argument, common_options, console, json_option, print_json
from repayplan.cli.failure import show_faults
from repayplan.language import Message, tr

if TYPE_CHECKING:
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
    doubts = [*doubted(read, document), *(_outlook(read) if read.cash.sources else [])]
    if as_json:
        print_json({"case": str(case), "faults": [], "doubts": [doubt.as_dict() for doubt in doubts]})
        return 0
    show_faults(doubts, "!", "bold yellow")
    words = tr(
        "{case} has an account and no plan, for want of a source of cash: {name}, loans {loans}, doubts {doubts}",
        case=case,
        name=read.enterprise.name,
        loans=len(read.loans),
        doubts=len(doubts),
    )
    if read.cash.sources:
        words = _plannable(case, read, len(doubts))
    console().print(str(words))
    return 0


def _outlook(case: Case) -> list[Fault]:
    from repayplan.planning.outlook import outlook

    return outlook(case)


def _plannable(case: Path, read: Case, doubts: int) -> Message:
    return tr(
        "{case} can be planned: {name}, loans {loans}, sources of cash {sources}, doubts {doubts}",
        case=case,
        name=read.enterprise.name,
        loans=len(read.loans),
        sources=len(read.cash.sources),
        doubts=doubts,
    )
