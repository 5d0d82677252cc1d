"""Figures computed or published elsewhere: QuantLib flows, level payments, XIRR and XNPV, worked Chinese cases."""

from __future__ import annotations

import csv
import datetime as dt
import json
from collections.abc import Iterable, Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Any

from oracle import Verdict, data, largest

from repayplan.calendar.cycles import cycle
from repayplan.calendar.dates import add_months
from repayplan.cases.models import Loan
from repayplan.debt.book import Accrual, Book, Terms, unrounded
from repayplan.debt.contract import Contract, Custom, Level, LevelPrincipal, flows, schedule
from repayplan.debt.ledger import open_ledger
from repayplan.debt.order import Item
from repayplan.debt.rates import RatePath
from repayplan.debt.yields import effective_rate, periodic_payment, present_value
from repayplan.rules.capitals import agree, capitals

DAY_COUNTS = {"A365F": "ACT/365F", "30E360": "30E/360", "A360": "ACT/360", "ACTACT": "ACT/ACT", "30U360": "30/360"}


def quantlib() -> list[Verdict]:
    """Interest and principal of loans with a given outstanding amount each month, to the millionth."""
    found = []
    for loan in json.loads(data("quantlib", "amortizing_cashflows.json").read_text("utf-8")):
        start, months, notionals = dt.date.fromisoformat(loan["start"]), loan["months"], loan["notionals"]
        maturity = add_months(start, months)
        dates = cycle(start, 1, "months", maturity)[1:]
        steps = zip(dates, notionals, notionals[1:], strict=False)
        contract = Contract(
            principal=float(notionals[0]),
            start=start,
            maturity=maturity,
            rate=RatePath.fixed(Fraction(Decimal(str(loan["rate"])))),
            repayment=Custom({day: before - after for day, before, after in steps}),
            interest_dates=dates,
            principal_dates=dates[:-1],
            day_count=DAY_COUNTS[loan["day_count"]],
            rounded=unrounded,
        )
        names = {"principal": "principal", "maturity": "principal", "interest": "interest"}
        ours = {(f"{f.date}", names[f.kind]): f.amount for f in flows(contract) if f.kind in names}
        theirs = {(day, kind): amount for day, kind, amount in loan["cashflows"]}
        pairs = [(f"{key}", ours.get(key, 0.0), theirs.get(key, 0.0)) for key in ours | theirs]
        difference, where = largest(pairs)
        found.append(Verdict("QuantLib flows", str(loan["id"]), difference=difference, detail=where))
    return found


