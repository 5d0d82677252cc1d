"""Cases of every kind are rated, and what is said of them can be read in both languages."""

from __future__ import annotations

import random

import pytest
from any_case import any_case

from repayplan.language import LANGUAGES, speaking
from repayplan.planning.rating import rate, reasons
from repayplan.report.rating import rating_document
from repayplan.rules.hazard import LEVELS
from repayplan.rules.rating import SENSES


@pytest.mark.parametrize("seed", range(40))
def test_any_case_is_rated_with_all_its_measures_known_or_named(seed: int) -> None:
    rated = rate(any_case(random.Random(seed)))
    told = [each.code for each in (*rated.rating.reasons, *rated.rating.missing) if each.code in SENSES]
    assert sorted(told) == sorted(SENSES)
    assert 0 <= rated.rating.points <= rated.rating.weight <= rated.rating.weight_of_all
    for language in LANGUAGES:
        with speaking(language):
            said = [str(reason.sentence) for reason in rated.rating.reasons]
            assert not [sentence for sentence in said if "{" in sentence or not sentence]
            assert rating_document(rated)["rating"] in LEVELS
            assert str(reasons(rated.rating))
