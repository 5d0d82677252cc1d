"""Cases drawn at random, for what must hold whatever the case. A new field of a policy goes into ``policies``."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from hypothesis import strategies as st
from making import make_case

from repayplan.cases.models import Case


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


policies = st.fixed_dictionaries(
    {
        "settle": st.sampled_from(["full", "best"]),
        "unit": st.sampled_from(["0.01", "1.00", "100.00", "1000.00"]),
        "tolerance": st.sampled_from(["0%", "0.5%", "5%"]),
    },
    optional={
        "prefer": st.sampled_from(["earliest", "smoothest"]),
        "installments": st.integers(1, 6),
        "shape": st.sampled_from(["free", "level"]),
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


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Borrowers with some cash and policies of every kind; some keep arrears at a rate of their own (mode B)."""
    owed = draw(st.lists(loans, min_size=1, max_size=2))
    months = draw(st.integers(3, 12))
    policy = draw(policies)
    if draw(st.integers(0, 3)) == 0:
        owed = [{**loan, "compound_rate": draw(percents(0, 20)), "fees": draw(amounts(0, 900))} for loan in owed]
        policy |= {"arrears": "keep", "interest_every": 1}
    if "minimum_installment" in policy or "maximum_installment" in policy:
        policy["unit"] = "0.01"
    return make_case(
        loans=owed,
        opening=draw(amounts(-1_000, 90_000)),
        floor=draw(amounts(0, 20_000)),
        contingency=draw(amounts(0, 5_000)),
        monthly=draw(st.lists(amounts(-2_000, 60_000), min_size=1, max_size=months)),
        milestones=draw(st.none() | milestones),
        pledged=draw(st.none() | milestones),
        guaranteed=draw(st.none() | milestones),
        months=months,
        **policy,
    )
