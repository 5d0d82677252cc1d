"""The options by which a plan is made for many futures."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, cast

import rich_click as click

from repayplan.cli.common import AnyFunction, futures_options
from repayplan.errors import Fault, InputError
from repayplan.language import tr

if TYPE_CHECKING:
    from repayplan.forecast.futures import Drawing, Method
    from repayplan.planning.robust.wish import Wish

_SHARE = re.compile(r"(\d{1,3}(?:\.\d+)?)\s*[%％]|([01]|[01]?\.\d+)")


def robust_options(function: AnyFunction) -> AnyFunction:
    """``--robust`` and how; the command receives them under their names, and :func:`wish` reads them."""
    texts = {
        "robust": tr("Plan for many drawn futures, not for the expected one alone; by risk aversion, if nothing else."),
        "risk_aversion": tr("Weight of what the worst 5% of futures lose, in place of the bank's; 0: none."),
        "max_miss": tr("The most that the probability of a missed installment may be, such as 5%."),
    }
    for decorate in (
        futures_options(
            tr(
                "Futures in which the plan is tried, 10,000 where left out, 0 for none; of a robust plan those that it "
                "is made on, and as many more to judge it on, 1,000 where left out."
            ),
            tr("Number that the draws come from; the same one draws the same futures."),
            tr("How futures are drawn; antithetic where left out, for a robust plan plain."),
        ),
        click.option("--max-miss", metavar="SHARE", help=texts["max_miss"].text),
        click.option("--risk-aversion", type=float, metavar="WEIGHT", help=texts["risk_aversion"].text),
        click.option("--robust", is_flag=True, help=texts["robust"].text),
    ):
        function = decorate(function)
    return function


def wish(given: Mapping[str, object], *, offered: bool) -> Wish | None:
    """What is asked for by the options; None where it is a plain plan. InputError where they do not go together.

    ``offered``: whether somebody's schedule is to be judged instead.
    """
    wanted = {name: value for name, value in given.items() if value is not None and value is not False}
    if offered and wanted:
        what = tr("a schedule that is offered is judged as it is, not made for futures")
        names = ", ".join(f"--{name.replace('_', '-')}" for name in wanted)
        raise InputError(Fault(what, names, remedy=tr("leave out --schedule or these options")))
    if not wanted.keys() & {"robust", "risk_aversion", "max_miss"}:
        return None
    from repayplan.planning.robust.wish import SCENARIOS, Wish

    bound = wanted.get("max_miss")
    return Wish(
        risk_aversion=cast("float | None", wanted.get("risk_aversion")),
        max_miss=None if bound is None else _share(str(bound)),
        scenarios=cast("int", wanted.get("scenarios", SCENARIOS)),
        seed=cast("int", wanted.get("seed", 1)),
        method=cast("Method", wanted.get("method", "plain")),
    )


def drawing(given: Mapping[str, object]) -> Drawing | None:
    """The futures in which a plan is tried that was made for none of them; None for none at all."""
    from repayplan.forecast.futures import Drawing
    from repayplan.planning.outlook import SCENARIOS

    scenarios = SCENARIOS if given["scenarios"] is None else cast("int", given["scenarios"])
    seed = 1 if given["seed"] is None else cast("int", given["seed"])
    return Drawing(seed, scenarios, cast("Method", given["method"] or "antithetic")) if scenarios else None


def _share(text: str) -> float:
    """A share such as 5% or 0.05."""
    found = _SHARE.fullmatch(text.strip())
    if found is None:
        raise InputError(Fault(tr("this is no share"), "--max-miss", text, remedy=tr("write 5% or 0.05")))
    return float(found[1]) / 100 if found[1] else float(found[2])
