"""``repayplan portfolio show``: one borrower of a run, and the plan of its table with what the planner proves of it."""

from __future__ import annotations

from pathlib import Path

import rich_click as click

from repayplan.cli.common import common_options, console, json_option, print_json, progress, time_options
from repayplan.cli.plan import EXIT_CODES
from repayplan.language import tr
from repayplan.money import plain


@click.command("show", help=tr("Open one borrower of a run: its options, and the chosen one as a plan.").text)
@click.argument("directory", type=click.Path(path_type=Path), help=tr("Directory of a run.").text)
@click.argument("case", help=tr("Case of the borrower, as in the book.").text)
@click.option(
    "--option",
    metavar="NAME",
    help=tr("Another option of this borrower, as shown here or in a file, in place of the chosen one.").text,
)
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
    """Find, judge, show, write."""
    from repayplan.planning.known import known
    from repayplan.portfolio.run.results import read_results
    from repayplan.portfolio.run.single import find
    from repayplan.publishing import require_directory
    from repayplan.report.files import plan_document, write_plan
    from repayplan.report.portfolio_borrower import option_documents, show_options
    from repayplan.report.portfolio_words import option_named

    if out:
        require_directory(out)
    results = read_results(directory)
    single = find(results, case, option and option_named(option))
    found = None
    if single.variant is not None:
        with progress(tr("Planning …")):
            found = known(single.variant, single.payments, solver=solver, time_limit=time_limit)
    files = write_plan(found.plan, out) if out and found is not None else []
    if as_json:
        made = None if found is None else plan_document(found.plan)
        better = None if found is None else plain(found.better)
        print_json({"options": option_documents(single), "option": single.name, "plan": made, "better_alone": better})
    else:
        from repayplan.report.terminal import show_files, show_plan

        show_options(single, results.manifest.settings["scenarios"], found, console())
        if found is not None:
            show_plan(found.plan, console())
            show_files(files, console())
    return 0 if found is None else EXIT_CODES[found.plan.status]
