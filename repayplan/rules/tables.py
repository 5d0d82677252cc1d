"""Dated tables that are shipped, and the file of its own by which a bank replaces one."""

from __future__ import annotations

import datetime as dt
import os
import tomllib
from collections.abc import Callable, Iterable
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, TypeVar, cast

from repayplan.errors import Fault, InputError
from repayplan.language import Message, tr

T = TypeVar("T")

Make = Callable[[dict[str, Any], str], T]
"""Turns the plain values of a table, and the place they are from, into what the program uses. It raises InputError for
what it can put in words, and ValueError, ArithmeticError, KeyError, TypeError or AttributeError for the rest."""


class Reading:
    """Reads the parts of a bank's own table, and goes on after a fault so that all are told at once.

    ``place``: the file; ``name``: the shipped table of the same form, ``variable``: the environment's that names it.
    """

    def __init__(self, place: str, name: str, variable: str) -> None:
        self.place, self._name, self._variable = place, name, variable
        self.faults: list[Fault] = []

    def blame(self, where: str, value: object, what: Message, limit: Message | None = None) -> None:
        """Note what is wrong at a place of the table."""
        remedy = tr(
            "write it like repayplan/rules/{name}, or unset {variable}", name=self._name, variable=self._variable
        )
        self.faults.append(Fault(what, f"{self.place}, {where}", None if value is None else str(value), limit, remedy))

    def day(self, where: str, value: object) -> dt.date:
        """A day; a moment of a day is none. Where it is none, one that is never used."""
        if isinstance(value, dt.date) and is_day(value):
            return value
        self.blame(where, value, tr("this is no day"), tr("a day such as 2026-11-01, without quotes"))
        return dt.date.min


def is_day(value: object) -> bool:
    """Whether a value is a day and not a moment of it, which no day can be compared with."""
    return isinstance(value, dt.date) and not isinstance(value, dt.datetime)


def one_of(names: Iterable[str]) -> Message:
    """What may be said in place of a name that is not known."""
    return tr("one of: {known}", known=", ".join(names))


def shipped(name: str) -> dict[str, Any]:
    """The plain values of a table that is shipped, such as ``hazard.toml``."""
    return tomllib.loads((files("repayplan.rules") / name).read_text(encoding="utf-8"))


def table(name: str, environment: str, title: Message, make: Make[T]) -> T:
    """The table in the file that the variable ``environment`` names, otherwise the one that is shipped as ``name``.

    ``title``: what it is called. InputError, with the place, where the bank's own cannot be used.
    """
    return cast("T", _read(name, environment, title.text, make, os.environ.get(environment) or None))


@cache
def _read(name: str, environment: str, title: str, make: Make[object], own: str | None) -> object:
    if own is None:
        return make(shipped(name), name)
    try:
        return make(tomllib.loads(Path(own).read_text(encoding="utf-8-sig")), own)
    except (OSError, ValueError, ArithmeticError, KeyError, TypeError, AttributeError, RecursionError) as error:
        what = tr("{table} cannot be used: {reason}", table=Message(title), reason=_reason(error))
        remedy = tr("write it like repayplan/rules/{name}, or unset {variable}", name=name, variable=environment)
        raise InputError(Fault(what, own, remedy=remedy)) from None


def _reason(error: Exception) -> Message | str:
    if isinstance(error, FileNotFoundError):
        return tr("there is no such file")
    if isinstance(error, RecursionError):
        return tr("it is nested too deeply")
    if isinstance(error, UnicodeDecodeError):
        return tr("this file is not UTF-8")
    if isinstance(error, tomllib.TOMLDecodeError):
        return tr("it is no TOML: {reason}", reason=str(error))
    return tr("it lacks {name}", name=error.args[0]) if isinstance(error, KeyError) and error.args else repr(error)
