"""A robust plan beside the plain one, in futures that neither was made for."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.table import Table

from repayplan.language import tr
from repayplan.money import grouped, plain
from repayplan.planning.robust.plan import Robust
from repayplan.planning.stress import Trial
from repayplan.report.files import plan_document
from repayplan.report.layout import heading


def show_beside(made: Robust, console: Console) -> None:
    """Print both plans' figures side by side; nothing where there is no plan to try."""
    if made.trial is None or made.plain_trial is None:
        return
    heading(tr("Beside the plain plan"), console)
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False)
    table.add_column("", style="dim")
    for title in (tr("robust"), tr("plain")):
        table.add_column(str(title), justify="right")
    both = (made.trial, made.plain_trial)
    plans = (made.plan, made.plain)
    table.add_row(str(tr("An installment is missed in")), *(f"{one.missed.value:.1%}" for one in both))
    table.add_row(str(tr("Recovered on average")), *(grouped(round(one.recovery.value)) for one in both))
    table.add_row(str(tr("Recovered in the worst 5%")), *(grouped(round(one.worst.value)) for one in both))
    table.add_row(str(tr("Paid in all, if it is kept")), *(grouped(one.metrics.recovered) for one in plans))
    table.add_row(str(tr("Last payment")), *(str(one.metrics.final_date or "") for one in plans))
    console.print(table)


def robust_document(made: Robust) -> dict[str, Any]:
    """The plan as in its file, and under ``robust`` what becomes of it and of the plain plan; amounts as text."""
    document = dict(plan_document(made.plan))
    if made.trial is not None and made.plain_trial is not None:
        drawing = made.trial.drawing
        document["robust"] = {
            "holds": made.holds,
            "scenarios": drawing.scenarios,
            "seed": drawing.seed,
            "method": drawing.method,
            "sample": drawing.sample,
            "plan": _figures(made.trial),
            "plain": _figures(made.plain_trial),
        }
    return document


def _figures(trial: Trial) -> dict[str, Any]:
    return {
        "missed": trial.missed.value,
        "missed_error": trial.missed.error,
        "recovery": plain(round(trial.recovery.value)),
        "recovery_error": plain(round(trial.recovery.error)),
        "worst": plain(round(trial.worst.value)),
    }
