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


Array = TypeVar("Array", bound=np.ndarray[Any, Any])


def fixed(array: Array) -> Array:
    """An array that many share: it cannot be written to any more."""
    array.setflags(write=False)
    return array
