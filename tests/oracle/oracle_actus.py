"""ACTUS contracts as ours: terms in, events out. Source: ACTUS technical specification 1.1, sections 7.1 to 7.6.

Whether a contract is in scope is read off its terms, never off its identifier.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import ceil
from typing import Any

from oracle import UNREADABLE, Verdict, data

from repayplan.calendar.business import BusinessCalendar
from repayplan.calendar.cycles import cycle, step
from repayplan.debt.book import DayCount, unrounded, years
from repayplan.debt.contract import Bullet, Contract, Custom, Fees, Level, LevelPrincipal, Repayment, flows
from repayplan.debt.rates import RatePath, floating

TYPES = ("ANN", "LAM", "NAM", "PAM", "LAX")

OUTSIDE = {
    "purchaseDate": "a purchase of the loan by somebody else",
    "terminationDate": "a sale of the loan before maturity",
    "scalingEffect": "amounts scaled by an index",
    "marketObjectCodeOfScalingIndex": "amounts scaled by an index",
    "cycleAnchorDateOfInterestCalculationBase": "a lagged interest base",
    "cycleOfInterestCalculationBase": "a lagged interest base",
    "prepaymentEffect": "prepayment by a market model",
    "cyclePointOfInterestPayment": "interest in advance",
    "cyclePointOfRateReset": "a rate fixed after its period",
    "creditEventTypeCovered": "credit enhancement",
}
"""Terms that are not a repayment ledger's business."""

NOTHING = ("", "0", "0.0", "000", "OOO", "NO", "N", "P0D")
"""Values of such a term that switch it off. A term that is not named here is no excuse: the case is judged."""

USUAL = {"cyclePointOfInterestPayment": "E", "cyclePointOfRateReset": "B"}
"""What such a term says of a loan like any other: interest at the end, a rate fixed at the beginning."""

DAY_COUNTS = {"A365": "ACT/365F", "A360": "ACT/360", "AA": "ACT/ACT", "AAISDA": "ACT/ACT", "30E360": "30E/360"}
OWN_DAY_COUNTS = ("30E360ISDA", "28E336")
UNITS = {"D": "days", "W": "weeks", "M": "months", "Q": "months", "H": "months", "Y": "years"}
ADJUSTMENTS = {"F": "following", "MF": "modified_following", "P": "preceding", "MP": "modified_preceding"}
KINDS = {
    "disbursement": "IED",
    "fee": "FP",
    "principal": "PR",
    "drawing": "PR",
    "interest": "IP",
    "capitalization": "IPCI",
    "maturity": "MD",
    "rate": "RR",
}


def outside(terms: Mapping[str, Any], contract: Mapping[str, Any]) -> str | None:
    """Why a contract is out of scope, None where it is not."""
    for name, reason in OUTSIDE.items():
        if str(terms.get(name, "")).strip() not in (*NOTHING, USUAL.get(name)):
            return reason
    if contract.get("eventsObserved"):
        return "events that the borrower or the market decides on"
    if terms.get("interestCalculationBase") == "NTL":
        return "a lagged interest base"
    if terms["dayCountConvention"] not in (*DAY_COUNTS, *OWN_DAY_COUNTS):
        return f"day count {terms['dayCountConvention']}"
    return None


@dataclass(frozen=True)
class Cycle:
    every: int
    unit: str
    long_stub: bool

    @classmethod
    def read(cls, text: str) -> Cycle:
        match = re.fullmatch(r"P(\d+)([DWMQHY])(?:L([01]))?", text)
        assert match, text
        factor = {"Q": 3, "H": 6}.get(match[2], 1)
        return cls(int(match[1]) * factor, UNITS[match[2]], match[3] == "0")


