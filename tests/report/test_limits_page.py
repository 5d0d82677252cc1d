"""The page of limits is the register's."""

from pathlib import Path

from repayplan.report.limits import limits_page


def test_the_page_of_limits_is_current() -> None:
    page = Path(__file__).parents[2] / "docs" / "limits.md"
    assert page.read_text(encoding="utf-8") == limits_page(), "run make docs"
