"""Cases drawn at random, for what must hold whatever the case.

A new field of a policy goes into ``policies``, one that asks something of the rest of the case into ``FAMILIES``.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st
from making import make_case

from repayplan.cases.models import Case
from repayplan.problem.terms import open_dates, resolve


def amounts(least: int, most: int) -> st.SearchStrategy[str]:
    """Currency units with cents."""
    return st.integers(least * 100, most * 100).map(lambda cents: f"{Decimal(cents) / 100:.2f}")


def percents(least: int, most: int) -> st.SearchStrategy[str]:
    return st.integers(least * 10, most * 10).map(lambda tenths: f"{tenths / 10:.1f}%")


loans = st.fixed_dictionaries(
    {
        "principal": amounts(1_000, 500_000),
        "overdue_principal": amounts(0, 50_000),
        "interest": amounts(0, 9_000),
        "penalty": amounts(0, 2_000),
        "rate": percents(0, 12),
        "collateral": amounts(0, 100_000),
    },
    optional={"rate_after_signing": percents(0, 9), "day_count": st.sampled_from(["ACT/365F", "30/360", "ACT/ACT"])},
)

covers = st.fixed_dictionaries(
    {"minimum": st.sampled_from(["1.00", "1.20", "1.5"]), "carry": st.sampled_from(["0%", "50%", "100%"])},
    optional={"window": st.sampled_from(["period", "rolling", "since_receipt"])},
)

FIXED = (
    [{"date": "2027-02-10", "amount": "750.25"}],
    [{"date": "2027-02-08", "amount": "300.00", "loan": "L1"}, {"date": "2027-02-19", "amount": "0.00"}],
)


SHAPES: tuple[Any, ...] = (
    "free",
    "level",
    "level_principal",
    "seasonal",
    "milestone_share",
    "store_share",
    "receivable_share",
    {"kind": "step_up", "growth": "10%", "every": 2},
    {"kind": "step_up", "steps": [{"since": "2027-03-01", "multiple": "0.8"}]},
    {"kind": "seasonal", "peak": [1, 2, 6]},
    {"kind": "interest_only", "months": 2},
    {"kind": "level_balloon", "share": "30%"},
    {"kind": "milestone_share", "minimum": "400.00"},
)

policies = st.fixed_dictionaries(
    {
        "settle": st.sampled_from(["full", "best"]),
        "unit": st.sampled_from(["0.01", "1.00", "100.00", "1000.00"]),
        "tolerance": st.sampled_from(["0%", "0.5%", "5%"]),
    },
    optional={
        "prefer": st.sampled_from(["earliest", "smoothest"]),
        "installments": st.integers(1, 6),
        "shape": st.sampled_from(SHAPES),
        "delay": st.sampled_from(["forbid", "allow"]),
        "payment_day": st.sampled_from([1, 20, 31]),
        "payment_every": st.sampled_from([1, 2, 3]),
        "discount_rate": percents(0, 12),
        "hazard": percents(0, 2),
        "recovery": percents(0, 60),
        "cover": covers,
        "grace": st.fixed_dictionaries({"months": st.integers(1, 2), "interest_only": st.booleans()}),
        "interest_every": st.sampled_from([1, 2, 3]),
        "minimum_installment": amounts(1, 2_000),
        "maximum_installment": amounts(2_000, 90_000),
        "step": percents(5, 60),
        "step_against": st.sampled_from(["previous", "last_year"]),
        "balloon": percents(10, 90),
        "reserve": st.sampled_from([1, 2]),
        "cumulative": percents(5, 60),
        "average_life": st.fixed_dictionaries(
            {"years": st.sampled_from(["0.2", "0.35", "0.6"])}, optional={"of": st.sampled_from(["principal"])}
        ),
        "named_payments": st.just([{"date": "2027-02-20", "amount": "400.00"}]),
        "fixed_payments": st.sampled_from(FIXED),
        "arrears": st.sampled_from(["capitalize", "keep"]),
    },
)


milestones = st.dictionaries(
    st.dates(dt.date(2026, 11, 21), dt.date(2027, 9, 30)).map(str), amounts(1, 200_000), min_size=1, max_size=4
)


STORES = {
    "kind": "stores",
    "stores": [{"name": "North", "monthly": "3000.00"}, {"name": "South", "monthly": "1250.50"}],
    "day": 10,
}
INVOICES = {
    "kind": "receivables",
    "items": [
        {"debtor": "Jiangnan", "amount": "9000.00", "due": "2026-12-10"},
        {"debtor": "Jiangbei", "amount": "20000.00", "due": "2027-01-10"},
        {"debtor": "Jiangnan", "amount": "7000.40", "due": "2027-03-05"},
    ],
}
RECEIPTS = {"store_share": STORES, "receivable_share": INVOICES}
"""The source that a shape takes its share of."""

EXPENSIVE = {"order", "allocation", "keep", "arrears_cleared", "fewest"}
"""Families with whole numbers or many programs: their terms are short, so that trees stay small."""

FAMILIES = (
    "order",
    "allocation",
    "keep",
    "lender",
    "waiver",
    "max_waived",
    "route",
    "npv",
    "liquidation_floor",
    "arrears_cleared",
    "all_in_charge",
    "max_burden",
    "table",
    "fewest",
)

tests_of_value = st.fixed_dictionaries(
    {"test": st.sampled_from(["eba", "ifrs9"])},
    optional={
        "basis": st.sampled_from(["claims", "contract"]),
        "applied": st.just("price"),
        "price": st.sampled_from(["50%", "100%"]),
    },
)
clearings = st.fixed_dictionaries(
    {"by": st.sampled_from(["substandard", "doubtful", "loss"])}, optional={"left": amounts(0, 5_000)}
)
liquidations = st.fixed_dictionaries({}, optional={"delay_months": st.integers(1, 18), "costs": percents(0, 30)})
ROUTES = ("extension", "restructuring", "refinancing", "settlement", "forbearance")


@st.composite
def agreed(
    draw: st.DrawFn, families: set[str], owed: list[dict[str, Any]], policy: dict[str, Any]
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Loans and policy with ``families`` on, and off what is refused beside them."""
    if "keep" in families:
        policy |= {"arrears": "keep"}
        owed = [{**loan, "compound_rate": draw(percents(0, 20)), "fees": draw(amounts(0, 900))} for loan in owed]
    if "allocation" in families:
        policy["allocation"] = draw(st.sampled_from(["rank", "legal", "pari_passu"]))
    if "lender" in families and len(owed) > 1:
        policy["allocation"] = draw(st.sampled_from(["rank", "pari_passu"]))
        owed = [*owed[:-1], {**owed[-1], "lender": "Union"}]
    if policy.get("allocation") == "rank":
        policy["rank"] = draw(st.permutations([f"L{number}" for number in range(1, len(owed) + 1)]))
    if "waiver" in families:
        owed = [{**loan, "waiver": draw(waivers(loan))} for loan in owed]
    policy |= {
        name: draw(values)
        for name, values in (
            ("npv", tests_of_value),
            ("liquidation_floor", liquidations),
            ("max_burden", percents(20, 100)),
            ("all_in_charge", st.just("law")),
            ("arrears_cleared", clearings),
        )
        if name in families
    }
    policy |= draw(most_waived(owed)) if "max_waived" in families else {}
    if "table" in families:
        policy["hazard"] = "table"
    if "fewest" in families:
        policy["prefer"] = "fewest"
    if "arrears_cleared" in families:
        policy["arrears"] = "keep"
        since = draw(st.dates(dt.date(2026, 9, 20), dt.date(2026, 11, 15)).map(str))
        owed = [{**loan, "contract": {"overdue_since": since}} for loan in owed]
    contracts = {"start": "2026-03-20", "maturity": draw(st.sampled_from(["2026-10-20", "2027-01-20"]))}
    if "route" in families:
        owed = _on_the_way(draw(st.sampled_from(ROUTES)), owed, policy)
    if {"route", "npv"} & families:
        owed = [{**loan, "contract": {**contracts, **loan.get("contract", {})}} for loan in owed]
    if "order" in families:
        _principal_first(policy)
    return owed, policy


