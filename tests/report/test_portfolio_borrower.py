"""One borrower on the screen: options that can be told apart, and how long a plan takes."""

from __future__ import annotations

import datetime as dt
from typing import Any, cast

from portfolios import borrower
from rich.console import Console

from repayplan.compliance.replay import Payment
from repayplan.portfolio.run.single import Single
from repayplan.report.portfolio_borrower import show_options
from repayplan.report.portfolio_words import option_named

NAMES = ("level_principal-60", "level_principal-60-relief", "level_principal-60-settle", "visit")


def option(name: str, recovery: int) -> dict[str, Any]:
    money = dict.fromkeys(("cost", "haircut", "npv_loss", "provision", "overdue"), 0)
    kind = "visit" if name == "visit" else "plan"
    shares = {"miss": 0.1, "default": 0.2, "illustrative": False, "by_plan": 0 if kind == "visit" else 9_000_000_00}
    return {"option": name, "kind": kind, "recovery": recovery, **shares, **money}


def shown(every: int = 1, looked_at: int = 1) -> str:
    rows = tuple(option(name, 962_932_140 + 100 * number) for number, name in enumerate(NAMES))
    days = [dt.date(2027, 1, 20), dt.date(2027, 4, 20)]
    book = borrower(policy={"payment_every": every})
    single = Single(book, rows, NAMES[1], rows[looked_at], book.case, tuple(Payment(day, "L1", 100) for day in days))
    console = Console(width=80, force_terminal=False)
    known = cast("Any", None)  # the planner has nothing to say of it
    with console.capture() as caught:
        show_options(single, 100, known, console)
    return caught.get()


def test_options_are_told_by_their_whole_names_and_figures() -> None:
    text = shown()
    for number, name in enumerate((*NAMES[:3], "Visit and renegotiate")):
        assert f"{name} " in text
        assert f"9,629,{321 + number}" in text


def test_the_term_of_a_plan_is_told_in_months() -> None:
    """From November 2026 to April 2027."""
    assert "2 every 3 months, the last on 2027-04-20: month 5" in shown(3)
    assert "2 every month, the last on" in shown(1)


def test_what_payments_bring_of_a_plan_is_told_apart() -> None:
    """9,629,322.40 of which 9,000,000.00 are paid; without a plan nothing is."""
    lines = [" ".join(line.split()) for line in shown().splitlines()]
    assert "– by payments 9,000,000.00" in lines
    assert "– by collateral, courts 629,322.40" in lines
    assert "– by" not in shown(looked_at=3)


def test_treatments_are_known_by_what_they_are_called_in_any_language() -> None:
    named = {"Do nothing": "do_nothing", "sell the CLAIM": "sell", "委托催收机构": "agency", "visit": "visit"}
    assert {text: option_named(text) for text in named} == named
    assert option_named("up-48-longer") == "up-48-longer"
