"""What may come instead of what is expected: thousands of drawn futures, and stresses that have a name."""

from repayplan.forecast.futures.drawing import METHODS, Drawing, Method
from repayplan.forecast.futures.draws import RESPONSES, draw_futures
from repayplan.forecast.futures.result import NEVER, Futures
from repayplan.forecast.futures.stages import named, whole
from repayplan.forecast.futures.stresses import Idle, Stressed, stressed

__all__ = [
    "METHODS",
    "NEVER",
    "RESPONSES",
    "Drawing",
    "Futures",
    "Idle",
    "Method",
    "Stressed",
    "draw_futures",
    "named",
    "stressed",
    "whole",
]
