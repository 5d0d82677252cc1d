"""The terms a plan is made on: the case's policy, its gaps filled from the dated defaults, each with its reason."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any, Literal

from repayplan.calendar.dates import add_months, recurring
from repayplan.cases.models import AverageLife, Case, Cover, Grace, Loan, Policy
from repayplan.cases.shapes import Contingent, Free, Level, Shape, shape_of
from repayplan.errors import Fault, InputError
from repayplan.forecast import Window, ahead_of
from repayplan.language import Message, tr
from repayplan.money import plain, to_cents
from repayplan.problem.rating import rating_of
from repayplan.rules import Default, defaults
from repayplan.rules.hazard import RiskLevel


@dataclass(frozen=True, slots=True)
class UsedDefault:
    """A default that was used because the case says nothing: field, the value as a case says it, and why."""

    field: str
    value: str
    reason: Message
    valid_from: dt.date


@dataclass(frozen=True, slots=True)
class Terms:
    """Complete policy. Amounts in cents, shares and rates as exact decimals, ``None`` where a limit is off."""

    months: int
    maturity: dt.date
    route: str | None
    payment_day: int
    payment_every: int
    first_payment: dt.date
    shape: str
    form: Shape
    prefer: str
    tolerance: Decimal
    delay: str
    settle: str
    arrears: Literal["capitalize", "keep"]
    order: str
    allocation: str
    arrears_cleared: str | None
    arrears_left: int
    max_waived: int | None
    all_in_charge: bool
    npv_test: str | None
    npv_basis: str
    npv_price: Decimal | None
    liquidation_floor: bool
    liquidation_delay: int
    liquidation_costs: Decimal
    discount_rate: Decimal
    hazard: Decimal | None
    rating: RiskLevel | None
    max_burden: Decimal | None
    recovery: Decimal
    floor: int
    contingency: int
    cover_minimum: Decimal | None
    cover_window: str
    cover_months: int
    cover_carry: Decimal
    grace_until: dt.date | None
    grace_interest_only: bool
    interest_every: int | None
    minimum_installment: int | None
    maximum_installment: int | None
    installments: int | None
    step: Decimal | None
    step_against: str
    balloon: Decimal | None
    reserve: int | None
    cumulative: Decimal | None
    average_life: Decimal | None
    average_life_of: str
    unit: int
    receipt_day: int
    cost_day: int
    defaults: tuple[UsedDefault, ...]
    dates: tuple[dt.date, ...] | None = None
    """Payment dates in place of the policy's, where a schedule is judged that somebody offers."""

    @property
    def planning_floor(self) -> int:
        """Cash that planning leaves untouched: what the business needs and the contingency; cents."""
        return self.floor + self.contingency

    @property
    def counted_carry(self) -> Decimal:
        """Share of carried cash that counts as cover; since the last receipt it is all there is, so all of it does."""
        return Decimal(1) if self.cover_window == "since_receipt" else self.cover_carry


_NO_COVER = Cover()


def resolve(case: Case) -> Terms:
    """Complete terms for ``case``; InputError where it names no cash, or dates that leave no payment day."""
    if not case.cash.sources:
        raise InputError(_no_cash())
    filler = _Filler(case)
    policy = case.policy
    cover = policy.cover if isinstance(policy.cover, Cover) else _NO_COVER
    filler.note("grace", policy.grace)
    filler.views()
    months = filler.quietly("months", policy.months) if policy.maturity else filler.value("months", policy.months)
    maturity = policy.maturity or add_months(case.as_of, months)
    payment_day = policy.first_payment.day if policy.first_payment and not policy.payment_day else policy.payment_day
    payment_day = filler.value("payment_day", payment_day)
    form = filler.form()
    terms = Terms(
        months=months,
        maturity=maturity,
        route=policy.route,
        payment_day=payment_day,
        payment_every=filler.value("payment_every", policy.payment_every),
        first_payment=policy.first_payment or filler.first_payment(payment_day),
        shape=form.kind,
        form=form,
        prefer=filler.value("prefer", policy.prefer),
        tolerance=filler.decimal("tolerance", policy.tolerance),
        delay=filler.value("delay", policy.delay),
        settle=filler.value("settle", policy.settle),
        arrears=filler.value("arrears", policy.arrears or _implied_arrears(policy)),
        order=filler.quietly("order", policy.order),
        allocation=filler.quietly("allocation", policy.allocation),
        **_concessions(policy),
        discount_rate=filler.discount_rate(),
        hazard=_hazard(filler, policy),
        rating=rating_of(case),
        max_burden=_share(_asked(policy.max_burden)),
        recovery=filler.decimal("recovery", policy.recovery),
        floor=filler.floor(),
        contingency=to_cents(case.cash.contingency),
        cover_minimum=None if policy.cover == "off" else filler.decimal("cover_minimum", cover.minimum),
        **_cover_terms(filler, policy.cover == "off", cover),
        **_installment_terms(filler, policy, case.as_of),
        unit=to_cents(filler.decimal("unit", policy.unit)),
        receipt_day=filler.value("receipt_day", None),
        cost_day=filler.value("cost_day", None),
        defaults=tuple(filler.used),
    )
    faults = [*_after_the_term(case, terms), *_undated(case, terms)]
    if faults:
        raise InputError(faults)
    return terms


