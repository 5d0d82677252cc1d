"""How a run starts: where nothing of anybody else lies, on its own book, and with every fault found before."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from books import ROOT, many, write_csv, write_database
from portfolio_runs import run, tables, wish

from repayplan.errors import InputError
from repayplan.language import speaking
from repayplan.portfolio.book.index import build_index, open_index, strays
from repayplan.portfolio.run.log import Log
from repayplan.portfolio.run.overlays import OVERLAYS, environment, rules_hash
from repayplan.portfolio.run.results import Results, read_results
from repayplan.portfolio.run.run import Means, Wish, run_portfolio
from repayplan.portfolio.run.single import find
from repayplan.portfolio.run.wish import usual_chunk
from repayplan.report.portfolio_files import summary_document, write_summary

Run = tuple[Wish, Path]


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A run of four borrowers in two chunks."""
    folder = tmp_path_factory.mktemp("done")
    asked = wish(folder, 4)
    run(asked, folder / "run", workers=1)
    return asked, folder / "run"


@pytest.fixture
def there(done: Run, tmp_path: Path) -> Run:
    """The same run again, to be harmed."""
    shutil.copytree(done[1], tmp_path / "run")
    return done[0], tmp_path / "run"


def content(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


# ------------------------------------------------------------------------------------------- on its own book


def test_a_refused_book_is_never_taken_later(done: Run, there: Run, tmp_path: Path) -> None:
    asked, directory = there
    (directory / "book.sqlite").unlink()
    (directory / "options" / "000001.parquet").unlink()
    other = replace(asked, book=write_csv(tmp_path / "other", many(4, ("textile",))))
    with pytest.raises(InputError, match="the book has changed"):
        run(other, directory, resume=True)
    assert not (directory / "book.sqlite").exists()
    assert run(asked, directory, workers=1, resume=True) == tables(done[1])
    assert open_index(directory / "book.sqlite").digest == read_results(directory).manifest.book_hash


@pytest.mark.parametrize("harm", ["damaged", "foreign"])
def test_chunks_come_from_the_book_that_was_just_read(harm: str, done: Run, there: Run, tmp_path: Path) -> None:
    asked, directory = there
    (directory / "options" / "000001.parquet").unlink()
    path = directory / "book.sqlite"
    if harm == "damaged":
        path.write_bytes(path.read_bytes()[:4096] + b"\0" * 8192)
    else:
        build_index(write_csv(tmp_path / "other", many(4, ("textile",))), path)
    assert run(asked, directory, workers=1, resume=True) == tables(done[1])


def test_a_damaged_index_is_said_with_its_cure(there: Run) -> None:
    path = there[1] / "book.sqlite"
    path.write_bytes(path.read_bytes()[:4096] + b"\0" * 8192)
    with pytest.raises(InputError, match=r"missing or damaged.*--resume"):
        find(read_results(there[1]), "B-00001")


def test_a_book_with_broken_rows_is_the_same_book_in_another_language(tmp_path: Path) -> None:
    asked = wish(tmp_path, 2)
    assert isinstance(asked.book, Path)
    path = asked.book / "loans.csv"
    path.write_text(path.read_text() + 'B-00001,"never closed\n')
    before = run(asked, tmp_path / "run", workers=1)
    write_summary(read_results(tmp_path / "run"))
    told = (tmp_path / "run" / "failures.csv").read_text()
    with speaking("zh"):
        assert run(asked, tmp_path / "run", workers=1, resume=True) == before
        write_summary(read_results(tmp_path / "run"))
    assert (tmp_path / "run" / "failures.csv").read_text() == told, "its headings are in the language of its reasons"


def test_an_empty_cell_and_the_word_none_are_not_one_book(tmp_path: Path) -> None:
    found = set()
    for place, (name, region) in enumerate((("", "None"), ("None", ""), ("A\x1fB", ""), ("A", "B"))):
        book = many(1)
        book["borrowers"][0] |= {"name": name, "region": region}
        found.add(build_index(write_csv(tmp_path / f"{place}", book), tmp_path / f"{place}.i").digest)
    assert len(found) == 4


# ------------------------------------------------------------------------------------ in a directory of its own


@pytest.mark.parametrize("resume", [False, True])
def test_nothing_of_anybody_else_is_touched(resume: bool, tmp_path: Path) -> None:
    asked = wish(tmp_path, 2)
    (tmp_path / "report.html").write_text("mine")
    before = content(tmp_path)
    with pytest.raises(InputError, match="other files are in this directory"):
        run(asked, tmp_path, resume=resume)
    assert asked.book == tmp_path / "book"
    with pytest.raises(InputError, match="among the tables of the book"):
        run(asked, tmp_path / "book", resume=resume)
    assert content(tmp_path) == before


def test_a_manifest_of_something_else_is_no_run(tmp_path: Path) -> None:
    asked = wish(tmp_path, 2)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "manifest.json").write_text('{"name": "an extension of a browser"}')
    before = content(tmp_path)
    for resume in (False, True):
        with pytest.raises(InputError, match="this is no manifest of a portfolio run"):
            run(asked, tmp_path / "out", resume=resume)
    assert content(tmp_path) == before