def level_payments() -> list[Verdict]:
    """Payment, split and balance of level payments, relative to the loan in millionths of a millionth."""
    with data("generated", "annuity_numpy_financial.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    found = []
    for number, row in enumerate(rows, 1):
        principal, months, k = float(row["principal"]), int(row["n_months"]), int(row["k"])
        rate, start = Fraction(Decimal(row["annual_rate"])), dt.date(2026, 1, 1)
        payment = float(periodic_payment(principal, rate / 12, months))
        dates = [add_months(start, m) for m in range(1, months + 1)]
        contract = Contract(
            principal=principal,
            start=start,
            maturity=dates[-1],
            rate=RatePath.fixed(rate),
            repayment=Level(),
            interest_dates=dates,
            principal_dates=dates[:-1],
            day_count="30E/360",
            rounded=unrounded,
        )
        line = schedule(contract)[k - 1]
        pairs = [
            ("closed formula", payment, float(row["payment"])),
            ("payment", line.payment, float(row["payment"])),
            ("interest", line.interest, float(row["interest_k"])),
            ("principal", line.principal, float(row["principal_k"])),
            ("balance", line.balance, float(row["balance_after_k"])),
        ]
        difference, where = largest(pairs)
        found.append(Verdict("Level payments", f"row {number}", difference=difference, tolerance=1e-5, detail=where))
    return found


def xirr() -> list[Verdict]:
    """Effective rates, those that do not exist included, and present values."""
    samples = json.loads(data("pyxirr", "xirr_samples.json").read_text("utf-8"))
    found = [_rate(x["name"], _dated(x["flows"]), x["expected"]) for x in samples["xirr"]]
    for x in samples["xnpv_at_10pct"]:
        flows_, first = _dated(x["flows"]), dt.date.fromisoformat(x["flows"][0][0])
        found.append(_worth(x["name"], present_value(flows_, 0.10, first), x["expected"]))
    for number, x in enumerate(json.loads(data("generated", "xirr_reference.json").read_text("utf-8"))):
        flows_ = _dated(zip(x["dates"], x["flows"], strict=True))
        found.append(_rate(f"reference {number}", flows_, x["xirr"]))
        worth = present_value(flows_, 0.08, flows_[0][0])
        found.append(_worth(f"reference {number} at 8 %", worth, x["xnpv_8pct"]))
    return found


def _dated(pairs: Iterable[Any]) -> list[tuple[dt.date, float]]:
    return [(dt.date.fromisoformat(day), float(amount)) for day, amount in pairs]


def _rate(name: str, dated: list[tuple[dt.date, float]], expected: float | None) -> Verdict:
    ours = effective_rate(dated)
    if ours is None or expected is None:
        difference = 0.0 if ours is None and expected is None else None
        return Verdict("XIRR", name, difference=difference, detail=f"{ours} against {expected}")
    return Verdict("XIRR", name, difference=abs(ours - expected), tolerance=1e-8, detail=f"{ours} against {expected}")


def _worth(name: str, ours: float, expected: float) -> Verdict:
    return Verdict("XNPV", name, difference=abs(ours - expected), detail=f"{ours} against {expected}")


def regulation() -> list[Verdict]:
    """The entries of regulation.json that a ledger answers; the rest belongs to other parts of the house."""
    entries = json.loads(data("regulation.json").read_text("utf-8"))
    judges = {
        "cn_interest": _chinese_interest,
        "cn_annuity_1m_435_12m": _chinese_annuity,
        "daxie": _capitals,
        "ifrs_sme_950": _small_entity,
        "ifrs9_534": _modification,
        "poci_60_for_100_8pct_6y": _credit_adjusted,
    }
    found = []
    for name, entry in entries.items():
        if name == "notes":
            continue
        if name not in judges:
            reason = "flows not given, or a figure of another room (default test, sculpting, programs, risk)"
            found.append(Verdict("regulation.json", name, outside=reason))
            continue
        difference, where = largest(judges[name](entry))
        tolerance = 0.005 if name in ("ifrs_sme_950", "cn_interest") else 1e-6
        verdict = Verdict("regulation.json", name, difference=difference, tolerance=tolerance, detail=where)
        found.append(verdict)
    return found


Pairs = Iterator[tuple[str, float, float]]


def _loan(**fields: str) -> Loan:
    return Loan.model_validate({"id": "L", **fields})


def _chinese_interest(x: dict[str, Any]) -> Pairs:
    """Penalty on overdue principal, compound interest on arrears and a payment, over 90 days of ACT/360."""
    day, later = dt.date(2026, 1, 1), dt.date(2026, 4, 1)
    rate = str(x["penalty"])
    overdue = open_ledger(_loan(principal=str(x["P"]), rate=rate), day, "keep", [later])
    overdue.advance(later)
    yield "penalty", overdue.claim.interest / 100, float(x["faxi"])
    arrears = open_ledger(_loan(principal="0", interest="20000", rate=rate), day, "keep", [later])
    arrears.advance(later)
    yield "compound interest", arrears.claim.compound / 100, float(x["fuli_on_20000"])
    claim = {"fees": "5000", "penalty": x["faxi"], "compound_interest": x["fuli_on_20000"], "interest": "20000"}
    paid = open_ledger(_loan(principal=str(x["P"]), rate=rate, **claim), day, "keep", [])
    yield "to principal", paid.pay(day, 5_000_000).principal / 100, float(x["pay_50000_fee_5000_to_principal"])
    yield "principal after", paid.principal / 100, float(x["principal_after"])
    year = open_ledger(_loan(principal=str(x["P"]), rate=str(x["contract"])), day, "keep", [dt.date(2027, 1, 1)])
    year.advance(dt.date(2027, 1, 1))
    yield "a year", year.claim.interest / 100, x["ACT360_365d_4.35"]
    pool = {"interest": "compound", "principal": "interest", "compound": "compound"}
    apart = {"interest": "compound", "overdue": "penalty", "compound": "compound"}
    simple = {"interest": "compound", "overdue": "penalty"}
    yield "one pool", _two_quarters(x, pool), x["two_quarters_single_pool"]
    yield "penalty apart", _two_quarters(x, apart), x["two_quarters_penalty_not_compounded"]
    yield "simple", _two_quarters(x, simple), x["simple"]


def _two_quarters(x: dict[str, Any], accruals: dict[str, str]) -> float:
    """A million overdue and 20,000 of arrears after two quarters of 90 days at the penalty rate, unrounded."""
    start = dt.date(2026, 1, 1)
    quarters = [start + dt.timedelta(days=days) for days in (90, 180)]
    path = RatePath.fixed(Fraction(Decimal(str(x["penalty"]))))
    lines = tuple(Accrual(source, lands_in, path) for source, lands_in in accruals.items())
    terms = Terms("L", "ACT/360", lines, quarters, rounded=unrounded)
    principal = "overdue" if "overdue" in accruals else "principal"
    book = Book(terms, [Item(principal, float(x["P"])), Item("interest", 20_000.0)], start)
    book.advance(quarters[-1])
    return book.debt


def _chinese_annuity(x: dict[str, Any]) -> Pairs:
    level, linear = schedule(_year(Level())), schedule(_year(LevelPrincipal()))
    yield "level", level[0].payment / 100, x["PMT"]
    yield "last", level[-1].payment / 100, x["last"]
    yield "total interest", sum(row.interest for row in level) / 100, x["total_interest_rounded"]
    yield "level principal", linear[0].payment / 100, x["equal_principal_first"]
    yield "its interest", sum(row.interest for row in linear) / 100, x["equal_principal_total_interest"]


def _year(repayment: Level | LevelPrincipal) -> Contract:
    start = dt.date(2026, 1, 20)
    dates = [add_months(start, month) for month in range(1, 13)]
    rate = RatePath.fixed(Fraction("0.0435"))
    return Contract(100_000_000, start, dates[-1], rate, repayment, dates, dates[:-1], day_count="30E/360")


def _capitals(entries: list[Any]) -> Pairs:
    for digits, spellings in entries:
        cents = int(Decimal(digits) * 100)
        allowed = [spellings] if isinstance(spellings, str) else spellings
        ours = capitals(cents)
        yield f"{ours} for {digits}", float(ours in allowed), 1.0
        for spelling in allowed:
            yield f"{spelling} agrees with {digits}", float(agree(spelling, cents)), 1.0


def _small_entity(x: dict[str, Any]) -> Pairs:
    """950 lent, 40 a year for five years and 1,100 in the end: IFRS for SMEs 11.20, example."""
    years = _years(5)
    paid = [(years[0], -950.0), *((day, 40.0) for day in years[1:]), (years[-1], 1100.0)]
    rate = effective_rate(paid)
    assert rate is not None
    yield "EIR", rate, x["exact"]
    balance = 950.0
    for number, closing in enumerate(x["closing"], 1):
        balance = balance * (1 + rate) - 40
        yield f"closing {number}", balance, closing


def _modification(x: dict[str, Any]) -> Pairs:
    """A million over five years cut from 10 % to 6 %, at the original EIR."""
    case = x["R1m_10_to_6"]
    before, after = (float(periodic_payment(1e6, Fraction(rate, 100), 5)) for rate in (10, 6))
    years = _years(5)
    worth = present_value([(day, after) for day in years[1:]], 0.10, years[0])
    yield "payment before", before, case["pmt0"]
    yield "payment after", after, case["pmt1"]
    yield "gross carrying amount", worth, case["new_GCA"]
    yield "loss", 1e6 - worth, case["loss"]


def _credit_adjusted(x: dict[str, Any]) -> Pairs:
    """Bought for 60: 8 a year for six years, and 100 by contract or 60 as expected."""
    years = _years(6)
    for name, final in (("CAEIR", 60.0), ("ordinary", 100.0)):
        rate = effective_rate([(years[0], -60.0), *((day, 8.0) for day in years[1:]), (years[-1], final)])
        assert rate is not None
        yield name, rate, x["exact_annual"][name]


def _years(count: int) -> list[dt.date]:
    """Days exactly 365 apart, so that a year is a year."""
    return [dt.date(2026, 1, 1) + dt.timedelta(days=365 * year) for year in range(count + 1)]
