"""``repayplan portfolio``: thousands of borrowers; its commands, each in a module of its own."""

from __future__ import annotations

from importlib import import_module

import rich_click as click

from repayplan.cli.common import common_options, translated
from repayplan.language import tr

COMMANDS = ("run", "show", "generate")


class PortfolioCommands(click.RichGroup):
    """The commands about a portfolio, imported when they are asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands in the order in which a person meets them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of this name, its help in the language in use."""
        if cmd_name not in COMMANDS:
            return None
        found: click.Command = import_module(f"repayplan.cli.portfolio_{cmd_name}").command
        return translated(found)


@click.group(
    "portfolio",
    cls=PortfolioCommands,
    help=tr("Choose what to do with each of thousands of borrowers under the bank's limits.").text,
)
@common_options
def command() -> None:
    """The group; the work is in its commands."""
