"""What others owe: receivables that come late, diluted or not at all, and guarantors who may not be able to pay.

The bank's delay is the median of what is drawn. A debtor pays late on all it owes, and one that has failed pays nothing
any more. Both take the common factors: in bad times debtors pay later and more of them fail. Failing comes on top of
the bank's haircut. What a factor has taken over stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from repayplan.cases.sources import Guarantor, Receivables
from repayplan.forecast.flows import Window
from repayplan.forecast.futures.expected import Column, delayed, expectations, scaled
from repayplan.forecast.futures.factors import A_YEAR, Factors, below, lognormal
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
            month, debtor = factors.within(one.start), f"debtor {item.debtor}"
            late = -factors.once(number, f"{debtor} delay", spread.shared, A_YEAR)
            good = factors.once(number, f"{debtor} {item.due} dilution", spread.shared, month)
            diluted = lognormal(good, spread["dilution"])
            amount = np.minimum(scaled(one.bank.amount, diluted), max(to_cents(item.amount), one.bank.amount))
            fate = factors.once(number, debtor, spread.shared, A_YEAR)  # one for all its debts, whenever they fall due
            fails = fate < below(spread["failing_yearly"], month / 12)
            yield Column(one, delayed(one, late, spread["spread"]), np.where(fails, 0, amount))


def guarantor_futures(number: int, source: Guarantor, window: Window, factors: Factors) -> Iterator[Column]:
    """Pays what the bank counts on, later or sooner, or nothing."""
    spread = factors.table["guarantor"]
    for one in expectations(source, guarantor_flows(source, window), window):
        late = -factors.once(number, "delay", spread.shared, A_YEAR)
        fate = factors.once(number, "fate", spread.shared, factors.within(one.start))
        fails = fate < below(spread["failing"], 1)
        yield Column(one, delayed(one, late, spread["spread"]), np.where(fails, 0, one.bank.amount))