def payment_dates(case: Case, terms: Terms) -> list[dt.date]:
    """Days on which an installment may fall, from the first payment to the maturity, and those named one by one."""
    if terms.dates is not None:
        return list(terms.dates)
    calendar = recurring(terms.payment_day, terms.payment_every, case.as_of, terms.maturity, terms.first_payment)
    if not case.policy.fixed_payments and not case.policy.named_payments:
        return calendar
    fixed = (payment.date for payment in case.policy.fixed_payments)
    named = (payment.date for payment in case.policy.named_payments)
    return sorted({*calendar, *fixed, *named})


def open_dates(case: Case, terms: Terms) -> list[dt.date]:
    """Payment dates on which something may be paid: all but those of a grace in which nothing is."""
    until = None if terms.grace_interest_only else terms.grace_until
    return [date for date in payment_dates(case, terms) if until is None or date > until]


def settlement_dates(case: Case, terms: Terms) -> list[dt.date]:
    """Days on which interest is booked once the plan is signed: its payment dates.

    Interest that is not due under the plan bears none; what is due on a payment date and not paid is unpaid interest.
    """
    return payment_dates(case, terms)


def rate_after_signing(loan: Loan) -> Decimal:
    """The yearly rate of a loan once the plan is signed."""
    return loan.rate if loan.rate_after_signing is None else loan.rate_after_signing


def is_lumpy(case: Case) -> bool:
    """Whether at least half of the expected receipts come in single amounts, which makes even installments senseless.

    Counted over the term, up to which a season or a chain has an end.
    """
    table = defaults()
    until = case.policy.maturity or add_months(case.as_of, case.policy.months or table["months"].value)
    window = Window(case.as_of, until, table["receipt_day"].value, table["cost_day"].value)
    course = ahead_of(case).course(window, "borrower")
    come = course.until(until)
    steady = sum(int(received[come]) for kind, received in course.received.items() if kind in STEADY)
    lumpy = sum(int(received[come]) for kind, received in course.received.items() if kind not in STEADY)
    return lumpy > 0 and lumpy >= steady


def is_shaped(case: Case) -> bool:
    """Whether the case wants a shape by which installments change from one to the next."""
    return case.policy.shape is not None and not isinstance(shape_of(case.policy.shape), Free | Level)


def is_counted(case: Case) -> bool:
    """Whether the case says how many installments there are, so that payment dates may be left out."""
    return _asked(case.policy.installments) is not None


STEADY = ("monthly", "season", "stores")
"""Kinds of source that bring something every month."""


def _hazard(filler: _Filler, policy: Policy) -> Decimal | None:
    """A month's; None where it is that of the table: where the case says so, or names a rating and no hazard."""
    if policy.hazard == "table" or (policy.hazard is None and policy.rating is not None):
        return None
    return filler.decimal("hazard", policy.hazard)


def _implied_arrears(policy: Policy) -> str | None:
    """Arrears stay what they are where no contract is changed, or where a day is set by which they are paid down."""
    return "keep" if policy.route == "forbearance" or _asked(policy.arrears_cleared) is not None else None


