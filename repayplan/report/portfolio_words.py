"""Words for a portfolio: kinds of option, ratings, why an overdue balance falls, amounts in short."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from repayplan.language import LANGUAGES, Message, current, plural, speaking, tr
from repayplan.money import grouped
from repayplan.portfolio.coupling.words import shown
from repayplan.portfolio.names import folded
from repayplan.portfolio.run.choosing import LimitUse, Weighty
from repayplan.portfolio.run.summary import Group, Summary
from repayplan.portfolio.tables import TREATED
from repayplan.risk.words import RISKS
from repayplan.solvers.result import CERTIFIED

KINDS: Mapping[str, Message] = MappingProxyType(
    {
        "plan": tr("Plan"),
        "remind": tr("Remind"),
        "visit": tr("Visit and renegotiate"),
        "guarantor": tr("Call the guarantor"),
        "agency": tr("Assign to an agency"),
        "enforce": tr("Enforce the collateral"),
        "sell": tr("Sell the claim"),
        "do_nothing": tr("Do nothing"),
    }
)

RATINGS: Mapping[str, Message] = MappingProxyType({str(level): words for level, words in RISKS.items()})

FALLS: Mapping[str, Message] = MappingProxyType(
    {
        "fall_cash": tr("Paid in cash"),
        "fall_rescheduled": tr("Rescheduled"),
        "fall_written_off": tr("Written off"),
        "fall_sold": tr("Sold"),
    }
)
"""Only the first is money; the others are shown beside it."""

ONLY_CASH = tr(
    "Only what is paid in cash brings money; the other columns are no recovery. What falls due later and is not paid "
    "is not in them."
)

COLUMNS: Mapping[str, Message] = MappingProxyType(
    {
        "case": tr("Case"),
        "name": tr("Name"),
        "option": tr("Option"),
        "kind": tr("Kind"),
        "status": tr("Status"),
        "gap": tr("Gap"),
        "solver": tr("Solver"),
        "rating": tr("Rating"),
        "industry": tr("Industry"),
        "region": tr("Region"),
        "balance": tr("Debt"),
        "overdue": tr("Overdue"),
        "recovery": tr("Expected recovery"),
        "by_plan": tr("Of it by payments of plans"),
        "cost": tr("Cost"),
        "haircut": tr("Given up"),
        "provision": tr("Provision"),
        "npv_loss": tr("Loss of value"),
        "miss": tr("Miss"),
        "default": tr("Default"),
        "illustrative": tr("Illustrative"),
        "table": tr("Table"),
        "row": tr("Row"),
        "field": tr("Field"),
        "value": tr("Value"),
        "limit": tr("Limit"),
        "reason": tr("Reason"),
        "remedy": tr("Remedy"),
        "spot": tr("Where in the book"),
    }
)

_STATUSES: Mapping[str, Message] = MappingProxyType(
    {
        "optimal": tr("Optimal"),
        "feasible": tr("Feasible"),
        TREATED: tr("From the table"),
    }
)

MONEY = ("balance", "overdue", "recovery", "by_plan", "cost", "haircut", "provision", "npv_loss")
"""Columns in cents."""


def word(words: Mapping[str, Message], name: str) -> str:
    """A name as people say it; a name nobody knows as it stands, nothing as such."""
    return str(words[name]) if name in words else name or str(tr("not known"))


def option_word(name: str) -> str:
    """An option as people say it: treatments in words, plans by the name that the menu makes."""
    return word(KINDS, name)


def option_named(text: str) -> str:
    """The name of the treatment that is called so in any language, for people write what they have been shown; any
    other name as it stands."""
    for language in LANGUAGES:
        with speaking(language):
            known = {folded(str(words)): name for name, words in KINDS.items()}
        if (name := known.get(folded(text))) is not None:
            return name
    return text


def percent(share: float | None) -> str:
    """``93.4%``; a dash where there is none."""
    return "–" if share is None else f"{share:.1%}"


def short(cents: float) -> str:
    """An amount at the size at which a portfolio is talked about: 12.3 m, 1,230万, 5.695亿."""
    amount, zh = cents / 100, current() == "zh"
    size = abs(amount)
    steps = ((1e8, "亿"), (1e4, "万")) if zh else ((1e9, "bn"), (1e6, "m"), (1e3, "k"))
    for unit, name in steps:
        if size >= unit:
            if zh:  # its units are ten thousand times apart, so that one decimal would leave two digits of 1.7亿
                return f"{amount / unit:,.{max(0, 3 - int(math.log10(size / unit)))}f}{name}"
            digits = f"{amount / unit:,.1f}" if size < 1000 * unit else f"{amount / unit:,.0f}"
            return f"{digits} {name}"
    return f"{amount:,.0f}"


def headline(summary: Summary) -> Message:
    """How many borrowers the figures are of, of how many where some were set aside."""
    if not summary.failed:
        return tr("Portfolio: {count} borrowers", count=f"{summary.borrowers:,}")
    count = f"{summary.borrowers - summary.failed:,}"
    return tr("Portfolio: {count} of {all} borrowers", count=count, all=f"{summary.borrowers:,}")


def missing(summary: Summary) -> Message | None:
    """That figures leave borrowers out, which must stand before them; None where nobody was set aside."""
    if not summary.failed:
        return None
    return plural(
        tr(
            "one of {all} borrowers was set aside: neither it nor its debt is in any figure below; "
            "failures.csv says why",
            all=f"{summary.borrowers:,}",
        ),
        tr(
            "{count} of {all} borrowers were set aside: neither they nor their debt are in any figure below; "
            "failures.csv says why",
            count=f"{summary.failed:,}",
            all=f"{summary.borrowers:,}",
        ),
        summary.failed,
    )


def debt_aside(summary: Summary) -> Message | None:
    """What those owe who were set aside, and of how many no row says it; None where nobody was."""
    if not summary.failed:
        return None
    amount, known = grouped(summary.debt_aside), summary.failed - summary.unknown
    if not known:
        return tr("Debt of those set aside: not known, the book does not say it in its currency")
    if not summary.unknown:
        return tr("Debt of those set aside, by their rows of the book: {amount}", amount=amount)
    said = {"amount": amount, "known": f"{known:,}", "count": f"{summary.unknown:,}"}
    return plural(
        tr("Debt of those set aside, by their rows of the book: {amount} of {known}, that of one not known", **said),
        tr(
            "Debt of those set aside, by their rows of the book: {amount} of {known}, that of {count} not known", **said
        ),
        summary.unknown,
    )


def sources(group: Group) -> list[tuple[Message, str]]:
    """Out of what a recovery comes, with shares of it."""
    parts = (
        (tr("By payments of plans"), group.sums["by_plan"]),
        (tr("By collateral, courts and treatments"), group.otherwise),
    )
    whole = group.sums["recovery"]
    told = []
    for words, cents in parts:
        share = percent(cents / whole if whole else None)
        told.append((words, str(tr("{amount}, {share} of it", amount=grouped(cents), share=share))))
    return told


def leaning(summary: Summary) -> Message | None:
    """What must stand beside every headline that rests on the illustrative table."""
    if not summary.illustrative:
        return None
    count, offered = summary.total.illustrative, summary.leaning
    if count:
        return tr(
            "Illustrative: {count} of {all} chosen options rest on the example table of what treatments and visits "
            "bring and cost; no statistics stand behind it. Put the bank's own in its place (REPAYPLAN_TREATMENTS).",
            count=f"{count:,}",
            all=f"{summary.total.borrowers:,}",
        )
    return tr(
        "Illustrative: {count} of {all} options that were weighed rest on the example table of what treatments and "
        "visits bring and cost, and with them what was chosen, prices and what is next best; no statistics stand "
        "behind it. Put the bank's own in its place (REPAYPLAN_TREATMENTS).",
        count=f"{offered:,}",
        all=f"{summary.offered:,}",
    )


def titled(words: Message, summary: Summary) -> Message:
    """A headline, with the word where it rests on the illustrative table."""
    return tr("{heading} (illustrative)", heading=words) if summary.illustrative else words


def gap_figure(gap: float) -> str:
    """By how much a better choice could be worth more: 0.12%; what is proven to be nothing is called so."""
    if gap <= CERTIFIED:
        return f"≤ {CERTIFIED:.4%}"
    return f"{gap:.2%}" if gap >= 1e-3 else f"{gap:.4%}"


def totals(summary: Summary) -> list[tuple[Message, str]]:
    """What the whole choice comes to beside its recovery. Who has no plan misses nearly always, so how well plans are
    kept is told too."""
    sums, missed = summary.total.sums, percent(summary.total.miss)
    plans = next((group for group in summary.by_kind if group.name == "plan"), None)
    if plans is not None and plans.borrowers < summary.total.borrowers:
        missed = str(tr("{share}, of plans {plans}", share=missed, plans=percent(plans.miss)))
    return [
        (tr("Overdue today"), grouped(sums["overdue"])),
        (tr("Costs"), grouped(sums["cost"])),
        (tr("Given up"), grouped(sums["haircut"])),
        (tr("Provision"), grouped(sums["provision"])),
        (tr("Missed, weighted by debt"), missed),
    ]


def in_order(limits: Iterable[LimitUse]) -> list[LimitUse]:
    """Those that are broken, those that bind or are targets, the others."""
    return sorted(limits, key=lambda limit: (limit.kept, not weighs(limit)))


def weighs(limit: LimitUse) -> bool:
    """Whether there is something to say of a limit: it is broken, it binds, or it is what the bank wants to reach."""
    return bool(not limit.kept or limit.price or limit.gain or limit.target is not None)


def apart(cents: int) -> str:
    """A difference with its sign."""
    return f"+{short(cents)}" if cents > 0 else f"−{short(-cents)}" if cents < 0 else short(0)


def instead(case: Weighty) -> Message:
    """What the next best option of a borrower would make another, and where limits have prices, net of these."""
    said = {
        "case": case.case if case.name == case.case else tr("{case} ({name})", case=case.case, name=case.name),
        "option": option_word(case.option),
        "instead": option_word(case.instead),
        "apart": apart(case.apart),
    }
    if case.difference is None or abs(case.apart + case.difference) <= 1:
        return tr("{case}: {option}; next best is {instead}: {apart} recovered", **said)
    said["net"] = apart(-case.difference)
    return tr(
        "{case}: {option}; next best is {instead}: {apart} recovered, {net} net of what it takes of limits", **said
    )


def reasons_of(summary: Summary) -> list[str]:
    """Why borrowers were set aside and rows belong to nobody, every reason with its count."""
    told = [
        plural(
            tr("1 borrower: {reason}", reason=reason),
            tr("{count} borrowers: {reason}", count=f"{count:,}", reason=reason),
            count,
        )
        for reason, count in summary.reasons
    ]
    told += [
        plural(
            tr("1 row of nobody: {reason}", reason=reason),
            tr("{count} rows of nobody: {reason}", count=f"{count:,}", reason=reason),
            count,
        )
        for reason, count in summary.stray_reasons
    ]
    return [str(words) for words in told]


def allowed(limit: LimitUse) -> str:
    """The figure of a limit with its direction."""
    return f"{'≥' if limit.least else '≤'} {figure(limit, limit.limit)}"


def figure(limit: LimitUse, value: float | None) -> str:
    """A figure in what its limit counts, as its sentence has it."""
    return "–" if value is None else shown(value, limit.measure)


def status_word(status: str) -> str:
    """How an option was found."""
    return word(_STATUSES, status)
