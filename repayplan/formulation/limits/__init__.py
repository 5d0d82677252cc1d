"""One file a subject; importing them fills the register."""

from repayplan.formulation.limits import accounts, cash, count, debt, installments, law, pace, sharing, worth

__all__ = ["accounts", "cash", "count", "debt", "installments", "law", "pace", "sharing", "worth"]
