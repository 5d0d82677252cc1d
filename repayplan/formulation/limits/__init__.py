"""One file a subject; importing them fills the register."""

from repayplan.formulation.limits import cash, debt, installments, law, pace, worth

__all__ = ["cash", "debt", "installments", "law", "pace", "worth"]
