"""What a bank and a borrower can change in a case, step by step: a longer term, less cover, a waiver, a sale.

A lever counts whole steps (a month, a unit of money, a hundredth of cover) and says in words what so many of them
change. ``explain`` pulls one a little to show what a limit costs, and as far as needed where no plan is possible.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import accumulate
from typing import Any

from repayplan.calendar.dates import add_months
from repayplan.cases.concession_checks import waived_by_bank
from repayplan.cases.concessions import Waiver
from repayplan.cases.models import AverageLife, Case, Cover, Grace, Loan
from repayplan.cases.sources import Assets, BankView, Lot
from repayplan.language import Message, plural, tr
from repayplan.money import grouped, to_cents, to_decimal
from repayplan.problem.terms import Terms, payment_dates, percent, resolve

MOST_MONTHS = 60
"""Months by which a term may be lengthened: what five more years do not mend is no matter of time."""

MOST_GRACE = 24
SALE_MONTHS = 6
"""Months until a sale of collateral has brought its money."""

HUNDREDTH, TENTH = Decimal("0.01"), Decimal("0.1")
INTERVALS = (1, 2, 3, 6, 12, None)
"""Months between dates on which interest is paid up; None: it need not be before the debt is."""


@dataclass(frozen=True, slots=True)
class Lever:
    """One thing that can be changed. ``most`` steps there are; ``usual`` is a step that a person would think of.

    ``limits`` are the families it loosens. ``change`` gives the case with so many steps taken, ``words`` says them.
    """

    name: str
    limits: tuple[str, ...]
    most: int
    usual: int
    change: Callable[[int], Case]
    words: Callable[[int], Message]


Maker = Callable[[Case, Terms], Lever | None]


def levers(case: Case) -> Mapping[str, Lever]:
    """Every lever that this case has, by name; the gentlest for both sides first."""
    terms = resolve(case)
    made = (make(case, terms) for make in MAKERS)
    return {lever.name: lever for lever in made if lever is not None and lever.most > 0}


def _months(case: Case, terms: Terms) -> Lever:
    def change(steps: int) -> Case:
        if case.policy.maturity:
            return _policy(case, maturity=add_months(terms.maturity, steps))
        return _policy(case, months=terms.months + steps)

    def words(steps: int) -> Message:
        until = add_months(terms.maturity, steps)
        several = tr("{count} more months of term, to {date}", count=steps, date=until)
        return plural(tr("one more month of term, to {date}", date=until), several, steps)

    most = min(MOST_MONTHS, 360 - terms.months)
    return Lever("months", ("maturity", "balloon", "maximum", "term"), most, 1, change, words)


def _grace(case: Case, terms: Terms) -> Lever:
    given = case.policy.grace if isinstance(case.policy.grace, Grace) else Grace(months=0)

    def words(steps: int) -> Message:
        total = given.months + steps
        if given.interest_only:
            return tr("{count} months of grace in which only interest is paid", count=total)
        several = tr("{count} months of grace in which nothing is paid", count=total)
        return plural(tr("one month of grace in which nothing is paid"), several, total)

    def change(steps: int) -> Case:
        return _policy(case, grace=given.model_copy(update={"months": given.months + steps}))

    most = min(MOST_GRACE, terms.months - given.months - 1)
    if terms.installments is not None and not given.interest_only:
        open_then = (dates_after(case, terms, given.months + steps) for steps in range(1, most + 1))
        most = sum(count >= terms.installments for count in open_then)
    return Lever("grace", ("interest", "minimum", "step", "cumulative"), most, 1, change, words)


def _interest(case: Case, terms: Terms) -> Lever | None:
    if terms.interest_every is None:
        return None
    rarer = INTERVALS[INTERVALS.index(terms.interest_every) + 1 :]

    def words(steps: int) -> Message:
        every = rarer[steps - 1]
        if every is None:
            return tr("no interest due before the debt is")
        return tr("interest paid up every {count} months, not every {before}", count=every, before=before)

    before = terms.interest_every
    return Lever(
        "interest_every",
        ("interest",),
        len(rarer),
        1,
        lambda steps: _policy(case, interest_every=rarer[steps - 1] or "off"),
        words,
    )


def _balloon(case: Case, terms: Terms) -> Lever | None:
    return _share(case, "balloon", terms.balloon, 5, lambda share: tr("a balloon of {share} of the debt", share=share))


def _step(case: Case, terms: Terms) -> Lever | None:
    """A larger step by hundredths, and at last none: twice nothing is nothing, so the whole is not the end of it."""
    lever = _share(
        case, "step", terms.step, 5, lambda share: tr("installments that change by up to {share}", share=share)
    )
    if lever is None:
        return None
    free = lever.most + 1
    return replace(
        lever,
        most=free,
        usual=max(lever.usual, 1),
        change=lambda steps: _policy(case, step="off") if steps == free else lever.change(steps),
        words=lambda steps: tr("installments that change as they may") if steps == free else lever.words(steps),
    )


def _installments(case: Case, terms: Terms) -> Lever | None:
    """As many installments as there turn out to be; the step stays as it is."""
    if terms.installments is None:
        return None
    kept = "off" if terms.step is None else terms.step
    return Lever(
        "installments",
        ("installments",),
        1,
        1,
        lambda _: _policy(case, installments="off", step=kept),
        lambda _: tr("any number of installments in place of {count}", count=terms.installments),
    )


def _burden(case: Case, terms: Terms) -> Lever | None:
    return _share(
        case,
        "max_burden",
        terms.max_burden,
        5,
        lambda share: tr("up to {share} of the first twelve months' cash", share=share),
        "burden",
    )


def _cumulative(case: Case, terms: Terms) -> Lever | None:
    now = terms.cumulative
    if not now:
        return None

    def lowered(steps: int) -> Decimal:
        return max(now - steps * HUNDREDTH, Decimal(0))

    most = math.ceil(now / HUNDREDTH)
    return Lever(
        "cumulative",
        ("cumulative",),
        most,
        min(5, most),
        lambda steps: _policy(case, cumulative=lowered(steps)),
        lambda steps: tr("only {share} of the debt to be paid by and by", share=percent(lowered(steps))),
    )


def _reserve(case: Case, terms: Terms) -> Lever | None:
    held = terms.reserve
    if not held:
        return None
    return Lever(
        "reserve",
        ("reserve",),
        held,
        1,
        lambda steps: _policy(case, reserve=held - steps or "off"),
        lambda steps: tr("{count} coming installments in reserve, not {before}", count=held - steps, before=held),
    )


def _life(case: Case, terms: Terms) -> Lever | None:
    """A longer average life, by tenths of a year, up to the term."""
    years, given = terms.average_life, case.policy.average_life
    if years is None or not isinstance(given, AverageLife):
        return None

    def longer(steps: int) -> Decimal:
        return years + steps * TENTH

    return Lever(
        "average_life",
        ("life",),
        max(int((terms.months / Decimal(12) - years) // TENTH), 1),
        1,
        lambda steps: _policy(case, average_life=given.model_copy(update={"years": longer(steps)})),
        lambda steps: tr("an average life of {years} years", years=longer(steps)),
    )


def _share(
    case: Case,
    name: str,
    now: Decimal | None,
    usual: int,
    words: Callable[[str], Message],
    family: str | None = None,
) -> Lever | None:
    """A largest share that is raised by hundredths, up to the whole."""
    if now is None:
        return None

    def raised(steps: int) -> Decimal:
        return min(now + steps * HUNDREDTH, Decimal(1))

    most = math.ceil((1 - now) / HUNDREDTH)
    return Lever(
        name,
        (family or name,),
        most,
        min(usual, most),
        lambda steps: _policy(case, **{name: raised(steps)}),
        lambda steps: words(percent(raised(steps))),
    )


def _maximum(case: Case, terms: Terms) -> Lever | None:
    most = terms.maximum_installment
    if most is None:
        return None
    return Lever(
        "maximum_installment",
        ("maximum",),
        max(owed(case) - most, 0) // terms.unit + 1,
        _part(most, terms.unit),
        lambda steps: _policy(case, maximum_installment=to_decimal(most + steps * terms.unit)),
        lambda steps: tr("installments of up to {amount}", amount=grouped(most + steps * terms.unit)),
    )


def _minimum(case: Case, terms: Terms) -> Lever | None:
    least = terms.minimum_installment
    if not least:
        return None

    def lowered(steps: int) -> int:
        return max(least - steps * terms.unit, 0)

    return Lever(
        "minimum_installment",
        ("minimum",),
        -(-least // terms.unit),
        _part(least, terms.unit),
        lambda steps: _policy(case, minimum_installment=to_decimal(lowered(steps))),
        lambda steps: tr("installments of no less than {amount}", amount=grouped(lowered(steps))),
    )


def _cover(case: Case, terms: Terms) -> Lever | None:
    now = terms.cover_minimum
    if now is None or now <= 1:
        return None
    given = case.policy.cover if isinstance(case.policy.cover, Cover) else Cover()

    def lowered(steps: int) -> Decimal:
        return max(now - steps * HUNDREDTH, Decimal(1))

    most = math.ceil((now - 1) / HUNDREDTH)
    return Lever(
        "cover",
        ("cover",),
        most,
        min(5, most),
        lambda steps: _policy(case, cover=given.model_copy(update={"minimum": lowered(steps)})),
        lambda steps: tr("cover of {ratio} instead of {before}", ratio=lowered(steps), before=now),
    )


def _floor(case: Case, terms: Terms) -> Lever | None:
    """Less cash is kept: first the contingency is given up, then the floor is lowered."""

    def lowered(steps: int) -> tuple[int, int]:
        less = min(steps * terms.unit, terms.planning_floor)
        contingency = max(terms.contingency - less, 0)
        return terms.planning_floor - less - contingency, contingency

    def change(steps: int) -> Case:
        floor, contingency = lowered(steps)
        cash = {"floor": to_decimal(floor), "contingency": to_decimal(contingency)}
        return case.model_copy(update={"cash": case.cash.model_copy(update=cash)})

    def words(steps: int) -> Message:
        floor, contingency = lowered(steps)
        said = {"floor": grouped(floor), "contingency": grouped(contingency)}
        less = grouped(terms.planning_floor - floor - contingency)
        return tr("{less} less kept in cash (floor {floor}, contingency {contingency})", less=less, **said)

    most = -(-terms.planning_floor // terms.unit)
    return Lever("floor", ("floors", "cover"), most, _part(terms.planning_floor, terms.unit), change, words)


def _sale(case: Case, terms: Terms) -> Lever | None:
    """Collateral is sold: its money comes on a day, and it secures nothing any more."""
    day = add_months(case.as_of, SALE_MONTHS)
    worth = [to_cents(loan.collateral) for loan in case.loans]
    if day > terms.maturity:
        return None

    def sold(steps: int) -> list[int]:
        return _in_turn(min(steps * terms.unit, sum(worth)), worth)

    def change(steps: int) -> Case:
        parts = sold(steps)
        loans = tuple(
            loan.model_copy(update={"collateral": loan.collateral - to_decimal(part)})
            for loan, part in zip(case.loans, parts, strict=True)
        )
        lots = tuple(
            Lot(
                name=f"{tr('Collateral of {loan}', loan=loan.id)}",
                price=to_decimal(part),
                first_sale=day,
                secures=loan.id,
            )
            for loan, part in zip(case.loans, parts, strict=True)
            if part
        )
        view = BankView(haircut=Decimal(0), delay_days=0)  # the value of collateral is net already
        sale = Assets(kind="assets", name=_free_name(case, str(tr("Sale of collateral"))), lots=lots, bank=view)
        cash = case.cash.model_copy(update={"sources": (*case.cash.sources, sale)})
        return case.model_copy(update={"loans": loans, "cash": cash})

    def words(steps: int) -> Message:
        return tr("collateral sold for {amount} by {date}", amount=grouped(sum(sold(steps))), date=day)

    most = -(-sum(worth) // terms.unit)
    return Lever("sale", ("floors", "cover"), most, _part(sum(worth), terms.unit), change, words)


def _shape(case: Case, terms: Terms) -> Lever | None:
    if terms.shape == "free":
        return None
    words = tr("installments that follow the cash (policy.shape: free)")
    return Lever("shape", (terms.shape,), 1, 1, lambda _: _policy(case, shape="free"), lambda _: words)


def _waiver(case: Case, terms: Terms) -> Lever:
    """Part of the claim is given up: penalty first, then compound interest, interest, fees, principal.

    No more than the bank may waive: steps beyond that would break another limit instead.
    """
    debt = owed(case)
    room = debt if terms.max_waived is None else min(max(terms.max_waived - waived_by_bank(case), 0), debt)

    def waived(steps: int) -> int:
        return min(steps * terms.unit, debt - 1)

    def change(steps: int) -> Case:
        loans = waive(case.loans, waived(steps))
        return case.model_copy(update={"loans": loans})

    return Lever(
        "waiver",
        ("maturity",),
        room // terms.unit,
        min(_part(debt, terms.unit), max(room // terms.unit, 1)),
        change,
        lambda steps: tr("a waiver of {amount}", amount=grouped(waived(steps))),
    )


MAKERS: tuple[Maker, ...] = (
    _shape,
    _installments,
    _step,
    _minimum,
    _maximum,
    _interest,
    _balloon,
    _cumulative,
    _life,
    _reserve,
    _burden,
    _grace,
    _cover,
    _floor,
    _months,
    _sale,
    _waiver,
)

CLASSES = ("penalty", "compound_interest", "interest", "fees", "overdue_principal", "principal")
"""In this order the classes of a claim are given up."""


def waive(loans: tuple[Loan, ...], cents: int) -> tuple[Loan, ...]:
    """The loans with so many cents more waived, class by class; of one class, the loans in their order."""
    given = [loan.waiver or Waiver() for loan in loans]
    parts = [(number, name) for name in CLASSES for number in range(len(loans))]
    left = [to_cents(getattr(loans[number], name) - getattr(given[number], name)) for number, name in parts]
    changes: list[dict[str, Any]] = [{} for _ in loans]
    for (number, name), amount in zip(parts, _in_turn(cents, left), strict=True):
        if amount:
            changes[number][name] = getattr(given[number], name) + to_decimal(amount)
    return tuple(
        loan.model_copy(update={"waiver": before.model_copy(update=change)}) if change else loan
        for loan, before, change in zip(loans, given, changes, strict=True)
    )


def _policy(case: Case, **changes: Any) -> Case:
    return case.model_copy(update={"policy": case.policy.model_copy(update=changes)})


def dates_after(case: Case, terms: Terms, months: int) -> int:
    """How many payment dates come after so many months."""
    until = add_months(case.as_of, months)
    return sum(date > until for date in payment_dates(case, terms))


def owed(case: Case) -> int:
    """Everything claimed on the case's date and not waived; cents."""
    waived = [loan.waiver or Waiver() for loan in case.loans]
    claims = [(loan, waiver, name) for loan, waiver in zip(case.loans, waived, strict=True) for name in CLASSES]
    return sum(to_cents(getattr(loan, name) - getattr(waiver, name)) for loan, waiver, name in claims)


def _part(cents: int, unit: int) -> int:
    """Steps of a twentieth of an amount, at least one: a change one would talk about."""
    return max(cents // 20 // unit, 1)


def _in_turn(total: int, places: list[int]) -> list[int]:
    """``total`` spread over places, each filled before the next."""
    ends = list(accumulate(places, initial=0))
    return [min(max(total - start, 0), size) for start, size in zip(ends, places, strict=False)]


def _free_name(case: Case, wanted: str) -> str:
    """A name that no source of the case has."""
    taken = {source.name for source in case.cash.sources}
    return next(name for name in _numbered(wanted) if name not in taken)


def _numbered(name: str) -> Iterator[str]:
    yield name
    number = 2
    while True:
        yield f"{name} {number}"
        number += 1
