"""What is said of limits: sentences with the figure, the limit, and what more of it would bring."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

from repayplan.language import Message, Several, plural, tr
from repayplan.money import grouped
from repayplan.portfolio.coupling.deciding import Decision, Use
from repayplan.portfolio.coupling.measures import Measure
from repayplan.portfolio.coupling.posing import Row


def label(row: Row) -> Message | str:
    """What a single limit is called: its name, its group, its month."""
    group = tr("not given") if row.group == "" else row.group
    if row.split and group is not None:
        return tr("{name} ({group}, month {month})", name=row.name, group=group, month=row.months[0])
    if row.split:
        return tr("{name} (month {month})", name=row.name, month=row.months[0])
    return tr("{name} ({group})", name=row.name, group=group) if group is not None else row.name


def shown(figure: float, measure: Measure) -> str:
    """A figure in its unit: 1,200,000.00; 12.5%; 400."""
    if math.isnan(figure):
        return "–"
    if measure == "cents":
        return grouped(round(figure))
    if measure == "share":
        return f"{figure:z.2%}"
    if abs(figure - round(figure)) < 1e-9:
        return f"{figure:z,.0f}"
    return f"{figure:,.1f}" if abs(figure) >= 10 else f"{figure:.3g}"


def amount(figure: float, measure: Measure) -> Message | str:
    """So much of something: 10 visits, 1,000,000.00."""
    match measure:
        case "hours":
            return _counted(tr("1 hour"), tr("{count} hours", count=shown(figure, measure)), figure)
        case "visits":
            return _counted(tr("1 visit"), tr("{count} visits", count=shown(figure, measure)), figure)
        case "share":
            many = tr("{count} percentage points", count=f"{100 * figure:.2f}".rstrip("0").rstrip("."))
            return _counted(tr("1 percentage point"), many, 100 * figure)
        case _:
            return shown(figure, measure)


def _counted(one: Message, many: Message, figure: float) -> Message:
    return plural(one, many, 1 if figure == 1 else 2)


def sentences(decision: Decision) -> Iterator[Message]:
    """What is to be said of the limits: those that no choice keeps, how near one can come, and the uses."""
    for row, best in decision.impossible.items():
        yield _impossible(decision.uses[row].row, best)
    if decision.near is not None:
        yield from _near(decision)
    for use in decision.uses:
        yield sentence(use)


def sentence(use: Use) -> Message:
    """What the choice makes of one limit, and what more of it would bring."""
    if math.isnan(use.figure):
        return _undivided(use)
    row = use.row
    figure, limit = shown(use.figure, row.measure), shown(row.figure, row.measure)
    values = {"label": label(row), "figure": figure, "limit": limit}
    if not use.kept:
        return _broken(use, values)
    worth = round(use.price * unit(row))
    if not worth and use.more is None:
        if row.least:
            return tr("{label}: {figure}, at least {limit}", **values)
        return tr("{label}: {figure} of {limit}", **values)
    values |= {"price": grouped(worth), "unit": amount(unit(row), row.measure)}
    if use.more is None:
        if row.least:
            return tr("{label}: {figure}, at least {limit}; {unit} less would bring at most about {price}", **values)
        return tr("{label}: {figure} of {limit}; {unit} more would bring at most about {price}", **values)
    values |= {"step": amount(use.more.step, row.measure), "gain": grouped(round(use.more.gain))}
    if use.spare:
        if row.least:
            return tr(
                "{label}: {figure}, at least {limit}; no better choice was found that comes closer to it, because "
                "borrowers count whole or not at all; a new choice with {step} less brings {gain}",
                **values,
            )
        return tr(
            "{label}: {figure} of {limit}; no better choice was found that uses what is left, because borrowers take "
            "it whole or not at all; a new choice with {step} more brings {gain}",
            **values,
        )
    if not worth or use.more.step == unit(row):  # of one and the same step what was tried is the true figure
        if row.least:
            return tr("{label}: {figure}, at least {limit}; a new choice with {step} less brings {gain}", **values)
        return tr("{label}: {figure} of {limit}; a new choice with {step} more brings {gain}", **values)
    if row.least:
        return tr(
            "{label}: {figure}, at least {limit}; {unit} less would bring about {price} at the margin, "
            "a new choice with {step} less brings {gain}",
            **values,
        )
    return tr(
        "{label}: {figure} of {limit}; {unit} more would bring about {price} at the margin, "
        "a new choice with {step} more brings {gain}",
        **values,
    )


def _broken(use: Use, values: Mapping[str, Message | str]) -> Message:
    """By how much a limit is not kept."""
    missing = amount(abs(use.figure - use.row.figure), use.row.measure)
    if use.row.least:
        return tr("{label}: {figure}; at least {limit} is wanted, {missing} are missing", **values, missing=missing)
    return tr("{label}: {figure}; at most {limit} is allowed, {missing} too much", **values, missing=missing)


def _undivided(use: Use) -> Message:
    """Of a ratio that has nothing to divide by, which is kept where there is nothing to divide either."""
    row = use.row
    values = {"label": label(row), "limit": shown(row.figure, row.measure)}
    if not use.kept and row.least:
        return tr(
            "{label}: there is something to divide, but nothing to divide it by; at least {limit} is wanted", **values
        )
    if not use.kept:
        return tr(
            "{label}: there is something to divide, but nothing to divide it by; at most {limit} is allowed", **values
        )
    if row.target:
        return tr("{label}: nothing is overdue; at least {limit} is wanted", **values)
    if row.least:
        return tr("{label}: there is nothing to divide by; at least {limit} is wanted", **values)
    return tr("{label}: there is nothing to divide by; at most {limit} is allowed", **values)


def unit(row: Row) -> float:
    """Of how much a price is said: one visit, one hour, a percentage point, 1.00."""
    return {"cents": 100.0, "share": 0.01}.get(row.measure, 1.0)


def _impossible(row: Row, best: float) -> Message:
    values = {"label": label(row), "limit": shown(row.figure, row.measure), "best": shown(best, row.measure)}
    if math.isnan(best) and row.least:
        return tr("{label}: {limit} cannot be reached whatever is chosen: there is nothing to divide by", **values)
    if math.isnan(best):
        return tr("{label}: {limit} cannot be kept whatever is chosen: there is nothing to divide by", **values)
    if row.least:
        return tr("{label}: {limit} cannot be reached whatever is chosen; {best} is the most", **values)
    return tr("{label}: {limit} cannot be kept whatever is chosen; {best} is the least", **values)


def _near(decision: Decision) -> Iterator[Message]:
    """How near one can come, with proof, and what that costs."""
    near = decision.near
    assert near is not None
    missed = [use for use in decision.uses if not use.kept]
    names = Several((*(label(use.row) for use in missed[:5]), *(["…"] if len(missed) > 5 else [])))
    if near.proven and not decision.relative:
        yield tr(
            "No choice keeps all limits: this one misses {names}, and no other comes nearer by more than {part}",
            names=names,
            part=f"{1 - near.least / decision.missed:z.2%}",
        )
    elif near.proven:
        yield tr(
            "No choice keeps all limits: together they are missed by at least {least}, relative to them; "
            "this one misses {names} by {violation}",
            least=f"{near.least:.2%}",
            names=names,
            violation=f"{decision.missed:.2%}",
        )
    else:
        yield tr("No choice was found that keeps all limits; this one misses {names}", names=names)
    others = [k for k, use in enumerate(decision.uses) if not use.row.target and k not in decision.impossible]
    if near.soft[others].any() and any(use.row.target for use in decision.uses):
        yield tr("No choice was found that keeps the limits even without the targets: so any of them may be missed")
    if decision.relative and f"{near.violation:.2%}" != f"{decision.missed:.2%}":
        yield tr(
            "The nearest choice known misses them by {violation}; of those that come within 1% of it, "
            "the one found to recover most is taken",
            violation=f"{near.violation:.2%}",
        )
    price = decision.price_of_nearness
    if price is not None:
        yield tr(
            "Coming so near costs {price} of expected recovery, against the best choice that keeps the other limits",
            price=grouped(round(price)),
        )