class Terms:
    """Typed access to a contract's terms, and the dates that follow from them."""

    def __init__(self, terms: Mapping[str, Any], observed: Mapping[str, Any]) -> None:
        self.terms, self.observed = terms, observed
        self.kind = str(terms["contractType"])
        self.month_end = terms.get("endOfMonthConvention") == "EOM"
        convention = terms.get("businessDayConvention", "NULL")
        self.adjustment = ADJUSTMENTS.get(convention[2:], "none")
        self.shift_first = convention.startswith("SC")
        self.calendar = BusinessCalendar("weekdays" if terms.get("calendar") == "MF" else "every_day")
        self.principal = self.number("notionalPrincipal") or Fraction(0)
        self.rate = self.number("nominalInterestRate") or Fraction(0)
        self.start = self.day("initialExchangeDate")
        self.status = self.day("statusDate")
        self.payment = self.number("nextPrincipalRedemptionPayment")
        self.day_count = self._day_count(self.day("maturityDate"))
        self.maturity = self.day("maturityDate") or self._maturity()
        written = self.terms.get("maturityDate")
        self.horizon = dt.datetime.fromisoformat(written).date() if written else self.maturity

    def _day_count(self, maturity: dt.date | None) -> DayCount:
        name = str(self.terms["dayCountConvention"])
        return own_day_count(name, maturity) if name in OWN_DAY_COUNTS else DAY_COUNTS[name]

    def number(self, name: str) -> Fraction | None:
        value = self.terms.get(name)
        return None if value in (None, "") else Fraction(Decimal(str(value).strip()))

    def day(self, name: str) -> Any:
        return read_day(self.terms[name]) if self.terms.get(name) else None

    def cycle(self, name: str) -> Cycle | None:
        return Cycle.read(self.terms[name]) if self.terms.get(name) else None

    def array(self, name: str) -> list[Any]:
        value = self.terms.get(name, [])
        return value if isinstance(value, list) else [value]

    def step(self, anchor: dt.date, count: int, by: Cycle) -> dt.date:
        return step(anchor, count * by.every, by.unit, end_of_month=self.month_end)  # type: ignore[arg-type]

    def dates(self, anchor: dt.date | None, by: Cycle | None, until: dt.date | None = None) -> list[dt.date]:
        until = until or self.horizon
        if anchor is None:
            return []
        if by is None:
            return [anchor] if anchor <= until else []
        stub = "long" if by.long_stub else "short"
        return cycle(anchor, by.every, by.unit, until, end_of_month=self.month_end, stub=stub)  # type: ignore[arg-type]

    def anchored(self, anchor: str, by: str) -> tuple[dt.date | None, Cycle | None]:
        """Anchor and cycle; a cycle without an anchor begins one cycle after the initial exchange."""
        day, every = self.day(anchor), self.cycle(by)
        return (self.step(self.start, 1, every) if day is None and every is not None else day), every

    # schedules

    def principal_dates(self) -> list[dt.date]:
        if self.kind == "PAM":
            return []
        if self.kind == "LAX":
            return sorted(self.custom())
        anchor, every = self.anchored("cycleAnchorDateOfPrincipalRedemption", "cycleOfPrincipalRedemption")
        return [day for day in self.dates(anchor, every) if day < self.maturity]

    def interest_dates(self) -> list[dt.date]:
        if self.kind == "LAX":
            name = "arrayCycleAnchorDateOfInterestPayment"
            return [day for day, _ in self.segments(name, "arrayCycleOfInterestPayment", self.maturity)]
        anchor, every = self.anchored("cycleAnchorDateOfInterestPayment", "cycleOfInterestPayment")
        return self.principal_dates() if anchor is None else self.dates(anchor, every)

    def segments(self, anchors: str, cycles: str, until: dt.date) -> Iterator[tuple[dt.date, int]]:
        """Dates of an array schedule, each with its segment; a segment ends where the next begins."""
        days = [read_day(text) for text in self.array(anchors)]
        every = [Cycle.read(text) if text else None for text in self.array(cycles)] or [None] * len(days)
        for number, day in enumerate(days):
            end = days[number + 1] - dt.timedelta(1) if number + 1 < len(days) else until
            for date in self.dates(day, every[number], min(end, until)):
                yield date, number

    def custom(self) -> dict[dt.date, Fraction]:
        """An array contract's principal by day, drawings negative, until maturity (or until all is repaid)."""
        amounts = [Fraction(Decimal(str(value))) for value in self.array("arrayNextPrincipalRedemptionPayment")]
        signs = [-1 if word == "INC" else 1 for word in self.array("arrayIncreaseDecrease")]
        anchors, cycles = "arrayCycleAnchorDateOfPrincipalRedemption", "arrayCycleOfPrincipalRedemption"
        known = getattr(self, "maturity", None)
        until = known or step(self.start, 200, "years")
        left, found = self.principal, {}
        for day, number in self.segments(anchors, cycles, until):
            if known is None and left <= 0:
                break
            found[day] = signs[number] * amounts[number]
            left -= found[day]
        return found

    def _maturity(self) -> Any:
        if self.kind == "ANN" and self.terms.get("amortizationDate"):
            return self.day("amortizationDate")
        if self.kind == "LAX":
            return max(self.custom())
        every = self.cycle("cycleOfPrincipalRedemption")
        assert every is not None
        assert self.payment is not None
        anchor = self.day("cycleAnchorDateOfPrincipalRedemption")
        first = self.step(self.start, 1, every) if anchor is None else anchor
        count = 0
        while self.step(first, count, every) < self.status:
            count += 1
        interest = Fraction(0)
        if self.kind in ("NAM", "ANN"):
            span = years(self.day_count, first, self.step(first, 1, every))
            interest = self.principal * span * self.rate
        return self.step(first, count + ceil(self.principal / (self.payment - interest)) - 1, every)

    def rate_path(self) -> tuple[RatePath, list[dt.date]]:
        """The rate over time and the days it is fixed on, from the observed market."""
        if self.kind == "LAX":
            return self._array_rates()
        anchor, every = self.anchored("cycleAnchorDateOfRateReset", "cycleOfRateReset")
        resets = [self.shifted(day) for day in self.dates(anchor, every) if self.status < day < self.maturity]
        market = self.market()
        options: dict[str, Any] = {
            "spread": self.number("rateSpread") or Fraction(0),
            "multiplier": Fraction(1) if (m := self.number("rateMultiplier")) is None else m,
            "cap": self.number("lifeCap"),
            "floor": self.number("lifeFloor"),
            "change": (None if (fall := self.number("periodFloor")) is None else -abs(fall), self.number("periodCap")),
        }
        next_rate = self.number("nextResetRate")
        if next_rate is None or not resets:
            return floating(self.rate, market, resets, **options), resets
        later = floating(next_rate, market, resets[1:], **options)
        return RatePath.fixed(self.rate).then(resets[0], later), resets

    def _array_rates(self) -> tuple[RatePath, list[dt.date]]:
        rates = [Fraction(Decimal(str(value))) for value in self.array("arrayRate")]
        kinds, market, steps = self.array("arrayFixedVariable"), self.market(), []
        multiplier = Fraction(1) if (m := self.number("rateMultiplier")) is None else m
        anchors, cycles = "arrayCycleAnchorDateOfRateReset", "arrayCycleOfRateReset"
        for day, number in self.segments(anchors, cycles, self.maturity):
            if day < self.maturity:
                known = [value for seen, value in sorted(market.items()) if seen <= day]
                fixed = kinds[number] == "FIX"
                steps.append((day, rates[number] if fixed else multiplier * known[-1] + rates[number]))
        return RatePath.stepped(self.rate, steps), [day for day, _ in steps]

    def market(self) -> dict[dt.date, Fraction]:
        series = self.observed.get(self.terms.get("marketObjectCodeOfRateReset", ""), {"data": []})
        return {read_day(x["timestamp"]): Fraction(Decimal(str(x["value"]))) for x in series["data"]}

    def base(self) -> Fraction | None:
        """What interest is counted on where that is not the notional."""
        if self.terms.get("interestCalculationBase") != "NTIED":
            return None
        return self.number("interestCalculationBaseAmount") or self.principal

    # business days

    def shifted(self, day: dt.date) -> dt.date:
        """The day that counts: shift-then-calculate conventions move it."""
        return self.moved(day) if self.shift_first else day

    def moved(self, day: dt.date) -> dt.date:
        return self.calendar.adjust(day, self.adjustment)  # type: ignore[arg-type]


