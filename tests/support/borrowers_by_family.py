"""Borrowers of every family, drawn by number: what is rare at random is as frequent here as anything else.

The family of a number is told by the number alone, and whatever else is drawn leaves most of them a plan.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from borrowers_of import LIMITS, SHAPES
from making import make_case
from pydantic import ValidationError
from random_cases import INVOICES, ROUTES, STORES

from repayplan.cases.models import Case

Dice = np.random.Generator
Parts = dict[str, Any]

MONTHS = (2, 3, 4, 6, 6, 9, 12, 12, 14, 18)
ONE_AMOUNT = ("level", "level", {"kind": "step_up", "growth": "5%", "every": 2})
RATES = ("0%", "2.5%", "3.6%", "4.35%", "7.2%", "11%")


def one_of(dice: Dice, values: Any) -> Any:
    return values[int(dice.integers(len(values)))]


def in_turn(parts: Parts, values: Sequence[Any]) -> Any:
    """What makes a family: one borrower of it after the other has another."""
    return values[parts["turn"] % len(values)]


def money(amount: float) -> str:
    return f"{amount:.2f}"


def day(month: int, of_month: int = 20) -> str:
    """A day of the ``month``-th month after signing."""
    number = 10 + month
    return f"{2026 + number // 12}-{number % 12 + 1:02}-{of_month:02}"


def loan(dice: Dice, owed: float = 60_000.0) -> Parts:
    secured = one_of(dice, (0.0, 0.0, 0.3, 0.8)) * owed
    return {"principal": money(owed * dice.uniform(0.5, 1)), "rate": one_of(dice, RATES), "collateral": money(secured)}


def loans_of(dice: Dice, least: int, most: int) -> list[Parts]:
    return [
        loan(dice, one_of(dice, (10_000.0, 60_000.0, 200_000.0))) for _ in range(int(dice.integers(least, most + 1)))
    ]


def charged(dice: Dice, owed: list[Parts]) -> list[Parts]:
    """With arrears of every class."""
    return [
        each
        | {
            "overdue_principal": money(float(each["principal"]) * dice.uniform(0, 0.4)),
            "interest": money(dice.uniform(0, 2_000)),
            "penalty": money(one_of(dice, (0.0, 350.5))),
            "fees": money(one_of(dice, (0.0, 120.25))),
        }
        for each in owed
    ]


def _plain(dice: Dice, parts: Parts) -> None:
    parts["loans"] = loans_of(dice, 1, 1)


def _several_loans(dice: Dice, parts: Parts) -> None:
    parts["loans"] = loans_of(dice, 2, 3)


def _one_counted_date(dice: Dice, parts: Parts) -> None:
    """One date is left after grace, or two: the shape says little or nothing."""
    parts |= {"loans": loans_of(dice, 1, 1), "shape": one_of(dice, ONE_AMOUNT), "share": one_of(dice, (2.0, 5.0))}
    parts["grace"] = {"months": max(parts["months"] - in_turn(parts, (1, 2, 3)), 1), "interest_only": False}


def _one_month(dice: Dice, parts: Parts) -> None:
    parts |= {"months": int(dice.integers(1, 3)), "share": one_of(dice, (0.9, 1.3, 3.0)), "loans": loans_of(dice, 1, 2)}


def _months_without_cash(dice: Dice, parts: Parts) -> None:
    parts |= {"every": int(dice.integers(2, 6)), "loans": loans_of(dice, 1, 2)}


def _nothing_owed_on_one(dice: Dice, parts: Parts) -> None:
    parts["loans"] = [*loans_of(dice, 1, 2), {"principal": "0.00", "rate": "4%"}]


def _no_rate(dice: Dice, parts: Parts) -> None:
    parts |= {"loans": [each | {"rate": "0%"} for each in loans_of(dice, 1, 2)], "discount_rate": "0%"}


def _cleared_early(dice: Dice, parts: Parts) -> None:
    parts |= {
        "loans": loans_of(dice, 1, 2),
        "share": one_of(dice, (6.0, 12.0)),
        "shape": one_of(dice, (*SHAPES, *ONE_AMOUNT)),
    }


def _accounts_apart(dice: Dice, parts: Parts) -> None:
    parts["loans"] = loans_of(dice, 1, 2)
    for name in ("pledged", "guaranteed"):
        if dice.random() < 0.7:
            owed = float(parts["loans"][0]["principal"])
            parts[name] = {
                day(month, 11): money(owed * dice.uniform(0.05, 0.6)) for month in dice.integers(1, 7, 2).tolist()
            }


def _buckets_of_burden(dice: Dice, parts: Parts) -> None:
    parts |= {"loans": loans_of(dice, 1, 2), "hazard": "table", "rating": one_of(dice, ("low", "medium", "high"))}
    if dice.random() < 0.4:
        parts["max_burden"] = one_of(dice, ("40%", "70%", "95%"))


def _named(dice: Dice, parts: Parts) -> None:
    parts |= {"loans": loans_of(dice, 1, 2), "months": max(parts["months"], 6)}
    days = [day(month, one_of(dice, (20, 20, 10))) for month in sorted({*dice.integers(1, 5, 2).tolist()})]
    parts["named_payments"] = [{"date": date, "amount": one_of(dice, ("400.00", "3000.00"))} for date in days]


def _fixed(dice: Dice, parts: Parts) -> None:
    parts |= {"loans": loans_of(dice, 1, 2), "months": max(parts["months"], 6)}
    days = [day(month, one_of(dice, (20, 20, 9))) for month in sorted({*dice.integers(1, 5, 2).tolist()})]
    on = {"loan": "L1"} if dice.random() < 0.4 else {}
    parts["fixed_payments"] = [
        {"date": date, "amount": one_of(dice, ("0.00", "750.25", "4000.00")), **on} for date in days
    ]


def _quarterly(dice: Dice, parts: Parts) -> None:
    parts |= {
        "loans": loans_of(dice, 1, 2),
        "months": one_of(dice, (6, 12, 18)),
        "payment_every": in_turn(parts, (3, 2, 6)),
    }
    parts["shape"] = one_of(dice, ("free", *ONE_AMOUNT))


def _other_days(dice: Dice, parts: Parts) -> None:
    """Payments on the last day of a month, or the first."""
    parts |= {"loans": loans_of(dice, 1, 2), "payment_day": one_of(dice, (1, 15, 31))}
    parts["interest_every"] = one_of(dice, ("off", 1, 3))


def _losses(dice: Dice, parts: Parts) -> None:
    parts |= {
        "loans": loans_of(dice, 1, 2),
        "losses": {day(int(dice.integers(2, 8)), 25): money(-dice.uniform(2e3, 4e4))},
    }
    parts |= {"share": 2.5, "floor": money(dice.uniform(0, 9_000)), "contingency": money(dice.uniform(0, 3_000))}


def _kept_current(dice: Dice, parts: Parts) -> None:
    parts |= {"loans": charged(dice, loans_of(dice, 1, 2)), "arrears": "keep", "interest_every": 1}
    parts["loans"] = [each | {"compound_rate": one_of(dice, ("0%", "9%"))} for each in parts["loans"]]


def _kept(dice: Dice, parts: Parts) -> None:
    parts |= {"loans": charged(dice, loans_of(dice, 1, 2)), "arrears": "keep"}
    parts["loans"] = [each | {"compound_rate": one_of(dice, ("12%", "20%"))} for each in parts["loans"]]


def _arrears(dice: Dice, parts: Parts) -> None:
    parts |= {"loans": charged(dice, loans_of(dice, 1, 2)), "interest_every": one_of(dice, ("off", 1, 3))}


def _rate_after_signing(dice: Dice, parts: Parts) -> None:
    parts["loans"] = [
        each | {"rate_after_signing": one_of(dice, RATES)} for each in charged(dice, loans_of(dice, 1, 2))
    ]
    parts["npv"] = {"test": one_of(dice, ("eba", "ifrs9"))}
    if dice.random() < 0.5:
        parts["npv"] |= {"applied": "price", "price": "100%"}
    parts["loans"] = [each | {"contract": {"start": "2026-03-20", "maturity": "2027-01-20"}} for each in parts["loans"]]


def _waived(dice: Dice, parts: Parts) -> None:
    owed = charged(dice, loans_of(dice, 1, 2))
    parts["loans"] = [
        each | {"waiver": {"penalty": each["penalty"], "conditional": bool(dice.random() < 0.5)}} for each in owed
    ]
    parts |= {"max_waived": "9000.00"} if in_turn(parts, (True, False)) else {}


def _laws(dice: Dice, parts: Parts) -> None:
    parts["loans"] = charged(dice, loans_of(dice, 1, 2))
    if in_turn(parts, (True, False)):
        parts["all_in_charge"] = "law"
    parts["liquidation_floor"] = {"delay_months": int(dice.integers(1, 18))}


def _rolled_back(dice: Dice, parts: Parts) -> None:
    since = {"contract": {"overdue_since": one_of(dice, ("2026-09-20", "2026-11-01"))}}
    parts["loans"] = [each | since | {"compound_rate": "15%"} for each in charged(dice, loans_of(dice, 1, 2))]
    parts |= {"arrears": "keep", "arrears_cleared": {"by": one_of(dice, ("substandard", "doubtful")), "left": "500.00"}}


def _alike_in_part(dice: Dice, parts: Parts) -> None:
    """Every lender gets the same fraction of its claim."""
    parts |= {"loans": loans_of(dice, 2, 3), "allocation": "pari_passu"}
    parts["loans"] = [*parts["loans"][:-1], parts["loans"][-1] | {"lender": "Union"}]


def _principal_first(dice: Dice, parts: Parts) -> None:
    parts |= {"loans": charged(dice, loans_of(dice, 1, 1)), "order": "principal_first", "interest_every": "off"}


def _receipts(dice: Dice, parts: Parts) -> None:
    kind = in_turn(parts, ("milestone_share", "store_share", "receivable_share"))
    parts |= {"loans": loans_of(dice, 1, 2), "shape": kind}
    if kind == "milestone_share":
        most = float(parts["loans"][0]["principal"])
        parts["milestones"] = {day(month, 8): money(most * dice.uniform(0.3, 0.9)) for month in (1, 2, 4, 6)}
    else:
        parts["source"] = STORES if kind == "store_share" else INVOICES


def _other_shapes(dice: Dice, parts: Parts) -> None:
    shapes = (
        "level_principal",
        "seasonal",
        {"kind": "seasonal", "peak": [1, 2, 6]},
        {"kind": "interest_only", "months": 2},
        {"kind": "level_balloon", "share": "30%"},
        {"kind": "step_up", "steps": [{"since": "2027-03-01", "multiple": "0.8"}]},
    )
    parts |= {"loans": loans_of(dice, 1, 2), "shape": in_turn(parts, shapes)}


def _windows(dice: Dice, parts: Parts) -> None:
    window = {
        "minimum": one_of(dice, ("1.05", "1.30")),
        "window": in_turn(parts, ("rolling", "since_receipt", "period")),
    }
    parts |= {"loans": loans_of(dice, 1, 2), "cover": window | {"carry": one_of(dice, ("0%", "50%", "100%"))}}
    parts["every"] = int(dice.integers(1, 4))


def _preferences(dice: Dice, parts: Parts) -> None:
    parts |= {"loans": loans_of(dice, 1, 2), "prefer": "smoothest", "tolerance": one_of(dice, ("0.5%", "5%"))}


def _waiting(dice: Dice, parts: Parts) -> None:
    parts |= {"loans": loans_of(dice, 1, 2), "delay": "allow", "discount_rate": one_of(dice, ("0%", "12%"))}
    parts |= {"hazard": one_of(dice, ("0%", "1.5%"))}


def _best_that_can_be(dice: Dice, parts: Parts) -> None:
    parts |= {"loans": loans_of(dice, 1, 2), "settle": "best", "share": one_of(dice, (0.0, 0.4, 1.0))}


def _tight_steps(dice: Dice, parts: Parts) -> None:
    parts |= {
        "loans": loans_of(dice, 1, 2),
        "step": one_of(dice, ("0%", "3%", "25%")),
        "tolerance": one_of(dice, ("0%", "5%")),
    }
    parts |= {"step_against": "last_year", "months": 18} if dice.random() < 0.2 else {}


def _ranked(dice: Dice, parts: Parts) -> None:
    """One loan after the other, as is agreed or by law: whole numbers."""
    parts |= {
        "loans": loans_of(dice, 2, 2),
        "months": int(dice.integers(2, 5)),
        "allocation": in_turn(parts, ("rank", "legal")),
    }
    if parts["allocation"] == "rank":
        parts["rank"] = one_of(dice, (["L1", "L2"], ["L2", "L1"]))


def _counted(dice: Dice, parts: Parts) -> None:
    """So many installments, or as few amounts as can be: whole numbers."""
    parts |= {"loans": loans_of(dice, 1, 1), "months": int(dice.integers(3, 6)), "shape": "free", "share": 3.0}
    parts |= {"prefer": "fewest", "tolerance": "5%"} if in_turn(parts, (True, False)) else {"installments": 2}


def _on_a_route(dice: Dice, parts: Parts) -> None:
    parts["route"] = in_turn(parts, ROUTES)
    contract = {"contract": {"start": "2026-03-20", "maturity": "2027-01-20"}}
    parts["loans"] = [each | contract for each in charged(dice, loans_of(dice, 1, 2))]
    parts["arrears"] = "keep" if parts["route"] == "forbearance" else "capitalize"


FAMILIES: Mapping[str, Callable[[Dice, Parts], None]] = {
    made.__name__.strip("_").replace("_", " "): made
    for made in (
        *(_plain, _several_loans, _one_counted_date, _one_month, _months_without_cash, _nothing_owed_on_one, _no_rate),
        *(_cleared_early, _accounts_apart, _buckets_of_burden, _named, _fixed, _quarterly, _other_days, _losses),
        *(_kept_current, _kept, _arrears, _rate_after_signing, _waived, _laws, _rolled_back, _alike_in_part),
        *(_principal_first, _receipts, _other_shapes, _windows, _preferences, _waiting, _best_that_can_be),
        *(_tight_steps, _ranked, _counted, _on_a_route),
    )
}
"""What makes a borrower one of its family, by name."""


def family(number: int) -> str:
    """Numbers one after the other are of one family after the other."""
    return tuple(FAMILIES)[number % len(FAMILIES)]


def borrower(number: int) -> Case:
    """The borrower of a number: always the same one, of the family of its number."""
    for attempt in range(20):
        try:
            return _drawn(np.random.default_rng([7, number, attempt]), number)
        except ValidationError:  # what does not go together, as grace for longer than the term
            continue
    raise AssertionError(family(number))


def _drawn(dice: Dice, number: int) -> Case:
    parts: Parts = {"months": int(one_of(dice, MONTHS)), "share": one_of(dice, (1.1, 1.3, 1.6, 2.5)), "every": 1}
    parts |= {"turn": number // len(FAMILIES), "shape": one_of(dice, SHAPES), "opening": one_of(dice, (0.0, 0.05, 0.3))}
    for name, values in LIMITS:
        if dice.random() < 0.08:
            parts[name] = one_of(dice, values)
    FAMILIES[family(number)](dice, parts)
    parts.pop("turn")
    if parts.get("hazard") == "table":
        parts.setdefault("rating", "medium")
    if dice.random() < 0.3:
        parts["discount_rate"] = one_of(dice, ("0%", "3.6%", "9%"))
    if dice.random() < 0.3:
        parts["recovery"] = one_of(dice, ("0%", "30%", "100%"))
    if dice.random() < 0.3:
        parts["hazard"] = parts.get("hazard", one_of(dice, ("0.4%", "2%")))
    return _paid_by(dice, parts)


def _paid_by(dice: Dice, parts: Parts) -> Case:
    """With cash so many times what is owed, in every so many months."""
    share, every, term = parts.pop("share"), parts.pop("every"), parts["months"]
    names = ("principal", "overdue_principal", "interest", "penalty", "fees")
    owed = sum(float(each.get(name, 0)) for each in parts["loans"] for name in names)
    even = owed * share / term
    comes = even * every * dice.uniform(0.5, 1.5, term) * (np.arange(term) % every == every - 1)
    parts["opening"] = money(owed * parts["opening"])
    return make_case(monthly=[money(amount) for amount in comes], unit=one_of(dice, ("0.01", "1.00")), **parts)
