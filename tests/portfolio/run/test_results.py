"""What a run leaves behind: the same tables from every kind of book, bad rows set aside, files that harm nobody."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from books import many, story, write_csv, write_database, write_parquet, write_workbook
from portfolio_runs import QUICK, run, wish

from repayplan.cases.checks import owed
from repayplan.errors import InputError
from repayplan.language import speaking
from repayplan.portfolio.book.index import build_index, cases_called
from repayplan.portfolio.menu import read_menu
from repayplan.portfolio.run.chunk import Job, count, work
from repayplan.portfolio.run.results import Results, read_results
from repayplan.portfolio.run.run import Means, Wish, run_portfolio
from repayplan.portfolio.run.single import find
from repayplan.report.portfolio_files import summary_document, write_summary


@pytest.fixture(scope="module")
def spoiled(tmp_path_factory: pytest.TempPathFactory) -> Results:
    """A run over a small book with two bad borrowers, a row of nobody's and names that are formulas and markup."""
    folder = tmp_path_factory.mktemp("spoiled")
    book = many(6, ("trade", "two-lenders"))
    book["borrowers"][1]["name"] = '=HYPERLINK("http://example.org")'
    book["borrowers"][2]["industry"] = "<script>alert(1)</script>"
    book["borrowers"][3]["opening"] = "=2+3"
    book["loans"][0]["rate"] = "435"
    book["loans"].append(book["loans"][1] | {"case": "@NOBODY"})
    asked = replace(wish(folder, 6), book=write_csv(folder / "book", book))
    return run_portfolio(asked, folder / "run", Means(workers=1))


def test_every_kind_of_book_gives_the_same_tables(tmp_path: Path) -> None:
    book = many(4, ("trade", "textile"))
    asked = wish(tmp_path, 4)
    forms: dict[str, str | Path] = {
        "csv": write_csv(tmp_path / "csv", book),
        "parquet": write_parquet(tmp_path / "parquet", book),
        "excel": write_workbook(tmp_path / "book.xlsx", book),
        "database": write_database(f"sqlite:///{tmp_path / 'book.sqlite'}", book),
    }
    assert asked.menu is not None
    job = Job(read_menu(asked.menu), QUICK, 2, "en")
    found = {}
    for name, form in forms.items():
        index = build_index(form, tmp_path / f"{name}.index")
        found[name] = [work(job, index, number)[1] for number in range(count(job.chunk, index.borrowers))]
    assert len(found["csv"]) == 2
    assert found["csv"] == found["parquet"] == found["excel"] == found["database"]


def test_bad_rows_are_set_aside_with_place_and_reason(spoiled: Results) -> None:
    failures = spoiled.failures[["case", "table", "row", "field", "value"]].to_dict("records")
    assert failures == [
        {"case": "B-00000", "table": "loans", "row": 2, "field": "rate", "value": "435"},
        {"case": "B-00003", "table": "borrowers", "row": 5, "field": "opening", "value": "=2+3"},
        {
            "case": "@NOBODY",
            "table": "loans",
            "row": len(many(6, ("trade", "two-lenders"))["loans"]) + 2,
            "field": "case",
            "value": "@NOBODY",
        },
    ]
    summary = spoiled.summary
    assert (summary.borrowers, summary.failed, summary.strays) == (6, 2, 1)
    assert sorted(count for _, count in (*summary.reasons, *summary.stray_reasons)) == [1, 1, 1]
    assert summary.offered == len(spoiled.options)
    # what those two owe is told by the rows they have; the bank's own loans alone
    owe = sum(owed(loan) for name in ("trade", "two-lenders") for loan in story(name).loans if loan.lender is None)
    assert (summary.debt_aside, summary.unknown) == (owe, 0)
    assert set(spoiled.choices["case"]) == {"B-00001", "B-00002", "B-00004", "B-00005"}


def test_without_limits_each_takes_what_is_best_for_it(spoiled: Results) -> None:
    options = spoiled.options
    best = options.loc[options.groupby("case", sort=False)["recovery"].idxmax(), ["case", "option"]]
    assert spoiled.choices[["case", "option"]].to_dict("records") == best.to_dict("records")
    assert spoiled.summary.coupling.gap == 0.0


