"""Whatever is wrong with a row, it is named with its table, row and field, and no other borrower changes."""

from __future__ import annotations

from pathlib import Path

import pytest
from books import STORIES, many, story, tables_of, write_csv
from books_spoiled import one_in_ten, spoil, ways

from repayplan.language import speaking
from repayplan.portfolio.book import BookCase, Failure
from repayplan.portfolio.book import index as indexing
from repayplan.portfolio.book.build import read_cases
from repayplan.portfolio.book.index import build_index, strays
from repayplan.report.book_page import book_page


def read(book: Path, index: Path) -> dict[str, BookCase | list[Failure]]:
    found = build_index(book, index)
    return {
        each.id if isinstance(each, BookCase) else each[0].case: each for each in read_cases(found, 0, found.borrowers)
    }


def test_a_tenth_of_the_rows_spoiled_in_every_way(tmp_path: Path) -> None:
    book = many(250)
    spoiled = one_in_ten(book)
    assert len(spoiled) == len(ways()) == 25
    whole = read(write_csv(tmp_path / "whole", book), tmp_path / "1")
    told = spoil(tmp_path / "spoiled", book, spoiled)
    found = read(tmp_path / "spoiled", tmp_path / "2")
    assert {case for case, each in found.items() if not isinstance(each, BookCase)} == set(spoiled)
    for case, each in found.items():
        if isinstance(each, BookCase):
            assert each == whole[case]
    for case, (table, column) in told.items():
        failures = found[case]
        assert isinstance(failures, list)
        assert all(failure.reason and failure.case == case for failure in failures), spoiled[case]
        named = [failure for failure in failures if failure.table == table and failure.row is not None]
        assert any(failure.field == column or not column for failure in named), (spoiled[case], failures)
        assert all(failure.remedy for failure in named)


def test_a_failure_names_place_value_limit_and_remedy(tmp_path: Path) -> None:
    book = many(2)
    book["loans"][1]["rate"] = "435%"
    found = read(write_csv(tmp_path / "book", book), tmp_path / "i")["B-00001"]
    assert found == [
        Failure(
            case="B-00001",
            table="loans",
            row=3,
            field="rate",
            value="435%",
            limit="0% to 100%",
            reason="this is not a yearly rate",
            remedy="write a percentage such as 4.35% or a fraction such as 0.0435",
        )
    ]


def test_everything_that_is_wrong_with_a_borrower_is_told_at_once(tmp_path: Path) -> None:
    book = many(1)
    book["borrowers"][0] |= {"as_of": "soon", "months": "400"}
    book["loans"][0]["penalty"] = "-1"
    book["sources"][0]["kind"] = "flows"
    found = read(write_csv(tmp_path / "book", book), tmp_path / "i")["B-00000"]
    assert isinstance(found, list)
    told = {(each.table, each.field) for each in found}
    assert {("borrowers", "as_of"), ("borrowers", "months"), ("loans", "penalty")} <= told
    assert any(each.table == "flows" for each in found)


def test_months_must_follow_each_other(tmp_path: Path) -> None:
    book = tables_of({"T": story("trade")})
    del book["flows"][5]
    book["flows"][9]["date"] = book["flows"][8]["date"]
    found = read(write_csv(tmp_path / "book", book), tmp_path / "i")["T"]
    assert isinstance(found, list)
    reasons = {each.reason for each in found}
    assert "this month stands twice" in reasons
    assert any("is missing" in reason for reason in reasons)


def test_a_borrower_without_loans_is_set_aside(tmp_path: Path) -> None:
    book = many(2)
    book["loans"] = book["loans"][:1]
    found = read(write_csv(tmp_path / "book", book), tmp_path / "i")["B-00001"]
    assert isinstance(found, list)
    assert [(each.table, each.row, each.reason) for each in found] == [("borrowers", 3, "this borrower has no loans")]


def test_too_many_rows_of_one_borrower_are_not_held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(indexing, "MAX_CASE_ROWS", 5)
    found = read(write_csv(tmp_path / "book", tables_of({n: story(n) for n in STORIES[:2]})), tmp_path / "i")
    assert isinstance(found["construction"], list)
    assert "too many rows" in found["construction"][0].reason
    assert isinstance(found["guarantor"], BookCase)


def test_one_lost_quotation_mark_spoils_one_row(tmp_path: Path) -> None:
    book = many(60)
    whole = read(write_csv(tmp_path / "a", book), tmp_path / "1")
    path = write_csv(tmp_path / "b", book) / "loans.csv"
    lines = path.read_text().splitlines(keepends=True)
    lines[30] = '"' + lines[30]
    path.write_text("".join(lines))
    index = build_index(tmp_path / "b", tmp_path / "2")
    found = list(read_cases(index, 0, 60))
    assert [each for each in found if isinstance(each, BookCase)] == [whole[f"B-{n:05}"] for n in range(60) if n != 29]
    count, (stray,) = strays(index)
    assert count == 1
    assert (stray.table, stray.row, stray.reason) == ("loans", 31, "a quotation mark is never closed")


@pytest.mark.parametrize("word", ["合计", "Total", " 小计 "])
def test_a_row_of_totals_is_nobody_and_told_as_such(tmp_path: Path, word: str) -> None:
    book = many(1)
    whole = read(write_csv(tmp_path / "whole", book), tmp_path / "1")
    for table in ("borrowers", "loans"):
        book[table].append(book[table][0] | {"case": word})
    found = read(write_csv(tmp_path / "book", book), tmp_path / "2")
    assert found == whole
    count, told = strays(build_index(tmp_path / "book", tmp_path / "3"))
    assert count == 2
    assert {each.reason for each in told} == {"this is a row of totals; it counts nowhere"}
    assert {each.remedy for each in told} == {"take the row out"}