def read_day(text: str) -> dt.date:
    """A day; the last second of a day is the beginning of the next."""
    moment = dt.datetime.fromisoformat(text)
    return moment.date() + dt.timedelta(days=moment.time() >= dt.time(23, 59))


def own_day_count(name: str, maturity: dt.date | None) -> DayCount:
    """30E/360 ISDA, whose February ends count as the 30th except at maturity, and months of 28 days."""

    def day(date: dt.date) -> int:
        february_ends = date.month == 2 and (date + dt.timedelta(days=1)).month == 3 and date != maturity
        return 30 if february_ends else min(date.day, 30)

    def between(start: dt.date, end: dt.date) -> Fraction:
        months = (end.year - start.year) * 12 + end.month - start.month
        if name == "28E336":
            return Fraction(months * 28 + min(end.day, 28) - min(start.day, 28), 336)
        return Fraction(months * 30 + day(end) - day(start), 360)

    return between


def opening(t: Terms, interest: list[dt.date]) -> tuple[dt.date, Fraction]:
    """The day on which the contract opens for us and the interest owed from before.

    Interest is given (IPAC), or it has run since the last interest date before the status date, or since an interest
    anchor before the initial exchange (STF_IED).
    """
    given = t.number("accruedInterest")
    if t.start <= t.status:
        return (
            (max([d for d in interest if d <= t.status], default=t.start), Fraction(0))
            if given is None
            else (t.status, abs(given))
        )
    anchor = t.day("cycleAnchorDateOfInterestPayment")
    if given is None and anchor is not None and anchor < t.start:
        return t.start, years(t.day_count, t.shifted(anchor), t.start) * (t.base() or t.principal) * t.rate
    return t.start, abs(given or Fraction(0))


