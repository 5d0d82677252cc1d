"""The pages of limits, of shapes and of a book's tables are the registers'."""

from pathlib import Path

from repayplan.report.book_page import book_page
from repayplan.report.limits import limits_page
from repayplan.report.shapes_page import shapes_page


def test_the_page_of_limits_is_current() -> None:
    page = Path(__file__).parents[2] / "docs" / "limits.md"
    assert page.read_text(encoding="utf-8") == limits_page(), "run make docs"


def test_the_page_of_shapes_is_current() -> None:
    page = Path(__file__).parents[2] / "docs" / "shapes.md"
    assert page.read_text(encoding="utf-8") == shapes_page(), "run make docs"


def test_the_page_of_books_is_current() -> None:
    page = Path(__file__).parents[2] / "docs" / "book.md"
    assert page.read_text(encoding="utf-8") == book_page(), "run make docs"
