"""``repayplan init``: a commented case file to start from."""

from __future__ import annotations

from pathlib import Path

import rich_click as click

from repayplan.cli.common import common_options, json_option, print_json
from repayplan.errors import Fault, InputError
from repayplan.language import tr


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
@json_option
@common_options
def command(directory: Path, story: str | None, excel: bool, unit: str | None, as_json: bool) -> int:
    """Write, tell what to do next."""
    from repayplan.cases.templates import write_template

    if unit is not None and not excel:
        what, remedy = tr("only a workbook counts in a unit"), tr("add --excel, or leave --unit out")
        raise InputError(Fault(what, "--unit", unit, remedy=remedy))
    written = write_template(directory, story, excel, int(unit or 1))
    if as_json:
        print_json({"files": [str(path) for path in written]})
    else:
        for path in written:
            click.echo(str(tr("written: {path}", path=path)))
        click.echo(str(tr("Fill it in, then run: repayplan check {path}", path=written[0])))
    return 0
