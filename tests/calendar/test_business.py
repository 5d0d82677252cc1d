"""Business days. Sources: State Council notices on the holidays of 2025 (国办发明电〔2024〕12号) and 2026."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from repayplan.calendar.business import OVERLAY, Adjustment, BusinessCalendar, bank_days
from repayplan.errors import InputError

CHINA = BusinessCalendar("china")


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


@pytest.mark.parametrize(
    ("date", "is_open"),
    [
        ("2025-01-01", False),  # New Year
        ("2025-01-26", True),  # a Sunday worked for the Spring Festival
        ("2025-01-28", False),  # Spring Festival eve
        ("2025-02-04", False),  # last day of the Spring Festival
        ("2025-02-08", True),  # a Saturday worked for it
        ("2025-09-28", True),  # a Sunday worked for the National Day
        ("2025-10-08", False),
        ("2025-10-09", True),
        ("2025-03-15", False),  # an ordinary Saturday
    ],
)
def test_announced_days(date: str, is_open: bool) -> None:
    assert CHINA.is_open(day(date)) is is_open
    assert not CHINA.is_provisional(day(date))


def test_a_year_without_make_up_workdays_is_a_prediction() -> None:
    assert CHINA.is_provisional(day("2035-10-01"))
    assert not BusinessCalendar("weekdays").is_provisional(day("2035-10-01"))


@pytest.mark.parametrize(
    ("date", "adjustment", "expected"),
    [
        ("2025-10-01", "none", "2025-10-01"),
        ("2025-10-01", "following", "2025-10-09"),
        ("2025-10-01", "preceding", "2025-09-30"),
        ("2025-05-31", "modified_following", "2025-05-30"),  # Dragon Boat: Saturday 31 May to Monday 2 June
        ("2025-02-01", "modified_preceding", "2025-02-05"),
        ("2025-10-09", "following", "2025-10-09"),
    ],
)
def test_days_move(date: str, adjustment: Adjustment, expected: str) -> None:
    assert CHINA.adjust(day(date), adjustment) == day(expected)


def test_calendars_without_holidays() -> None:
    assert not BusinessCalendar("weekdays").is_open(day("2025-10-04"))
    assert BusinessCalendar("weekdays").is_open(day("2025-10-01"))
    assert BusinessCalendar("every_day").is_open(day("2025-10-04"))


def test_an_overlay_has_the_last_word(tmp_path: Path) -> None:
    path = tmp_path / "holidays.csv"
    path.write_text("# announced in November\n2035-10-06, work\n2035-10-09,free  # moved\n\n", encoding="utf-8")
    calendar = CHINA.with_overlay(path)
    assert calendar.is_open(day("2035-10-06"))
    assert not calendar.is_open(day("2035-10-09"))
    assert not calendar.is_provisional(day("2035-10-09"))


def test_every_wrong_line_of_an_overlay_is_named(tmp_path: Path) -> None:
    path = tmp_path / "holidays.csv"
    path.write_text("2035-10-06,open\n2035-13-01,free\n2035-10-07,free\n", encoding="utf-8")
    with pytest.raises(InputError) as error:
        CHINA.with_overlay(path)
    assert [fault.where for fault in error.value.faults] == ["holidays.csv:1", "holidays.csv:2"]


def test_the_environment_names_the_overlay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "holidays.csv").write_text("2035-10-06,work\n", encoding="utf-8")
    monkeypatch.setenv(OVERLAY, str(tmp_path / "holidays.csv"))
    assert bank_days("china").is_open(day("2035-10-06"))
    assert not bank_days("weekdays").is_open(day("2035-10-06"))


@pytest.mark.parametrize("content", [None, b"\xff\xfe\x00"])
def test_an_overlay_that_cannot_be_read_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes | None
) -> None:
    path = tmp_path / "holidays.csv"
    if content is not None:
        path.write_bytes(content)
    monkeypatch.setenv(OVERLAY, str(path))
    with pytest.raises(InputError, match="cannot be read"):
        bank_days("china")
