"""Shapes that fix a share and let date and amount follow the receipts."""

from __future__ import annotations

from repayplan.formulation.frame import Frame
from repayplan.formulation.shaping import follow, shape, states
from repayplan.solvers.staged import Draft

_LEAST = "or the minimum where all that comes in is less"


@shape(
    "milestone_share",
    formula=f"x_t = Σ_k θ_{{k,t}} a_{{k,t}}, {_LEAST}; θ_{{k,t}} ≥ θ_{{k,t−1}}; x_n at most that",
    unknowns="a share of each milestone, never falling along the project k",
    follows="payment dates after grace, from the first on which anything can be paid",
)
def milestone_share(draft: Draft, frame: Frame) -> None:
    """A share of each milestone, never falling along the project."""
    _shares(draft, frame, rising=True)


@shape(
    "store_share",
    formula=f"x_t = Σ_k θ_k a_{{k,t}}, {_LEAST}; x_n at most that",
    unknowns="one share for the chain, or one for each of at most five groups k",
    follows="payment dates after grace, from the first on which anything can be paid",
)
def store_share(draft: Draft, frame: Frame) -> None:
    """A share of what stores bring in."""
    _shares(draft, frame, rising=False)


@shape(
    "receivable_share",
    formula=f"x_t = Σ_k θ_k a_{{k,t}}, {_LEAST}; x_n at most that",
    unknowns="one share for each source k of receivables",
    follows="payment dates after grace, from the first on which anything can be paid",
)
def receivable_share(draft: Draft, frame: Frame) -> None:
    """A share of what debtors pay."""
    _shares(draft, frame, rising=False)


def _shares(draft: Draft, frame: Frame, *, rising: bool) -> None:
    """x = Σ share·receipts; where receipts could bring it, the minimum is brought before the last payment."""
    form = frame.problem.form
    follow(draft, frame, states(draft, frame, 1.0, rising=rising), frame.money(form.weight))
    if form.minimum:
        least = form.minimum / frame.problem.scale[:, None]
        terms = [(-1.0, payment) for payment in frame.payments]
        draft.row(f"{form.kind}.minimum", terms, -least, where=form.counted & frame.before_last)
