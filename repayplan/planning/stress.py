"""A plan in thousands of futures and in those that have a name."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from repayplan.cases.models import Case
from repayplan.cases.shapes import StoreShare
from repayplan.cases.stresses import Stress
from repayplan.compliance.replay import Payment, Replay, replay
from repayplan.compliance.worth import expected_recovery
from repayplan.evaluate.bearing import Horizon
from repayplan.evaluate.build import Planned, horizon, setting
from repayplan.evaluate.core import Engine, Evaluation, Source, evaluate
from repayplan.evaluate.outcome import NOWHERE
from repayplan.evaluate.reference import run
from repayplan.evaluate.rules import due_by_rules, until_the_long_stops
from repayplan.evaluate.setting import NEVER, Drawn, Hazard, Setting
from repayplan.evaluate.statistics import Estimate, mean, worst
from repayplan.forecast import Window
from repayplan.forecast.apart import account_keys
from repayplan.forecast.futures import Drawing, Futures, Idle, draw_futures, stressed
from repayplan.planning.plan_file import PlanFile
from repayplan.planning.result import Status
from repayplan.problem.assemble import assemble
from repayplan.problem.form import Rule
from repayplan.problem.frozen import Cents
from repayplan.problem.terms import resolve

if TYPE_CHECKING:
    import pandas as pd

WORST = 0.05
"""The part of futures whose mean is told as the worst."""


@dataclass(frozen=True, slots=True)
class Named:
    """What a stress with a name makes of the plan; cents.

    ``missed`` and ``defaulted``: days, None where there is none. ``missing``: what is short on the day of the first
    miss; ``unpaid``: owed to the bank when the plan ends; ``value``: what is recovered, discounted.
    """

    stress: Stress
    missed: dt.date | None
    missing: int
    defaulted: dt.date | None
    unpaid: int
    value: float


@dataclass(frozen=True)
class Trial:
    """A plan in futures. ``days`` and ``planned`` (T): stages and what the plan pays in each; cents.

    ``expected``: the plan's own expected recovery. ``named`` and ``idle``: stresses, and those that do not apply.
    ``status``: what the plan says it is; ``unpaid``: what it leaves owed to the bank; cents. ``prepared``: the plan
    replayed, to draw the same futures again.
    """

    case: Case
    status: Status
    unpaid: int
    drawing: Drawing
    days: tuple[dt.date, ...]
    planned: tuple[int, ...]
    expected: int
    evaluation: Evaluation
    named: tuple[Named, ...]
    idle: tuple[Idle, ...]
    prepared: Prepared = field(repr=False)

    @property
    def hazard(self) -> Hazard:
        """What decides on default."""
        return self.evaluation.hazard

    @property
    def missed(self) -> Estimate:
        """The probability that at least a cent of a payment is missing on its day."""
        return self._mean(self.evaluation.fates.missed[0] != NOWHERE)

    @property
    def defaulted(self) -> Estimate | None:
        """The probability of a default by arrears; None where the hazard is a weight."""
        return None if self.hazard == "weight" else self._mean(self.evaluation.fates.defaulted[0] != NOWHERE)

    @property
    def recovery(self) -> Estimate:
        """Expected recovery in present value; cents."""
        return self._mean(self.evaluation.fates.value[0])

    @property
    def worst(self) -> Estimate:
        """Mean recovery in the worst futures; cents."""
        return worst(self.evaluation.fates.value[0], WORST, paired=self._paired)

    @property
    def first_misses(self) -> list[tuple[dt.date, Estimate]]:
        """Days on which the first miss falls, each with its probability; in order of day."""
        missed = self.evaluation.fates.missed[0]
        stages = sorted({int(stage) for stage in missed if stage != NOWHERE})
        return [(self.days[stage], self._mean(missed == stage)) for stage in stages]

    @property
    def cover(self) -> tuple[float, float]:
        """The least cover of a future: in one of twenty it is lower, and the median."""
        low, middle = np.quantile(self.evaluation.fates.cover[0], (WORST, 0.5), method="lower")
        return float(low), float(middle)

    @property
    def futures(self) -> pd.DataFrame:
        """One row a future: value in cents, days of the first miss and of the default, least cover."""
        import pandas as pd

        fates = self.evaluation.fates
        return pd.DataFrame(
            {
                "value": fates.value[0],
                "missed": [self.day(stage) for stage in fates.missed[0].tolist()],
                "defaulted": [self.day(stage) for stage in fates.defaulted[0].tolist()],
                "cover": fates.cover[0],
            }
        )

    @property
    def bands(self) -> pd.DataFrame:
        """One row a stage: its day, what is planned, and quantiles of cash, debt and arrears; cents."""
        import pandas as pd

        found: dict[str, object] = {"date": list(self.days), "planned": list(self.planned)}
        bands = self.evaluation.bands
        if bands is not None:
            for name in ("cash", "debt", "arrears"):
                for level, row in zip(bands.levels, getattr(bands, name)[0], strict=True):
                    found[f"{name}_{level:.0%}"] = row
        return pd.DataFrame(found)

    def day(self, stage: int) -> dt.date | None:
        """The day of a stage; None for what does not happen."""
        return None if stage == NOWHERE else self.days[stage]

    @property
    def _paired(self) -> bool:
        return self.drawing.method == "antithetic"

    def _mean(self, values: object) -> Estimate:
        return mean(np.asarray(values), paired=self._paired)


def stress(
    claimed: PlanFile,
    drawing: Drawing,
    stresses: Sequence[Stress],
    *,
    hazard: Hazard = "weight",
    engine: Engine = "auto",
    bands: bool = True,
    told: Callable[[int], None] | None = None,
) -> Trial:
    """A plan in the futures of a drawing and under named stresses.

    ``bands``: whether quantiles by date are wanted. ``told`` is called after every block of futures with how many there
    are. InputError where the case cannot be planned as it is written, LedgerError where the ledger refuses a payment.
    """
    prepared = Prepared.of(claimed)
    found = prepared.replay
    evaluation = evaluate(
        prepared.setting,
        prepared.futures(drawing),
        drawing.scenarios,
        hazard=hazard,
        engine=engine,
        bands=bands,
        told=told,
    )
    named, idle = _named(prepared, stresses, hazard)
    own = found.problem.value.discount[0]
    total = [*found.total, *([0] * (len(prepared.over.days) - prepared.over.plan))]
    left = found.debt[-1][found.problem.debt.own[0].astype(bool)] if len(found.debt) else found.debt
    return Trial(
        case=found.case,
        status=claimed.status,
        unpaid=int(left.sum()),
        drawing=drawing,
        days=prepared.over.days,
        planned=tuple(total),
        expected=round(expected_recovery(found.problem, found.paid, found.debt, own)),
        evaluation=evaluation,
        named=named,
        idle=idle,
        prepared=prepared,
    )


@dataclass(frozen=True)
class Prepared:
    """A plan replayed, and its setting."""

    replay: Replay
    over: Horizon
    planned: Planned
    setting: Setting
    rules: tuple[Rule, ...]

    @classmethod
    def of(cls, claimed: PlanFile) -> Prepared:
        case, terms = claimed.case, resolve(claimed.case)
        problem = assemble(case, terms)
        paid = [Payment(row.date, row.loan, row.payment) for row in claimed.installments]
        rules = tuple(line.rule for line in claimed.rules)
        found = replay(case, terms, problem, paid, rules)
        over = horizon(terms, problem, found.paid, max((rule.long_stop for rule in rules), default=None))
        planned = Planned(found.paid, found.debt, found.principal)
        made = setting(case, terms, found.problem, planned, over, account_keys(case))
        return cls(found, over, planned, until_the_long_stops(made, rules, over) if rules else made, rules)

    @property
    def window(self) -> Window:
        """What forecasts cover."""
        terms = self.replay.terms
        return Window(self.replay.case.as_of, self.over.days[-1], terms.receipt_day, terms.cost_day)

    def draw(self, drawing: Drawing, first: int, count: int) -> Futures:
        """Some of the futures."""
        return draw_futures(self.replay.case, self.over.days, self.window, drawing, first, count)

    def futures(self, drawing: Drawing) -> Source:
        """The futures of a drawing, block by block."""
        return lambda _, first, count: self.drawn(self.draw(drawing, first, count))

    def drawn(self, futures: Futures) -> Drawn:
        """Futures as the core takes them: months outermost, scenarios innermost."""
        due = None
        if self.rules:
            due = due_by_rules(
                self.rules, lambda rule: self._receipts(futures, rule), self.replay.problem, self.planned, self.over
            )
        return Drawn(
            own=_innermost(futures.own),
            apart=_innermost(futures.apart),
            shift=None if futures.shift is None else _innermost(futures.shift),
            stops=np.where(futures.stops < 0, NEVER, futures.stops)[None],
            collateral=futures.collateral[None],
            due=due,
        )

    def _receipts(self, futures: Futures, rule: Rule) -> Cents:
        """(S, T) of one rule: a milestone, the stores of a group, or all that a source brings."""
        form = self.replay.terms.form
        if isinstance(form, StoreShare) and form.groups is not None:
            stores = next(group.stores for group in form.groups if group.name == rule.part)
            return np.asarray(sum(futures.receipts(rule.source, store) for store in stores))
        if self.replay.terms.shape == "milestone_share":
            return futures.receipts(rule.source, rule.part, rule.expected)
        return futures.receipts(rule.source)


def _innermost(values: np.ndarray) -> np.ndarray:
    """(S, T, …) as (1, T, …, S) floats."""
    return np.ascontiguousarray(np.moveaxis(values, 0, -1)[None], dtype=float)


def _named(
    prepared: Prepared, stresses: Sequence[Stress], hazard: Hazard
) -> tuple[tuple[Named, ...], tuple[Idle, ...]]:
    """Every named stress that applies, a future each."""
    case, over = prepared.replay.case, prepared.over
    found = stressed(case, over.days, prepared.window, stresses)
    if not found.stresses:
        return (), found.idle
    outcome = run(prepared.setting, prepared.drawn(found.futures), hazard, traced=True)
    traces, fates = outcome.traces, outcome.fates
    if traces is None:
        raise AssertionError("traces were asked for")
    rows = []
    for place, each in enumerate(found.stresses):
        missed, defaulted = int(fates.missed[0, place]), int(fates.defaulted[0, place])
        rows.append(
            Named(
                stress=each,
                missed=None if missed == NOWHERE else over.days[missed],
                missing=0 if missed == NOWHERE else int(traces.arrears[0, missed, place]),
                defaulted=None if defaulted == NOWHERE else over.days[defaulted],
                unpaid=int(traces.debt[0, over.plan - 1, place]),
                value=float(fates.value[0, place]),
            )
        )
    return tuple(rows), found.idle
