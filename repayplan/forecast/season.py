"""Stub"""
from __future__ import annotations
from collections.abc import Iterator
from repayplan.cases.sources import Season
from repayplan.forecast.flows import Flow, Window
def season_flows(source: Season, window: Window) -> Iterator[Flow]:
    """Every season."""
    yield from ()
