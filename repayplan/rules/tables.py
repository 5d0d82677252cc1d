"""Dated tables that are shipped, and the file of its own by which a bank replaces one."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Callable
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
    except (OSError, ValueError, ArithmeticError, KeyError, TypeError, AttributeError) as error:
        what = tr("{table} cannot be used: {reason}", table=Message(title), reason=_reason(error))
        remedy = tr("write it like repayplan/rules/{name}, or unset {variable}", name=name, variable=environment)
        raise InputError(Fault(what, own, remedy=remedy)) from None


def _reason(error: Exception) -> Message | str:
    return tr("it lacks {name}", name=error.args[0]) if isinstance(error, KeyError) and error.args else repr(error)
