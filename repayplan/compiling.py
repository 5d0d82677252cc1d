"""How kernels are compiled: kept between runs, and compiled again when anything they were made of has changed.

Numba keeps machine code by the text of a function's own file, yet the code holds what the function calls, and every
constant it reads, from other files too. After an update such a kernel would go on with the old text of the others. So
code is kept here by the text of a kernel's file, of all files of kernels behind it, and of whatever those import.
Imports numba, so that only kernels import this.
"""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from typing import Any, TypeVar

from numba import config, njit
from numba.core.caching import InTreeCacheLocator, UserProvidedCacheLocator, UserWideCacheLocator

PACKAGE = Path(__file__).parent

Function = TypeVar("Function", bound=Callable[..., Any])

_config: Any = config

_njit: Any = partial(njit, nogil=True, error_model="numpy")
"""Without Python's lock, dividing as NumPy does; nothing that reassociates sums."""


def compiled(function: Function) -> Function:
    """The function as machine code, kept where numba keeps it; where nothing can be written, for this process alone."""
    before, _config.CACHE_LOCATOR_CLASSES = _config.CACHE_LOCATOR_CLASSES, LOCATORS
    try:
        made: Function = _njit(cache=True)(function)
    except RuntimeError:  # no folder to keep it in
        made = _njit()(function)
    finally:
        _config.CACHE_LOCATOR_CLASSES = before  # other people's kernels are none of ours
    return made


@cache
def made_of(file: Path) -> frozenset[Path]:
    """The files of the package whose text is in the machine code of a file's kernels: its own, what it imports, and
    the same of the kernels among these. What others than kernels import cannot be called by compiled code."""
    found, ahead = {file}, [file]
    while ahead:
        imported = _imported(ahead.pop()) - found
        found |= imported
        ahead += [each for each in imported if _has_kernels(each)]
    return frozenset(found)


@cache
def _imported(file: Path) -> frozenset[Path]:
    """Files of the package that a file names where it imports."""
    named: set[str] = set()
    for node in ast.walk(ast.parse(file.read_bytes())):
        if isinstance(node, ast.Import):
            named |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            named |= {f"{node.module}", *(f"{node.module}.{alias.name}" for alias in node.names)}
    parts = [name.split(".") for name in named]
    places = [PACKAGE.joinpath(*below) for top, *below in parts if top == PACKAGE.name]
    files = [file for place in places for file in (place.with_suffix(".py"), place / "__init__.py")]
    return frozenset(each for each in files if each.is_file())


def _has_kernels(file: Path) -> bool:
    text = file.read_text(encoding="utf-8")
    return "import compiled" in text or "from numba" in text


class _ByContent:
    """A place for machine code that is as fresh as all files it was made of."""

    _py_file: str

    def get_source_stamp(self) -> str:
        """A digest of their texts."""
        texts = (path.read_bytes() for path in sorted(made_of(Path(self._py_file))))
        return hashlib.sha256(b"\0".join(texts)).hexdigest()


class Named(_ByContent, UserProvidedCacheLocator):
    """In the folder that NUMBA_CACHE_DIR names."""


class Beside(_ByContent, InTreeCacheLocator):
    """Beside the source."""


class Apart(_ByContent, UserWideCacheLocator):
    """In the user's own folder, where the source's cannot be written."""


LOCATORS = ",".join(f"{__name__}.{each.__name__}" for each in (Named, Beside, Apart))
