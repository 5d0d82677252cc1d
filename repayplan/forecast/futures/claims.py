"""What others owe: receivables that come late, diluted or not at all, and guarantors who may not be able to pay.

The bank's delay is the median of what is drawn. A debtor pays late on all it owes, and fails for all of it. Failing
comes on top of the bank's haircut. What a factor has taken over stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from repayplan.cases.sources import Guarantor, Receivables
from repayplan.forecast.flows import Window
from repayplan.forecast.futures.expected import Column, delayed, expectations, scaled
from repayplan.forecast.futures.factors import Factors, below, lognormal
from repayplan.forecast.guarantor import guarantor_flows
from repayplan.forecast.receivables import receivable_flows
from repayplan.money import to_cents


def receivable_futures(number: int, source: Receivables, window: Window, factors: Factors) -> Iterator[Column]:
    """Every debtor with a delay, a dilution and a fate of its own; never more than it owes."""
    spread = factors.table["receivables"]
    for item in source.items:
        for one in expectations(source, receivable_flows(source.model_copy(update={"items": (item,)}), window), window):
            if one.certain:
                yield one.as_it_is()
                continue
            month = factors.within(one.start)
            late = factors.own(number, f"debtor {item.debtor} delay")[0]
            diluted = lognormal(factors.own(number, f"debtor {item.debtor} {item.due} dilution")[0], spread["dilution"])
            amount = np.minimum(scaled(one.bank.amount, diluted), max(to_cents(item.amount), one.bank.amount))
            fate = factors.once(number, f"debtor {item.debtor}", spread.shared, month)
            fails = fate < below(spread["failing_yearly"], month / 12)
            yield Column(one, delayed(one, late, spread["spread"]), np.where(fails, 0, amount))


def guarantor_futures(number: int, source: Guarantor, window: Window, factors: Factors) -> Iterator[Column]:
    """Pays what the bank counts on, later or sooner, or nothing."""
    spread = factors.table["guarantor"]
    for one in expectations(source, guarantor_flows(source, window), window):
        late = factors.own(number, "delay")[0]
        fate = factors.once(number, "fate", spread.shared, factors.within(one.start))
        fails = fate < below(spread["failing"], 1)
        yield Column(one, delayed(one, late, spread["spread"]), np.where(fails, 0, one.bank.amount))