@st.composite
def most_waived(draw: st.DrawFn, owed: list[dict[str, Any]]) -> dict[str, str]:
    """No less than what the loans waive."""
    given = sum((Decimal(loan.get("waiver", {}).get(name, 0)) for loan in owed for name in WAIVED), Decimal(0))
    return {"max_waived": f"{given + Decimal(draw(amounts(0, 3_000))):.2f}"}


WAIVED = ("fees", "penalty", "interest", "principal")


@st.composite
def waivers(draw: st.DrawFn, loan: dict[str, Any]) -> dict[str, Any]:
    """A tenth, half or all of the charges, and sometimes a tenth of the principal."""
    found: dict[str, Any] = {"conditional": draw(st.booleans())}
    for name in draw(st.sets(st.sampled_from(WAIVED), min_size=1)):
        part = Decimal("0.1") if name == "principal" else draw(st.sampled_from([Decimal("0.5"), Decimal(1)]))
        found[name] = f"{(Decimal(loan.get(name, '0.00')) * part).quantize(Decimal('0.01')):.2f}"
    return found


def _on_the_way(route: str, owed: list[dict[str, Any]], policy: dict[str, Any]) -> list[dict[str, Any]]:
    """A route, and what it forbids left out."""
    policy["route"] = route
    if route == "forbearance":
        policy["arrears"] = "keep"
        return [{k: v for k, v in loan.items() if k not in ("waiver", "rate_after_signing")} for loan in owed]
    if route == "refinancing":
        policy["arrears"] = "capitalize"
        policy.pop("arrears_cleared", None)
    return owed


