"""What must hold of every robust plan, whatever the case: it keeps every limit and passes verify."""

from __future__ import annotations

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from random_cases import cases

from repayplan.cases.models import Case
from repayplan.errors import InputError
from repayplan.planning.plan_file import plan_file
from repayplan.planning.robust.plan import robust_plan
from repayplan.planning.robust.wish import Wish
from repayplan.planning.verify import verify

WISHES = (Wish(scenarios=50, risk_aversion=3.0), Wish(scenarios=60, max_miss=0.4))


@settings(max_examples=8)
@given(cases(), st.sampled_from(WISHES))
def test_every_robust_plan_is_verified(case: Case, wish: Wish) -> None:
    sound(case, wish)


@pytest.mark.long
@settings(max_examples=500)
@given(cases(), st.sampled_from(WISHES))
def test_hundreds_of_robust_plans_are_verified(case: Case, wish: Wish) -> None:
    sound(case, wish)


def sound(case: Case, wish: Wish) -> None:
    try:
        made = robust_plan(case, wish)
    except InputError:  # what cannot be planned as it is written is another test's subject
        assume(False)
        raise
    if made.plan.status not in ("optimal", "feasible"):
        assert made.trial is None
        return
    assert [str(finding.sentence) for finding in verify(plan_file(made.plan)) if finding.result == "fail"] == []
    if made.trial is None:  # no robust plan was found, and it says so
        assert any(finding.rule == "robust" and finding.result == "warning" for finding in made.plan.findings)
    assert made.plan.proof.gap is None or made.plan.proof.gap >= 0
