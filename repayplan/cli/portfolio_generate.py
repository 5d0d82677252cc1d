"""``repayplan portfolio generate``: a book of any size to look at and to try things on, from a seed."""

from __future__ import annotations

import shlex
from pathlib import Path

import rich_click as click

from repayplan.cli.common import common_options, console
from repayplan.language import tr

MOST_BORROWERS = 1_000_000


@click.command("generate", help=tr("Make a book of invented borrowers, the same for the same seed.").text)
@click.argument(
    "directory", type=click.Path(path_type=Path), help=tr("Directory for the tables (CSV); new or empty.").text
)
@click.option(
    "--borrowers",
    type=click.IntRange(min=1, max=MOST_BORROWERS),
    default=500,
    show_default=True,
    help=tr("How many there are.").text,
)
@click.option("--seed", type=int, default=1, show_default=True, help=tr("Another seed makes others.").text)
@click.option(
    "--overwrite", is_flag=True, help=tr("Write over a book that was made so before; never over anything else.").text
)
@common_options
def command(directory: Path, borrowers: int, seed: int, overwrite: bool) -> int:
    """Generate, say what was written and what to do with it."""
    from repayplan.language import listed
    from repayplan.portfolio.generate import generate
    from repayplan.report.layout import say

    say(tr("Written: {files}", files=listed(generate(directory, borrowers, seed, overwrite))), console())
    said = shlex.quote(str(directory))
    say(tr("Look at what a run makes of it: repayplan portfolio run {directory} -o out", directory=said), console())
    return 0
