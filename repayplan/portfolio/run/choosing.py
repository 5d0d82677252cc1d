"""One option for every borrower of a run: what the bank's limits let through, or without limits what is best."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from repayplan.cases.files import text_of
from repayplan.language import LANGUAGES, Message, speaking, tr
from repayplan.portfolio.book import BookCase
from repayplan.portfolio.book.build import read_cases
from repayplan.portfolio.book.index import Index as BookIndex
from repayplan.portfolio.book.index import open_index, place_of
from repayplan.portfolio.coupling import Limits, Use, decide, label, pose, sentence, sentences
from repayplan.portfolio.coupling import Weighty as Places
from repayplan.portfolio.coupling.arrays import Index
from repayplan.portfolio.coupling.deciding import MATTER
from repayplan.portfolio.coupling.measures import Measure
from repayplan.portfolio.coupling.posing import columns_of, starts_of
from repayplan.portfolio.coupling.words import unit
from repayplan.portfolio.run.chunk import parquet
from repayplan.portfolio.run.results import CHOICES, INDEX, Results
from repayplan.portfolio.settings import Settings
from repayplan.portfolio.tables import choices_schema
from repayplan.problem.frozen import Real
from repayplan.publishing import publish

if TYPE_CHECKING:
    import pyarrow as pa

COUPLING = "coupling.json"

_TOLD = ("summary.json", "report.html", "choices.csv", "failures.csv")
"""What is written of a choice for people and programs, by rooms above this one."""

ALONE = "each alone"
"""The method where no limit couples borrowers."""


Said = Mapping[str, str]
"""A sentence by language: what was proved is told again in any of them."""


@dataclass(frozen=True, slots=True)
class LimitUse:
    """One single limit: how much of it is used, and what more of it would bring.

    ``measure``: cents, hours, visits, share or number, in which ``limit`` and ``used`` are; ``used`` is None where a
    ratio has nothing to divide by. ``least``: less is too little. ``price``: cents for one unit more at the margin (one
    currency unit, one visit, a percentage point), 0 where it does not bind; ``gain``: what a new choice with ``step``
    more brings, 0 where none was tried or none is better, which has no step. Price and gain are None where no choice
    keeps the limits: then nothing is known of what more of them is worth. ``target``: months
    after which the overdue balance of the whole book must have fallen so far, None for other limits; ``in_cash``: cash
    alone counts towards it.
    """

    label: Said
    sentence: Said
    measure: Measure
    least: bool
    limit: float
    used: float | None
    price: float | None
    gain: float | None
    kept: bool
    target: int | None
    in_cash: bool
    step: float | None = None


@dataclass(frozen=True, slots=True)
class Weighty:
    """A borrower whose option matters, and its ``name``: what the next best option, ``instead``, recovers beside it
    (``apart``, negative where it is less); what it is worth less, net of what options use of the limits
    (``difference``, None where no choice keeps the limits, which have no prices then); and how much more its own best
    option would recover, ``forgone`` for the limits; cents."""

    case: str
    name: str
    option: str
    instead: str
    apart: int
    difference: int | None
    forgone: int


@dataclass(frozen=True, slots=True)
class Coupling:
    """How options were chosen. ``value`` and ``bound``: recovery of the choice, and the most that any has; cents.

    ``kept``: whether every limit is; ``said``: what limits no choice keeps, how near one can come, and at what price.
    """

    status: str
    kept: bool
    value: int
    bound: float
    gap: float
    method: str
    said: tuple[Said, ...]
    limits: tuple[LimitUse, ...]
    cases: tuple[Weighty, ...]


@dataclass(frozen=True, slots=True)
class Given:
    """The limits of a run, None where there are none."""

    limits: Limits | None

    def settings(self, settings: Settings) -> Settings:
        """The settings under which no option is dropped that a limit could want."""
        if self.limits is None:
            return settings
        return replace(settings, matters=self.limits.matters, keep_all=settings.keep_all or self.limits.keep_all)


def write_choice(results: Results, given: Given) -> None:
    """Choose, and write what was chosen and what was proved; where every borrower was set aside, nothing is chosen."""
    if not any(results.rows("options", part) for part in results.parts):
        chosen = _nothing()
    else:
        chosen = _alone(results) if given.limits is None else _coupled(results, given.limits)
    proved = replace(chosen.proved, cases=_named(results, chosen))
    text = json.dumps(asdict(proved), indent=2, ensure_ascii=False, allow_nan=False)
    publish(results.directory, {COUPLING: text.encode() + b"\n", CHOICES: parquet(_taken(results, chosen))})


def read_coupling(directory: Path) -> Coupling:
    """What was proved when options were chosen. InputError where nothing has been chosen yet."""
    data = json.loads(text_of(directory / COUPLING))
    data["limits"] = tuple(LimitUse(**each) for each in data["limits"])
    data["cases"] = tuple(Weighty(**each) for each in data["cases"])
    return Coupling(**data | {"said": tuple(data["said"])})


def forget_choice(directory: Path) -> None:
    """Take away what was chosen and what was told of it, so that a run has no choice until it is made again."""
    for name in (CHOICES, COUPLING, *_TOLD):
        (directory / name).unlink(missing_ok=True)


@dataclass(frozen=True, slots=True)
class _Chosen:
    """The place (N,) of the option of every borrower among the M, where the options of each begin (N + 1,), the
    borrowers that matter most, and what was proved."""

    option: Index
    starts: Index
    weighty: tuple[Places, ...]
    proved: Coupling


def _nothing() -> _Chosen:
    """No borrower has an option: the failures say why."""
    none = np.zeros(0, dtype=np.int64)
    said = (_in_every_language(tr("No borrower has an option to choose: look at the failures")),)
    return _Chosen(none, none, (), Coupling("failed", False, 0, 0.0, 0.0, ALONE, said, (), ()))


def _alone(results: Results) -> _Chosen:
    """What is best for each borrower by itself, the first of equals."""
    parts = [results.part("options", part, ["case", "recovery"]) for part in results.parts]
    worth = np.concatenate([np.asarray(part["recovery"].to_numpy(), dtype=float) for part in parts])
    sizes = np.concatenate([np.diff(starts_of(part)) for part in parts])
    starts = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    best = np.flatnonzero(worth == np.repeat(np.maximum.reduceat(worth, starts[:-1]), sizes))
    owner = np.repeat(np.arange(len(sizes)), sizes)[best]
    option = best[np.unique(owner, return_index=True)[1]]
    value = int(worth[option].sum())
    proved = Coupling("optimal", True, value, float(value), 0.0, ALONE, (), (), ())
    return _Chosen(option, starts, _leads(worth, option, starts), proved)


def _leads(worth: Real, option: Index, starts: Index) -> tuple[Places, ...]:
    """The borrowers whose best option leads by most; of equals the first."""
    others = worth.copy()
    others[option] = -np.inf
    lead = worth[option] - np.maximum.reduceat(others, starts[:-1])
    most = [place for place in np.argsort(-lead, kind="stable").tolist() if np.isfinite(lead[place])][:MATTER]
    instead = [int(starts[place] + np.argmax(others[starts[place] : starts[place + 1]])) for place in most]
    return tuple(
        Places(place, int(option[place]), other, float(lead[place]), 0.0)
        for place, other in zip(most, instead, strict=True)
    )


def _coupled(results: Results, limits: Limits) -> _Chosen:
    """What the limits let through; where nothing keeps them all, the nearest."""
    columns = columns_of(limits)
    posed = pose(limits, (results.part("options", part, columns) for part in results.parts), strangers=True)
    decision = decide(posed)
    choice = decision.choice
    said = list(sentences(decision))[: -len(decision.uses)]
    in_cash = {target.name for target in limits.targets if target.counts == ("cash",)}
    proved = Coupling(
        status=choice.status.name.lower(),
        kept=decision.kept,
        value=round(choice.value),
        bound=choice.bound,
        gap=choice.gap,
        method=choice.method,
        said=tuple(map(_in_every_language, said)),
        limits=tuple(_used(use, use.row.name in in_cash, decision.kept) for use in decision.uses),
        cases=(),
    )
    return _Chosen(choice.option, posed.coupled.starts, decision.matter, proved)


def _used(use: Use, in_cash: bool, priced: bool) -> LimitUse:
    row = use.row
    return LimitUse(
        label=_in_every_language(label(row)),
        sentence=_in_every_language(sentence(use)),
        measure=row.measure,
        least=row.least,
        limit=row.figure,
        used=use.figure if np.isfinite(use.figure) else None,
        price=use.price * unit(row) if priced else None,
        gain=None if not priced else 0.0 if use.more is None else use.more.gain,
        kept=use.kept,
        target=row.months[0] if row.target and row.group is None else None,
        in_cash=row.target and in_cash,
        step=None if use.more is None else use.more.step,
    )


def _in_every_language(words: Message | str) -> Said:
    found = {}
    for language in LANGUAGES:
        with speaking(language):
            found[language] = str(words)
    return found


def _taken(results: Results, chosen: _Chosen) -> pa.Table:
    """The rows of the options that were chosen, a chunk at a time."""
    import pyarrow as pa

    schema = choices_schema()
    parts, first = [schema.empty_table()], 0
    for part in results.parts:
        table = results.part("options", part, schema.names)
        low, high = np.searchsorted(chosen.option, [first, first + table.num_rows])
        parts.append(table.take(chosen.option[low:high] - first).select(schema.names).cast(schema))
        first += table.num_rows
    return pa.concat_tables(parts).combine_chunks()


def _named(results: Results, chosen: _Chosen) -> tuple[Weighty, ...]:
    """The borrowers that matter most with their names and those of their options."""
    path = results.directory / INDEX
    index = open_index(path) if path.exists() else None
    found: dict[int, tuple[str, str, str, str, int]] = {}
    first = 0
    for part in results.parts:
        last = first + results.rows("options", part)
        here = [each for each in chosen.weighty if first <= each.option < last]
        rows = results.part("options", part, ["case", "option", "recovery"]).to_pylist() if here else []
        for each in here:
            mine, other = rows[each.option - first], rows[each.instead - first]
            case = str(mine["case"])
            apart = other["recovery"] - mine["recovery"]
            found[each.case] = case, _name(index, case), mine["option"], other["option"], apart
        first = last
    priced = chosen.proved.kept
    return tuple(
        Weighty(*found[each.case], round(each.difference) if priced else None, round(each.forgone))
        for each in chosen.weighty
    )


def _name(index: BookIndex | None, case: str) -> str:
    """What a borrower is called; its case where the book is not at hand."""
    place = None if index is None else place_of(index, case)
    if index is None or place is None:
        return case
    cases = read_cases(index, place, place + 1)
    return next((each.case.enterprise.name for each in cases if isinstance(each, BookCase)), case)
