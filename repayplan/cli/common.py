"""What every command shares: its options, its two languages, and how it prints.

Help texts stand in the code as ``tr("…").text``: the catalogue test sees them, click gets plain English, and
:func:`translated` says them in the language of the moment.
"""

from __future__ import annotations

import copy
import datetime as dt
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import rich_click as click

from repayplan.errors import Fault, InputError
from repayplan.language import LANGUAGES, Message, tr

if TYPE_CHECKING:
    from rich.console import Console

PLAUSIBLE_YEARS = 10
"""How far ahead anybody asks what a loan will owe."""

METHODS = ("antithetic", "plain", "sobol")
"""How futures may be drawn."""

AnyCommand = TypeVar("AnyCommand", bound=click.Command)
AnyFunction = TypeVar("AnyFunction", bound=Callable[..., Any])


def common_options(function: AnyFunction) -> AnyFunction:
    """``--lang``, ``--debug`` and ``--help``; ``main`` reads the first two before anything is parsed."""
    for decorate in (
        click.help_option("-h", "--help", help=tr("Show this text and exit.").text),
        click.option(
            "--debug", is_flag=True, expose_value=False, help=tr("Show where the program failed, if it does.").text
        ),
        click.option(
            "--lang",
            type=click.Choice(LANGUAGES),
            expose_value=False,
            help=tr("Language of everything a person reads; REPAYPLAN_LANG or the locale where left out.").text,
        ),
    ):
        function = decorate(function)
    return function


def case_argument(function: AnyFunction) -> AnyFunction:
    """``CASE``: a case file, or a directory that holds one; the command receives the file's path."""
    text = tr("A case file (.yaml, .yml, .json, .xlsx), or a directory with a case.yaml or case.xlsx.").text
    given = click.argument(
        "case", type=click.Path(path_type=Path), callback=lambda _c, _p, path: case_path(path), help=text
    )
    return given(function)


def case_path(path: Path) -> Path:
    """The case file that a path means; a path that cannot be looked at is left to the reader's complaint."""
    from repayplan.cases.files import CASES

    if not os.path.isdir(path):
        return path
    return next((path / name for name in CASES if os.path.lexists(path / name)), path / CASES[0])


def json_option(function: AnyFunction) -> AnyFunction:
    """``--json`` for commands that a program reads; the command receives ``as_json``."""
    text = tr("Print JSON and nothing else on standard output, errors too.").text
    return click.option("--json", "as_json", is_flag=True, help=text)(function)


def time_options(function: AnyFunction) -> AnyFunction:
    """``--solver`` and ``--time-limit`` for commands that solve; they receive ``solver`` and ``time_limit``."""
    named = tr("Solver to ask first: highs, batched, glop, cbc, gurobi, cplex …").text
    limited = tr("Time for all solves together; the best plan found by then is given out, with its gap.").text
    for decorate in (
        click.option("--time-limit", type=click.FloatRange(min=0), metavar="SECONDS", help=limited),
        click.option("--solver", default="highs", metavar="NAME", help=named),
    ):
        function = decorate(function)
    return function


def futures_options(
    scenarios: Message, seed: Message, method: Message | None = None, usual: int | None = None, most: int | None = None
) -> Callable[[AnyFunction], AnyFunction]:
    """``--scenarios``, ``--seed`` and, with a text for it, ``--method``: which futures are drawn.

    ``usual``: so many where they are left out, from seed 1; where None the command hears nothing of what is left out.
    """
    shown = usual is not None
    ways = [
        click.option("--seed", type=int, default=1 if shown else None, show_default=shown, help=seed.text),
        click.option(
            "--scenarios",
            type=click.IntRange(min=1, max=most) if shown else int,
            default=usual,
            show_default=shown,
            metavar="N",
            help=scenarios.text,
        ),
    ]
    if method is not None:
        first = METHODS[0] if shown else None
        way = click.option("--method", type=click.Choice(METHODS), default=first, show_default=shown, help=method.text)
        ways.insert(0, way)

    def decorate(function: AnyFunction) -> AnyFunction:
        for way in ways:
            function = way(function)
        return function

    return decorate


def day_option(name: str, help_text: Message) -> Callable[[AnyFunction], AnyFunction]:
    """An option for one day, ISO; the command receives a date or None."""
    return click.option(name, metavar="DATE", callback=lambda _c, _p, text: _day(name, text), help=help_text.text)


def _day(name: str, text: str | None) -> dt.date | None:
    try:
        return None if text is None else dt.date.fromisoformat(text.strip())
    except ValueError:
        fault = Fault(tr("this is not a date"), name, text, remedy=tr("write a date such as 2026-12-20"))
        raise InputError(fault) from None


def far_day(name: str, day: dt.date, as_of: dt.date) -> list[Fault]:
    """A doubt where an account would run so far that the day is more likely a slip; InputError for a day before the
    case's. ``name`` is the option the day comes from."""
    if day < as_of:
        what, remedy = tr("this day is before the case's date"), tr("give a later day, or a case with earlier balances")
        raise InputError(Fault(what, name, f"{day}", tr("{date} or later", date=as_of), remedy))
    if (day - as_of).days <= PLAUSIBLE_YEARS * 366:
        return []
    what = tr("this day is more than {years} years after the case's date, {date}", years=PLAUSIBLE_YEARS, date=as_of)
    return [Fault(what, name, f"{day}", remedy=tr("check the year"))]


def translated(command: AnyCommand) -> AnyCommand:
    """A copy of ``command`` whose help is in the language in use."""
    said = copy.copy(command)
    said.help = _say(command.help)
    said.params = [copy.copy(parameter) for parameter in command.params]
    for parameter in said.params:
        parameter.help = _say(getattr(parameter, "help", None))
    said.context_settings = {
        **command.context_settings,
        "rich_help_config": {
            "arguments_panel_title": str(tr("Arguments")),
            "options_panel_title": str(tr("Options")),
            "commands_panel_title": str(tr("Commands")),
            "required_long_string": f"[{tr('required')}]",
            "text_markup": None,
        },
    }
    return said


def console() -> Console:
    """Standard output for people: as wide as the terminal, 80 columns in a pipe, no guessing at markup."""
    from rich.console import Console

    return Console(highlight=False, markup=False, emoji=False, soft_wrap=False)


def progress(message: Message) -> Any:
    """A line on standard error that turns while something takes its time; nothing where that is no terminal."""
    from rich.console import Console

    return Console(stderr=True, highlight=False).status(str(message))


@contextmanager
def working(message: Message) -> Iterator[Callable[[int], None]]:
    """A bar on standard error for long work; what it yields is told, after every piece, how many pieces there are."""
    from rich.console import Console
    from rich.progress import Progress

    screen = Console(stderr=True, highlight=False)
    with Progress(console=screen, transient=True, disable=not screen.is_terminal) as bar:
        task = bar.add_task(str(message), total=None)
        yield lambda total: bar.update(task, total=total, advance=1)


def print_json(data: Any) -> None:
    """One JSON document on standard output."""
    click.echo(json.dumps(data, ensure_ascii=False, indent=2, allow_nan=False))


def _say(text: str | None) -> str | None:
    return str(Message(text)) if text else text