def _concessions(policy: Policy) -> dict[str, Any]:
    """Waivers, charges and tests of value: each is off unless the policy asks for it."""
    rollback, npv = _asked(policy.arrears_cleared), _asked(policy.npv)
    liquidation = _asked(policy.liquidation_floor)
    return {
        "arrears_cleared": rollback and rollback.by,
        "arrears_left": to_cents(rollback.left) if rollback else 0,
        "max_waived": _cents(_asked(policy.max_waived)),
        "all_in_charge": policy.all_in_charge == "law",
        "npv_test": npv and npv.test,
        "npv_basis": npv.basis if npv else "claims",
        "npv_price": npv.price if npv and npv.applied == "price" else None,
        "liquidation_floor": liquidation is not None,
        "liquidation_delay": (liquidation.delay_months or 0) if liquidation else 0,
        "liquidation_costs": liquidation.costs if liquidation else Decimal(0),
    }


def _asked(limit: Any) -> Any:
    """A limit that is off where nothing is said of it."""
    return None if limit == "off" else limit


def _cover_terms(filler: _Filler, off: bool, cover: Cover) -> dict[str, Any]:
    """Window, months and carry; a default that has no effect is not told as used."""
    window = filler.quietly("cover_window", cover.window) if off else filler.value("cover_window", cover.window)
    take_months = filler.value if window == "rolling" and not off else filler.quietly
    take_carry = filler.quietly if off or window == "since_receipt" else filler.value
    months, carry = take_months("cover_months", cover.months), take_carry("cover_carry", cover.carry)
    return {"cover_window": window, "cover_months": months, "cover_carry": _decimal(carry)}


def _installment_terms(filler: _Filler, policy: Policy, as_of: dt.date) -> dict[str, Any]:
    """Limits on what is paid when."""
    grace = policy.grace if isinstance(policy.grace, Grace) else None
    life = policy.average_life if isinstance(policy.average_life, AverageLife) else None
    interest_last = policy.order == "principal_first"
    return {
        "grace_until": add_months(as_of, grace.months) if grace else None,
        "grace_interest_only": bool(grace and grace.interest_only),
        "interest_every": None if interest_last else filler.limit("interest_every", policy.interest_every),
        "minimum_installment": _cents(filler.limit("minimum_installment", policy.minimum_installment)),
        "maximum_installment": _cents(filler.limit("maximum_installment", policy.maximum_installment)),
        "installments": _unless_off(policy.installments),
        "step": _share(filler.limit("step", policy.step)),
        "step_against": policy.step_against or "previous",
        "balloon": _share(filler.limit("balloon", policy.balloon)),
        "reserve": _unless_off(policy.reserve),
        "cumulative": _unless_off(policy.cumulative),
        "average_life": life.years if life else None,
        "average_life_of": life.of if life else "payments",
    }


