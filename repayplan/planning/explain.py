"""Why these amounts: what holds each installment down, and what a stated change would really bring.

Duals say which limits hold; what a change brings is told by planning again with it, to the cent, because a dual times
an amount overstates: after a few units another limit holds. For an impossible case: the conflict, and its remedies.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

from repayplan.cases.models import Case
from repayplan.compliance.findings import Finding
from repayplan.errors import InputError
from repayplan.language import Message, Several, plural, tr
from repayplan.money import grouped
from repayplan.planning.clashes import CONFLICT
from repayplan.planning.levers import Lever, levers
from repayplan.planning.plan import plan
from repayplan.planning.remedies import MIX, Remedies, remedies
from repayplan.planning.result import Binding, Installment, Plan
from repayplan.planning.watch import FOREVER, OutOfTimeError, Watch


@dataclass(frozen=True, slots=True)
class Effect:
    """What a change to the case brings, from a plan made with it; cents.

    ``paid_by``: how much more has been paid by each day on which the plan pays, in its own dates. ``interest``: how
    much less is paid that is not principal. ``months``: how much earlier the last payment comes.
    """

    lever: str
    words: Message
    limits: tuple[str, ...]
    plan: Plan
    paid_by: Mapping[dt.date, int]
    interest: int
    final_date: dt.date | None
    months: int

    @property
    def sentence(self) -> Message:
        """What the change brings, in words."""
        if self.plan.status not in ("optimal", "feasible"):
            return tr("With {change} there would be no plan.", change=self.words)
        found = tuple(_brought(self))
        if not found:
            return tr("With {change} nothing would change: other limits hold as well.", change=self.words)
        return tr("With {change}: {effects}.", change=self.words, effects=Several(found))


@dataclass(frozen=True, slots=True)
class Reason:
    """What is paid on a day over all loans (cents), what holds it down, and what changes would bring until then."""

    date: dt.date
    payment: int
    held_by: tuple[Binding, ...]
    settles: bool
    sooner: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Explanation:
    """A plan and why it is as it is; ``conflict`` and ``remedies`` where there is none.

    ``untried``: levers for whose plans there was no time.
    """

    plan: Plan
    reasons: tuple[Reason, ...]
    effects: tuple[Effect, ...]
    conflict: tuple[Finding, ...]
    remedies: Remedies | None
    untried: tuple[str, ...] = ()


TIME = "time"
"""The rule under which a plan says that time was up before there was any."""

Tell = Callable[[int], None]
"""Called with how many pieces of work there are, after each of them."""


def explain(case: Case, tell: Tell = lambda _: None, time_limit: float | None = None) -> Explanation:
    """Why the plan of a case is as it is, or why there is none.

    ``time_limit`` (seconds) is for all plans together: half of it at most for the plan itself, and equal parts of what
    is left for each change. InputError as :func:`repayplan.planning.plan.plan`.
    """
    watch = Watch(time_limit)
    made = plan(case, time_limit=None if time_limit is None else time_limit / 2)
    if made.status == "failed" and any(finding.rule == TIME for finding in made.findings):
        return Explanation(made, (), (), (), None, (*levers(case), MIX))  # whether there is a plan is open
    if made.status in ("infeasible", "failed"):
        count = len(levers(case)) + 1
        conflict = tuple(finding for finding in made.findings if finding.rule == CONFLICT)
        found = remedies(case, lambda: tell(count), watch)
        return Explanation(made, (), (), conflict, found, found.untried)
    holding = {binding.limit for binding in made.binding}
    useful = [lever for lever in levers(case).values() if holding & set(lever.limits)]
    effects, untried = [], []
    for number, lever in enumerate(useful):
        try:
            effects.append(effect(made, lever, watch.share(len(useful) - number)))
        except OutOfTimeError:
            untried.append(lever.name)
        tell(len(useful))
    return Explanation(made, tuple(_reasons(made, effects)), tuple(effects), (), None, tuple(untried))


def effect(made: Plan, lever: Lever, watch: Watch = FOREVER) -> Effect:
    """What the usual pull of a lever would bring to a plan; OutOfTimeError where there was not enough to plan it."""
    try:
        other = plan(lever.change(lever.usual), time_limit=watch.left)
    except InputError as error:
        raise AssertionError(f"the usual pull of {lever.name} makes no case") from error
    if other.status == "failed" and watch.ends:
        raise OutOfTimeError
    return compare(made, other, lever)


def compare(made: Plan, other: Plan, lever: Lever) -> Effect:
    """Two plans, the second with a lever pulled as usual."""
    before, after = _cumulative(made.installments), _cumulative(other.installments)
    total = max(before.values(), default=0)  # what is paid beyond it is more interest, and nothing comes sooner
    ends = made.metrics.final_date, other.metrics.final_date
    return Effect(
        lever=lever.name,
        words=lever.words(lever.usual),
        limits=lever.limits,
        plan=other,
        paid_by={date: min(_paid_by(after, date), total) - paid for date, paid in before.items()},
        interest=made.metrics.interest_paid - other.metrics.interest_paid,
        final_date=ends[1],
        months=_months(*ends),
    )


def _brought(effect: Effect) -> Iterator[Message]:
    """The figures of an effect that are not nothing."""
    most = max(effect.paid_by.values(), default=0)
    if most > 0:
        date = next(date for date, cents in effect.paid_by.items() if cents == most)
        yield tr("up to {amount} is paid sooner (by {date})", amount=grouped(most), date=date)
    end = effect.final_date or dt.date.max  # from then on less is paid only because less interest was
    before = {date: cents for date, cents in effect.paid_by.items() if date < end}
    least = min(before.values(), default=0)
    if -least > most:
        date = next(date for date, cents in before.items() if cents == least)
        yield tr("up to {amount} is paid later (after {date})", amount=grouped(-least), date=date)
    if effect.months:
        yield _moved(abs(effect.months), effect.final_date, sooner=effect.months > 0)
    if effect.interest > 0:
        yield tr("interest is {amount} less", amount=grouped(effect.interest))
    elif effect.interest < 0:
        yield tr("interest is {amount} more", amount=grouped(-effect.interest))


def _moved(count: int, date: dt.date | None, *, sooner: bool) -> Message:
    """How far the last payment moves."""
    if sooner:
        one = tr("the last payment comes a month earlier, on {date}", date=date)
        return plural(
            one, tr("the last payment comes {count} months earlier, on {date}", count=count, date=date), count
        )
    one = tr("the last payment comes a month later, on {date}", date=date)
    return plural(one, tr("the last payment comes {count} months later, on {date}", count=count, date=date), count)


def _reasons(made: Plan, effects: Sequence[Effect]) -> Iterator[Reason]:
    """Every day on which something is paid, with the limits that hold there, or else the next ones that do."""
    paid = _by_day(made.installments)
    last = max(paid, default=None)
    for date, cents in paid.items():
        settles = date == last and not made.metrics.unpaid
        held = () if settles else tuple(_holding(made.binding, date))
        limits = {binding.limit for binding in held}
        sooner = {effect.lever: effect.paid_by[date] for effect in effects if limits & set(effect.limits)}
        yield Reason(date, cents, held, settles, sooner)


def _holding(binding: Sequence[Binding], date: dt.date) -> Iterator[Binding]:
    dated = sorted((entry for entry in binding if entry.date), key=lambda entry: entry.date or dt.date.max)
    coming = [entry for entry in dated if entry.date is not None and entry.date >= date]
    yield from (entry for entry in coming if entry.date == coming[0].date)
    yield from (entry for entry in binding if entry.date is None)


def _by_day(rows: Sequence[Installment]) -> dict[dt.date, int]:
    totals: dict[dt.date, int] = {}
    for row in rows:
        if row.payment:
            totals[row.date] = totals.get(row.date, 0) + row.payment
    return totals


def _cumulative(rows: Sequence[Installment]) -> dict[dt.date, int]:
    paid = _by_day(rows)
    return dict(zip(paid, accumulate(paid.values()), strict=True))


def _paid_by(cumulative: Mapping[dt.date, int], date: dt.date) -> int:
    return max((cents for day, cents in cumulative.items() if day <= date), default=0)


def _months(before: dt.date | None, after: dt.date | None) -> int:
    """How many months earlier ``after`` is than ``before``."""
    if before is None or after is None:
        return 0
    return (before.year - after.year) * 12 + before.month - after.month
