"""What is said of a portfolio: the same figures on screen, page and in the file, nothing that rests on nothing."""

from __future__ import annotations

import re
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import pytest
from rich.console import Console

from repayplan.language import speaking
from repayplan.portfolio.run.choosing import Coupling, LimitUse, Weighty
from repayplan.portfolio.run.results import Results
from repayplan.portfolio.run.summary import Group, Month, Summary
from repayplan.portfolio.tables import FALLS
from repayplan.report.portfolio import show_summary
from repayplan.report.portfolio_chart import HEIGHT, month_chart
from repayplan.report.portfolio_files import summary_document
from repayplan.report.portfolio_page import page
from repayplan.report.portfolio_words import instead, leaning, reasons_of, short

HAIRCUT = LimitUse(
    label={"en": "Given up", "zh": "减免"},
    sentence={"en": "Given up: 1,995,719.00 of 2,000,000.00; 1.00 more would bring about 0.18", "zh": "减免：…"},
    measure="cents",
    least=False,
    limit=200_000_000.0,
    used=199_571_900.0,
    price=18.0597,
    gain=0.0,
    kept=True,
    target=None,
    in_cash=False,
)
HOURS = replace(
    HAIRCUT,
    label={"en": "Hours", "zh": "工时"},
    sentence={"en": "Hours: 3 of 400", "zh": "工时：…"},
    measure="hours",
    limit=400.0,
    used=3.0,
    price=0.0,
)
TARGET = replace(
    HAIRCUT,
    label={"en": "Overdue down 30%", "zh": "逾期下降三成"},
    sentence={"en": "Overdue down 30%: 31.00%, at least 30.00%; 1 percentage point less would bring 5.00", "zh": "…"},
    measure="share",
    least=True,
    limit=0.3,
    used=0.31,
    price=500.0,
    target=2,
    in_cash=True,
)
BROKEN = replace(
    HOURS,
    label={"en": "Provision", "zh": "拨备"},
    sentence={"en": "Provision: 63%; at most 50% is allowed, 13 percentage points too much", "zh": "…"},
    kept=False,
)
VISIT = Weighty("B-00012", "Haulier 12", "remind", "visit", apart=25_900_000, difference=66_540_000, forgone=0)


def group(name: str, illustrative: int = 0) -> Group:
    sums = dict.fromkeys(("balance", "overdue", "recovery", "cost", "haircut", "provision", "npv_loss"), 100_000)
    return Group(name, 1, sums | {"by_plan": 70_000}, 0.1, 0.2, illustrative)


def coupling(kept: bool = True, limits: tuple[LimitUse, ...] = (HOURS, HAIRCUT, TARGET)) -> Coupling:
    said = () if kept else ({"en": "No choice keeps all limits", "zh": "没有方案满足全部限额"},)
    return Coupling("optimal" if kept else "infeasible", kept, 100, 100.0, 0.0, "prices", said, limits, (VISIT,))


def summary(**changed: Any) -> Summary:
    months = [Month(n, 1000 - 250 * n, {name: 250 * n * (name == "fall_cash") for name in FALLS}) for n in range(4)]
    given: dict[str, Any] = {
        "borrowers": 1,
        "failed": 0,
        "debt_aside": 0,
        "unknown": 0,
        "strays": 0,
        "reasons": (),
        "stray_reasons": (),
        "offered": 5,
        "leaning": 0,
        "total": group(""),
        "by_rating": (),
        "by_industry": (),
        "by_region": (),
        "by_kind": (group("plan"),),
        "months": tuple(months),
        "counts": {},
        "coupling": coupling(),
    }
    return Summary(**given | changed)


def results(of: Summary) -> Results:
    manifest = SimpleNamespace(book="book", version="1", settings={"scenarios": 10, "seed": 1})
    return cast("Results", SimpleNamespace(summary=of, manifest=manifest))


def screen(of: Summary) -> str:
    console = Console(width=200, force_terminal=False)
    with console.capture() as caught:
        show_summary(results(of), console)
    return caught.get()


def plain(of: Summary) -> str:
    return re.sub(r"<style>.*</style>|<[^>]*>", " ", page(results(of)), flags=re.DOTALL)


def test_a_price_is_the_same_sentence_on_screen_and_page() -> None:
    for text in (screen(summary()), plain(summary())):
        assert HAIRCUT.sentence["en"] in text
        assert TARGET.sentence["en"] in text
    assert "One more is worth" not in plain(summary())
    assert HOURS.sentence["en"] not in screen(summary())


def test_figures_of_a_limit_in_money_are_amounts_for_programs() -> None:
    hours, haircut, target = summary_document(results(summary()))["choice"]["limits"]
    assert (haircut["measure"], haircut["limit"], haircut["used"]) == ("amount", "2000000.00", "1995719.00")
    assert (haircut["price"], haircut["price_per"]) == ("0.18", "1.00 more")
    assert (hours["limit"], hours["used"], hours["price"]) == (400.0, 3.0, "0.00")
    assert (target["limit"], target["price"], target["price_per"]) == (0.3, "5.00", "1 percentage point less")


