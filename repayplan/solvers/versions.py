"""A guard against versions of solver libraries that are known not to go together in one process.

It looks at what is installed before anything is imported: where two of them clash, the import itself may end the
program without a word.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

from repayplan.errors import Fault, SolverError
from repayplan.language import Message, tr

Version = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Clash:
    """``package`` from one version on up to another does not work, or not where ``beside`` is used in one process."""

    package: str
    since: Version
    until: Version
    beside: str | None
    why: Message
    wanted: str


CLASHES = (
    Clash(
        "highspy",
        (1, 15),
        (99,),
        "ortools",
        tr("from 1.15 on highspy and OR-Tools cannot be imported in one process"),
        "highspy==1.12.*",
    ),
    Clash(
        "highspy",
        (1, 13),
        (1, 15),
        "ortools",
        tr("highspy 1.13 and 1.14 share names with the HiGHS inside OR-Tools, which then returns wrong answers"),
        "highspy==1.12.*",
    ),
    Clash(
        "pulp",
        (4,),
        (99,),
        None,
        tr("PuLP 4 has dropped the calls that are used here"),
        "pulp>=3.3.2,<4",
    ),
    Clash(
        "pulp",
        (0,),
        (3, 3, 2),
        None,
        tr("PuLP before 3.3.2 reads the end of a time limit as an optimum"),
        "pulp>=3.3.2,<4",
    ),
)


def check_versions(*needed: str) -> None:
    """SolverError where a package about to be imported clashes with its version, or with what is imported already."""
    faults = list(_clashes(needed))
    if faults:
        raise SolverError(faults)


def _clashes(needed: tuple[str, ...]) -> Iterator[Fault]:
    named = {name for clash in CLASHES for name in (clash.package, clash.beside) if name}
    together = {name for name in named if name in needed or _imported(name)}
    for clash in CLASHES:
        if clash.package not in together or (clash.beside and clash.beside not in together):
            continue
        found = _installed(clash.package)
        if found is None or not clash.since <= _numbers(found) < clash.until:
            continue
        names = [clash.package, *([clash.beside] if clash.beside else [])]
        said = ", ".join(f"{name} {_installed(name) or '?'}" for name in names)
        what = tr("versions of solver libraries do not go together: {why}", why=clash.why)
        yield Fault(what, said, remedy=tr("run pip install {wanted}", wanted=f'"{clash.wanted}"'))


def _imported(package: str) -> bool:
    return package in sys.modules


def _installed(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _numbers(text: str) -> Version:
    return tuple(int(part) for part in re.findall(r"\d+", text)[:3])
