"""``repayplan stress``: a plan in thousands of futures, and in those that have a name."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import rich_click as click

from repayplan.cli.common import (
    case_path,
    common_options,
    console,
    futures_options,
    json_option,
    print_json,
    progress,
    working,
)
from repayplan.language import tr

if TYPE_CHECKING:
    from repayplan.planning.plan_file import PlanFile


@click.command(
    "stress",
    help=tr("Try a plan in thousands of futures and under named stresses: how often it breaks, and when.").text,
)
@click.argument(
    "plan",
    type=click.Path(path_type=Path),
    help=tr("A plan.json or its directory; or a case, which is planned first.").text,
)
@futures_options(
    tr("How many futures are drawn."),
    tr("Another seed draws other futures."),
    tr("How they are drawn."),
    usual=10_000,
)
@click.option(
    "--hazard",
    type=click.Choice(["arrears", "weight"]),
    default="arrears",
    show_default=True,
    help=tr("What decides on default: arrears that grow too old, or the plan's hazard as a weight; never both.").text,
)
@click.option(
    "--stresses",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help=tr("Named stresses of your own (.toml, .yaml, .json) in place of those that are shipped.").text,
)
@click.option(
    "-o",
    "--out",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help=tr("Directory for stress.json, bands.csv and stress.png; nothing is written where left out.").text,
)
@json_option
@common_options
def command(
    plan: Path,
    scenarios: int,
    seed: int,
    method: Any,
    hazard: Any,
    stresses: Path | None,
    out: Path | None,
    as_json: bool,
) -> int:
    """Read, draw, evaluate, show, write."""
    from repayplan.cases.stresses import read_stresses, shipped_stresses
    from repayplan.forecast.futures import Drawing
    from repayplan.planning.stress import stress
    from repayplan.publishing import require_directory
    from repayplan.report.stress import show_stress
    from repayplan.report.stress_files import stress_document, write_stress

    if out:
        require_directory(out)
    named = shipped_stresses() if stresses is None else read_stresses(stresses)
    drawing = Drawing(seed, scenarios, method)
    claimed = _read(plan)
    with working(tr("Drawing futures …")) as tell:
        trial = stress(claimed, drawing, named, hazard=hazard, told=tell)
    files = write_stress(trial, out) if out else []
    if as_json:
        print_json(stress_document(trial))
    else:
        from repayplan.report.terminal import show_files

        show_stress(trial, console())
        show_files(files, console())
    return 0


def _read(path: Path) -> PlanFile:
    """The plan in a file; of a case, the plan that is made of it."""
    from repayplan.cases.readers import read_case
    from repayplan.planning.plan import plan
    from repayplan.planning.plan_file import is_plan, plan_file, read_plan

    if is_plan(path):
        return read_plan(path)
    case = read_case(case_path(path))
    with progress(tr("Planning …")):
        return plan_file(plan(case))
