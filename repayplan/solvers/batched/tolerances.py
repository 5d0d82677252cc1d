"""What both ways to iterate go by. Programs arrive scaled so that one is the case's whole debt."""

from __future__ import annotations

EMPTY = 2e-9
"""A box or row that is missed by more than this has no point: a solver would not find one either."""

BACK = 0.9995
"""How far a step goes of the way to the first wall."""

HELD = 1e-8
"""What holds every step back, as in a proximal method: the root of the machine's precision, so that rounding, this much
of the largest pivot, cannot eat the smallest one. The next step makes good what is missed by it.
"""

HELD_ROW = 1e-10
"""The same for rows of inequalities, whose residual is made good at once: two of them that leave nothing between them
have no pivot otherwise.
"""

CLOSE = 1e-10
"""How far a point may be from its equations to be done."""

PROVEN = 1e-7
"""A bound of the cost nothing above this, for duals no larger than one, proves that there is no point."""

WORTH_KEEPING = 1e-5
"""Points are kept from this gap on."""

NOTHING = 1e-15
"""Complementarity at which rounding is all there is."""

GOOD = 1e-8
PATIENCE, LONG_PATIENCE = 3, 10
"""Iterations without a better point, after which the best one stands: with a gap that is good, and otherwise."""

FIXED = 1e-9
"""A box no wider than this is one number."""

WORTHWHILE = 0.999
"""A box is made narrower only if it becomes narrower than this part of what it was."""

MARGIN = 1e-12
"""Boxes are made wider by this, for rounding."""

ROUNDS = 12
"""How often every row is looked at for the boxes it implies."""

SURE = 1e-3
"""An entry that is smaller in some lane is no pivot."""
