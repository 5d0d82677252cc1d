"""A case becomes a workbook and reads back as the same case, whatever it holds, in either language and unit."""

from __future__ import annotations

import io
import random
from collections import Counter

import openpyxl
import pytest
from any_case import any_case
from hypothesis import given, settings
from hypothesis import strategies as st

from repayplan.cases.excel.reader import read_workbook
from repayplan.cases.excel.writer import workbook_of
from repayplan.cases.models import Case
from repayplan.cases.readers import read_text, to_case
from repayplan.cases.templates import STORIES, template, workbook_template
from repayplan.cases.writers import case_to_dict
from repayplan.language import LANGUAGES, speaking


def read(content: bytes) -> Case:
    return to_case(read_workbook(content, "case.xlsx"))


@settings(max_examples=150)
@given(st.integers(0, 2**32), st.sampled_from(LANGUAGES), st.sampled_from([1, 10_000]))
def test_every_case_comes_back(seed: int, language: str, unit: int) -> None:
    case = any_case(random.Random(seed))
    with speaking(language):
        content = workbook_of(case, unit)
    assert case_to_dict(read(content)) == case_to_dict(case)


def test_the_cases_are_of_every_kind() -> None:
    kinds = Counter(source.kind for seed in range(200) for source in any_case(random.Random(seed)).cash.sources)
    assert len(kinds) == 8
    assert min(kinds.values()) > 10


@pytest.mark.parametrize("unit", [1, 10_000])
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("story", STORIES)
def test_template_fill_read_write_read(story: str, language: str, unit: int) -> None:
    """The template says what the YAML says; filled in by a script it can be read, written again and read again."""
    with speaking(language):
        content = workbook_template(story, unit)["case.xlsx"]
        assert read(content) == read_text(template(story)["case.yaml"], "case.yaml", "yaml")
        book = openpyxl.load_workbook(io.BytesIO(content))
        overview = book.worksheets[0]
        overview["B5"] = "另一家公司"
        overview["B12"] = "123.45万元"
        filled = io.BytesIO()
        book.save(filled)
        case = read(filled.getvalue())
        assert (case.enterprise.name, str(case.cash.opening)) == ("另一家公司", "1234500.00")
        assert read(workbook_of(case, unit)) == case


def test_amounts_that_fifteen_digits_do_not_hold() -> None:
    data = {
        "schema": "repayplan/case/1",
        "as_of": "2026-11-20",
        "currency": "THB",
        "enterprise": {"name": "x"},
        "loans": [{"id": "L1", "principal": "9999999999999.99", "rate": "0.04351234567890123456789"}],
        "cash": {
            "opening": "-9999999999999.99",
            "sources": [{"kind": "monthly", "name": "y", "start": "2026-12", "amounts": ["0.01", "0.00"]}],
        },
    }
    case = Case.model_validate(data)
    for unit in (1, 10_000):
        assert read(workbook_of(case, unit)) == case
