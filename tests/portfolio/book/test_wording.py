"""Places in a book are told in the words of the book, with the names that this package has for them."""

from __future__ import annotations

from pathlib import Path

import pytest
from books import Tables, many, write_csv, write_database, write_parquet, write_workbook
from books_spoiled import CELLS, LINES, ROWS, one_in_ten, spoil, spoil_rows, ways

from repayplan.cases.choices import Choice
from repayplan.errors import InputError
from repayplan.language import speaking
from repayplan.portfolio.book import BookCase
from repayplan.portfolio.book.build import read_cases
from repayplan.portfolio.book.index import build_index, names_of
from repayplan.portfolio.book.tables import Heading, tables
from repayplan.portfolio.book.values import read
from repayplan.portfolio.book.wording import Wording, wording_of
from repayplan.portfolio.coupling.limits import read_limits


def test_headings_are_told_as_the_book_writes_them(tmp_path: Path) -> None:
    folder = write_csv(tmp_path / "book", many(2, ("trade",)))
    text = (folder / "borrowers.csv").read_text(encoding="utf-8-sig")
    (folder / "borrowers.csv").unlink()
    (folder / "借款人.csv").write_text(text.replace("opening", "期初现金(元)", 1), encoding="utf-8")
    words = wording_of(build_index(folder, tmp_path / "index"))
    assert words.place("borrowers", "opening") == ("借款人 (borrowers)", "期初现金(元) (opening)")
    assert words.place("borrowers", "cash.opening")[1] == "期初现金(元) (opening)"
    assert words.place("borrowers", "rating")[1] == "rating"
    assert words.place("loans", "rate") == ("loans", "rate")
    with speaking("zh"):
        assert words.place("borrowers", "rating")[1] == "rating (风险等级)"
        assert words.place("borrowers", "opening")[1] == "期初现金(元) (opening)"


def test_without_a_book_at_hand_places_have_their_usual_names() -> None:
    assert Wording().place("borrowers", "rating") == ("borrowers", "rating")
    assert Wording().place("somewhere", "else") == ("somewhere", "else")
    with speaking("zh"):
        assert Wording().place("borrowers", "rating") == ("借款人 (borrowers)", "风险等级 (rating)")


def test_names_are_those_of_the_book_if_it_has_any(tmp_path: Path) -> None:
    book = many(3, ("trade",))
    book["borrowers"][1]["name"] = ""
    index = build_index(write_csv(tmp_path / "named", book), tmp_path / "a")
    assert list(names_of(index)) == [
        ("B-00000", book["borrowers"][0]["name"]),
        ("B-00001", "B-00001"),
        ("B-00002", book["borrowers"][2]["name"]),
    ]
    for row in book["borrowers"]:
        del row["name"]
    assert not list(names_of(build_index(write_csv(tmp_path / "nameless", book), tmp_path / "b")))


FORMS = ("csv", "parquet", "excel", "sqlite")


def written(form: str, folder: Path, book: Tables) -> str | Path:
    match form:
        case "csv":
            return write_csv(folder / "book", book)
        case "parquet":
            return write_parquet(folder / "book", book)
        case "excel":
            return write_workbook(folder / "book.xlsx", book)
        case _:
            return write_database(f"sqlite:///{folder / 'book.sqlite'}", book, texts=True)


@pytest.fixture(scope="module")
def book() -> Tables:
    return many(250)


