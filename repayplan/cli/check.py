"""``repayplan check``: every problem of a case file at once, each with its place and its remedy."""

from __future__ import annotations

from pathlib import Path

import rich_click as click

from repayplan.cli.common import case_argument, common_options, console, json_option, print_json
from repayplan.cli.failure import show_faults
from repayplan.language import tr


@click.command("check", help=tr("Read a case and tell every problem at once, each with its place and remedy.").text)
@case_argument
@json_option
@common_options
def command(case: Path, as_json: bool) -> int:
    """Read, tell."""
    from repayplan.cases.readers import check_case

    read, doubts = check_case(case)
    if as_json:
        print_json({"case": str(case), "faults": [], "doubts": [doubt.as_dict() for doubt in doubts]})
        return 0
    show_faults(doubts, "!", "bold yellow")
    words = tr(
        "{case} can be planned: {name}, loans {loans}, sources of cash {sources}, doubts {doubts}",
        case=case,
        name=read.enterprise.name,
        loans=len(read.loans),
        sources=len(read.cash.sources),
        doubts=len(doubts),
    )
    console().print(str(words))
    return 0
