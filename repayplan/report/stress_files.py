"""A plan in futures as files: ``stress.json`` for programs, ``bands.csv`` for spreadsheets, ``stress.png``."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

from repayplan.evaluate.statistics import Estimate
from repayplan.language import Message, tr
from repayplan.money import plain
from repayplan.planning.first_miss import reason
from repayplan.planning.outlook import sentence
from repayplan.planning.stress import WORST, Named, Trial
from repayplan.publishing import publish
from repayplan.report.fan import picture
from repayplan.report.files import csv_file
from repayplan.report.stress import best_effort, hazard_words
from repayplan.rules.futures import spreads

DOCUMENT, BANDS, PICTURE = "stress.json", "bands.csv", "stress.png"

BANDED = {"cash": tr("Cash"), "debt": tr("Debt"), "arrears": tr("Arrears")}


def stress_document(trial: Trial) -> dict[str, Any]:
    """What ``--json`` prints: plain values, amounts as decimal strings, probabilities as fractions of one."""
    drawing = trial.drawing
    return {
        "schema": "repayplan/stress/1",
        "currency": trial.case.currency,
        "as_of": trial.case.as_of.isoformat(),
        "plan": {
            "status": trial.status,
            "unpaid": plain(trial.unpaid),
            "warning": None if (effort := best_effort(trial)) is None else str(effort),
        },
        "sentence": str(sentence(trial, reason(trial))),
        "drawing": {
            "scenarios": drawing.scenarios,
            "seed": drawing.seed,
            "method": drawing.method,
            "sample": drawing.sample,
            "spreads_valid_from": spreads().valid_from.isoformat(),
        },
        "hazard": {"decides": trial.hazard, "sentence": str(hazard_words(trial))},
        "engine": trial.evaluation.engine,
        "missed": _share(trial.missed),
        "defaulted": None if trial.defaulted is None else _share(trial.defaulted),
        "recovery": {**_amount(trial.recovery), "planned": plain(trial.expected)},
        "worst": {**_amount(trial.worst), "share": WORST},
        "least_cover": {"low": _finite(trial.cover[0]), "median": _finite(trial.cover[1])},
        "first_misses": [{"date": day.isoformat(), **_share(share)} for day, share in trial.first_misses],
        "bands": _bands(trial),
        "stresses": [_named(row) for row in trial.named],
        "idle": [{"name": str(Message(idle.name)), "reason": str(idle.why)} for idle in trial.idle],
    }


def write_stress(trial: Trial, directory: str | Path) -> list[Path]:
    """Write the files and return their paths. Raises InputError where the directory cannot take them."""
    document = json.dumps(stress_document(trial), ensure_ascii=False, indent=2, allow_nan=False).encode() + b"\n"
    files = {BANDS: csv_file(_table(trial)), PICTURE: picture(trial), DOCUMENT: document}
    return publish(Path(directory), files)[::-1]


def _share(share: Estimate) -> dict[str, float | None]:
    return {"share": share.value, "error": _finite(share.error)}


def _amount(amount: Estimate) -> dict[str, str | None]:
    error = None if math.isnan(amount.error) else plain(round(amount.error))
    return {"amount": plain(round(amount.value)), "error": error}


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _bands(trial: Trial) -> list[dict[str, Any]]:
    bands = trial.evaluation.bands
    if bands is None:
        return []
    return [
        {
            "date": day.isoformat(),
            "planned": plain(trial.planned[stage]),
            **{
                name: {
                    f"{level:.2f}": plain(round(float(getattr(bands, name)[0, place, stage])))
                    for place, level in enumerate(bands.levels)
                }
                for name in BANDED
            },
        }
        for stage, day in enumerate(trial.days)
    ]


def _named(row: Named) -> dict[str, Any]:
    return {
        "name": str(Message(row.stress.name)),
        "reason": None if row.stress.reason is None else str(Message(row.stress.reason)),
        "first_missed": None if row.missed is None else row.missed.isoformat(),
        "missing": plain(row.missing),
        "defaulted": None if row.defaulted is None else row.defaulted.isoformat(),
        "unpaid": plain(row.unpaid),
        "recovered": plain(round(row.value)),
    }


def _table(trial: Trial) -> list[list[str]]:
    """Headings in the language in use, a row a stage."""
    bands = trial.evaluation.bands
    levels = () if bands is None else bands.levels
    headings = [str(tr("Date")), str(tr("Planned"))]
    headings += [f"{words} {level:.0%}" for words in BANDED.values() for level in levels]
    rows = [headings]
    for stage, day in enumerate(trial.days):
        cells = [
            plain(round(float(getattr(bands, name)[0, place, stage])))
            for name in BANDED
            for place in range(len(levels))
        ]
        rows.append([day.isoformat(), plain(trial.planned[stage]), *cells])
    return rows