def _principal_first(policy: dict[str, Any]) -> None:
    """Principal before interest, without what rests on interest that is current."""
    policy["order"] = "principal_first"
    for name in ("interest_every", "arrears_cleared", "all_in_charge"):
        policy.pop(name, None)
    if "grace" in policy:
        policy["grace"] = {**policy["grace"], "interest_only": False}
    if "level_principal" in str(policy.get("shape")) or "interest_only" in str(policy.get("shape")):
        policy["shape"] = "level"


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Borrowers with some cash and policies of every kind; some keep arrears at a rate of their own (modes B to D)."""
    families = draw(st.sets(st.sampled_from(FAMILIES), max_size=3))
    together = bool({"allocation", "lender"} & families)
    owed = draw(st.lists(loans, min_size=1 + together, max_size=3 if together else 2))
    months = draw(st.integers(3, 5 if EXPENSIVE & families else 12))
    policy = draw(policies)
    if not families and draw(st.integers(0, 3)) == 0:
        owed = [{**loan, "compound_rate": draw(percents(0, 20)), "fees": draw(amounts(0, 900))} for loan in owed]
        policy |= {"arrears": "keep", "interest_every": 1}
    if families and "average_life" in policy:  # that of principal needs interest that is current, which is refused
        policy["average_life"] = {"years": policy["average_life"]["years"]}
    owed, policy = draw(agreed(families, owed, policy))
    if "minimum_installment" in policy or "maximum_installment" in policy:
        policy["unit"] = "0.01"
    receipts = draw(st.none() | milestones)
    if receipts is None and "milestone_share" in str(policy.get("shape")):
        receipts = draw(milestones)
    made = make_case(
        loans=owed,
        opening=draw(amounts(-1_000, 90_000)),
        floor=draw(amounts(0, 20_000)),
        contingency=draw(amounts(0, 5_000)),
        monthly=draw(st.lists(amounts(-2_000, 60_000), min_size=1, max_size=months)),
        milestones=receipts,
        pledged=draw(st.none() | milestones),
        guaranteed=draw(st.none() | milestones),
        source=RECEIPTS.get(str(policy.get("shape"))),
        months=months,
        **policy,
    )
    return _dated(made)


def _dated(case: Case) -> Case:
    """No more installments than there are dates for them: more are refused."""
    policy = case.policy.model_copy(update={"installments": None})
    free = case.model_copy(update={"policy": policy})
    if case.policy.installments is None:
        return case
    most = len(open_dates(free, resolve(free)))
    return case if case.policy.installments <= most else free