class _Filler:
    """Takes what the case says, or the default, and remembers which defaults were used."""

    def __init__(self, case: Case) -> None:
        kind = is_lumpy(case), is_shaped(case), is_counted(case)
        self.case = case
        self.table, self.told = defaults(*kind), _told(*kind)
        self.used: list[UsedDefault] = []

    def value(self, name: str, given: Any) -> Any:
        """``given``, or the default."""
        if given is not None:
            return given
        return self.note(name, None).value

    def quietly(self, name: str, given: Any) -> Any:
        """``given``, or the default where it has no effect and so is not told as used."""
        return self.table[name].value if given is None else given

    def note(self, name: str, given: Any, shown: str | None = None) -> Default:
        """The default, recorded as used where nothing is given."""
        default = self.table[name]
        if given is None:
            told = self.told[name]
            self.used.append(told if shown is None else replace(told, value=shown))
        return default

    def decimal(self, name: str, given: Decimal | None) -> Decimal:
        """An amount, share or ratio."""
        return _decimal(self.value(name, given))

    def limit(self, name: str, given: Any) -> Any:
        """A limit that may be off: None then."""
        chosen = self.value(name, given)
        return None if chosen == "off" else chosen

    def views(self) -> None:
        """How the bank sees each kind of source, recorded where the case leaves part of it open."""
        for kind, default in ahead_of(self.case).defaults.items():
            value = f"haircut {percent(default.haircut)}, delay_days {default.delay_days}"
            self.used.append(UsedDefault(f"bank.{kind}", value, default.reason, default.valid_from))

    def floor(self) -> int:
        """The operating floor in cents: given, or so many months of operating cost."""
        cash = self.case.cash
        if cash.floor is not None:
            return to_cents(cash.floor)
        amount = to_cents(cash.operating_cost) * self.table["floor_months"].value
        self.note("floor_months", None, plain(amount))
        return int(amount)

    def form(self) -> Shape:
        """The shape with everything it leaves open."""
        shape: Shape = shape_of(self.value("shape", self.case.policy.shape))
        if not isinstance(shape, Contingent):
            return shape
        return shape.model_copy(update={"long_stop_days": self.value("long_stop_days", shape.long_stop_days)})

    def first_payment(self, payment_day: int) -> dt.date:
        """The next payment day at least so many days away."""
        days = self.table["days_to_first_payment"].value
        earliest = self.case.as_of + dt.timedelta(days=days - 1)
        date = recurring(payment_day, 1, earliest, add_months(earliest, 2))[0]
        self.note("days_to_first_payment", None, f"{date}")
        return date

    def discount_rate(self) -> Decimal:
        """The bank's rate, or the highest contract rate."""
        given = self.case.policy.discount_rate
        if given is not None:
            return given
        rate = max(loan.rate for loan in self.case.loans)
        self.note("discount_rate", None, percent(rate))
        return rate


@cache
def _told(lumpy: bool, shaped: bool, counted: bool) -> Mapping[str, UsedDefault]:
    """Every default as it is told where it is used."""
    table = defaults(lumpy, shaped, counted)
    return {name: UsedDefault(name, str(each.value), each.reason, each.valid_from) for name, each in table.items()}


@lru_cache(maxsize=1024)
def percent(share: Decimal) -> str:
    """``4.35%``"""
    return f"{(share * 100).normalize():f}%"


def _decimal(value: Any) -> Decimal:
    if isinstance(value, str) and value.endswith("%"):
        return Decimal(value[:-1]) / 100
    return Decimal(value)


def _share(value: Any) -> Decimal | None:
    return None if value is None else _decimal(value)


def _cents(value: Decimal | None) -> int | None:
    return None if value is None else to_cents(value)


def _unless_off(value: Any) -> Any:
    return None if value == "off" else value


def _after_the_term(case: Case, terms: Terms) -> Iterator[Fault]:
    """Days of single payments that the term, which may rest on a default, does not reach."""
    fixed = [(f"fixed_payments[{n}]", payment.date) for n, payment in enumerate(case.policy.fixed_payments)]
    named = [(f"named_payments[{n}]", payment.date) for n, payment in enumerate(case.policy.named_payments)]
    for place, date in (*fixed, *named):
        if date > terms.maturity:
            yield Fault(
                tr("this payment comes after the end of the plan"),
                f"policy.{place}.date",
                f"{date}",
                tr("at most {date}", date=terms.maturity),
                tr("give an earlier day or a longer term (policy.months or policy.maturity)"),
            )


def _no_cash() -> Fault:
    return Fault(
        tr("a plan needs to know what cash is expected; this case names none"),
        "cash.sources",
        limit=tr("at least {count}", count=1),
        remedy=tr("add a source of cash; repayplan payoff and repayplan ledger need none"),
    )


def _undated(case: Case, terms: Terms) -> Iterator[Fault]:
    """Too few payment dates: none at all, or fewer than the installments that are asked for."""
    if not payment_dates(case, terms):
        yield Fault(
            tr("no payment day falls into the term of the plan"),
            "policy.maturity",
            f"{terms.maturity}",
            tr("{date} or later", date=terms.first_payment),
            tr("lengthen the term (policy.months or policy.maturity) or move policy.first_payment forward"),
        )
    elif (terms.installments or 0) > len(open_dates(case, terms)):
        yield Fault(
            tr("there are not so many payment dates on which something may be paid"),
            "policy.installments",
            f"{terms.installments}",
            tr("at most {limit}", limit=len(open_dates(case, terms))),
            tr("ask for fewer installments, or for a longer term (policy.months)"),
        )
