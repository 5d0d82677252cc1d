"""The register of limits as a page of the documentation."""

from __future__ import annotations

from repayplan.compliance.registry import checks
from repayplan.formulation.registry import limits

HEAD = """# Limits

Every limit is two functions of one name: rows of the program (`repayplan/formulation/limits`) and a check of the
finished plan in whole cents (`repayplan/compliance`), by which `repayplan verify` judges. Both come from registers, and
this page is written from them: `make docs`. *Sign* is how the rows weigh on the debt: a row without sign is exact in
every mode of [the model](model.md).

| limit | rows | where it applies | source | sign | what is checked |
| --- | --- | --- | --- | --- | --- |
"""


def limits_page() -> str:
    """The page in Markdown, one line a limit."""
    lines = [
        f"| {name} | {cell(entry.formula)} | {cell(entry.applies)} | {cell(entry.source)} | {cell(entry.sign)} "
        f"| {cell(first_line(checks()[name].judge.__doc__))} |"
        for name, entry in limits().items()
    ]
    return HEAD + "\n".join(lines) + "\n"


def cell(text: str) -> str:
    """A text inside a table."""
    return text.replace("|", "\\|")


def first_line(text: str | None) -> str:
    """What a docstring says first."""
    return (text or "").strip().split("\n")[0].rstrip(".")
