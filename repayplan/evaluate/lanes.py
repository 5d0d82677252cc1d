"""How the core is compiled, and what its kernels agree on; kernels alone import it, because it imports numba."""

from __future__ import annotations

from typing import Any

from numba import njit

Arrays = tuple[Any, ...]

At = tuple[int, int, int, int]
"""Case, stage, first scenario of a block and how many there are."""

compiled = njit(cache=True, nogil=True, error_model="numpy")
"""To machine code, kept between runs, without Python's lock; nothing that reassociates sums."""
