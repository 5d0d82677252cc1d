"""``repayplan schema``: what a case file may hold, for editors and programs."""

from __future__ import annotations

import rich_click as click

from repayplan.cli.common import common_options, print_json
from repayplan.language import tr


@click.command("schema", help=tr("Print the JSON Schema of case files, which editors can use while you write.").text)
@common_options
def command() -> None:
    """Print the schema."""
    from repayplan.cases.schema import case_schema

    print_json(case_schema())
