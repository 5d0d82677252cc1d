"""How likely a borrower is to fail: rating with reasons, hazard curves."""