@pytest.mark.parametrize("bad", [(0, 1), (2, 3)])
def test_a_chunk_in_which_everybody_is_set_aside_takes_nothing_from_the_others(
    bad: tuple[int, int], tmp_path: Path
) -> None:
    book = many(4, ("trade",))
    for place in bad:
        book["borrowers"][place]["opening"] = "a lot"
    asked = replace(wish(tmp_path, 4), book=write_csv(tmp_path / "spoiled", book))
    results = run_portfolio(asked, tmp_path / "run", Means(workers=1))
    assert set(results.choices["case"]) == {f"B-{place:05}" for place in range(4) if place not in bad}


def test_what_those_owe_who_are_set_aside_is_told_as_far_as_it_is_known(tmp_path: Path) -> None:
    """One who has no option at all, one whose principal cannot be read, one in another currency."""
    book = many(4, ("trade",))
    book["loans"][1]["principal"] = "much"
    book["borrowers"][2]["currency"] = "USD"
    asked = wish(tmp_path, 4)
    menu = tmp_path / "menu.yaml"
    menu.write_text(
        "schema: repayplan/menu/1\ntreatments: [do_nothing]\nblack_list: [{cases: [B-00000], allow: [sell]}]\n"
    )
    found = run_portfolio(
        replace(asked, book=write_csv(tmp_path / "book", book), menu=menu), tmp_path / "run", Means(workers=1)
    )
    summary = found.summary
    assert (summary.failed, summary.unknown) == (3, 2)
    assert summary.debt_aside == sum(map(owed, story("trade").loans))
    assert summary_document(found)["set_aside_debt"] == {
        "amount": f"{summary.debt_aside / 100:.2f}", "borrowers": 1, "unknown": 2,
    }  # fmt: skip


def test_the_columns_of_the_overdue_balance_foot(spoiled: Results) -> None:
    summary = spoiled.summary
    for month in summary.months:
        assert month.overdue + sum(month.falls.values()) == summary.total.sums["overdue"]
    assert sum(group.sums["recovery"] for group in summary.by_rating) == summary.total.sums["recovery"]
    assert sum(group.borrowers for group in summary.by_industry) == summary.total.borrowers


def test_no_text_becomes_a_formula(spoiled: Results) -> None:
    write_summary(spoiled)
    for name in ("choices.csv", "failures.csv"):
        rows = list(csv.reader(io.StringIO((spoiled.directory / name).read_text(encoding="utf-8-sig"))))
        assert len(rows) > 1
        assert not [cell for row in rows for cell in row if re.match(r"[=+@\t\r]|-(?![0-9.]+$)", cell)]
    choices = (spoiled.directory / "choices.csv").read_text(encoding="utf-8-sig")
    first, *others = csv.reader(io.StringIO(choices))
    assert [row[first.index("Name")] for row in others if row[0] == "B-00001"] == ['\'=HYPERLINK("http://example.org")']
    assert "'=2+3" in (spoiled.directory / "failures.csv").read_text(encoding="utf-8-sig")
    assert "'@NOBODY" in (spoiled.directory / "failures.csv").read_text(encoding="utf-8-sig")


def test_the_page_is_one_file_that_loads_nothing_and_escapes_everything(spoiled: Results) -> None:
    for language, words in (("en", "Illustrative"), ("zh", "示例")):
        with speaking(language):
            write_summary(spoiled)
        text = (spoiled.directory / "report.html").read_text(encoding="utf-8")
        assert words in text
        assert "<script" not in text
        assert "&lt;script&gt;alert(1)" in text
        named = text.replace("HYPERLINK(&#34;http://example.org", "")  # a borrower's name, escaped
        assert not re.search(r"(src|href)\s*=|url\(|@import|https?://", named)
        assert text.count("<rect") == 13 * 5
    assert '"illustrative": null' not in json.dumps(summary_document(spoiled))


def test_figures_for_programs_are_decimal_strings(spoiled: Results) -> None:
    document = summary_document(spoiled)
    total = document["total"]
    assert re.fullmatch(r"\d+\.\d\d", total["recovery"])
    for groups in ("by_rating", "by_industry", "by_region", "by_kind"):
        for name in ("recovery", "by_plan", "otherwise"):
            assert sum(Decimal(each[name]) for each in document[groups].values()) == Decimal(total[name])
    assert Decimal(total["by_plan"]) + Decimal(total["otherwise"]) == Decimal(total["recovery"])
    plans = spoiled.choices[spoiled.choices["kind"] == "plan"]
    assert Decimal(total["by_plan"]) * 100 == int(plans["by_plan"].sum())
    assert document["set_aside_debt"]["borrowers"] == 2
    assert (document["borrowers"], document["set_aside"], document["stray_rows"]) == (6, 2, 1)
    assert len(document["overdue"]) == 13


