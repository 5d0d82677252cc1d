"""One option for every borrower of a run: what the bank's limits let through, or without limits what is best."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from repayplan.cases.files import text_of
from repayplan.portfolio.appraise import Settings
from repayplan.portfolio.run.chunk import parquet
from repayplan.portfolio.run.results import CHOICES, Results
from repayplan.portfolio.tables import choices_schema
from repayplan.publishing import publish

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray


COUPLING = "coupling.json"
MOST_CASES = 20
"""Borrowers that are named as those that matter most."""


@dataclass(frozen=True, slots=True)
class LimitUse:
    """One limit: how much of it is used and what one unit more would bring. ``least``: it is a floor.

    ``measure``: cents, hours, visits or share, in which ``limit`` and ``used`` are; ``price`` in cents
    per unit, 0 where it does not bind.
    """

    name: str
    measure: str
    least: bool
    limit: float
    used: float
    price: float
    kept: bool
    target: int | None = None
    """The month after which the overdue balance must have fallen so far, where that is what the limit asks."""


@dataclass(frozen=True, slots=True)
class Weighty:
    """A borrower whose option matters: ``instead`` is the next best one, ``difference`` what it would cost; cents."""

    case: str
    option: str
    instead: str
    difference: int


@dataclass(frozen=True, slots=True)
class Coupling:
    """How options were chosen. ``value`` and ``bound``: recovery of the choice, and the most that any has; cents."""

    value: int
    bound: float
    gap: float
    method: str
    limits: tuple[LimitUse, ...]
    cases: tuple[Weighty, ...]


@dataclass(frozen=True, slots=True)
class Given:
    """The limits of a run, none where there is no file."""

    def settings(self, settings: Settings) -> Settings:
        """The settings under which no option is dropped that a limit could want."""
        return settings


def read_limits(path: Path | None) -> Given:
    """The limits in a file. InputError with every problem of the file."""
    return Given()


def write_choice(results: Results, limits: Given) -> None:
    """Choose, and write what was chosen and what was proved."""
    options = results.table("options")
    option = best_alone(options)
    chosen = options.select(choices_schema().names).take(option)
    value = int(chosen["recovery"].to_numpy().sum())
    proved = Coupling(value, float(value), 0.0, "each alone", (), weighty(options, option))
    files = {COUPLING: json.dumps(asdict(proved), indent=2, ensure_ascii=False).encode(), CHOICES: parquet(chosen)}
    publish(results.directory, files)


def read_coupling(directory: Path) -> Coupling:
    """What was proved when options were chosen. InputError where nothing has been chosen yet."""
    data = json.loads(text_of(directory / COUPLING))
    limits = tuple(LimitUse(**each) for each in data.pop("limits"))
    return Coupling(**data | {"limits": limits, "cases": tuple(Weighty(**each) for each in data["cases"])})


def weighty(options: pa.Table, option: NDArray[np.int64], most: int = MOST_CASES) -> tuple[Weighty, ...]:
    """The borrowers for whom the choice matters most: what the best other option would recover less."""
    value = options["recovery"].to_numpy().astype(float)
    starts = starts_of(options)
    others = value.copy()
    others[option] = -np.inf
    loss = value[option] - np.maximum.reduceat(others, starts[:-1]) if len(option) else np.zeros(0)
    loss[~np.isfinite(loss)] = -np.inf  # nothing else was open
    found = []
    for place in np.argsort(-loss, kind="stable")[:most]:
        if np.isfinite(loss[place]):
            rows = slice(starts[place], starts[place + 1])
            instead = int(starts[place] + np.argmax(others[rows]))
            case, mine, other = (
                options[name][int(at)].as_py()
                for name, at in (("case", option[place]), ("option", option[place]), ("option", instead))
            )
            found.append(Weighty(case, mine, other, int(loss[place])))
    return tuple(found)


def best_alone(options: pa.Table) -> NDArray[np.int64]:
    """The place of every borrower's option of largest recovery, the first of equals."""
    starts = starts_of(options)
    value = options["recovery"].to_numpy().astype(float)
    if not len(value):
        return np.zeros(0, dtype=np.int64)
    top = np.repeat(np.maximum.reduceat(value, starts[:-1]), np.diff(starts))
    best = np.flatnonzero(value == top)
    owner = np.repeat(np.arange(len(starts) - 1), np.diff(starts))[best]
    _, first = np.unique(owner, return_index=True)
    return best[first]


def starts_of(options: pa.Table) -> NDArray[np.int64]:
    """Where the options of each borrower begin, and how many there are in all; those of one lie side by side."""
    codes = np.asarray(options["case"].combine_chunks().dictionary_encode().indices)
    changes = np.flatnonzero(np.diff(codes)) + 1
    ends = [len(codes)] if len(codes) else []
    return np.array([0, *changes, *ends], dtype=np.int64)