@pytest.mark.parametrize("form", FORMS)
def test_every_way_to_spoil_a_row_has_its_place_in_every_kind_of_book(form: str, tmp_path: Path, book: Tables) -> None:
    """The cell of a sheet, line and column of a file, table and key of a database: those of the spoiled row."""
    spoiled = {case: way for case, way in one_in_ten(book).items() if form == "csv" or way not in LINES}
    assert len(spoiled) == len(ways()) - (0 if form == "csv" else len(LINES))
    if form == "csv":
        told = spoil(tmp_path / "book", book, spoiled)
        source: str | Path = tmp_path / "book"
    else:
        changed, told = spoil_rows(book, spoiled)
        source = written(form, tmp_path, changed)
    index = build_index(source, tmp_path / "i")
    words = wording_of(index)
    found = {each[0].case: each for each in read_cases(index, 0, 250) if not isinstance(each, BookCase)}
    assert set(found) == set(spoiled)
    for case, (table, column) in told.items():
        failure = next(each for each in found[case] if each.table == table and column in (each.field, ""))
        where = words.spot(failure.table, failure.row, failure.field)
        assert failure.row is not None
        row, name = failure.row, failure.field
        place = words.columns.get((table, name))
        match form:
            case "csv" | "parquet":
                assert where == f"{table}.{form}:{row} {name}".strip(), spoiled[case]
            case "excel":
                letter = "" if place is None else chr(ord("A") + place)
                assert where == f"book.xlsx {table}!{letter}{row}", spoiled[case]
            case _:
                assert where == f"{table}.{name} (row = {row - 2})", spoiled[case]
        if spoiled[case] in CELLS or spoiled[case] in ROWS:
            assert name, spoiled[case]


@pytest.mark.parametrize(
    ("form", "told"),
    [
        ("csv", ["borrowers.csv:1 raeting", "loans.csv:1 raet", "loans.csv"]),
        ("parquet", ["borrowers.parquet:1 raeting", "loans.parquet:1 raet", "loans.parquet"]),
        ("excel", ["book.xlsx borrowers!E1", "book.xlsx loans!H1", "book.xlsx loans"]),
        ("sqlite", ["borrowers.raeting", "loans.raet", "loans"]),
    ],
)
def test_a_wrong_heading_has_its_place_in_every_kind_of_book(form: str, told: list[str], tmp_path: Path) -> None:
    import openpyxl

    book = many(2, ("trade",))
    source = written(form, tmp_path, book)
    swaps = {"borrowers": ("rating", "raeting"), "loans": ("rate", "raet")}
    if form == "excel":
        file = openpyxl.load_workbook(source)
        for table, (old, new) in swaps.items():
            cell = next(each for each in file[table][1] if each.value == old)
            cell.value = new
        file.save(source)
    elif form == "csv":
        for table, (old, new) in swaps.items():
            path = tmp_path / "book" / f"{table}.csv"
            head, _, rest = path.read_text().partition("\n")
            path.write_text(",".join(new if each == old else each for each in head.strip().split(",")) + "\n" + rest)
    elif form == "parquet":
        import pyarrow.parquet as pq

        for table, (old, new) in swaps.items():
            path = tmp_path / "book" / f"{table}.parquet"
            columns = pq.read_table(path)
            pq.write_table(columns.rename_columns([new if n == old else n for n in columns.column_names]), path)
    else:
        import sqlalchemy as sa

        engine = sa.create_engine(str(source))
        with engine.begin() as connection:
            for table, (old, new) in swaps.items():
                connection.execute(sa.text(f"ALTER TABLE {table} RENAME COLUMN {old} TO {new}"))
        engine.dispose()
    with pytest.raises(InputError) as caught:
        build_index(source, tmp_path / "i")
    assert [fault.where for fault in caught.value.faults] == told


def test_errors_of_single_cells_of_a_sheet_are_told_each_with_its_cell(tmp_path: Path) -> None:
    """A formula that nobody calculated and an error are two faults, and no others: both cells stand for something."""
    import openpyxl

    path = write_workbook(tmp_path / "book.xlsx", many(2, ("trade",)))
    file = openpyxl.load_workbook(path)
    columns = {each.value: each.column_letter for each in file["loans"][1]}
    file["loans"][f"{columns['principal']}3"] = "=SUM(A1:A9)"
    file["loans"][f"{columns['rate']}3"] = "#DIV/0!"
    file.save(path)
    index = build_index(path, tmp_path / "i")
    _, failures = read_cases(index, 0, 2)
    assert isinstance(failures, list)
    words = wording_of(index)
    assert [(words.spot(each.table, each.row, each.field), each.field, each.value) for each in failures] == [
        (f"book.xlsx loans!{columns['principal']}3", "principal", "=SUM(A1:A9)"),
        (f"book.xlsx loans!{columns['rate']}3", "rate", "#DIV/0!"),
    ]
    assert all(each.remedy for each in failures)