def test_rows_are_counted_as_a_spreadsheet_counts_them(tmp_path: Path) -> None:
    """The second row holds a line break, and the third is still the third."""
    book = many(2)
    book["borrowers"][0]["name"] = "Two\nlines"
    book["borrowers"][1]["as_of"] = "soon"
    found = read(write_csv(tmp_path / "book", book), tmp_path / "i")["B-00001"]
    assert isinstance(found, list)
    assert [each.row for each in found if each.field == "as_of"] == [3]


def test_a_misspelt_kind_is_told_once_and_flows_keep_out_of_it(tmp_path: Path) -> None:
    book = many(1, ("trade",))
    book["sources"][0]["kind"] = "montly"
    found = read(write_csv(tmp_path / "book", book), tmp_path / "i")["B-00000"]
    assert isinstance(found, list)
    assert {each.table for each in found} == {"sources"}


def test_the_words_of_a_field_are_listed_in_the_language_in_use(tmp_path: Path) -> None:
    book = many(1, ("trade",))
    book["sources"][0]["kind"] = "月度收支"
    told = []
    for language in ("zh", "en"):
        with speaking(language):
            (failure,) = read(write_csv(tmp_path / "book", book), tmp_path / "i")["B-00000"]  # type: ignore[misc]
        told.append(failure.limit)
    assert told[1] == "one of: milestones, season, stores, receivables, assets, guarantor, flows, monthly"
    both = [entry.removesuffix(")").split(" (") for entry in told[0].removeprefix("可选：").split("、")]
    assert (
        "、".join(word for word, _ in both)
        == "工程节点、季节销售、门店、应收账款、待售资产、保证人、单笔款项、每月收支"
    )
    assert f"one of: {', '.join(own for _, own in both)}" == told[1]
    for word, _ in both:
        assert word in book_page()


def test_who_has_no_sources_is_told_so(tmp_path: Path) -> None:
    book = many(1, ("trade",))
    del book["sources"]
    found = read(write_csv(tmp_path / "book", book), tmp_path / "i")["B-00000"]
    assert isinstance(found, list)
    told = [each for each in found if each.table == "flows"]
    assert told
    assert {(each.reason, each.limit) for each in told} == {("the borrower has no sources at all", "")}


@pytest.mark.parametrize("without", ["no table", "no row"])
def test_every_borrower_needs_a_source_and_is_told_where_it_would_stand(tmp_path: Path, without: str) -> None:
    book = {name: rows for name, rows in many(2, ("trade",)).items() if name in ("borrowers", "loans", "sources")}
    book["sources"] = [row for row in book["sources"] if row["case"] != "B-00001"] if without == "no row" else []
    found = read(write_csv(tmp_path / "book", {name: rows for name, rows in book.items() if rows}), tmp_path / "i")
    assert isinstance(told := found["B-00001"], list)
    assert [(each.table, each.row, each.field) for each in told] == [("borrowers", 3, "case")]
    assert told[0].reason.startswith("this borrower has no source of cash")
    assert "table of sources" in told[0].remedy


@pytest.mark.parametrize(
    ("name", "kind"), [("textile", "assets"), ("construction", "milestones"), ("logistics", "receivables")]
)
def test_a_month_is_told_to_be_no_day(tmp_path: Path, name: str, kind: str) -> None:
    book = tables_of({"C-1": story(name)})
    own = {row["source"] for row in book["sources"] if row["kind"] == kind}
    place = next(place for place, row in enumerate(book["flows"]) if row["source"] in own)
    book["flows"][place]["date"] = "2027-02"
    found = read(write_csv(tmp_path / "book", book), tmp_path / "i")["C-1"]
    assert isinstance(found, list)
    assert [(each.row, each.field, each.value, each.reason, each.remedy) for each in found] == [
        (
            place + 2,
            "date",
            "2027-02",
            "only a monthly series is told by the month",
            "write the day, such as 2027-02-20",
        )
    ]


def test_what_has_come_in_already_belongs_to_a_column_of_the_book(tmp_path: Path) -> None:
    book = tables_of({"C-1": story("construction")})
    own = {row["source"] for row in book["sources"] if row["kind"] == "milestones"}
    next(row for row in book["flows"] if row["source"] in own)["date"] = "2020-01-31"
    found = read(write_csv(tmp_path / "book", book), tmp_path / "i")["C-1"]
    assert isinstance(found, list)
    assert any("the column opening of borrowers" in each.remedy for each in found)
    assert not [each for each in found if "cash.opening" in each.remedy]


def test_remedies_are_for_cells_and_name_no_field_of_a_case_file(tmp_path: Path) -> None:
    book = many(1)
    del book["borrowers"][0]["opening"]
    found = read(
        write_csv(tmp_path / "book", book | {"borrowers": [book["borrowers"][0] | {"opening": "-"}]}), tmp_path / "i"
    )
    told = found["B-00000"]
    assert isinstance(told, list)
    (one,) = [each for each in told if each.field == "opening"]
    assert one.remedy.startswith("write for example ")
    assert ":" not in one.remedy
