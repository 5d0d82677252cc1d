"""``repayplan explain``: why these amounts, or why none is possible and the least that would help."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import rich_click as click

from repayplan.cli.common import case_path, common_options, console, json_option, print_json, working
from repayplan.cli.plan import EXIT_CODES
from repayplan.language import tr

if TYPE_CHECKING:
    from repayplan.cases.models import Case
    from repayplan.planning.plan_file import PlanFile

USUAL_SECONDS = 300.0
"""What somebody at a screen waits for."""


@click.command(
    "explain", help=tr("Say why these amounts; or why none is possible, and the least that would help.").text
)
@click.argument(
    "plan",
    type=click.Path(path_type=Path),
    help=tr("A plan.json or its directory; or a case, which is planned first.").text,
)
@click.option(
    "--time-limit",
    type=click.FloatRange(min=0),
    default=USUAL_SECONDS,
    show_default=True,
    metavar="SECONDS",
    help=tr("Time for all plans together; what there was no time for is said.").text,
)
@json_option
@common_options
def command(plan: Path, time_limit: float, as_json: bool) -> int:
    """Read, plan again, explain."""
    from repayplan.planning.explain import explain
    from repayplan.report.explanation import explanation_document, show_explanation

    case, claimed = _read(plan)
    with working(tr("Planning with changes …")) as tell:
        found = explain(case, tell, time_limit)
    if claimed is not None:
        _say_if_another(claimed, [(row.date, row.loan, row.payment) for row in found.plan.installments])
    if as_json:
        print_json(explanation_document(found))
    else:
        show_explanation(found, console())
    return EXIT_CODES[found.plan.status]


def _read(path: Path) -> tuple[Case, PlanFile | None]:
    """The case to be explained; with it the plan where that is what was given."""
    from repayplan.cases.readers import read_case
    from repayplan.planning.plan_file import is_plan, read_plan

    if is_plan(path):
        claimed = read_plan(path)
        return claimed.case, claimed
    return read_case(case_path(path)), None


def _say_if_another(claimed: PlanFile, planned: list[tuple[object, str, int]]) -> None:
    """A plan of an older version, changed by hand or made for many futures is not the one that is explained."""
    from repayplan.planning.result import ABOUT_FUTURES

    if [(row.date, row.loan, row.payment) for row in claimed.installments] == planned:
        return
    if any(finding.rule == ABOUT_FUTURES for finding in claimed.findings):
        words = tr(
            "The plan in the file is made for many futures: it stays below what is explained here, the plan on what is "
            "expected alone, where futures may bring less. repayplan stress says how often each plan is missed."
        )
    else:
        words = tr("The plan in the file is not the one that is made of its case today, which is explained here.")
    click.echo(str(words), err=True)
