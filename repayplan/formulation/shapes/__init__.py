"""One file a family of shapes; importing them fills the register."""

from repayplan.formulation.shapes import contingent, level, rising

__all__ = ["contingent", "level", "rising"]
