"""The pages of limits and of shapes are the registers'."""

from pathlib import Path

from repayplan.report.limits import limits_page
from repayplan.report.shapes_page import shapes_page


def test_the_page_of_limits_is_current() -> None:
    page = Path(__file__).parents[2] / "docs" / "limits.md"
    assert page.read_text(encoding="utf-8") == limits_page(), "run make docs"


def test_the_page_of_shapes_is_current() -> None:
    page = Path(__file__).parents[2] / "docs" / "shapes.md"
    assert page.read_text(encoding="utf-8") == shapes_page(), "run make docs"