def fees(t: Terms) -> Fees:
    """Fees of an amount (A) or on the notional (N), on their own cycle and at maturity."""
    rate, accrued = t.number("feeRate") or Fraction(0), float(abs(t.number("feeAccrued") or 0))
    anchor, every = t.anchored("cycleAnchorDateOfFee", "cycleOfFee")
    if anchor is None or not rate:
        return Fees()
    dates = sorted({t.shifted(day) for day in (*t.dates(anchor, every, t.maturity), t.maturity) if day > t.status})
    if t.terms.get("feeBasis") == "A":
        return Fees(dates, amount=float(rate))
    return Fees(dates, rate=rate, accrued=accrued)


def build(t: Terms) -> tuple[Contract, list[dt.date]]:
    """Our contract, opened where the status date finds it, and the days its rate is fixed on."""
    interest = [t.shifted(day) for day in t.interest_dates()]
    ends = t.day("capitalizationEndDate")
    capitalizations = [] if ends is None else sorted({*(d for d in interest if d < ends), t.shifted(ends)})
    path, resets = t.rate_path()
    start, accrued = opening(t, interest)
    principal_dates = [t.shifted(day) for day in t.principal_dates()]
    base = t.base()
    contract = Contract(
        principal=float(t.principal),
        start=start,
        maturity=t.shifted(t.maturity),
        rate=path,
        repayment=rule(t),
        interest_dates=[day for day in interest if ends is None or day > t.shifted(ends)],
        principal_dates=[day for day in principal_dates if day >= start],
        capitalizations=capitalizations,
        day_count=t.day_count,
        interest_base=None if base is None else float(base),
        fees=fees(t),
        resets=resets,
        accrued=float(accrued),
        rounded=unrounded,
    )
    return contract, resets


