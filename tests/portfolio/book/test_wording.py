"""Places in a book are told in the words of the book, with the names that this package has for them."""

from __future__ import annotations

from pathlib import Path

from books import many, write_csv

from repayplan.language import speaking
from repayplan.portfolio.book.index import build_index, names_of
from repayplan.portfolio.book.wording import Wording, wording_of


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
