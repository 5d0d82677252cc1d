"""``repayplan export``: the program behind a plan, for other solvers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

import rich_click as click

from repayplan.cli.common import case_path, common_options, console, json_option, print_json, progress, time_options
from repayplan.language import tr

if TYPE_CHECKING:
    from repayplan.cases.models import Case


@click.command("export", help=tr("Write the linear program behind a plan as a file that other solvers read.").text)
@click.argument(
    "plan",
    metavar="PLAN|CASE",
    type=click.Path(path_type=Path),
    help=tr("A plan.json, a case file, or a directory.").text,
)
@click.option("--to", "form", type=click.Choice(["lp", "mps"]), required=True, help=tr("Format of the file.").text)
@click.option(
    "-o", "--out", type=click.Path(path_type=Path), required=True, metavar="FILE", help=tr("File to write.").text
)
@time_options
@json_option
@common_options
def command(
    plan: Path, form: Literal["lp", "mps"], out: Path, solver: str, time_limit: float | None, as_json: bool
) -> int:
    """Read, solve, write."""
    from repayplan.exchange.programs import write_program

    with progress(tr("Planning …")):
        written = write_program(_case(plan), out, form, solver=solver, time_limit=time_limit)
    if as_json:
        print_json({"file": str(written)})
    else:
        from repayplan.report.terminal import show_files

        show_files([written], console())
    return 0


def _case(path: Path) -> Case:
    """The case in a file, or the one that a plan was made of."""
    from repayplan.cases.readers import read_case
    from repayplan.planning.plan_file import read_plan

    inside = path / "plan.json"
    path = inside if inside.is_file() else case_path(path)
    return read_plan(path).case if _holds_a_plan(path) else read_case(path)


def _holds_a_plan(path: Path) -> bool:
    from repayplan.cases.files import text_of
    from repayplan.cases.readers import read_document
    from repayplan.errors import InputError

    if path.suffix.lower() != ".json":
        return False
    try:
        data = read_document(text_of(path), str(path), "json").data
    except InputError:  # whoever reads the case says what is wrong
        return False
    return isinstance(data, dict) and str(data.get("schema")).startswith("repayplan/plan/")
