"""The tables of rules that the environment names in place of the shipped ones: looked at before a run begins, part of
what it rests on, and the same in every process."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Mapping
from pathlib import Path

from repayplan.calendar import business
from repayplan.cases.excel import headings
from repayplan.errors import Fault, InputError
from repayplan.rules import ENVIRONMENT as VIEWS
from repayplan.rules import breach, futures, hazard, provision, rating, robust, treatments, views

OVERLAYS: Mapping[str, Callable[[], object]] = {
    business.OVERLAY: lambda: business.bank_days("china"),
    headings.ENVIRONMENT: headings.headings,
    VIEWS: views,
    breach.ENVIRONMENT: breach.breach_terms,
    futures.ENVIRONMENT: futures.spreads,
    hazard.ENVIRONMENT: hazard.hazard_table,
    provision.ENVIRONMENT: provision.provision_table,
    rating.ENVIRONMENT: rating.rating_table,
    robust.ENVIRONMENT: robust.robust_terms,
    treatments.ENVIRONMENT: treatments.treatments,
}
"""Every variable that names a table, and what reads that table. Other variables of the environment are none of a run's
business: they may hold passwords, and change no figure."""


def environment() -> dict[str, str]:
    """The variables that name tables of rules, for processes that began before they were set, or elsewhere."""
    return {name: os.environ[name] for name in OVERLAYS if name in os.environ}


def adopt(variables: Mapping[str, str]) -> None:
    """Make these the variables that name tables of rules."""
    for name in environment().keys() - variables.keys():
        del os.environ[name]
    os.environ.update(variables)


def refuse_unusable() -> None:
    """InputError with every fault of every table that the environment names."""
    faults: list[Fault] = []
    for name in environment():
        try:
            OVERLAYS[name]()
        except InputError as error:
            faults += error.faults
    if faults:
        raise InputError(faults)


def rules_hash() -> str:
    """Of every table that the environment names: what is in the files counts, not where they lie."""
    digest = hashlib.sha256()
    for name, path in sorted(environment().items()):
        digest.update(f"{name}=".encode())
        try:
            digest.update(hashlib.sha256(Path(path).read_bytes()).digest())
        except (OSError, ValueError):
            digest.update(path.encode())
    return digest.hexdigest()