def rule(t: Terms) -> Repayment:
    payment = None if t.payment is None else float(t.payment)
    rules: dict[str, Callable[[], Repayment]] = {
        "PAM": Bullet,
        "LAM": lambda: LevelPrincipal(payment),
        "NAM": lambda: Level(payment, fixed=True, grows=True),
        "ANN": lambda: Level(payment, until=t.day("amortizationDate"), grows=True),
        "LAX": lambda: Custom({t.shifted(day): float(amount) for day, amount in t.custom().items()}),
    }
    return rules[t.kind]()


Event = tuple[dt.date, str]
State = tuple[float, float, float, float]


def ours(t: Terms) -> dict[Event, State]:
    """Payoff, notional, rate and accrued interest after each event, seen from the contract's role."""
    contract, resets = build(t)
    sign = -1 if t.terms["contractRole"] == "RPL" else 1
    discount = float(t.number("premiumDiscountAtIED") or 0)
    found: dict[Event, State] = {}
    for flow in flows(contract):
        if flow.date < t.status or (flow.kind == "disbursement" and flow.date != t.start):
            continue
        if flow.kind == "rate" and flow.date not in resets:
            continue
        if flow.kind == "interest" and t.number("nominalInterestRate") is None:
            continue
        payoff = 0.0 if flow.kind == "capitalization" else flow.amount
        date = t.moved(flow.date)
        if flow.kind == "disbursement":
            payoff, date = payoff - discount, flow.date
        state = (sign * payoff, sign * flow.balance, float(flow.rate), sign * flow.accrued)
        found[(date, KINDS[flow.kind])] = state
    return found


def theirs(contract: Mapping[str, Any]) -> dict[Event, State]:
    """The reference events, under our names: RRF is a rate reset, PI a principal event. PRF, which only announces the
    next payment, moves nothing."""
    names = {"RRF": "RR", "PI": "PR"}
    found: dict[Event, State] = {}
    for event in contract["results"]:
        if event["eventType"] != "PRF":
            fields = ("payoff", "notionalPrincipal", "nominalInterestRate", "accruedInterest")
            values = [float(event[name]) for name in fields]
            kind = names.get(event["eventType"], event["eventType"])
            found[(read_day(event["eventDate"]), kind)] = (values[0], values[1], values[2], values[3])
    return found


def moves(event: Event, state: State) -> bool:
    """Whether an event does anything: an interest date on which nothing has accrued may be listed or not."""
    return event[1] != "IP" or state[0] != 0


def judge(kind: str) -> list[Verdict]:
    """Every contract of one type."""
    contracts = json.loads(data("actus", f"actus-tests-{kind.lower()}.json").read_text("utf-8"))
    return [judge_one(kind, name, contract) for name, contract in contracts.items()]


def judge_one(kind: str, name: str, contract: Mapping[str, Any]) -> Verdict:
    reason = outside(contract["terms"], contract)
    if reason is not None:
        return Verdict(f"ACTUS {kind}", name, outside=reason)
    try:
        return compare(kind, name, contract)
    except UNREADABLE as error:
        return Verdict(f"ACTUS {kind}", name, detail=repr(error))


def compare(kind: str, name: str, contract: Mapping[str, Any]) -> Verdict:
    expected = theirs(contract)
    horizon = read_day(contract["to"]) if contract.get("to") else max(day for day, _ in expected)
    events = ours(Terms(contract["terms"], contract["dataObserved"]))
    found = {key: state for key, state in events.items() if key[0] <= horizon}
    expected = {key: state for key, state in expected.items() if key in found or moves(key, state)}
    found = {key: state for key, state in found.items() if key in expected or moves(key, state)}
    if set(found) != set(expected):
        odd = sorted(set(found) ^ set(expected))
        return Verdict(f"ACTUS {kind}", name, detail=f"events that only one of us has: {odd[:4]}")
    worst, where = 0.0, ""
    for key, state in expected.items():
        for ours_value, theirs_value in zip(found[key], state, strict=True):
            if abs(ours_value - theirs_value) > worst:
                worst, where = abs(ours_value - theirs_value), f"{key}: {found[key]} against {state}"
    return Verdict(f"ACTUS {kind}", name, difference=worst, detail=where)
