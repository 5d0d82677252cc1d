"""A book yields the cases that were put into it, whatever kind of book it is."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path

import pytest
from books import (
    STORIES,
    Tables,
    many,
    story,
    tables_of,
    write_csv,
    write_database,
    write_parquet,
    write_workbook,
)

from repayplan.errors import InputError
from repayplan.language import speaking
from repayplan.portfolio.book import BookCase, Failure
from repayplan.portfolio.book.build import read_cases
from repayplan.portfolio.book.index import build_index, open_index, place_of, strays
from repayplan.portfolio.book.opening import shown_book

POSTGRES = "REPAYPLAN_POSTGRES"


def read(book: str | Path, index: Path) -> list[BookCase | list[Failure]]:
    found = build_index(book, index)
    return list(read_cases(found, 0, found.borrowers))


def cases(found: list[BookCase | list[Failure]]) -> list[BookCase]:
    assert all(isinstance(each, BookCase) for each in found), found
    return [each for each in found if isinstance(each, BookCase)]


@pytest.mark.parametrize("name", STORIES)
def test_every_shipped_story_survives_the_tables(name: str, tmp_path: Path) -> None:
    (found,) = cases(read(write_csv(tmp_path / "book", tables_of({"C-1": story(name)})), tmp_path / "i"))
    wanted = story(name)
    wanted = wanted.model_copy(update={"enterprise": wanted.enterprise.model_copy(update={"id": "C-1"})})
    assert found.case == wanted
    assert (found.id, found.row, found.region, found.industry) == ("C-1", 2, "North", wanted.enterprise.industry)


def in_every_form(book: Tables, folder: Path) -> dict[str, str | Path]:
    forms: dict[str, str | Path] = {
        "csv": write_csv(folder / "csv", book),
        "parquet": write_parquet(folder / "parquet", book),
        "excel": write_workbook(folder / "book.xlsx", book),
        "sqlite": write_database(f"sqlite:///{folder / 'book.sqlite'}", book),
    }
    return forms


def test_files_workbook_and_database_say_the_same(tmp_path: Path) -> None:
    book = many(9, STORIES)
    forms = in_every_form(book, tmp_path)
    found = {name: read(form, tmp_path / f"{name}.index") for name, form in forms.items()}
    assert len(cases(found["csv"])) == 9
    assert found["csv"] == found["parquet"] == found["excel"] == found["sqlite"]


@pytest.mark.skipif(POSTGRES not in os.environ, reason=f"{POSTGRES} names no database; .ci/run starts one")
def test_postgresql_says_the_same(tmp_path: Path) -> None:
    book = many(9, STORIES)
    url = write_database(os.environ[POSTGRES], book)
    plain = url.replace("postgresql+psycopg://", "postgresql://")
    assert read(plain, tmp_path / "a") == read(write_csv(tmp_path / "csv", book), tmp_path / "b")


def test_the_order_of_rows_in_other_tables_does_not_matter(tmp_path: Path) -> None:
    book = many(6)
    mixed = book | {name: rows[::-1] for name, rows in book.items() if name in ("loans", "statements")}
    one, other = (
        read(write_csv(tmp_path / name, each), tmp_path / f"{name}.i") for name, each in (("a", book), ("b", mixed))
    )
    assert one == other


def test_headings_are_those_of_workbooks_in_either_language_with_their_unit(tmp_path: Path) -> None:
    (tmp_path / "借款人.csv").write_bytes(
        "客户号,借款人,行业,地区,风险等级,余额日期,现有现金（万元）,每月经营支出,备注\n"
        "K1,恒泰建筑,建筑,华东,中,2026年11月20日,54,25万,老客户\n".encode("gb18030")
    )
    (tmp_path / "贷款.csv").write_text(
        "客户号;合同号;未到期本金;逾期本金;年利率(%);抵押物净值\nK1;HT-1;190万;60万;4.35;—\n", encoding="utf-8-sig"
    )
    (tmp_path / "现金来源.csv").write_text(
        '案件号,来源号,类型,名称,起始月份,每月金额,月数\nK1,1,每月收支,货款,2026年12月,"400,000",36个月\n',
        encoding="utf-8",
    )
    (found,) = cases(read(tmp_path, tmp_path / "i.sqlite"))
    case = found.case
    assert (str(case.cash.opening), str(case.cash.operating_cost), case.policy.rating) == (
        "540000.00",
        "250000.00",
        "medium",
    )
    assert (str(case.loans[0].principal), str(case.loans[0].rate)) == ("1900000.00", "0.0435")
    assert (case.cash.sources[0].kind, found.region, found.case.enterprise.name) == ("monthly", "华东", "恒泰建筑")


def test_a_day_in_a_file_may_be_the_number_of_a_spreadsheet(tmp_path: Path) -> None:
    """46096 is 2026-03-15, as a date column is saved that is not formatted as dates; 46357 is 2026-12-01."""
    written, numbered = (many(1, ("trade",)) for _ in range(2))
    for table, column, day, number in (
        ("borrowers", "as_of", "2026-03-15", "46096"),
        ("flows", "date", "2026-12", "46357"),
    ):
        written[table] = [row | {column: day} for row in written[table][:1]]
        numbered[table] = [row | {column: number} for row in numbered[table][:1]]
    wanted = read(write_csv(tmp_path / "wanted", written), tmp_path / "wanted.index")
    assert cases(wanted)
    assert read(write_csv(tmp_path / "csv", numbered), tmp_path / "csv.index") == wanted
    assert read(write_parquet(tmp_path / "parquet", numbered), tmp_path / "parquet.index") == wanted


@pytest.mark.parametrize(("epoch", "number"), [("WINDOWS", 46_096), ("MAC", 44_634)])
def test_a_number_of_a_day_counts_from_the_epoch_of_its_workbook(tmp_path: Path, epoch: str, number: int) -> None:
    """From 1904-01-01, 44634 days on is 2026-03-15: 46096 less the 1,462 days between the two epochs."""
    import openpyxl
    from openpyxl.utils import datetime as epochs

    path = write_workbook(tmp_path / "book.xlsx", many(1, ("trade",)))
    file = openpyxl.load_workbook(path)
    sheet = file["borrowers"]
    (place,) = [cell.column for cell in sheet[1] if cell.value == "as_of"]
    cell = sheet.cell(2, place)
    cell.value, cell.number_format = number, "General"
    file.epoch = {"WINDOWS": epochs.CALENDAR_WINDOWS_1900, "MAC": epochs.CALENDAR_MAC_1904}[epoch]
    file.save(path)
    (found,) = cases(read(path, tmp_path / "i"))
    assert found.case.as_of == dt.date(2026, 3, 15)


def test_headings_of_a_sheet_may_stand_under_a_title(tmp_path: Path) -> None:
    import openpyxl

    path = write_workbook(tmp_path / "book.xlsx", many(2, ("trade",)))
    before = read(path, tmp_path / "a")
    file = openpyxl.load_workbook(path)
    file["borrowers"].insert_rows(1, 2)
    file["borrowers"]["A1"] = "Borrowers of the branch, November"
    file["borrowers"].merge_cells("A1:D1")
    file.save(path)
    after = cases(read(path, tmp_path / "b"))
    assert [each.case for each in after] == [each.case for each in cases(before)]
    assert [each.row for each in after] == [4, 5]


def test_wrong_headings_are_told_in_chinese_to_who_reads_chinese(tmp_path: Path) -> None:
    write_csv(tmp_path, many(1))
    (tmp_path / "borrowers.csv").write_text("案件号,风险等极\nB-1,低\n", encoding="utf-8")
    with speaking("zh"), pytest.raises(InputError) as refused:
        read(tmp_path, tmp_path / "i.sqlite")
    assert "风险等级 (rating)" in str(refused.value)
    assert "余额日期 (as_of)" in str(refused.value)


def test_a_book_that_is_none_is_refused(tmp_path: Path) -> None:
    book = many(2)
    (write_csv(tmp_path / "a", book) / "borrowers.csv").rename(tmp_path / "a" / "borowers.csv")
    write_csv(tmp_path / "b", {"borrowers": book["borrowers"]})
    write_csv(tmp_path / "c", book | {"borrowers": []})
    (tmp_path / "d").mkdir()
    told = {
        "a": "there is no such table; value: borowers; → did you mean borrowers?",
        "b": "the table loans is missing",
        "c": "the book has no borrowers",
        "d": "the table borrowers is missing",
        "e": "there is no such book",
    }
    for name, words in told.items():
        with pytest.raises(InputError) as refused:
            read(tmp_path / name, tmp_path / "i")
        assert words in str(refused.value)
    assert not list(tmp_path.glob("*i*")), "nothing half-made stays"


def test_every_wrong_heading_is_named_at_once(tmp_path: Path) -> None:
    write_csv(tmp_path, many(1))
    text = (tmp_path / "loans.csv").read_text()
    (tmp_path / "loans.csv").write_text(text.replace("penalty,", "penalties,").replace("rate\n", "raet,rate,rate\n"))
    (tmp_path / "borrowers.csv").write_text("case,name,opening\nB-1,x,1\n")
    with pytest.raises(InputError) as refused:
        read(tmp_path, tmp_path / "i.sqlite")
    said = str(refused.value)
    assert "penalties; → did you mean penalty?" in said
    assert "borrowers.csv: the column as_of is missing" in said


def test_rows_that_belong_to_nobody_are_named_and_nothing_else_changes(tmp_path: Path) -> None:
    book = many(4)
    book["borrowers"].append(book["borrowers"][1] | {"opening": "1.00"})  # stands twice
    book["borrowers"].append(book["borrowers"][2] | {"case": ""})
    book["loans"].append(book["loans"][0] | {"case": "B-99999"})
    index = build_index(write_csv(tmp_path / "book", book), tmp_path / "i")
    assert [each.id for each in cases(list(read_cases(index, 0, 9)))] == ["B-00000", "B-00001", "B-00002", "B-00003"]
    told = [(each.table, each.row, each.case, each.reason) for each in strays(index)[1]]
    assert told == [
        ("borrowers", 7, "", "this row names no case"),
        ("borrowers", 6, "B-00001", "this case stands twice"),
        ("loans", 6, "B-99999", "no borrower has this case"),
    ]


def test_an_index_is_found_again_and_a_damaged_one_is_refused(tmp_path: Path) -> None:
    index = build_index(write_csv(tmp_path / "book", many(3)), tmp_path / "i")
    assert open_index(index.path) == index
    assert (place_of(index, "B-00002"), place_of(index, "B-9")) == (2, None)
    index.path.write_bytes(b"no index")
    with pytest.raises(InputError, match="missing or damaged"):
        open_index(index.path)


def test_the_hash_follows_what_the_book_says(tmp_path: Path) -> None:
    book = many(3)
    one = build_index(write_csv(tmp_path / "a", book), tmp_path / "1").digest
    assert one == build_index(write_csv(tmp_path / "b", book), tmp_path / "2").digest
    book["loans"][2]["penalty"] = "31000.01"
    assert one != build_index(write_csv(tmp_path / "c", book), tmp_path / "3").digest


def test_a_database_that_is_not_there_is_not_made_and_no_password_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no such file"):
        read(f"sqlite:///{tmp_path / 'none.sqlite'}", tmp_path / "i")
    assert not (tmp_path / "none.sqlite").exists()
    with pytest.raises(InputError) as refused:
        read("postgresql://officer:hunter2@127.0.0.1:1/book", tmp_path / "i")
    assert "hunter2" not in str(refused.value)
    assert shown_book("postgresql://officer:hunter2@host/book?sslpassword=x") == "postgresql://officer@host/book"


SECRET = "s3cret"


@pytest.mark.parametrize(
    ("url", "what", "remedy"),
    [
        ("mysql://u:s3cret@h/db", "the driver of this database is not installed: mysqlclient", "install the Python"),
        ("oracle://u:s3cret@h/db", "the driver of this database is not installed: oracledb", "export the tables"),
        ("nosuchsql://u:s3cret@h/db", "this kind of database is not known", "check the URL"),
        (
            "postgresql://u:s3cret@no.such.host.invalid/db",
            "the server of this database cannot be reached",
            "check host",
        ),
        ("postgresql://u:s3cret@127.0.0.1:1/db", "the server of this database cannot be reached", "check host"),
    ],
)
def test_a_database_that_cannot_be_reached_says_why_and_what_helps(
    url: str, what: str, remedy: str, tmp_path: Path
) -> None:
    with pytest.raises(InputError) as refused:
        read(url, tmp_path / "i")
    (fault,) = refused.value.faults
    assert str(fault.what).startswith(what)
    assert remedy in str(fault.remedy)
    assert fault.where == url.replace(f":{SECRET}", "")
    assert SECRET not in str(refused.value)
    with speaking("zh"):
        assert not str(fault.remedy).isascii()


def test_a_locked_or_foreign_database_says_so(tmp_path: Path) -> None:
    import sqlite3
    from contextlib import closing

    url = write_database(f"sqlite:///{tmp_path / 'b.sqlite'}", many(1, ("trade",)))
    with closing(sqlite3.connect(tmp_path / "b.sqlite", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(InputError, match=r"another program has locked this database.*read a copy of the file"):
            read(f"{url}?timeout=0.01", tmp_path / "i")
    assert len(read(url, tmp_path / "i")) == 1
    with closing(sqlite3.connect(tmp_path / "e.sqlite")) as empty:
        empty.execute("CREATE TABLE customer_list (a)")
    with pytest.raises(InputError, match=r"the table borrowers is missing.*here are only: customer_list"):
        read(f"sqlite:///{tmp_path / 'e.sqlite'}", tmp_path / "j")
    (tmp_path / "f.sqlite").write_bytes(b"this is no database, but a text of some length" * 9)
    with pytest.raises(InputError, match=r"this database cannot be read: file is not a database"):
        read(f"sqlite:///{tmp_path / 'f.sqlite'}", tmp_path / "k")
