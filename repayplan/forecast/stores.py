"""Stub"""
from __future__ import annotations
from collections.abc import Iterator
from repayplan.cases.sources import Stores
from repayplan.forecast.flows import Flow, Window
def store_flows(source: Stores, window: Window) -> Iterator[Flow]:
    """Every store."""
    yield from ()
