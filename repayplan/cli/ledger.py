"""``repayplan ledger``: the account of every loan, as it runs under its contract."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import rich_click as click

from repayplan.cli.common import case_argument, common_options, console, day_option, far_day, json_option, print_json
from repayplan.cli.failure import show_faults
from repayplan.language import tr


@click.command(
    "ledger", help=tr("Show the account of every loan: what accrued, fell due, was paid, and the debt.").text
)
@case_argument
@day_option("--until", tr("Last day; the last operation's where left out, or a year ahead where there is none."))
@click.option(
    "-o",
    "--out",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help=tr("Directory for account.csv; nothing is written where left out.").text,
)
@json_option
@common_options
def command(case: Path, until: dt.date | None, out: Path | None, as_json: bool) -> int:
    """Read, run, show, write."""
    from repayplan.cases.readers import read_with_places
    from repayplan.debt.account import statement
    from repayplan.debt.running import last_day, ledgers, provisional_days
    from repayplan.publishing import require_directory
    from repayplan.report.statement import accounts_document, show_accounts, show_provisional, write_accounts

    if out:
        require_directory(out)
    read, document = read_with_places(case)
    end = until or last_day(read)
    doubts = far_day("--until", end, read.as_of)
    accounts = {ledger.loan: statement(ledger) for ledger in ledgers(read, end, document.where)}
    provisional = provisional_days(read, end)
    files = write_accounts(accounts, out) if out else []
    if as_json:
        print_json(accounts_document(accounts, provisional, doubts))
    else:
        from repayplan.report.terminal import show_files

        show_faults(doubts, "!", "bold yellow")
        show_accounts(accounts, console())
        show_provisional(provisional, console())
        show_files(files, console())
    return 0