def test_a_gain_says_for_how_much_more_of_a_limit_it_is() -> None:
    found = (
        replace(HOURS, gain=1_190_000.0, step=10.0),
        replace(HAIRCUT, gain=50_00.0, step=10_000_000.0),
        replace(TARGET, gain=5_00.0, step=0.01),
        HOURS,
    )
    with speaking("zh"):
        limits = summary_document(results(summary(coupling=coupling(limits=found))))["choice"]["limits"]
    assert [(limit["gain"], limit["gain_per"]) for limit in limits] == [
        ("11900.00", "10 hours more"),
        ("50.00", "100,000.00 more"),
        ("5.00", "1 percentage point less"),
        ("0.00", None),
    ]
    assert not any("step" in limit for limit in limits)


def test_what_is_broken_stands_first_and_what_does_not_matter_is_folded() -> None:
    text = page(results(summary(coupling=coupling(limits=(HOURS, HAIRCUT, BROKEN)))))
    assert text.index("Provision:") < text.index("Given up:") < text.index("<details>") < text.rindex("Hours")
    assert "The others (1)" in plain(summary(coupling=coupling(limits=(HOURS, HAIRCUT, BROKEN))))


def test_where_no_choice_keeps_the_limits_the_headline_says_so_and_nothing_is_best() -> None:
    lost = summary(coupling=coupling(kept=False))
    for text in (screen(lost), plain(lost)):
        assert text.index("No choice keeps all limits") < text.index("Expected recovery today")
        assert not re.search(r"Best possible|[Gg]ap\b", text)
    choice = summary_document(results(lost))["choice"]
    assert (choice["bound"], choice["gap"]) == (None, None)
    assert "Best possible, at most" in screen(summary())
    assert "e+00" not in screen(summary()) + plain(summary())


def test_where_no_choice_keeps_the_limits_nothing_is_said_of_what_they_are_worth() -> None:
    unpriced = tuple(replace(limit, price=None, gain=None) for limit in (HOURS, HAIRCUT, BROKEN))
    lost = summary(coupling=replace(coupling(False, unpriced), cases=(replace(VISIT, difference=None),)))
    choice = summary_document(results(lost))["choice"]
    assert [(limit["price"], limit["gain"]) for limit in choice["limits"]] == [(None, None)] * 3
    assert (choice["cases"][0]["apart"], choice["cases"][0]["difference"]) == ("259000.00", None)
    for text in (screen(lost), plain(lost)):
        assert re.search(r"\+259\.0 k", text)
        assert not re.search(r"[Nn]et of what it takes", text)
    assert "Net of what it takes of limits" in plain(summary())
    assert "−665.4 k net of what it takes of limits" in screen(summary())


def test_headlines_say_illustrative_where_only_options_that_were_not_chosen_rest_on_the_table() -> None:
    """Plans were chosen, but against sales out of the table: what is next best and what limits cost follow from it."""
    leans = summary(leaning=2)
    assert "2 of 5 options that were weighed" in str(leaning(leans))
    assert summary_document(results(leans))["illustrative"] is not None
    for text in (screen(leans), plain(leans)):
        for heading in ("Expected recovery today", "What was chosen", "Limits of the bank", "matters most"):
            assert f"{heading} (illustrative)" in text
    for text in (screen(summary()), plain(summary())):
        assert "llustrative" not in text
    assert leaning(summary()) is None


def test_next_best_is_told_as_what_it_recovers_and_net_of_limits() -> None:
    words = "B-00012 (Haulier 12): Remind; next best is Visit and renegotiate: +259.0 k recovered, −665.4 k net"
    assert str(instead(VISIT)).startswith(words)
    alone = replace(VISIT, apart=-66_540_000)
    assert str(instead(alone)).endswith("Visit and renegotiate: −665.4 k recovered")


def test_a_target_is_drawn_at_its_month_where_cash_alone_counts() -> None:
    sold = replace(TARGET, in_cash=False)
    months = summary().months
    chart = month_chart(months, [TARGET, sold, HOURS])
    (mark,) = chart.targets
    month = [bar for bar in chart.bars if mark.x < bar.x < mark.x + mark.width]
    assert len({bar.x for bar in month}) == 1
    today = max(bar.height for bar in chart.bars if bar.x < 100)  # month 0: 1,000 overdue, in one bar
    bottom = max(bar.y + bar.height for bar in chart.bars)
    assert bottom - mark.y == pytest.approx(0.7 * today)  # 30 % must have been paid
    assert "Overdue down 30%" in mark.sentence
    assert bottom < HEIGHT
    assert [level.label for level in chart.levels] == ["0", "2", "4", "6", "8", "10"]


def test_all_groups_are_in_the_page() -> None:
    many = tuple(group(f"industry {n}") for n in range(45))
    text = plain(summary(by_industry=many))
    assert all(f"industry {n} " in text for n in range(45))
    assert "The others (15)" in text


def test_every_reason_is_counted() -> None:
    told = summary(failed=2, strays=3, reasons=(("too large", 2), ("negative", 1)), stray_reasons=(("no case", 3),))
    assert reasons_of(told) == ["2 borrowers: too large", "1 borrower: negative", "3 rows of nobody: no case"]
    many = replace(told, reasons=tuple((f"reason {n}", 1) for n in range(30)))
    assert "and 19 other reasons, all in failures.csv" in screen(many)
    assert all(f"reason {n}" in plain(many) for n in range(30))


