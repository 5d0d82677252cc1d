"""``repayplan payoff``: what settles every loan on a day, by class, and the amount per further day."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import rich_click as click

from repayplan.cli.common import case_argument, common_options, console, day_option, json_option, print_json
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
    from repayplan.cases.readers import read_case
    from repayplan.debt.payoff import payoff
    from repayplan.debt.running import ledgers, provisional_days
    from repayplan.report.statement import payoff_document, show_payoffs, show_provisional

    read = read_case(case)
    day = on or read.as_of
    payoffs = [payoff(ledger, day) for ledger in ledgers(read, day)]
    if as_json:
        print_json(payoff_document(payoffs))
    else:
        show_payoffs(payoffs, read.currency, console())
        show_provisional(provisional_days(read, day), console())
    return 0
