"""``repayplan payoff``: what settles every loan on a day, by class, and the amount per further day."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import rich_click as click

from repayplan.cli.common import case_argument, common_options, console, day_option, far_day, json_option, print_json
from repayplan.cli.failure import show_faults
from repayplan.language import tr


@click.command(
    "payoff", help=tr("Tell what settles every loan on a day, by class, and what each further day adds.").text
)
@case_argument
@day_option("--on", tr("The day, such as 2027-01-20; the case's date where left out."))
@json_option
@common_options
def command(case: Path, on: dt.date | None, as_json: bool) -> int:
    """Read, count, tell."""
    from repayplan.cases.readers import read_with_places
    from repayplan.debt.running import provisional_days
    from repayplan.debt.settling import payoffs
    from repayplan.report.statement import payoff_document, show_payoffs, show_provisional

    read, document = read_with_places(case)
    day = on or read.as_of
    doubts = far_day("--on", day, read.as_of)
    found, provisional = payoffs(read, day, document.where), provisional_days(read, day)
    if as_json:
        print_json(payoff_document(found, provisional, doubts))
    else:
        show_faults(doubts, "!", "bold yellow")
        show_payoffs(found, read.currency, console())
        show_provisional(provisional, console())
    return 0
