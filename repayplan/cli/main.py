"""``repayplan``: finds the command, speaks the person's language, and turns every ending into an exit code.

0 done · 1 a plan was impossible or a check failed · 2 the input is wrong · 3 the program failed ·
130 stopped by the person · 141 nobody reads on.
"""

from __future__ import annotations

import io
import os
import sys
import traceback
from collections.abc import Sequence
from importlib import import_module
from itertools import pairwise
from typing import Any

import rich_click as click

from repayplan.cli.common import common_options, translated
from repayplan.cli.failure import ABORTED, UNHEARD, Failure, bug, usage
from repayplan.errors import RepayplanError
from repayplan.language import LANGUAGES, from_environment, speaking, tr
from repayplan.version import __version__

COMMANDS = (
    "init", "check", "forecast", "rate", "plan", "explain", "stress", "verify", "payoff", "ledger",
    "portfolio", "export", "schema",
)  # fmt: skip


class Commands(click.RichGroup):
    """The commands, each in a module of its own that is imported when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands in the order in which a person meets them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of this name, its help in the language in use."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"repayplan.cli.{cmd_name}").command
        return translated(command)

    def main(self, args: Sequence[str] | None = None, *unused: Any, **extra: Any) -> Any:
        """Run a command line and leave with its exit code."""
        arguments = list(sys.argv[1:] if args is None else args)
        extra.pop("standalone_mode", None)
        extra["prog_name"] = "repayplan"
        with speaking(_language(arguments)):
            exit_code = self._exit_code(arguments, extra)
        sys.exit(exit_code if _delivered() else UNHEARD)

    def _exit_code(self, arguments: list[str], extra: dict[str, Any]) -> int:
        try:
            outcome = click.RichGroup.main(translated(self), arguments, standalone_mode=False, **extra)
        except RepayplanError as error:
            failure = Failure(error.exit_code, error.faults)
        except click.ClickException as error:
            failure = usage(error)
        except click.Abort:
            return ABORTED
        except SystemExit as leaving:  # commands return; click and rich leave with 1 when the reader of a pipe has gone
            return UNHEARD if leaving.code == 1 else int(leaving.code or 0)
        except Exception as error:  # noqa: BLE001  the last stop: a bug must end in words and exit code 3
            if "--debug" in arguments:
                traceback.print_exc()
            failure = bug(error)
        else:
            return outcome if isinstance(outcome, int) else 0
        failure.show(as_json="--json" in arguments)
        return failure.exit_code


def _delivered() -> bool:
    """Whether everything said has reached its reader; what has not is dropped, so that Python does not complain."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return False
    return True


def _language(arguments: Sequence[str]) -> str:
    """The language of ``--lang``, wherever it stands: help and errors must know it before anything is parsed."""
    asked = [value for name, value in pairwise(arguments) if name == "--lang"]
    asked += [argument.removeprefix("--lang=") for argument in arguments if argument.startswith("--lang=")]
    return next((language for language in asked if language in LANGUAGES), None) or from_environment()


@click.group(
    "repayplan",
    cls=Commands,
    help=tr("Repayment schedules for overdue corporate loans: planned from cash, exact to the cent, proven.").text,
)
@common_options
@click.version_option(__version__, message="repayplan %(version)s", help=tr("Show the version and exit.").text)
def cli() -> None:
    """The whole command line; the work is in the commands."""


def run() -> None:
    """The console script. A terminal that lacks a character shows a question mark for it, and the work goes on."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    cli.main()