def test_one_borrower_opens_with_its_options(spoiled: Results) -> None:
    single = find(spoiled, "B-00001")
    assert single.name == single.chosen
    assert {row["case"] for row in single.options} == {"B-00001"}
    assert find(spoiled, "B-00001", "remind").variant is None
    with pytest.raises(InputError, match="set aside: this is not a yearly rate"):
        find(spoiled, "B-00000")
    with speaking("zh"), pytest.raises(InputError, match="贷款"):
        find(spoiled, "B-00000")
    with pytest.raises(InputError, match="no borrower has this case"):
        find(spoiled, "B-99999")
    with pytest.raises(InputError, match="this borrower has no such option"):
        find(spoiled, "B-00001", "level-600")


@pytest.mark.parametrize("name", ["b-00001", " B-00001 ", "Ｂ-00001"])
def test_a_case_is_found_without_regard_to_capitals_and_wide_signs(spoiled: Results, name: str) -> None:
    assert find(spoiled, name, "Remind").options == find(spoiled, "B-00001", "remind").options


def test_a_case_that_is_not_there_is_missed_in_the_run(spoiled: Results) -> None:
    with pytest.raises(InputError) as caught:
        find(spoiled, "B-99999")
    assert caught.value.faults[0].where == str(spoiled.directory)


def test_of_cases_that_differ_in_capitals_alone_one_must_be_written_as_the_book_does(tmp_path: Path) -> None:
    book = many(3)
    renamed = {"B-00001": "b-00000", "B-00002": "B-0000X"}
    book = {
        name: [row | {"case": renamed.get(row["case"], row["case"])} for row in rows] for name, rows in book.items()
    }
    index = build_index(write_csv(tmp_path / "book", book), tmp_path / "index")
    assert cases_called(index, "b-00000") == ["b-00000"]
    assert cases_called(index, "B-00000") == ["B-00000"]
    assert cases_called(index, "Ｂ-00000") == ["B-00000", "b-00000"]
    assert cases_called(index, "b-0000x") == ["B-0000X"]
    assert cases_called(index, "C") == []


def test_cells_are_words_in_the_language_in_use(spoiled: Results) -> None:
    with speaking("zh"):  # failures are told in the language of the run
        write_summary(replace(spoiled, manifest=replace(spoiled.manifest, language="zh")))
    choices, failures = (
        list(csv.reader(io.StringIO((spoiled.directory / name).read_text(encoding="utf-8-sig"))))
        for name in ("choices.csv", "failures.csv")
    )
    kind, rating = choices[0].index("类型"), choices[0].index("风险等级")
    assert {row[kind] for row in choices[1:]} == {"催告"}
    assert {row[rating] for row in choices[1:]} <= {"低风险", "中风险", "高风险"}
    assert failures[1][1:4] == ["loans (贷款)", "2", "rate (年利率)"]
    with speaking("en"):
        write_summary(spoiled)


def test_nothing_is_shown_of_a_run_that_has_not_ended(spoiled: Results, tmp_path: Path) -> None:
    for name in ("manifest.json", "book.sqlite", "menu.yaml"):
        (tmp_path / name).write_bytes((spoiled.directory / name).read_bytes())
    with pytest.raises(InputError, match="this run has not ended"):
        find(read_results(tmp_path), "B-00001")


def test_what_is_no_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no portfolio run here"):
        read_results(tmp_path)
    (tmp_path / "manifest.json").write_text("{}")
    with pytest.raises(InputError, match="this is no manifest"):
        read_results(tmp_path)


def test_sizes_are_checked_before_anything_is_read(tmp_path: Path) -> None:
    for asked, means in ((Wish(tmp_path, chunk=0), Means()), (Wish(tmp_path), Means(workers=0))):
        with pytest.raises(InputError, match=r"out of range.*→ give a number in that range"):
            run_portfolio(asked, tmp_path / "run", means)
    assert not (tmp_path / "run").exists()


