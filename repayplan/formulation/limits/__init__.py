"""One file a subject; importing them fills the register."""

from repayplan.formulation.limits import cash, count, debt, installments, pace

__all__ = ["cash", "count", "debt", "installments", "pace"]
