"""Arrays that cannot be written to once they are in their place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

Cents = NDArray[np.int64]
Real = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Frozen:
    """Arrays that cannot be written to once they are here."""

    def __post_init__(self) -> None:
        for value in vars(self).values():
            if isinstance(value, np.ndarray):
                value.setflags(write=False)


Part = TypeVar("Part", bound=Frozen)


def changed(part: Part, **values: Any) -> Part:
    """The same with other ``values`` of some fields: what ``dataclasses.replace`` does, without going over those that
    stay, which cannot be written to already."""
    made = object.__new__(type(part))
    held = vars(part)
    known = {name: held[name] for name in part.__dataclass_fields__}
    for value in values.values():
        if isinstance(value, np.ndarray):
            value.setflags(write=False)
    vars(made).update(known, **values)
    return made


Array = TypeVar("Array", bound=np.ndarray[Any, Any])


def fixed(array: Array) -> Array:
    """An array that many share: it cannot be written to any more."""
    array.setflags(write=False)
    return array