def test_spark_that_is_not_there_is_said_before_anything_is_begun(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("repayplan.portfolio.run.spark.find_spec", lambda _: None)
    with pytest.raises(InputError, match="PySpark is not installed"):
        run_portfolio(Wish(tmp_path), tmp_path / "run", Means(engine="spark"))
    assert not (tmp_path / "run").exists()


def test_a_planned_borrower_has_its_schedule(tmp_path: Path) -> None:
    asked = wish(tmp_path, 1, stories=("trade",))
    run(asked, tmp_path / "run", workers=1)
    results = read_results(tmp_path / "run")
    assert "level-24" in set(results.schedules["option"])
    single = find(results, "B-00000", "level-24")
    rows = results.schedules.query("case == 'B-00000' and option == 'level-24'")
    assert [each.cents for each in single.payments] == rows["payment"].tolist()
    assert single.variant is not None
    assert single.variant.policy.shape == "level"


LIMITS = """schema: repayplan/limits/1
limits:
  - {name: Hours, sum: officer_hours, by: [month], at_most: 1000}
  - {name: Costs, sum: cost, at_most: 1000000}
targets:
  - {name: Overdue down, fall: FALL, month: 6}
"""


def limited(asked: Wish, directory: Path, fall: str, resume: bool = False) -> Results:
    """A small book under limits."""
    limits = directory.parent / f"{fall}.yaml"
    limits.write_text(LIMITS.replace("FALL", fall))
    return run_portfolio(replace(asked, limits=limits), directory, Means(workers=1), resume=resume)


def test_limits_are_kept_or_the_nearest_choice_is_shown(tmp_path: Path) -> None:
    asked = wish(tmp_path, 6)
    free = limited(asked, tmp_path / "free", "1%")
    shutil.copytree(tmp_path / "free", tmp_path / "tight")
    tight = limited(asked, tmp_path / "tight", "99%", resume=True)
    assert free.summary.kept
    labels = [limit.label["en"] for limit in free.summary.coupling.limits]
    assert "Costs" in labels
    assert sum(label.startswith("Hours") for label in labels) == 12
    assert free.summary.coupling.value == int(free.choices["recovery"].sum())
    assert not free.summary.coupling.said
    assert not tight.summary.kept
    assert any("No choice" in words["en"] or "cannot be" in words["en"] for words in tight.summary.coupling.said)
    target = next(limit for limit in free.summary.coupling.limits if limit.target is not None)
    fallen = free.summary.months[6].falls["fall_cash"] / free.summary.total.sums["overdue"]
    assert target.used == pytest.approx(fallen, abs=1e-9)
    for results in (free, tight):
        write_summary(results)
        page = (results.directory / "report.html").read_text(encoding="utf-8")
        assert "Overdue down" in page
        assert page.count("stroke-dasharray") == 1
        assert all(use.sentence["en"] in page for use in results.summary.coupling.limits if use.price or not use.kept)
        assert page.count('class="warn"') == 1 + len(results.summary.coupling.said)
    choice = json.loads((tight.directory / "summary.json").read_text())["choice"]
    assert choice["limits_kept"] is False
    assert {(limit["price"], limit["gain"]) for limit in choice["limits"]} == {(None, None)}
    assert {case["difference"] for case in choice["cases"]} <= {None}


def test_a_faulty_limits_file_stops_the_run_before_it_begins(tmp_path: Path) -> None:
    asked = wish(tmp_path, 2)
    (tmp_path / "limits.yaml").write_text("schema: repayplan/limits/1\nlimits: [{name: X, sum: smiles, at_most: 3}]\n")
    with pytest.raises(InputError, match="smiles"):
        run_portfolio(replace(asked, limits=tmp_path / "limits.yaml"), tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_a_book_in_which_nobody_can_be_read_ends_in_words(tmp_path: Path) -> None:
    book = many(3)
    for row in book["loans"]:
        row["rate"] = "435"
    asked = replace(wish(tmp_path, 3), book=write_csv(tmp_path / "bad", book))
    results = run_portfolio(asked, tmp_path / "run", Means(workers=1))
    assert (results.summary.failed, results.summary.kept, len(results.choices)) == (3, False, 0)
    write_summary(results)
    assert "look at the failures" in (tmp_path / "run" / "report.html").read_text(encoding="utf-8")
    assert len((tmp_path / "run" / "failures.csv").read_text(encoding="utf-8-sig").splitlines()) == 4
