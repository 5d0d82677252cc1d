"""``repayplan init``: a commented case file to start from, or a case for every borrower of a loan list."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import rich_click as click

from repayplan.cli.common import common_options, day_option, json_option, print_json
from repayplan.cli.failure import show_faults
from repayplan.errors import MOST_SHOWN, Fault, InputError
from repayplan.language import tr

_MOST_NAMED = 10


@click.command("init", help=tr("Write a commented case file to start from; nothing is overwritten.").text)
@click.argument("directory", type=click.Path(path_type=Path), help=tr("Directory for the file.").text)
@click.option(
    "--story",
    type=click.Choice(["construction", "trade", "restaurant", "textile", "logistics"]),
    help=tr("Which business the template is about; construction, or a short workbook, where left out.").text,
)
@click.option("--excel", is_flag=True, help=tr("Write an Excel workbook, case.xlsx.").text)
@click.option(
    "--unit",
    type=click.Choice(["1", "10000"]),
    help=tr("Currency units in which the workbook's amounts count, 1 or 10000; only with --excel.").text,
)
@click.option(
    "--loans",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help=tr("A loan list from the core system (.csv, .xlsx): writes a case for every borrower on it.").text,
)
@day_option("--as-of", tr("Day of the balances on the loan list (2026-11-20); only with --loans."))
@click.option("--borrower", metavar="NAME", help=tr("Name or customer number of the one borrower wanted.").text)
@click.option(
    "--headings",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help=tr("The bank's own names for the columns of the list (.toml, see docs/workbook.md).").text,
)
@json_option
@common_options
def command(
    directory: Path,
    story: str | None,
    excel: bool,
    unit: str | None,
    loans: Path | None,
    as_of: dt.date | None,
    borrower: str | None,
    headings: Path | None,
    as_json: bool,
) -> int:
    """Write, tell what to do next."""
    _fit({"--story": story, "--excel": excel, "--unit": unit}, loans is not None)
    _fit({"--as-of": as_of, "--borrower": borrower, "--headings": headings}, loans is None)
    doubts: tuple[Fault, ...] = ()
    if loans is None:
        from repayplan.cases.templates import write_template

        if unit is not None and not excel:
            what, remedy = tr("only a workbook counts in a unit"), tr("add --excel, or leave --unit out")
            raise InputError(Fault(what, "--unit", unit, remedy=remedy))
        written = write_template(directory, story, excel, int(unit or 1))
    else:
        written, doubts = _from_list(directory, loans, as_of, borrower, headings)
    if as_json:
        told = [doubt.as_dict() for doubt in doubts[:MOST_SHOWN]]
        print_json({"files": [str(path) for path in written], **({"doubts": told} if loans else {})})
        return 0
    show_faults(doubts, "!", "bold yellow")
    _tell(written, as_cases=loans is not None)
    return 0


def _from_list(
    directory: Path, loans: Path, as_of: dt.date | None, borrower: str | None, headings: Path | None
) -> tuple[list[Path], tuple[Fault, ...]]:
    from repayplan.cases.documents import shown
    from repayplan.cases.loan_cases import write_cases
    from repayplan.cases.loan_list import read_loan_list

    if as_of is None:
        what, remedy = tr("a loan list does not say of which day it is"), tr("add --as-of, the day of its balances")
        raise InputError(Fault(what, "--as-of", remedy=remedy))
    found = read_loan_list(loans, as_of, borrower, headings)
    return write_cases(directory, found.borrowers, as_of, shown(loans.name)), found.doubts


def _fit(given: dict[str, object], useless: bool) -> None:
    """Refuse options that would do nothing."""
    named = [name for name, value in given.items() if value]
    if named and useless:
        what = tr("this option does not go with a loan list") if "--story" in given else tr("this needs a loan list")
        remedy = tr("leave it out, or leave --loans out") if "--story" in given else tr("add --loans FILE")
        raise InputError(Fault(what, name, remedy=remedy) for name in named)


def _tell(written: Sequence[Path], as_cases: bool) -> None:
    """The first files, how many more, what to do next."""
    shown = written[:_MOST_NAMED] if as_cases else written
    for path in shown:
        click.echo(str(tr("written: {path}", path=path)))
    if len(written) > len(shown):
        click.echo(str(tr("and {count} more", count=f"{len(written) - len(shown):,}")))
    if as_cases:
        click.echo(str(tr("Look at what is owed: repayplan ledger {path}", path=written[0])))
        click.echo(str(tr("For a plan add cash to it, then run: repayplan check {path}", path=written[0])))
    else:
        click.echo(str(tr("Fill it in, then run: repayplan check {path}", path=written[0])))
