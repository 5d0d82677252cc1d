"""``repayplan rate``: how likely the borrower is to fail, with every reason and what is not known."""

from __future__ import annotations

from pathlib import Path

import rich_click as click

from repayplan.cli.common import case_argument, common_options, console, json_option, print_json
from repayplan.language import tr


@click.command("rate", help=tr("Rate the borrower: how likely it is to fail, why, and what is not known of it.").text)
@case_argument
@json_option
@common_options
def command(case: Path, as_json: bool) -> int:
    """Read, rate, show."""
    from repayplan.cases.readers import read_case
    from repayplan.planning.rating import rate
    from repayplan.report.rating import rating_document, show_rating

    rated = rate(read_case(case))
    if as_json:
        print_json(rating_document(rated))
    else:
        show_rating(rated, console())
    return 0
