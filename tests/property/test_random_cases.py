"""The borrowers that tests draw by number are of every kind: what is drawn by no test is seen by none.

Cases that hypothesis draws are others wherever other modules are loaded, as it collects their constants. What is asked
here does not hang on that.
"""

from __future__ import annotations

from collections import Counter

from borrowers_by_family import FAMILIES, borrower, family

from repayplan.cases.models import Case
from repayplan.cases.shapes import SHAPES
from repayplan.errors import InputError
from repayplan.problem.assemble import assemble
from repayplan.problem.terms import Terms, resolve

TURNS = 6
"""As many as the family with the most ways to be one."""


def kinds(case: Case, terms: Terms) -> set[str]:
    """What a case is an example of."""
    policy = case.policy
    asked = ("arrears_cleared", "max_waived", "all_in_charge", "npv", "liquidation_floor", "max_burden")
    return {
        f"{len(case.loans)} loans",
        *(name for name in asked if getattr(policy, name) not in (None, "off")),
        *(f"{name} {getattr(terms, name)}" for name in ("shape", "prefer", "order", "allocation", "route", "arrears")),
        *(["lender"] if any(loan.lender for loan in case.loans) else []),
        *(["waiver"] if any(loan.waiver for loan in case.loans) else []),
        *(["table"] if policy.hazard == "table" else []),
    }


WANTED = {
    *(f"{count} loans" for count in (1, 2, 3)),
    *(f"shape {name}" for name in SHAPES),
    *(f"prefer {name}" for name in ("earliest", "smoothest", "fewest")),
    *(f"order {name}" for name in ("civil_code", "principal_first")),
    *(f"allocation {name}" for name in ("free", "rank", "legal", "pari_passu")),
    *(f"route {name}" for name in ("extension", "restructuring", "refinancing", "settlement", "forbearance")),
    *("arrears capitalize", "arrears keep", "arrears_cleared", "max_waived", "all_in_charge", "npv"),
    *("liquidation_floor", "max_burden", "lender", "waiver", "table"),
    *(f"mode {name}" for name in "ABCD"),
}


def test_every_family_and_shape_and_mode_is_drawn_and_can_be_planned() -> None:
    found: Counter[str] = Counter()
    for number in range(TURNS * len(FAMILIES)):
        case = borrower(number)
        terms = resolve(case)
        try:
            problem = assemble(case, terms)
        except InputError:  # refused debts are no example
            continue
        found.update(kinds(case, terms) | {family(number)} | {f"mode {mode}" for mode in problem.modes})
    assert set(found) >= WANTED | set(FAMILIES), (WANTED | set(FAMILIES)) - set(found)


def test_a_number_is_always_the_same_borrower() -> None:
    assert [borrower(number) for number in (0, 7, 40)] == [borrower(number) for number in (0, 7, 40)]
    assert len({borrower(number).model_dump_json() for number in range(2 * len(FAMILIES))}) == 2 * len(FAMILIES)
