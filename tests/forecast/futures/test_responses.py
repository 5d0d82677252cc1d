"""What each kind of source does in drawn futures: by hand where nothing is left to chance, by moments where it is."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from futures_of import DAYS, SOURCES, WINDOW, bank_view, case_with, quiet_but

from repayplan.cases.models import Case
from repayplan.cases.sources import Milestones
from repayplan.forecast.futures import Drawing, Futures, draw_futures
from repayplan.forecast.futures.factors import Factors
from repayplan.forecast.futures.milestones import stage_delays
from repayplan.forecast.futures.normal import Real
from repayplan.rules.futures import MOST, PARTS, Shared, Spread, Spreads, spreads

MANY = Drawing(seed=20261120, scenarios=8_000, method="plain")
SURE = 4.5
"""Standard errors within which an estimate lies but for one time in a hundred thousand."""

SALES = {"kind": "monthly", "start": "2026-12", "amount": "10000.00", "months": 36}


def drawn(source: dict[str, Any], table: Spreads | None = None, drawing: Drawing = MANY) -> Futures:
    return draw_futures(case_with(source), DAYS, WINDOW, drawing, table=table)


def by_month(futures: Futures, scenario: int = 0) -> dict[str, int]:
    """What is not zero in one scenario, by month."""
    return {f"{day:%Y-%m}": cents for day, cents in zip(DAYS, futures.own[scenario].tolist(), strict=True) if cents}


def close(estimates: Real, expected: float) -> bool:
    """Whether the mean of estimates is what it should be."""
    return bool(abs(estimates.mean() - expected) <= SURE * estimates.std() / np.sqrt(len(estimates)) + 1e-12)


# milestones


def stages(**more: Any) -> dict[str, Any]:
    items = [
        {"name": "Roof", "date": "2027-03-30", "amount": "1000.00", **more},
        {"name": "Hall", "date": "2027-07-08", "amount": "500.00"},
    ]
    return {"kind": "milestones", "items": items}


def test_delays_are_multiples_of_the_days_planned_and_push_later_stages() -> None:
    # no one on time, half the days planned for all. The roof: 130 days from 20 November to 30 March, 65 late: 3 June.
    # The hall: 100 days after the roof, 50 late of its own and the roof's 65, 115 in all: 31 October
    half = quiet_but("milestones", on_time=0, late=0.5)
    assert by_month(drawn(stages(), half)) == {"2027-06": 100_000, "2027-10": 50_000}


def test_what_is_due_soon_was_begun_before() -> None:
    # due in ten days, counted as planned for 100: half of that late, on 19 January; the second stage, ten days after,
    # has 5 of its own and those 50, from 10 December to 3 February
    items = [
        {"name": name, "date": date, "amount": "10.00"} for name, date in (("A", "2026-11-30"), ("B", "2026-12-10"))
    ]
    table = quiet_but("milestones", on_time=0, late=0.5, least_days=100)
    assert by_month(drawn({"kind": "milestones", "items": items}, table)) == {"2027-01": 1_000, "2027-02": 1_000}


def test_everything_that_a_stage_brings_moves_with_it() -> None:
    source = stages(retention="10%", release="2028-03-30")
    source |= {"collected_on_time": "80%", "late_days": 31, "bank": {"haircut": "50%", "delay_days": 200}}
    # the bank counts on half, whenever it comes; 450.00 of the roof, 80 % of them on 3 June, the rest on 4 July, and
    # 50.00 kept back, 65 days after 30 March 2028 on 3 June. Of the hall 80 % of 250.00 on 31 October, the rest on
    # 1 December
    assert by_month(drawn(source, quiet_but("milestones", on_time=0, late=0.5))) == {
        "2027-06": 36_000, "2027-07": 9_000, "2028-06": 5_000, "2027-10": 20_000, "2027-12": 5_000,
    }  # fmt: skip


def test_waiting_costs_a_part_of_a_month_s_cost() -> None:
    # 400.00 to complete on the four cost days up to 10 March. Late until 3 June: the cost days 10 April and 10 May
    # cost a tenth of 100.00 each; the hall has no cost to complete
    table = quiet_but("milestones", on_time=0, late=0.5, running_on=0.1)
    assert by_month(drawn(stages(cost_to_complete="400.00"), table)) == {
        **dict.fromkeys(("2026-12", "2027-01", "2027-02", "2027-03"), -10000),
        "2027-04": -1_000, "2027-05": -1_000, "2027-06": 100_000, "2027-10": 50_000,
    }  # fmt: skip
    # where the stage before made it wait, its costs wait too and that wait is not counted again: three cost days from
    # 30 March to 8 July, 10 April, May and June, come 65 days later, on 14 June, July and August; the hall's own 50
    # days begin 65 days after 8 July, on 11 September, and hold one cost day, 10 October
    source = stages()
    source["items"][1]["cost_to_complete"] = "300.00"
    assert by_month(drawn(source, table)) == {
        "2027-06": 100_000 - 10_000, "2027-07": -10_000, "2027-08": -10_000, "2027-10": 50_000 - 1_000,
    }  # fmt: skip


def test_stages_are_never_early_and_keep_their_order() -> None:
    items = [{"name": f"Stage {n}", "date": f"2027-{n:02}-28", "amount": f"{n}.00"} for n in range(1, 8)]
    futures = drawn({"kind": "milestones", "items": items}, drawing=Drawing(scenarios=2_000))
    planned = np.array([n * 100 for n in range(1, 8)]).cumsum()
    come = futures.own.cumsum(axis=1)
    ends = [dt.date(2027, n, 28) for n in range(1, 8)]
    for stage, day in enumerate(DAYS):
        assert (come[:, stage] <= sum(100 * n for n, end in enumerate(ends, 1) if end <= day)).all()
        assert np.isin(come[:, stage], [0, *planned]).all()  # a later stage never comes before an earlier one


def test_stages_are_late_as_the_table_says_and_those_of_one_contract_together() -> None:
    futures = drawn({"kind": "milestones", "items": [{"name": "A", "date": "2027-06-08", "amount": "1.00"}]})
    # 200 days planned: the eighth stage ends on 30 June, 22 days after its day
    assert close((futures.own[:, :8].sum(axis=1) > 0).astype(float), share_by(23 / 200))
    late = spreads()["milestones"]
    source = Milestones.model_validate({"name": "It", **stages()})
    factors = Factors(case_with(stages()), DAYS[-1], spreads(), MANY, 0, MANY.scenarios)
    roof, hall = stage_delays(0, source, WINDOW, factors, late).values()
    assert (hall[1] == roof[0]).all()
    on_time = np.stack([roof[0] == 0, hall[0] - hall[1] == 0])
    # both on time: two normals that correlate by 0.8, each below -0.468 with probability 0.32
    assert close(on_time.all(axis=0).astype(float), 0.2286)


def share_by(multiple: float) -> float:
    """The share of stages whose delay over days planned is at most so much."""
    from scipy.special import ndtr

    late = spreads()["milestones"]
    return float(late["on_time"] + (1 - late["on_time"]) * ndtr(np.log(multiple / late["late"]) / late["spread"]))


# sales


def test_levels_and_chance_have_mean_one_and_the_spread_they_say() -> None:
    futures = drawn(SALES)
    spread, persistence = spreads()["monthly"], spreads()["paths"]["persistence"]
    for month in (1, 12, 36):
        received = futures.own[:, month] / 1_000_000
        assert close(received, 1)
        variance = spread["level"] ** 2 * (1 - persistence ** (2 * month)) + spread["noise"] ** 2
        assert close((np.log(received) + variance / 2) ** 2, variance)


def test_levels_persist_from_month_to_month() -> None:
    futures = drawn(SALES, quiet_but("monthly", level=0.1))
    logs = np.log(futures.own[:, [24, 25, 36]])
    # settled levels: 0.95 from one month to the next, 0.95 ** 12 = 0.54 over a year; variances differ by 1 - 0.95^48
    assert np.corrcoef(logs.T)[0, 1] == pytest.approx(0.95, abs=0.02)
    assert np.corrcoef(logs.T)[0, 2] == pytest.approx(0.54, abs=0.05)


def other(name: str, industry: str) -> Case:
    return case_with({**SALES, "name": "S"}, enterprise={"name": name, "industry": industry})


def test_borrowers_share_the_economy_and_those_of_a_trade_their_sector() -> None:
    table = quiet_but("monthly", Shared(0.30, 0.25, 0.20), level=0.1)

    def logs(case: Case, source: int = 0) -> Real:
        futures = draw_futures(case, DAYS, WINDOW, MANY, table=table)
        return np.asarray(np.log(futures.receipts(case.cash.sources[source].name)[:, 12]))

    two = case_with({**SALES, "name": "S"}, {**SALES, "name": "T"}, enterprise={"name": "A", "industry": "steel"})
    one, alike, apart = logs(two), logs(other("B", "Steel ")), logs(other("C", "yarn"))
    assert np.corrcoef(one, logs(two, 1))[0, 1] == pytest.approx(0.75, abs=0.03)
    assert np.corrcoef(one, alike)[0, 1] == pytest.approx(0.55, abs=0.04)
    assert np.corrcoef(one, apart)[0, 1] == pytest.approx(0.30, abs=0.05)


def test_two_borrowers_without_a_trade_have_no_sector_in_common() -> None:
    table = quiet_but("monthly", Shared(0, 1, 0), level=0.1)
    logs = [
        np.log(draw_futures(case_with(SALES, enterprise={"name": name}), DAYS, WINDOW, MANY, table=table).own[:, 12])
        for name in ("A", "B")
    ]
    assert abs(np.corrcoef(logs)[0, 1]) < 0.06


def test_what_goes_out_stays() -> None:
    flows = {"kind": "flows", "items": [{"name": "Tax", "date": "2027-06-15", "amount": "-7.00"}]}
    for source in (flows, {"kind": "monthly", "start": "2026-12", "amount": "-7.00", "months": 3}):
        assert (drawn(source).own == bank_view(case_with(source))[0]).all()


def test_stores_close_and_lose_months_as_often_as_the_table_says() -> None:
    chain = {"kind": "stores", "stores": [{"name": "A", "monthly": "100.00"}]}
    closing = drawn(chain, quiet_but("stores", closing_yearly=0.05))
    assert set(np.unique(closing.own[:, 1:])) == {0, 10_000}
    assert (np.diff(closing.own[:, 1:], axis=1) <= 0).all()  # for good
    # December 2027 is month 13 after the case's date
    assert close((closing.own[:, 13] == 0).astype(float), 1 - 0.95 ** (13 / 12))
    shock = drawn(chain, quiet_but("stores", shock_yearly=0.10, shock_loss=0.5, shock_months=3))
    assert set(np.unique(shock.own[:, 1:])) == {5_000, 10_000}
    assert (shock.own == 5_000).sum(axis=1).max() == 3
    begun = (shock.own[:, 1:14] == 5_000).any(axis=1).astype(float)
    assert close(begun, 1 - 0.9 ** (13 / 12))


def test_stores_of_a_chain_differ_and_share_its_level() -> None:
    chain = {"kind": "stores", "stores": [{"name": name, "monthly": "9999.00"} for name in ("A", "B")]}
    for figures, expected in (({"store": 0.09}, 0.0), ({"level": 0.1}, 1.0)):
        futures = drawn(chain, quiet_but("stores", **figures))
        logs = [np.log(futures.receipts("It", name)[:, 12]) for name in ("A", "B")]
        assert np.corrcoef(logs)[0, 1] == pytest.approx(expected, abs=0.05)
        assert close(futures.receipts("It", "A")[:, 12] / 999_900, 1)


# what others owe, and goods


def owed(*items: dict[str, Any], delay: int = 60) -> dict[str, Any]:
    return {"kind": "receivables", "items": list(items), "bank": {"haircut": "10%", "delay_days": delay}}


X = {"debtor": "X", "amount": "100.00", "due": "2027-11-20"}


def test_debtors_fail_for_all_they_owe() -> None:
    futures = drawn(owed(X, {**X, "amount": "70.00"}), quiet_but("receivables", failing_yearly=0.03))
    total = futures.own.sum(axis=1)
    assert set(np.unique(total)) == {0, 15_300}
    assert close((total == 0).astype(float), 0.03)  # a year until it is due
    two = drawn(owed(X, {**X, "debtor": "Y"}), quiet_but("receivables", failing_yearly=0.5)).own.sum(axis=1)
    assert set(np.unique(two)) == {0, 9_000, 18_000}


@pytest.mark.parametrize("method", ["plain", "antithetic", "sobol"])
def test_a_debtor_that_has_failed_pays_nothing_any_more(method: Any) -> None:
    drawing = Drawing(scenarios=4_096, method=method)
    table = quiet_but("receivables", failing_yearly=0.3)
    early, late = {**X, "due": "2027-03-20"}, {**X, "amount": "70.00"}
    total = drawn(owed(early, late, delay=0), table, drawing).own.sum(axis=1)
    # 90.00 of the first alone where it fails in between, 63.00 of the second alone never
    assert set(np.unique(total)) == {0, 9_000, 15_300}
    assert set(np.unique(drawn(owed(X, late), table, drawing).own.sum(axis=1))) == {0, 15_300}
    # and it is late on all it owes alike: what is due on one day comes in one stage
    slow = drawn(owed(X, late), quiet_but("receivables", spread=0.7), drawing).own
    assert ((slow > 0).sum(axis=1) <= 1).all()


@pytest.mark.parametrize("kind", ["receivables", "guarantor", "assets"])
def test_bad_times_make_everybody_late(kind: str) -> None:
    # the economy alone moves both: each is later than its median where sales are below theirs in the same month
    table = quiet_but(kind, Shared(1, 0, 0), spread=0.7, **({"speed": 0.4} if kind == "assets" else {}))
    sales = Spread({"level": 0.1, "noise": 0.0}, Shared(1, 0, 0), table["monthly"].reason)
    table = replace(table, kinds={**table.kinds, "monthly": sales})
    lot = {"name": "Yarn", "price": "100.00", "units": 1, "first_sale": "2027-11-20"}
    bank = {"haircut": "0%", "delay_days": 60}
    source: dict[str, Any] = {
        "receivables": owed(X),
        "guarantor": {"kind": "guarantor", "cap": "100.00", "call_date": "2027-11-20", "bank": bank},
        "assets": {"kind": "assets", "lots": [lot], "bank": bank},
    }[kind]
    futures = draw_futures(case_with({**source, "name": "P"}, {**SALES, "name": "S"}), DAYS, WINDOW, MANY, table=table)
    level = futures.receipts("S")[:, 12]
    received = futures.receipts("P")
    stage = np.where(received.any(axis=1), (received > 0).argmax(axis=1), len(DAYS))
    order = np.argsort(level)
    assert (np.diff(stage[order]) <= 0).all()  # the better the month, the sooner it comes
    assert stage.max() > stage.min()


def test_the_bank_s_delay_is_the_median_of_those_drawn() -> None:
    futures = drawn(owed(X), quiet_but("receivables", spread=0.7))
    # due on 20 November 2027; 60 days later is 19 January 2028, half of them come by then: by December surely fewer
    # than half, ln(41/60)/0.7 = -0.544: 29.3 %; by 31 January 2028 ln(72/60)/0.7 = 0.26: 60.3 % (72 days and less)
    come = np.cumsum(futures.own, axis=1) > 0
    by = {f"{day:%Y-%m}": come[:, stage].astype(float) for stage, day in enumerate(DAYS)}
    assert not by["2027-10"].any()
    assert close(by["2027-12"], share_within(42, 60, 0.7))
    assert close(by["2028-01"], share_within(73, 60, 0.7))


def share_within(days: int, median: int, deviation: float) -> float:
    """The share of lognormal delays, whole days, that are below so many."""
    from scipy.special import ndtr

    return float(ndtr(np.log(days / median) / deviation))


def test_no_debtor_pays_more_than_it_owes_and_what_is_sold_is_certain() -> None:
    futures = drawn(owed(X), quiet_but("receivables", dilution=0.2))
    total = futures.own.sum(axis=1)
    assert total.max() == 10_000
    assert total.min() < 6_000
    sold = {**X, "factoring": {"date": "2027-01-15", "discount": "6%"}}
    assert (drawn(owed(sold)).own == bank_view(case_with(owed(sold)))[0]).all()


def test_a_guarantor_fails_as_often_as_the_table_says_and_its_money_stays_apart() -> None:
    futures = drawn(SOURCES["guarantor"])
    assert futures.keys == (("It", None),)
    assert not futures.own.any()
    total = futures.apart.sum(axis=(1, 2))
    assert set(np.unique(total)) == {0, 105_000}
    called = futures.apart[:, :20].sum(axis=(1, 2))  # who pays does so in time, with hardly an exception
    assert abs((called == 0).mean() - spreads()["guarantor"]["failing"]) < 0.02


def test_prices_wander_and_no_lot_is_sold_before_its_day() -> None:
    lot = {"name": "Yarn", "price": "100.00", "units": 600, "units_per_month": 200, "first_sale": "2027-11-20"}
    goods = {"kind": "assets", "lots": [lot]}
    futures = drawn(goods, quiet_but("assets", price=0.2))
    first = futures.own[:, 12] / 2_000_000
    assert close(first, 1)
    assert close((np.log(first) + 0.02) ** 2, 0.04)  # a year after the case's date
    slow = drawn(goods, quiet_but("assets", speed=0.4))
    assert (np.cumsum(slow.own, axis=1) <= np.cumsum(bank_view(case_with(goods))[0])).all()
    assert (slow.own.sum(axis=1) == 6_000_000).all()


def test_the_wildest_table_that_is_allowed_gives_whole_amounts() -> None:
    case = case_with(*({**source, "name": kind} for kind, source in SOURCES.items()))
    usual = spreads()
    for shares in (0.0, 1.0):
        kinds = {kind: {name: wildest(name) for name in spread.figures} for kind, spread in usual.kinds.items()}
        table = replace(
            usual,
            kinds={
                kind: Spread(kinds[kind], Shared(shares, 0, 0), usual[kind].reason) if kind != "paths" else usual[kind]
                for kind in usual.kinds
            },
        )
        futures = draw_futures(case, DAYS, WINDOW, Drawing(scenarios=500), table=table)
        costs = -(33_333 + 2_000 + 700)  # to complete the hall, what goes out of the series, the tax
        assert (futures.own.sum(axis=1) >= 40 * costs).all()
        assert (futures.apart >= 0).all()
        assert np.isfinite(futures.collateral).all()


def wildest(name: str) -> float:
    return 1.0 if name in PARTS else 120.0 if name == "shock_months" else MOST


# what moves besides


def test_rates_and_collateral_move_as_the_table_says() -> None:
    loan = {"contract": {"floating": {"index": [{"date": "2025-05-20", "rate": "3%"}], "resets": ["2027-01-01"]}}}
    futures = draw_futures(case_with(SALES, loan=loan), DAYS, WINDOW, MANY)
    assert futures.shift is not None
    assert close(futures.shift[:, 12], 0)
    assert close((futures.shift[:, 12] / spreads()["rates"]["yearly"]) ** 2, 1)
    assert close(futures.collateral, 1)
    level = spreads()["collateral"]["level"]
    assert close((np.log(futures.collateral) + level**2 / 2) ** 2, level**2)


@pytest.mark.parametrize("method", ["antithetic", "sobol"])
def test_estimates_of_other_methods_agree_and_err_less(method: Any) -> None:
    plain, even = ([draw_mean(m, sample) for sample in range(12)] for m in ("plain", method))
    assert np.mean(even) == pytest.approx(np.mean(plain), abs=4 * np.std(plain) / np.sqrt(12))
    assert np.std(even) < 0.6 * np.std(plain)


def draw_mean(method: Any, sample: int) -> float:
    drawing = Drawing(1, 512, method, sample)
    return float(drawn(SALES, drawing=drawing).own.sum(axis=1).mean())
