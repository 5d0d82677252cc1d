"""How a command line ends when it does not end well: every fault in words or as JSON, and an exit code."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass

import rich_click as click
from click.exceptions import NoSuchCommand
from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from repayplan.cli.misuse import in_words
from repayplan.errors import MOST_SHOWN, Fault, more
from repayplan.language import Message, tr

WRONG_INPUT = 2
PROGRAM_FAILED = 3
ABORTED = 130
"""What shells report for a program stopped by the person."""
UNHEARD = 141
"""What shells report for a program whose reader has gone (``| head``)."""

_INDENT = (0, 0, 0, 4)
_UNBROKEN = 10_000
"""Columns where there is no terminal to break the lines for: a log wants one fault on one line."""


@dataclass(frozen=True, slots=True)
class Failure:
    """An exit code and everything that is wrong."""

    exit_code: int
    faults: tuple[Fault, ...]

    def show(self, as_json: bool) -> None:
        """To standard error for people, to standard output as JSON for programs."""
        if as_json:
            faults = [fault.as_dict() for fault in self.faults[:MOST_SHOWN]]
            told = {"exit_code": self.exit_code, "count": len(self.faults), "faults": faults}
            click.echo(json.dumps(told, ensure_ascii=False, indent=2))
            return
        show_faults(self.faults, "✘", "bold red")


def show_faults(faults: Sequence[Fault], mark: str, style: str) -> None:
    """Faults on standard error, on lines of their own: place and what, then value, limit and remedy."""
    console = Console(stderr=True, width=None if _seen() else _UNBROKEN, highlight=False, markup=False, emoji=False)
    for fault in faults[:MOST_SHOWN]:
        line = Text(f"{mark} ", style=style)
        line.append(f"{fault.where}: " if fault.where else "", style="bold").append(str(fault.what), style="none")
        console.print(line)
        details = (
            fault.value is not None and tr("value: {value}", value=fault.value),
            fault.limit and tr("limit: {limit}", limit=fault.limit),
            fault.remedy and f"→ {fault.remedy}",
        )
        for detail in filter(None, details):
            console.print(Padding(str(detail), _INDENT, expand=False))
    for words in more(faults):
        console.print(Text(str(words), "bold"))


def _seen() -> bool:
    """Whether there is a terminal at any end, as before a pager that reads ``2>&1``, or a width is asked for."""
    return "COLUMNS" in os.environ or any(stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr))


def usage(error: click.ClickException) -> Failure:
    """A command line that cannot be understood."""
    context = getattr(error, "ctx", None)
    path = context.command_path if context else "repayplan"
    fault = Fault(_misused(error), path, remedy=tr("see {command} --help", command=path))
    return Failure(WRONG_INPUT, (fault,))


def bug(error: Exception) -> Failure:
    """Something nobody foresaw."""
    what = tr("the program failed: {kind}: {reason}", kind=type(error).__name__, reason=error)
    remedy = tr("run it again with --debug and report what it prints; the input is not at fault")
    return Failure(PROGRAM_FAILED, (Fault(what, remedy=remedy),))


def _misused(error: click.ClickException) -> Message:
    match error:
        case NoSuchCommand():
            return tr("there is no command {name}", name=error.command_name)
        case click.NoSuchOption():
            return tr("there is no option {name}", name=error.option_name)
        case click.MissingParameter() if error.param is not None:
            return tr("{name} is missing", name=_name(error.param))
        case click.BadParameter() if error.param is not None:
            return tr("{name} cannot be this: {reason}", name=_name(error.param), reason=in_words(error.message))
        case _:
            return tr("this command line cannot be understood: {reason}", reason=in_words(error.format_message()))


def _name(parameter: click.Parameter) -> str:
    return " / ".join(parameter.opts) if isinstance(parameter, click.Option) else parameter.human_readable_name
