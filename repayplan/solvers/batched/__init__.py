"""Thousands of programs of one pattern solved at once by an interior point method, each with its certificate."""

from __future__ import annotations

from repayplan.solvers.batched.programs import Programs, costs, every_lane, stacked
from repayplan.solvers.batched.solver import Batched, Solved, solve_batch, solve_lanes

__all__ = ["Batched", "Programs", "Solved", "costs", "every_lane", "solve_batch", "solve_lanes", "stacked"]
