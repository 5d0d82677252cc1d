"""``repayplan portfolio show``: one borrower of a run as a plan, with the full planner."""

from __future__ import annotations

from pathlib import Path

import rich_click as click

from repayplan.cli.common import common_options, console, json_option, print_json, progress, time_options
from repayplan.cli.plan import EXIT_CODES
from repayplan.language import tr


@click.command("show", help=tr("Open one borrower of a run: its options, and the chosen one as a plan.").text)
@click.argument("directory", type=click.Path(path_type=Path), help=tr("Directory of a run.").text)
@click.argument("case", help=tr("Case of the borrower, as in the book.").text)
@click.option("--option", metavar="NAME", help=tr("Another option of this borrower, in place of the chosen one.").text)
@click.option(
    "-o",
    "--out",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help=tr("Directory for plan.json, schedule.csv and cash.csv; nothing is written where left out.").text,
)
@time_options
@json_option
@common_options
def command(
    directory: Path,
    case: str,
    option: str | None,
    out: Path | None,
    solver: str,
    time_limit: float | None,
    as_json: bool,
) -> int:
    """Find, plan, show, write."""
    from repayplan.planning.plan import plan
    from repayplan.portfolio.run.results import read_results
    from repayplan.portfolio.run.single import find
    from repayplan.publishing import require_directory
    from repayplan.report.files import plan_document, write_plan
    from repayplan.report.portfolio import option_documents, show_options

    if out:
        require_directory(out)
    single = find(read_results(directory), case, option)
    made = None
    if single.variant is not None:
        with progress(tr("Planning …")):
            made = plan(single.variant, solver=solver, time_limit=time_limit)
    files = write_plan(made, out) if out and made is not None else []
    if as_json:
        print_json({"options": option_documents(single), "plan": None if made is None else plan_document(made)})
    else:
        from repayplan.report.terminal import show_files, show_plan

        show_options(single, console())
        if made is not None:
            show_plan(made, console())
            show_files(files, console())
    return 0 if made is None else EXIT_CODES[made.status]