def test_the_headline_says_of_whom_the_figures_are() -> None:
    aside = summary(borrowers=150, failed=27)
    for text in (screen(aside), plain(aside)):
        assert "Portfolio: 123 of 150 borrowers" in text
        said = "27 of 150 borrowers were set aside: neither they nor their debt are in any figure below"
        assert text.index(said) < text.index("Expected recovery today")
    assert "Portfolio: 1 borrowers" in screen(summary())


@pytest.mark.parametrize(
    ("cents", "english", "chinese"),
    [
        (56_950_000_000, "569.5 m", "5.695亿"),
        (17_000_000_000, "170.0 m", "1.700亿"),
        (96_293_214, "962.9 k", "96.29万"),
        (1_234_567_800, "12.3 m", "1,235万"),
        (120_000_000_000_000, "1,200 bn", "12,000亿"),
        (-17_000_000_000, "-170.0 m", "-1.700亿"),
        (900_000, "9.0 k", "9,000"),
    ],
)
def test_short_amounts_have_as_many_digits_in_chinese(cents: int, english: str, chinese: str) -> None:
    assert short(cents) == english
    with speaking("zh"):
        assert short(cents) == chinese


def test_the_page_says_what_recovery_rests_on_and_counts_one_month_as_one() -> None:
    text = plain(summary())
    assert "after a default what collateral and the recovery rate bring" in text
    assert "1 month " in text
    assert "1 months" not in text
    assert "Recovery forgone for the limits" in text


def test_best_efforts_that_are_not_needed_are_told_with_the_options() -> None:
    needless = summary(counts={"offered": 4, "dominated": 1, "best effort not needed": 3})
    assert "4 offered, 1 dominated and dropped, 0 impossible, 3 best efforts not needed" in screen(needless)
    assert summary_document(results(needless))["options"]["best effort not needed"] == 3
    assert "best efforts" not in screen(summary())


def test_what_plans_bring_is_told_apart_and_foots() -> None:
    """1,000.00 of a debt of 2,000.00: 700.00 by payments of plans, 300.00 otherwise; a bar of 35 % and 15 %."""
    half = group("trade")
    half = replace(half, sums={**half.sums, "balance": 200_000})
    told = summary(total=half, by_industry=(half,))
    for text in (screen(told), plain(told)):
        assert re.search(r"By payments of plans\s+700\.00, 70\.0% of it", text)
        assert re.search(r"By collateral, courts and treatments\s+300\.00, 30\.0% of it", text)
    assert re.search(r"trade\s+1\s+2\.0 k\s+1\.0 k\s+700\s+50\.0%", screen(told))
    assert re.search(r"trade\s+1\s+2\.0 k\s+1\.0 k\s+700\s+300\s+50\.0%", plain(told))
    assert re.findall(r'class="(paid|other)" style="width: ([\d.]+)%', page(results(told)))[-2:] == [
        ("paid", "35.0"),
        ("other", "15.0"),
    ]
    document = summary_document(results(told))["by_industry"]["trade"]
    assert [document[name] for name in ("recovery", "by_plan", "otherwise")] == ["1000.00", "700.00", "300.00"]


@pytest.mark.parametrize(
    ("by_plan", "recovery", "bars"),
    [(-20_000, 80_000, ["0.0", "80.0"]), (60_000, 120_000, ["50.0", "50.0"]), (0, -5_000, ["0.0", "0.0"])],
)
def test_a_bar_is_no_longer_than_what_is_recovered(by_plan: int, recovery: int, bars: list[str]) -> None:
    """Plans may cost more than they bring, and more than the debt may be recovered: a bar has two ends."""
    odd = group("trade")
    odd = replace(odd, sums={**odd.sums, "by_plan": by_plan, "recovery": recovery})
    text = page(results(summary(by_kind=(), by_rating=(odd,))))
    assert re.findall(r'class="(?:paid|other)" style="width: ([\d.]+)%', text) == bars


@pytest.mark.parametrize(
    ("unknown", "said"),
    [
        (0, "Debt of those set aside, by their rows of the book: 1,234.00\n"),
        (1, "Debt of those set aside, by their rows of the book: 1,234.00 of 26, that of one not known"),
        (3, "Debt of those set aside, by their rows of the book: 1,234.00 of 24, that of 3 not known"),
        (27, "Debt of those set aside: not known"),
    ],
)
def test_the_debt_of_those_set_aside_is_told_alike_everywhere(unknown: int, said: str) -> None:
    aside = summary(borrowers=150, failed=27, debt_aside=123_400 * (unknown < 27), unknown=unknown)
    for text in (screen(aside), plain(aside)):
        assert said.strip() in text
    told = summary_document(results(aside))["set_aside_debt"]
    assert (told["borrowers"], told["unknown"]) == (27 - unknown, unknown)
    assert "Debt of those set aside" not in screen(summary()) + plain(summary())
