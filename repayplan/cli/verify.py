"""``repayplan verify``: the ledger and every limit again, without a solver."""

from __future__ import annotations

import os
from pathlib import Path

import rich_click as click

from repayplan.cli.common import case_path, common_options, console, json_option, print_json
from repayplan.language import tr


@click.command("verify", help=tr("Judge a plan from its case and its payments alone, to the cent and to the day.").text)
@click.argument(
    "plan",
    type=click.Path(path_type=Path),
    help=tr("A plan.json, or its directory with the spreadsheets beside it.").text,
)
@click.option(
    "--case",
    type=click.Path(path_type=Path),
    help=tr("Case file to judge by, in place of the case inside the plan.").text,
)
@json_option
@common_options
def command(plan: Path, case: Path | None, as_json: bool) -> int:
    """Read, judge, tell."""
    from repayplan.cases.readers import read_case
    from repayplan.planning.plan_file import finding_line, read_plan
    from repayplan.planning.verify import verify
    from repayplan.report.beside import compare_spreadsheets

    directory = plan if os.path.isdir(plan) else None
    claimed = read_plan(plan)
    if case:
        claimed = claimed.model_copy(update={"case": read_case(case_path(case))})
    findings = verify(claimed) + (compare_spreadsheets(claimed, directory) if directory else [])
    failed = sum(finding.result == "fail" for finding in findings)
    if as_json:
        print_json({"holds": not failed, "failed": failed, "findings": [finding_line(finding) for finding in findings]})
    else:
        from repayplan.report.terminal import show_verdict

        show_verdict(findings, console())
    return 1 if failed else 0
