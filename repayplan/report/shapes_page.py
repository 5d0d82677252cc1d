"""The register of shapes as a page of the documentation."""

from __future__ import annotations

from repayplan.compliance.registry import checks
from repayplan.formulation.shaping import shapes
from repayplan.planning.courses import roundings
from repayplan.report.limits import cell, first_line

HEAD = """# Shapes

What installments may look like (`policy.shape`). Without one each is as large as is best. A shape says x = z⁰ + Zθ
with a few unknown θ, *until cleared*: every payment date is tried as the last; payments before it follow the shape,
it may be smaller, none comes after it, and the best date is kept. Without that, more cash could make a worse plan:
payments would have to go on to the end of the term.

A plain name is enough where nothing is left open (`shape: level`); otherwise a kind with its fields, for example
`shape: {kind: step_up, growth: 10%}`. `repayplan schema` lists them all.

Each shape is three functions of one name, from registers that this page is written from (`make docs`): rows of the
program (`repayplan/formulation/shapes`), a rounding of its θ (`repayplan/planning/courses.py`), and a check of the
finished plan (`repayplan/compliance`), by which `repayplan verify` judges. What is rounded is θ, never a single
payment; the last payment is what the ledger says is left, at most a tenth above what the shape says. *Sign* is how
the rows weigh on the debt, as for [limits](limits.md).

| shape | payments | θ | dates that follow it | sign | rounded | what is checked |
| --- | --- | --- | --- | --- | --- | --- |
"""

TAIL = """
`level_principal` and `interest_only` settle interest before principal and are refused with `order: principal_first`.

## Rules in place of amounts

Shapes whose names end in *share* are *contingent*: they fix a share, and day and amount follow what comes in. What
is signed is a rule: the source, the share, the controlled account its receipts go to, the days within which a
receipt is shared out, a least amount for each payment day, and a long-stop date on which the expected amount falls
due whatever has come in. The amounts of the schedule are what the rules make of the bank's view of the forecast.

- A receipt is shared out on the first payment date that is not before it. `pay_within_days` is the longest such
  wait where nothing is said; a case that promises less is refused with the receipt that would have to wait.
- The least amount is due on every date on which all receipts together come to less. On the others shares are sought
  that bring at least that.
- The shares are signed to 0.01 %. Those of the milestones that the last payment takes are no larger than it needs.
- Dates of a grace time, and those before anything can be paid, are left out, and so are their receipts.
- `plan.json` has the rules under `rules`; `repayplan verify` applies them to the forecast and compares what they
  make with what is paid, to the cent. It refuses rules that the policy and the sources do not make, shares that
  fall along a project, and words that are not their rule's.
"""


def shapes_page() -> str:
    """The page in Markdown, one line a shape."""
    lines = [
        f"| {name} | {cell(entry.formula)} | {cell(entry.unknowns)} | {cell(entry.follows)} | {cell(entry.sign)} "
        f"| {cell(first_line(roundings()[name].__doc__))} | {cell(first_line(checks()[name].judge.__doc__))} |"
        for name, entry in shapes().items()
    ]
    return HEAD + "\n".join(lines) + "\n" + TAIL