def test_what_fails_at_the_start_leaves_nothing(tmp_path: Path) -> None:
    asked = replace(wish(tmp_path, 2), book=tmp_path / "nowhere")
    with pytest.raises(InputError, match="there is no such book"):
        run(asked, tmp_path / "new" / "out")
    assert not (tmp_path / "new").exists()
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="there is no such book"):
        run(asked, tmp_path / "empty")
    assert not list((tmp_path / "empty").iterdir())


def test_a_directory_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="the files cannot be written"):
        run(wish(tmp_path, 2), Path("/proc/there/is/no/such"))


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no device that is always full")
def test_a_disk_that_is_full_is_said_with_its_cure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The log cannot be written; then not even whose directory it is, which leaves nothing."""
    monkeypatch.setattr("repayplan.portfolio.run.run.start", lambda *_: pytest.fail("it must not come so far"))
    log = Log(tmp_path)
    (tmp_path / "run.log").symlink_to("/dev/full")
    with pytest.raises(InputError, match=r"files cannot be written: No space left.*make room on the disk"):
        log.say("begun")
    (tmp_path / "run.log").unlink()

    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    asked = wish(tmp_path, 2)
    monkeypatch.setattr("repayplan.portfolio.run.lock.os", SimpleNamespace(write=full))
    with pytest.raises(InputError, match="make room on the disk"):
        run(asked, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_numbers_out_of_range_files_that_are_not_there_and_files_in_the_way_are_said(tmp_path: Path) -> None:
    asked = wish(tmp_path, 2)
    with pytest.raises(InputError) as caught:
        run(replace(asked, chunk=0), tmp_path / "out", workers=0)
    told = [(fault.where, fault.value, str(fault.limit)) for fault in caught.value.faults]
    assert told == [("--chunk", "0", "1 to 10,000"), ("--workers", "0", "1 to 1,024")]
    assert all(fault.remedy for fault in caught.value.faults)
    with pytest.raises(InputError) as caught:
        run(replace(asked, menu=tmp_path / "no.yaml", limits=tmp_path / "none.yaml"), tmp_path / "out")
    assert [(fault.where, str(fault.what), str(fault.remedy)) for fault in caught.value.faults] == [
        (str(tmp_path / name), "there is no such file", f"check the path; such a file begins with schema: {schema}")
        for name, schema in (("no.yaml", "repayplan/menu/1"), ("none.yaml", "repayplan/limits/1"))
    ]
    assert not (tmp_path / "out").exists()
    (tmp_path / "out").write_text("mine")
    for place in (tmp_path / "out", tmp_path / "out" / "below"):
        with pytest.raises(InputError, match="this is not a directory"):
            run(asked, place)
    assert (tmp_path / "out").read_text() == "mine"


def test_going_on_needs_a_run(tmp_path: Path) -> None:
    asked = wish(tmp_path, 2)
    (tmp_path / "empty").mkdir()
    for place in ("misspelt", "empty"):
        with pytest.raises(InputError, match="there is no portfolio run to go on with"):
            run(asked, tmp_path / place, resume=True)


@pytest.mark.parametrize("resume", [False, True])
def test_a_run_killed_before_its_manifest_goes_on_either_way(resume: bool, done: Run, there: Run) -> None:
    asked, directory = there
    shutil.rmtree(directory)
    directory.mkdir()
    for name in (".lock", "book.sqlite", "menu.yaml"):
        shutil.copy(done[1] / name, directory / name)
    (directory / ".again.book.sqlite").write_bytes(b"half")
    (directory / ".x7.part").write_bytes(b"half")
    assert run(asked, directory, workers=1, resume=resume) == tables(done[1])
    assert {path.name for path in directory.glob(".*")} == {".lock"}


def test_files_that_are_half_written_are_taken_away(there: Run) -> None:
    asked, directory = there
    for folder in ("", "options", "failures"):
        (directory / folder / ".abc.part").write_bytes(b"half")
    run(asked, directory, workers=1, resume=True)
    assert not list(directory.rglob(".*.part"))


def test_the_menu_that_is_shipped_is_kept_with_the_run(tmp_path: Path) -> None:
    asked = replace(wish(tmp_path, 1, stories=("trade",)), menu=None)
    run(asked, tmp_path / "run", workers=1)
    shipped = ROOT / "repayplan" / "portfolio" / "menu.yaml"
    assert (tmp_path / "run" / "menu.yaml").read_bytes() == shipped.read_bytes()
    assert not (tmp_path / "run" / "limits.yaml").exists()


# --------------------------------------------------------------------------------------------- tables of rules


def test_every_variable_that_names_a_table_is_known() -> None:
    source = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "repayplan").rglob("*.py"))
    named = set(re.findall(r'^\w+ = "(REPAYPLAN_[A-Z]+)"', source, re.MULTILINE))
    assert named == set(OVERLAYS)


def test_other_variables_are_no_part_of_a_run(monkeypatch: pytest.MonkeyPatch) -> None:
    before = rules_hash()
    monkeypatch.setenv("REPAYPLAN_POSTGRES", "postgresql://u:secret@h/db")
    assert rules_hash() == before
    assert "REPAYPLAN_POSTGRES" not in environment()
    monkeypatch.setenv("REPAYPLAN_TREATMENTS", "own.toml")
    assert rules_hash() != before


def test_a_wrong_table_is_found_before_the_run_begins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "own.toml").write_text("valid_from = 7\n")
    monkeypatch.setenv("REPAYPLAN_TREATMENTS", str(tmp_path / "own.toml"))
    with pytest.raises(InputError, match=r"own\.toml"):
        run(wish(tmp_path, 1), tmp_path / "run")
    assert not (tmp_path / "run").exists()


# --------------------------------------------------------------------------------------------- other limits

HOURS = "schema: repayplan/limits/1\nlimits: [{name: Hours, sum: officer_hours, at_most: MOST}]\n"


def limited(asked: Wish, folder: Path, text: str) -> Wish:
    folder.mkdir(exist_ok=True)
    path = folder / "limits.yaml"
    path.write_text(text)
    return replace(asked, limits=path)


def test_a_run_is_chosen_again_under_other_limits(done: Run, tmp_path: Path) -> None:
    loose, tight = (limited(done[0], tmp_path / most, HOURS.replace("MOST", most)) for most in ("1000", "0.5"))
    run(loose, tmp_path / "run", workers=1)
    write_summary(read_results(tmp_path / "run"))
    (tmp_path / "run" / "options" / "000001.parquet").unlink()
    again, afresh = run(tight, tmp_path / "run", workers=1, resume=True), run(tight, tmp_path / "other", workers=1)
    assert again == afresh
    assert read_results(tmp_path / "run").manifest == read_results(tmp_path / "other").manifest
    assert (tmp_path / "run" / "limits.yaml").read_text() == HOURS.replace("MOST", "0.5")
    assert not (tmp_path / "run" / "summary.json").exists(), "what was said of the other choice is gone"


def test_a_run_goes_on_with_its_own_menu_and_limits(there: Run, tmp_path: Path) -> None:
    asked, directory = there
    tight = limited(asked, tmp_path / "tight", HOURS.replace("MOST", "0.5"))
    chosen = run(tight, directory, workers=1, resume=True)
    assert run(replace(tight, limits=None, menu=None), directory, workers=1, resume=True) == chosen


def test_limits_of_the_run_that_are_gone_are_asked_for(there: Run, tmp_path: Path) -> None:
    asked, directory = there
    tight = limited(asked, tmp_path / "tight", HOURS.replace("MOST", "0.5"))
    chosen = run(tight, directory, workers=1, resume=True)
    (directory / "limits.yaml").unlink()
    before = content(directory)
    with pytest.raises(InputError, match=r"the limits of this run are missing.*give them with --limits"):
        run(asked, directory, workers=1, resume=True)
    assert content(directory) == before
    assert run(tight, directory, workers=1, resume=True) == chosen


def test_what_is_told_of_a_choice_is_written_before_another_may_choose(there: Run, tmp_path: Path) -> None:
    asked, directory = there
    tight = limited(asked, tmp_path / "tight", HOURS.replace("MOST", "0.5"))
    told: list[str] = []

    def write(results: Results) -> None:
        told.extend(limit.label["en"] for limit in results.summary.coupling.limits)
        with pytest.raises(InputError, match="another run is at work here"):
            run(asked, directory, workers=1, resume=True)

    run_portfolio(tight, directory, Means(workers=1), resume=True, write=write)
    assert told == ["Hours"]


def test_without_limits_first_and_under_limits_afterwards(there: Run, tmp_path: Path) -> None:
    asked, directory = there
    before = content(directory / "options")
    run(limited(asked, tmp_path / "tight", HOURS.replace("MOST", "0.5")), directory, workers=1, resume=True)
    results = read_results(directory)
    assert content(directory / "options") == before
    assert [limit.label["en"] for limit in results.summary.coupling.limits] == ["Hours"]


def test_limits_that_need_options_that_were_dropped_are_refused(done: Run, tmp_path: Path) -> None:
    run(limited(done[0], tmp_path / "a", HOURS.replace("MOST", "9")), tmp_path / "run", workers=1)
    before = content(tmp_path / "run")
    others = {
        "nothing limited visits": HOURS.replace("officer_hours", "visits").replace("MOST", "9"),
        "they count only some kinds": HOURS.replace("MOST", "9").replace("at_most", "kinds: [remind], at_most"),
    }
    for words, text in others.items():
        with pytest.raises(InputError, match=words):
            run(limited(done[0], tmp_path / "b", text), tmp_path / "run", resume=True)
    after = content(tmp_path / "run")
    assert after == before


def test_a_figure_for_no_group_is_found_before_the_run_begins(done: Run, tmp_path: Path) -> None:
    text = "schema: repayplan/limits/1\nlimits: [{name: H, sum: visits, by: [region], each: {Nroth: 3, South: 2}}]\n"
    with pytest.raises(InputError, match="a group that no borrower is in") as caught:
        run(limited(done[0], tmp_path, text), tmp_path / "run")
    (fault,) = caught.value.faults
    place = f"{tmp_path / 'limits.yaml'}:2 limits[0].each.Nroth"
    assert (fault.where, fault.value, str(fault.limit)) == (place, "Nroth", "one of: North, South")
    assert not (tmp_path / "run").exists()


def test_a_filter_that_fits_nobody_is_found_before_the_run_begins(done: Run, tmp_path: Path) -> None:
    text = HOURS.replace("MOST", "9").replace("at_most", "industries: [construktion], regions: [north], at_most")
    assert done[0].menu is not None
    menu = tmp_path / "menu.yaml"
    menu.write_text(done[0].menu.read_text().replace("B-00001", "B-001").replace(", B-00002, B-00003", ""))
    with pytest.raises(InputError) as caught:
        run(replace(limited(done[0], tmp_path, text), menu=menu), tmp_path / "run")
    assert [(fault.where.split(" ")[-1], fault.value) for fault in caught.value.faults] == [
        ("black_list[0].cases", "B-001"),
        ("limits[0].industries[0]", "construktion"),
    ]
    assert [fault.where.split(" ")[0] for fault in caught.value.faults] == [
        f"{menu}:5",
        f"{tmp_path / 'limits.yaml'}:2",
    ]


def test_all_that_is_wrong_with_menu_limits_and_book_is_told_at_once(done: Run, tmp_path: Path) -> None:
    """Names that the book has not are told beside fields that cannot be read, and beside a wrong book."""
    (tmp_path / "limits.yaml").write_text(
        "schema: repayplan/limits/1\nlimits:\n"
        "  - {name: A, sum: vists, at_most: 3, industries: [construktion]}\n"
        "  - {name: B, sum: visits, by: [region], at_most: many, each: {Nroth: 3}}\n"
    )
    menu = tmp_path / "menu.yaml"
    menu.write_text(
        "schema: repayplan/menu/1\ntreatments: [remind, foo]\nblack_list: [{regions: [Nroth], allow: [sell]}]\n"
    )
    asked = replace(done[0], menu=menu, limits=tmp_path / "limits.yaml")
    files = ["menu.yaml:2 treatments[1]", "limits.yaml:3 limits[0].sum", "limits.yaml:4 limits[1].at_most"]
    strange = [
        "menu.yaml:3 black_list[0].regions",
        "limits.yaml:3 limits[0].industries[0]",
        "limits.yaml:4 limits[1].each.Nroth",
    ]

    def told(wanted: Wish) -> list[str]:
        with pytest.raises(InputError) as caught:
            run(wanted, tmp_path / "run")
        assert not (tmp_path / "run").exists()
        return [fault.where.removeprefix(f"{tmp_path}/") for fault in caught.value.faults]

    assert told(asked) == files + strange
    book = many(4)
    del book["loans"]
    assert told(replace(asked, book=write_csv(tmp_path / "book", book))) == [*files, "book"]


def test_a_region_is_one_however_it_is_written(tmp_path: Path) -> None:
    """Two borrowers of the north, and a limit that writes it a third way: nobody works an hour for either."""
    book = many(4, ("trade",))
    for row, region in zip(book["borrowers"], ("North", "South", "north ", "South"), strict=True):
        row["region"] = region
    asked = replace(wish(tmp_path, 4), book=write_csv(tmp_path / "written", book))
    text = HOURS.replace("at_most: MOST", "by: [region], each: {NORTH: 0}")
    run(limited(asked, tmp_path, text), tmp_path / "run", workers=1)
    results = read_results(tmp_path / "run")
    summary = results.summary
    assert [limit.label["en"] for limit in summary.coupling.limits] == ["Hours (North)"]
    assert sorted((group.name, group.borrowers) for group in summary.by_region) == [("North", 2), ("South", 2)]
    hours = results.table("options").to_pandas().merge(results.choices[["case", "option"]])
    assert not any(sum(each) for each in hours[hours["region"] != "South"]["officer_hours"])


def test_a_group_whose_borrowers_were_all_set_aside_limits_nobody(tmp_path: Path) -> None:
    book = many(4, ("trade",))
    for row in book["borrowers"]:
        if row["region"] == "South":
            row["opening"] = "=2+3"
    asked = replace(wish(tmp_path, 4), book=write_csv(tmp_path / "half", book))
    text = HOURS.replace("at_most: MOST", "by: [region], each: {North: 900, South: 2}")
    run(limited(asked, tmp_path, text), tmp_path / "run", workers=1)
    assert read_results(tmp_path / "run").summary.kept


# ------------------------------------------------------------------------------------------- what adds up


def test_other_days_and_currencies_are_set_aside(tmp_path: Path) -> None:
    book = many(6, ("trade",))
    rows = book["borrowers"]
    rows[0]["currency"], rows[1]["currency"] = "USD", ""
    rows[2]["as_of"], rows[3]["as_of"] = "2026-11-19", "2026年11月20日"
    asked = replace(wish(tmp_path, 6), book=write_csv(tmp_path / "mixed", book))
    results = run_portfolio(asked, tmp_path / "run", Means(workers=1))
    told = results.failures[["case", "row", "field", "value", "limit"]].to_dict("records")
    assert told == [
        {"case": "B-00000", "row": 2, "field": "currency", "value": "USD", "limit": "CNY"},
        {"case": "B-00002", "row": 4, "field": "as_of", "value": "2026-11-19", "limit": "2026-11-20"},
    ]
    assert set(results.choices["case"]) == {"B-00001", "B-00003", "B-00004", "B-00005"}


def test_of_two_days_that_are_as_frequent_the_first_counts(tmp_path: Path) -> None:
    book = many(2, ("trade",))
    book["borrowers"][1]["as_of"] = "2026-11-19"
    results = run_portfolio(replace(wish(tmp_path, 2), book=write_csv(tmp_path / "b", book)), tmp_path / "run")
    assert set(results.choices["case"]) == {"B-00000"}


# ------------------------------------------------------------------------------- rows of nobody, and secrets


def test_rows_of_nobody_are_counted_beyond_those_that_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("repayplan.portfolio.run.run.MOST_STRAYS", 3)
    book = many(1, ("trade",))
    book["loans"] += [book["loans"][0] | {"case": f"X{place}"} for place in range(5)]
    asked = replace(wish(tmp_path, 1), book=write_csv(tmp_path / "b", book))
    results = run_portfolio(asked, tmp_path / "run", Means(workers=1))
    count, named = strays(open_index(tmp_path / "run" / "book.sqlite"), 2)
    assert (count, [each.case for each in named]) == (5, ["X0", "X1"])
    assert results.summary.strays == summary_document(results)["stray_rows"] == 5
    told = results.failures["reason"].tolist()
    assert told == ["no borrower has this case"] * 3 + ["2 more rows belong to no borrower"]


SECRET = {
    "sqlite:///{path}?timeout=5&check_same_thread=0&nolock=s3cret": "sqlite:///{path}",
    "postgresql://localhost/db?user=u&password=s3c@ret": "postgresql://localhost/db",
    "postgresql:///db?password=a@s3cret": "postgresql:///db",
    "postgresql://u:s3cret@h:5432/db": "postgresql://u@h:5432/db",
    "postgresql://u:s3@cret@h/db": "postgresql://…",
    "postgresql://u:s3cret@h:notaport/db": "postgresql://…",
    "postgresql://localhost?password=s3@cret": "postgresql://…",
    "postgresql://localhost:9?password=s3@cret": "postgresql://…",
    "postgresql://u:s3?x@cret@h/db": "postgresql://…",
    "u:s3cret@h://db": "…://…",
}


@pytest.mark.parametrize("url", SECRET)
def test_no_password_is_ever_shown(url: str, tmp_path: Path) -> None:
    from repayplan.portfolio.book.opening import shown_book

    shown = shown_book(url.format(path=tmp_path / "b"))
    assert shown == SECRET[url].format(path=tmp_path / "b")
    if not url.startswith("sqlite"):
        with pytest.raises(InputError) as caught:
            build_index(url.replace("localhost/", "127.0.0.1:9/"), tmp_path / "i")
        told = " ".join(str(part) for fault in caught.value.faults for part in (fault.what, fault.where, fault.value))
        assert "cret" not in told


def test_a_database_is_named_without_its_settings(tmp_path: Path) -> None:
    plain = write_database(f"sqlite:///{tmp_path / 'b.sqlite'}", many(1))
    run(replace(wish(tmp_path, 1), book=f"{plain}?timeout=17"), tmp_path / "run", workers=1)
    write_summary(Results(tmp_path / "run", read_results(tmp_path / "run").manifest))
    for path in (tmp_path / "run").rglob("*"):
        assert not path.is_file() or b"timeout" not in path.read_bytes(), path


@pytest.mark.parametrize(
    ("borrowers", "chunk"),
    [(1, 1), (3, 2), (200, 100), (399, 200), (400, 100), (500, 125), (800, 100), (2_000, 250), (100_000, 250)],
)
def test_chunks_are_equal_parts_of_a_book(borrowers: int, chunk: int) -> None:
    """Eighths of at least 100, else quarters of at least 100, else halves; at most 250."""
    assert usual_chunk(borrowers) == chunk


def test_a_run_goes_on_in_chunks_of_its_own(done: Run, tmp_path: Path) -> None:
    asked, _ = done
    before = run(replace(asked, chunk=1), tmp_path / "run", workers=1)
    (tmp_path / "run" / "options" / "000003.parquet").unlink()
    assert usual_chunk(4) != 1
    assert run(replace(asked, chunk=None), tmp_path / "run", workers=1, resume=True) == before
