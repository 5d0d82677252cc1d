"""From the table of options to arrays, by hand."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pyarrow as pa
import pytest
from coupling import limits_of, options_table

from repayplan.errors import InputError
from repayplan.portfolio.coupling import decide
from repayplan.portfolio.coupling.posing import Posed, pose


def months(**figures: float) -> list[float]:
    """Twelve figures, 0 but for those given as m3=5."""
    return [figures.get(f"m{month}", 0) for month in range(1, 13)]


TABLE = options_table(
    {"case": "A", "option": "plan", "visits": months(m1=2, m2=1), "provision": 20_00, "miss": 0.2, "region": "North"},
    {"case": "A", "option": "sell", "kind": "sell", "provision": 0, "miss": None, "region": "North", "haircut": 7_00},
    {"case": "B", "option": "plan", "visits": months(m2=3), "balance": 300_00, "region": "South", "rating": "high"},
    {"case": "B", "option": "sell", "kind": "sell", "balance": 300_00, "region": "South", "rating": "high"},
    {"case": "C", "option": "plan", "visits": months(m2=5), "region": None},
)


def posed(*limits: dict[str, object], targets: tuple[dict[str, object], ...] = (), tables: object = None) -> Posed:
    return pose(limits_of(limits=limits, targets=targets), [TABLE] if tables is None else tables)  # type: ignore[arg-type]


def test_a_sum_by_month_is_a_row_for_each_month() -> None:
    found = posed({"name": "Visits", "sum": "visits", "by": ["month"], "months": [1, 2], "at_most": 4})
    assert [row.months for row in found.rows] == [(1,), (2,)]
    assert found.coupled.use.tolist() == [[2, 0, 0, 0, 0], [1, 0, 3, 0, 5]]
    assert found.coupled.most.tolist() == [4, 4]
    assert found.figures(np.array([0, 2, 4])).tolist() == [2, 9]


def test_months_together_are_added_up() -> None:
    found = posed({"name": "Visits", "sum": "visits", "at_least": 4})
    assert found.coupled.use.tolist() == [[-3, 0, -3, 0, -5]]
    assert found.coupled.most.tolist() == [-4]
    assert found.figures(np.array([0, 2, 4])).tolist() == [11]


def test_a_ratio_is_what_is_above_it() -> None:
    # provision over balance at most 10%: 20.00 − 10.00, 0 − 10.00, 5.00 − 30.00, 5.00 − 30.00, 5.00 − 10.00, in cents
    found = posed({"name": "Provision", "sum": "provision", "over": "balance", "at_most": "10%"})
    assert found.coupled.use.tolist() == [[1000, -1000, -2500, -2500, -500]]
    assert found.coupled.most.tolist() == [0]
    # 20.00 + 5.00 + 5.00 of 500.00
    assert found.figures(np.array([0, 2, 4])) == pytest.approx([0.06])
    assert found.divided_by(np.array([0, 2, 4])).tolist() == [50_000]


def test_an_average_is_weighted_and_what_has_no_probability_counts_as_none() -> None:
    found = posed({"name": "Miss", "average": "miss", "at_most": "15%"})
    # (0.2 · 100 + 0.1 · 300 + 0.1 · 100) / 500
    assert found.figures(np.array([0, 2, 4])) == pytest.approx([0.12])
    assert found.figures(np.array([1, 2, 4])) == pytest.approx([0.08])


def test_groups_have_rows_of_their_own_and_so_has_what_is_not_given() -> None:
    found = posed({"name": "Visits", "sum": "visits", "by": ["region"], "at_most": 9, "each": {"South": 2}})
    assert [(row.group, row.figure) for row in found.rows] == [("", 9), ("North", 9), ("South", 2)]
    assert found.coupled.limit.tolist() == [[1, 2, 0]]
    assert found.figures(np.array([0, 2, 4])).tolist() == [5, 3, 3]


def test_a_group_is_one_however_it_is_written() -> None:
    names = ("North", "north", " NORTH ", "South", "ｎｏｒｔｈ")
    table = options_table(*({"case": f"B{n}", "option": "plan", "region": name} for n, name in enumerate(names)))
    found = posed({"name": "A", "sum": "cases", "by": ["region"], "at_most": 1, "each": {"NORTH": 0}}, tables=table)
    assert [(row.group, row.figure) for row in found.rows] == [("North", 0), ("South", 1)]
    assert found.coupled.limit.tolist() == [[0, 0, 0, 1, 0]]
    found = posed({"name": "A", "sum": "cases", "regions": ["nORTH"], "at_most": 1}, tables=table)
    assert found.coupled.limit.tolist() == [[0, 0, 0, -1, 0]]


def test_groups_without_a_figure_have_no_limit() -> None:
    found = posed({"name": "Visits", "sum": "visits", "by": ["region"], "each": {"South": 2}})
    assert [row.group for row in found.rows] == ["South"]
    assert found.coupled.limit.tolist() == [[-1, 0, -1]]


def test_two_groupings_together() -> None:
    found = posed({"name": "Visits", "sum": "visits", "by": ["region", "rating"], "at_most": 9})
    assert [row.group for row in found.rows] == [" · medium", "North · medium", "South · high"]


def test_kinds_ratings_and_regions_choose_what_counts() -> None:
    sold = posed({"name": "Sales", "sum": "cases", "kinds": ["sell"], "at_most": 1})
    assert sold.coupled.use.tolist() == [[0, 1, 0, 1, 0]]
    high = posed({"name": "High", "sum": "visits", "ratings": ["high"], "at_most": 1})
    assert high.coupled.limit.tolist() == [[-1, 0, -1]]
    north = posed({"name": "North", "sum": "visits", "regions": ["north"], "at_most": 1})
    assert north.coupled.limit.tolist() == [[0, -1, -1]]


CHOSEN = [0, 3, 4]
"""Of TABLE: A and C with plans, 100.00 each, B sold, 300.00."""


@pytest.mark.parametrize(
    ("limit", "figure"),
    [
        ({"sum": "balance", "over": "balance", "kinds": ["sell"], "at_most": "20%"}, 300 / 500),
        ({"sum": "cases", "over": "cases", "kinds": ["plan"], "at_least": "50%"}, 2 / 3),
        ({"sum": "cases", "over": "cases", "kinds": ["visit"], "at_least": "50%"}, 0),
        ({"sum": "haircut", "over": "balance", "kinds": ["plan"], "at_most": "1%"}, 0),
        # B alone is in the South
        ({"sum": "balance", "over": "balance", "kinds": ["sell"], "regions": ["South"], "at_most": "20%"}, 1),
        # provision of plans, 20.00 and 5.00, over the 500.00 of all and the 200.00 of plans
        ({"sum": "provision", "over": "balance", "kinds": ["plan"], "at_most": "1%"}, 25 / 500),
        ({"sum": "provision", "over": "balance", "kinds": ["plan"], "over_kinds": ["plan"], "at_most": "1%"}, 25 / 200),
        ({"sum": "provision", "over": "balance", "over_kinds": ["plan"], "at_most": "1%"}, 30 / 200),
        # an average of plans is one of plans: (0.2 · 100 + 0.1 · 100) / 200
        ({"average": "miss", "kinds": ["plan"], "at_most": "15%"}, 0.15),
    ],
)
def test_kinds_choose_what_counts_above_the_line_and_a_share_is_one_of_all(
    limit: dict[str, object], figure: float
) -> None:
    assert posed({"name": "Share", **limit}).figures(np.array(CHOSEN)) == pytest.approx([figure])


def test_at_most_a_fifth_of_the_book_may_be_sold() -> None:
    # five claims of 100.00, worth 10.00 each in a plan and 20.00 sold: one may be sold, and half of one is no choice
    rows = [
        {"case": case, "option": kind, "kind": kind, "recovery": worth}
        for case in "ABCDE"
        for kind, worth in (("plan", 10_00), ("sell", 20_00))
    ]
    found = decide(
        posed(
            {"name": "Sold", "sum": "balance", "over": "balance", "kinds": ["sell"], "at_most": "20%"},
            tables=options_table(*rows),
        )
    )
    assert found.kept
    assert found.choice.value == 60_00
    assert found.uses[0].figure == pytest.approx(0.2)


CASH, SOLD = [0] * 5 + [20_00] * 7, [50_00] * 12
FALLS = options_table(
    {"case": "A", "option": "plan", "fall_cash": CASH},
    {"case": "A", "option": "sell", "fall_sold": SOLD},
    {"case": "B", "option": "plan", "fall_cash": CASH, "overdue": 150_00},
)


def test_a_target_counts_cash_alone() -> None:
    # 30% of 50.00 and 150.00 are 15.00 and 45.00; cash is 20.00 from month 6 on
    found = posed(targets=({"name": "Down", "fall": "30%", "month": 6},), tables=[FALLS])
    assert found.coupled.use.tolist() == [[-5_00, 15_00, 25_00]]
    assert found.rows[0].target
    assert found.targets.tolist() == [True]
    assert found.figures(np.array([0, 2])) == pytest.approx([40 / 200])
    early = posed(targets=({"name": "Down", "fall": "30%", "month": 5},), tables=[FALLS])
    assert early.figures(np.array([0, 2])) == pytest.approx([0.0])


def test_what_is_sold_counts_where_the_file_names_it() -> None:
    found = posed(targets=({"name": "Down", "fall": "30%", "month": 6, "counts": ["cash", "sold"]},), tables=[FALLS])
    assert found.figures(np.array([1, 2])) == pytest.approx([70 / 200])


def test_chunks_make_no_difference() -> None:
    limits = (
        {"name": "Visits", "sum": "visits", "by": ["month", "region"], "at_most": 4},
        {"name": "Provision", "sum": "provision", "over": "balance", "by": ["rating"], "at_most": "10%"},
    )
    whole, parts = posed(*limits), posed(*limits, tables=iter([TABLE.slice(0, 2), TABLE.slice(2, 2), TABLE.slice(4)]))
    assert whole.rows == parts.rows
    for name in ("starts", "value", "use", "limit", "most"):
        np.testing.assert_array_equal(getattr(whole.coupled, name), getattr(parts.coupled, name))


def test_strange_groups_and_empty_tables_are_refused() -> None:
    with pytest.raises(InputError, match="no borrower is in; value: West; limit: one of: North, South"):
        posed({"name": "Visits", "sum": "visits", "by": ["region"], "each": {"West": 2}})
    with pytest.raises(InputError, match="no borrower has an option"):
        posed({"name": "Visits", "sum": "visits", "at_most": 2}, tables=[TABLE.slice(0, 0)])


def test_large_chunked_columns_are_read_as_they_are() -> None:
    table = pa.concat_tables([TABLE.slice(0, 1), TABLE.slice(1)])
    found = posed({"name": "Visits", "sum": "visits", "at_most": 2}, tables=[table])
    assert found.coupled.use.tolist() == [[3, 0, 3, 0, 5]]


def test_a_book_is_in_memory_twice_at_most() -> None:
    parts = [pa.concat_tables([TABLE] * 1_000).combine_chunks()] * 8
    limits = [
        {"name": name, "sum": name, "by": ["month"], "at_most": 4} for name in ("visits", "officer_hours", "legal")
    ]
    tracemalloc.start()
    try:
        found = posed(*limits, tables=iter(parts))
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert found.coupled.use.shape == (36, 8 * parts[0].num_rows)
    assert most / found.coupled.use.nbytes < 2.5
