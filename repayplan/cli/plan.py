"""``repayplan plan``: the schedule, on the screen and as files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import rich_click as click

from repayplan.cli.common import (
    case_argument,
    common_options,
    console,
    json_option,
    print_json,
    progress,
    time_options,
    working,
)
from repayplan.cli.robust import drawing, robust_options, wish
from repayplan.language import tr

if TYPE_CHECKING:
    from repayplan.cases.models import Case
    from repayplan.forecast.futures import Drawing
    from repayplan.planning.robust.wish import Wish

SHAPES = ("free", "level", "level_principal", "seasonal", "milestone_share", "store_share", "receivable_share")
"""Shapes that need no more than their name; a case's policy.shape has them all."""

EXIT_CODES = {"optimal": 0, "feasible": 0, "infeasible": 1, "failed": 3}


@click.command("plan", help=tr("Make the schedule: what is paid when, why not more, and what was proved.").text)
@case_argument
@click.option(
    "-o",
    "--out",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help=tr("Directory for plan.json, schedule.csv and cash.csv; nothing is written where left out.").text,
)
@click.option("--months", type=int, help=tr("Term in months, in place of the case's.").text)
@click.option("--shape", type=click.Choice(SHAPES), help=tr("Shape, in place of the case's.").text)
@click.option(
    "--schedule",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help=tr("Judge a schedule that somebody offers (.csv, .xlsx, .yaml, .json), and show the nearest that holds.").text,
)
@robust_options
@time_options
@json_option
@common_options
def command(
    case: Path,
    out: Path | None,
    months: int | None,
    shape: str | None,
    solver: str,
    time_limit: float | None,
    schedule: Path | None,
    as_json: bool,
    **robust: object,
) -> int:
    """Plan, show, write."""
    from repayplan.cases.readers import read_case
    from repayplan.publishing import require_directory

    if out:
        require_directory(out)
    asked = wish(robust, offered=schedule is not None)
    wanted = _with_policy(read_case(case), {"months": months, "shape": shape})
    if asked is not None:
        return _plan_robust(wanted, asked, out, solver, time_limit, as_json)
    if schedule is not None:
        return _judge(wanted, schedule, out, solver, time_limit, as_json)
    return _plan(wanted, drawing(robust), out, solver, time_limit, as_json)


def _plan(
    case: Case, futures: Drawing | None, out: Path | None, solver: str, time_limit: float | None, as_json: bool
) -> int:
    """Plan, try the plan in futures, show, write."""
    from repayplan.planning.outlook import with_outlook
    from repayplan.planning.plan import plan
    from repayplan.report.files import plan_document, write_plan

    with progress(tr("Planning …")):
        made = plan(case, solver=solver, time_limit=time_limit)
    if futures is not None:
        with working(tr("Drawing futures …")) as tell:
            made = with_outlook(made, futures, tell)
    files = write_plan(made, out) if out else []
    if as_json:
        print_json(plan_document(made))
    else:
        from repayplan.report.terminal import show_files, show_plan

        show_plan(made, console())
        show_files(files, console())
    return EXIT_CODES[made.status]


def _plan_robust(
    case: Case, asked: Wish, out: Path | None, solver: str, time_limit: float | None, as_json: bool
) -> int:
    """Plan for many futures, show, write; 1 where what was asked for was not reached."""
    from repayplan.planning.robust.plan import robust_plan
    from repayplan.report.files import write_plan
    from repayplan.report.robust import robust_document, show_beside

    with progress(tr("Planning for {count} futures …", count=f"{asked.scenarios:,}")):
        made = robust_plan(case, asked, solver=solver, time_limit=time_limit)
    files = write_plan(made.plan, out) if out else []
    if as_json:
        print_json(robust_document(made))
    else:
        from repayplan.report.terminal import show_files, show_plan

        show_plan(made.plan, console())
        show_beside(made, console())
        show_files(files, console())
    return EXIT_CODES[made.plan.status] or int(not made.holds)


def _judge(case: Case, file: Path, out: Path | None, solver: str, time_limit: float | None, as_json: bool) -> int:
    """Read the offer, judge it, show, write."""
    from repayplan.cases.offers import read_offer
    from repayplan.planning.offers import judge_offer
    from repayplan.report.offer import offer_document, show_offer, write_offer
    from repayplan.solvers.chain import Chain

    offered = read_offer(file, case)
    with progress(tr("Judging the offer …")):
        judged = judge_offer(case, offered, Chain(solver, time_limit))
    files = write_offer(judged, out) if out else []
    if as_json:
        print_json(offer_document(judged))
    else:
        from repayplan.report.terminal import show_files

        show_offer(judged, console())
        show_files(files, console())
    return 0 if judged.holds else 1


def _with_policy(case: Case, wishes: dict[str, object]) -> Case:
    """The case with parts of its policy replaced, checked as if it had been written so."""
    from repayplan.cases.documents import Document
    from repayplan.cases.readers import to_case
    from repayplan.cases.writers import case_to_dict

    given = {name: value for name, value in wishes.items() if value is not None}
    if not given:
        return case
    data = case_to_dict(case)
    data["policy"] = {**data.get("policy", {}), **given}
    return to_case(Document(" ".join(f"--{name}" for name in given), data, {}))
