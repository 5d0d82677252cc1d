"""A worse stress is never better: on any case, less and later receipts never leave more cash at any time."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
from any_case import any_case
from futures_of import DAYS, WINDOW
from hypothesis import given, settings
from hypothesis import strategies as st

from repayplan.cases.models import Case
from repayplan.cases.stresses import Stress
from repayplan.errors import InputError
from repayplan.forecast import KINDS
from repayplan.forecast.futures import Drawing, Futures, draw_futures, stressed

changes = st.fixed_dictionaries(
    {"share": st.integers(0, 100), "late_days": st.integers(0, 400)},
    optional={
        "kinds": st.lists(st.sampled_from(sorted(KINDS)), min_size=1, max_size=3),
        "only": st.just("largest"),
        "peak": st.booleans(),
        "months": st.lists(st.integers(1, 12), min_size=1, max_size=4),
        "from_month": st.integers(1, 12),
        "to_month": st.integers(12, 30),
    },
)


def cash(case: Case, change: dict[str, Any], share: int, late: int) -> Futures | None:
    said = {**change, "share": f"{share}%", "late_days": late}
    made = stressed(case, DAYS, WINDOW, [Stress.model_validate({"name": "S", "changes": [said]})])
    return made.futures if made.stresses else None


@settings(max_examples=60)
@given(seed=st.integers(0, 10**6), change=changes, less=st.integers(0, 60), later=st.integers(0, 200))
def test_less_and_later_is_never_more(seed: int, change: dict[str, Any], less: int, later: int) -> None:
    case = any_case(random.Random(seed))
    try:
        bank = draw_futures(case, DAYS, WINDOW, Drawing(scenarios=1, method="still"))
        mild = cash(case, change, change["share"], change["late_days"]) or bank
    except InputError:
        return  # a forecast that has outgrown every enterprise
    harsh = cash(case, change, max(change["share"] - less, 0), change["late_days"] + later) or bank
    for worse, better in ((mild, bank), (harsh, mild)):
        assert (np.cumsum(worse.own, axis=1) <= np.cumsum(better.own, axis=1)).all()
        assert (np.cumsum(worse.apart, axis=1) <= np.cumsum(better.apart, axis=1)).all()
