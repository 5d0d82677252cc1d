"""What is asked of a robust plan, and whether it can be."""

from __future__ import annotations

from dataclasses import dataclass

from repayplan.errors import Fault, InputError
from repayplan.forecast.futures import Method
from repayplan.language import tr
from repayplan.planning.robust.confidence import fewest_futures
from repayplan.rules.robust import MOST_AVERSION, robust_terms

SCENARIOS = 1_000
FEWEST = 50
"""Fewer futures say next to nothing of what happens in one of twenty."""


@dataclass(frozen=True, slots=True)
class Wish:
    """``max_miss``: what the probability that an installment is missed may be at most; otherwise ``risk_aversion``, the
    weight of the expected shortfall (None: the bank's). ``scenarios`` futures are drawn by ``seed`` and ``method``.

    InputError, with everything that is wrong at once.
    """

    risk_aversion: float | None = None
    max_miss: float | None = None
    scenarios: int = SCENARIOS
    seed: int = 1
    method: Method = "plain"

    def __post_init__(self) -> None:
        faults = []
        if self.risk_aversion is not None and self.max_miss is not None:
            what = tr("either risk aversion makes a plan robust, or a bound on the probability of a miss")
            faults.append(Fault(what, "--max-miss", remedy=tr("leave out --risk-aversion or --max-miss")))
        if self.risk_aversion is not None and not 0 <= self.risk_aversion <= MOST_AVERSION:
            limit = tr("{low} to {high}", low="0", high=f"{MOST_AVERSION:g}")
            faults.append(Fault(tr("this figure is out of range"), "--risk-aversion", f"{self.risk_aversion:g}", limit))
        if self.max_miss is not None and not 0 < self.max_miss < 1:
            limit = tr("more than 0%, less than 100%")
            faults.append(Fault(tr("this is no probability"), "--max-miss", f"{self.max_miss:g}", limit))
        if self.max_miss is not None and self.method != "plain":
            what = tr("misses are counted with confidence in independent futures alone")
            faults.append(Fault(what, "--method", self.method, remedy=tr("leave out --method, or take plain")))
        if self.scenarios < self.fewest:
            limit = tr("{least} or more", least=self.fewest)
            faults.append(Fault(tr("so few futures say too little"), "--scenarios", f"{self.scenarios}", limit))
        if faults:
            raise InputError(faults)

    @property
    def fewest(self) -> int:
        """The fewest futures that can say something; of a bound, if not one of them is missed."""
        if self.max_miss is None or not 0 < self.max_miss < 1:
            return FEWEST
        return max(FEWEST, fewest_futures(self.max_miss, robust_terms().confidence.value))

    @property
    def aversion(self) -> float:
        """The weight of the expected shortfall."""
        return robust_terms().risk_aversion.value if self.risk_aversion is None else self.risk_aversion
