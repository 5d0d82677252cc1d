"""Tables that are shipped and that a bank may replace by a file of its own, which the environment names."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any, TypeVar

from repayplan.errors import Fault, InputError
from repayplan.language import Message, tr

Table = TypeVar("Table")


def shipped_or_own(
    name: str, own: str | None, environment: str, what: Message, read: Callable[[dict[str, Any], str], Table]
) -> Table:
    """The table in the file ``own``, or else the shipped one called ``name``; ``read`` takes it and where it stands.

    InputError where the bank's own cannot be used; ``what`` says which table that is.
    """
    if own is None:
        return read(tomllib.loads((files("repayplan.rules") / name).read_text(encoding="utf-8")), name)
    try:
        return read(tomllib.loads(Path(own).read_text(encoding="utf-8-sig")), own)
    except (OSError, ValueError, ArithmeticError, KeyError, TypeError, AttributeError) as error:
        remedy = tr("write it like repayplan/rules/{file}, or unset {name}", file=name, name=environment)
        fault = Fault(tr("{what} cannot be used: {reason}", what=what, reason=repr(error)), own, remedy=remedy)
        raise InputError(fault) from None