def test_all_that_is_wrong_with_the_tables_is_told_at_once(tmp_path: Path) -> None:
    folder = write_csv(tmp_path / "book", many(2, ("trade",)))
    (folder / "borrowers.csv").rename(folder / "borowers.csv")
    (folder / "flows.csv").write_bytes(b"")
    text = (folder / "loans.csv").read_text()
    (folder / "loans.csv").write_text(text.replace("rate", "raet", 1))
    with pytest.raises(InputError) as caught:
        build_index(folder, tmp_path / "i")
    assert [(fault.where, str(fault.what)) for fault in caught.value.faults] == [
        ("borowers.csv", "there is no such table"),
        ("flows.csv:1", "this file has no line of headings"),
        ("loans.csv:1 raet", "there is no such column"),
        ("loans.csv", "the column rate is missing"),
    ]


@pytest.mark.parametrize(
    ("table", "column", "names"),
    [
        ("borrowers", "rating", ("low", "medium", "high", "computed")),
        ("borrowers", "settle", ("full", "best")),
        ("borrowers", "arrears", ("capitalize", "keep")),
        ("borrowers", "shape", ("free", "level", "level_principal", "seasonal")),
        (
            "sources",
            "kind",
            ("monthly", "season", "milestones", "stores", "receivables", "assets", "guarantor", "flows"),
        ),
    ],
)
def test_words_to_choose_from_are_chinese_to_who_reads_chinese_and_may_be_written_so(
    table: str, column: str, names: tuple[str, ...]
) -> None:
    """中风险 (medium), 中风险 and medium are one word in a cell."""
    heading = Heading(0, tables()[table].column(column))
    for name in names:
        assert str(Choice(name)) == name
        with speaking("zh"):
            said = str(Choice(name))
        meaning, _, literal = said.partition(" (")
        assert literal == f"{name})"
        assert not meaning.isascii()
        assert read(said, heading) == read(meaning, heading) == read(name, heading) == name


def test_a_chinese_reader_is_told_chinese_words_of_a_book_and_of_limits(tmp_path: Path) -> None:
    book = many(1, ("trade",))
    book["borrowers"][0]["rating"] = "risky"
    book["sources"][0]["kind"] = "lottery"
    with speaking("zh"):
        (failures,) = read_cases(build_index(write_csv(tmp_path / "book", book), tmp_path / "i"), 0, 1)
        assert isinstance(failures, list)
        told = {each.field: (each.limit, each.remedy) for each in failures}
        limit, remedy = told["rating"]
        assert limit == "可选：低风险 (low)、中风险 (medium)、高风险 (high)、计算 (computed)"
        assert remedy == "例如填写 中风险 (medium)"
        assert "每月收支 (monthly)" in told["kind"][0]
        (tmp_path / "limits.yaml").write_text(
            "schema: repayplan/limits/1\nlimits: [{name: A, sum: vists, at_most: 3}, "
            "{name: B, average: visits, at_most: 1}]\n"
        )
        with pytest.raises(InputError) as caught:
            read_limits(tmp_path / "limits.yaml")
        assert "上门次数 (visits)" in str(caught.value.faults[0].limit)
        assert "未按期还款概率 (miss)" in str(caught.value.faults[1].limit)


def test_a_source_that_brings_nothing_is_told_in_its_own_row(tmp_path: Path) -> None:
    book = many(1, ("trade",))
    book["sources"][0]["kind"] = "flows"
    book["flows"] = [row for row in book["flows"] if row["source"] != book["sources"][0]["source"]]
    index = build_index(write_csv(tmp_path / "book", book), tmp_path / "i")
    (failures,) = read_cases(index, 0, 1)
    assert isinstance(failures, list)
    assert ("sources", 2, "source", "this source has no flows") in {
        (each.table, each.row, each.field, each.reason) for each in failures
    }
    assert not any("[" in each.field for each in failures)
