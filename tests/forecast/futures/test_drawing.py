"""Draws depend on their name and on the number of the scenario, and on nothing else."""

from __future__ import annotations

import hashlib
import pickle
import re
import subprocess
import sys
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import futures_of
import numpy as np
import pytest
from futures_of import DAYS, SOURCES, WINDOW, case_with

import repayplan
from repayplan.errors import InputError
from repayplan.forecast.futures import METHODS, Drawing, Futures, Method, draw_futures
from repayplan.forecast.futures import drawing as drawing_module
from repayplan.forecast.futures.drawing import bits, normals
from repayplan.forecast.futures.normal import to_normals

CASE = case_with(*({**source, "name": kind} for kind, source in SOURCES.items()))
DRAWN: tuple[Method, ...] = ("plain", "antithetic", "sobol")


def everything(futures: Futures) -> bytes:
    return b"".join(array.tobytes() for array in (futures.own, futures.apart, futures.collateral))


@pytest.mark.parametrize("method", METHODS)
def test_blocks_of_scenarios_join_to_the_whole(method: Method) -> None:
    drawing = Drawing(seed=7, scenarios=21, method=method)
    whole = draw_futures(CASE, DAYS, WINDOW, drawing)
    for cuts in ((0, 21), (0, 1, 2, 9, 21), (0, 5, 20, 21)):
        parts = [draw_futures(CASE, DAYS, WINDOW, drawing, a, b - a) for a, b in pairwise(cuts)]
        assert np.concatenate([part.own for part in parts]).tobytes() == whole.own.tobytes()
        assert np.concatenate([part.apart for part in parts]).tobytes() == whole.apart.tobytes()
        assert np.concatenate([part.collateral for part in parts]).tobytes() == whole.collateral.tobytes()


@pytest.mark.parametrize("method", DRAWN)
def test_more_scenarios_begin_with_the_fewer(method: Method) -> None:
    fewer = normals(Drawing(1, 6, method), "borrower", "level", 3, 0, 6)
    assert (normals(Drawing(1, 4_000, method), "borrower", "level", 3, 0, 4_000)[:, :6] == fewer).all()


def test_internal_blocks_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = draw_futures(CASE, DAYS, WINDOW, Drawing(scenarios=23))
    monkeypatch.setattr("repayplan.forecast.futures.draws.BLOCK", 5)
    assert everything(draw_futures(CASE, DAYS, WINDOW, Drawing(scenarios=23))) == everything(whole)


def test_draws_have_fixed_bytes() -> None:
    drawn = bits(Drawing(20261120, 4, "plain"), "everybody", "economy", 2, 1, 3)
    assert drawn.tolist() == [
        [549644894982094, 1480586036994200, 879487291614165],
        [2183440669043369, 4382013552939617, 2194007504356864],
    ]
    # the normal below which lies k + 1/2 of 2**52 parts
    assert to_normals(np.array([1 << 51], dtype=np.uint64)) == pytest.approx(0, abs=1e-15)


@pytest.mark.parametrize("other", [{"seed": 2}, {"sample": 1}, {"method": "plain"}])
def test_another_seed_sample_or_method_draws_otherwise(other: dict[str, object]) -> None:
    said = {"seed": 1, "scenarios": 8, "method": "antithetic", **other}
    one = draw_futures(CASE, DAYS, WINDOW, Drawing(1, 8))
    assert everything(one) == everything(draw_futures(CASE, DAYS, WINDOW, Drawing(1, 8)))
    assert everything(one) != everything(draw_futures(CASE, DAYS, WINDOW, Drawing(**said)))  # type: ignore[arg-type]


def test_other_sources_change_nothing() -> None:
    one = {**SOURCES["stores"], "name": "Chain"}
    alone = draw_futures(case_with(one), DAYS, WINDOW, Drawing(scenarios=6)).receipts("Chain")
    more = draw_futures(case_with({**SOURCES["season"], "name": "Shop"}, one), DAYS, WINDOW, Drawing(scenarios=6))
    assert (more.receipts("Chain") == alone).all()


@pytest.mark.parametrize("method", ["plain", "antithetic"])
def test_a_longer_horizon_changes_nothing_before(method: Method) -> None:
    drawing = Drawing(scenarios=40, method=method)
    whole = draw_futures(CASE, DAYS, WINDOW, drawing)
    for stages in (3, 14, 24):
        until = replace(WINDOW, until=DAYS[stages - 1])
        fewer = draw_futures(CASE, DAYS[:stages], until, drawing)
        assert (fewer.own == whole.own[:, :stages]).all()
        assert (fewer.apart == whole.apart[:, :stages]).all()
        assert (fewer.collateral == whole.collateral).all()


def test_other_stores_and_stages_change_nothing() -> None:
    stores = [{"name": "B", "monthly": "7.77"}, {"name": "A", "monthly": "100.01"}]
    made = draw_futures(case_with({"kind": "stores", "stores": stores}), DAYS, WINDOW, Drawing(scenarios=6))
    fewer = draw_futures(case_with({"kind": "stores", "stores": stores[1:]}), DAYS, WINDOW, Drawing(scenarios=6))
    assert (made.receipts("It", "A") == fewer.own).all()


def test_another_process_draws_the_same() -> None:
    program = """
from test_drawing import CASE, everything
from futures_of import DAYS, WINDOW
from repayplan.forecast.futures import Drawing, draw_futures
print(hashlib.sha256(everything(draw_futures(CASE, DAYS, WINDOW, Drawing(scenarios=5), 2, 3))).hexdigest())
"""
    folders = [
        str(Path(__file__).parent),
        str(Path(futures_of.__file__).parent),
        str(Path(repayplan.__file__).parents[1]),
    ]
    told = subprocess.run(
        [sys.executable, "-c", f"import hashlib, sys\nsys.path[:0] = {folders}\n{program}"],
        capture_output=True, text=True, check=True, env={"PYTHONHASHSEED": "7", "REPAYPLAN_LANG": "zh"},
    )  # fmt: skip
    here = everything(draw_futures(CASE, DAYS, WINDOW, Drawing(scenarios=5), 2, 3))
    assert told.stdout.strip() == hashlib.sha256(here).hexdigest()


def test_names_are_told_apart_by_where_they_end() -> None:
    one = normals(Drawing(1, 4, "plain"), "ab", "c", 1, 0, 4)
    assert (one != normals(Drawing(1, 4, "plain"), "a", "bc", 1, 0, 4)).all()


def test_antithetic_scenarios_mirror_each_other() -> None:
    drawn = normals(Drawing(1, 9, "antithetic"), "x", "y", 2, 3, 6)
    whole = normals(Drawing(1, 9, "antithetic"), "x", "y", 2, 0, 10)
    assert (drawn == whole[:, 3:9]).all()
    assert (whole[:, 1::2] == -whole[:, ::2]).all()


@pytest.mark.parametrize("method", DRAWN)
def test_normals_have_the_moments_of_normals(method: Method) -> None:
    drawn = normals(Drawing(3, 1 << 15, method), "x", "y", 4, 0, 1 << 15)
    error = 4 / np.sqrt(1 << 15)
    assert np.abs(drawn.mean(axis=1)).max() < error
    assert np.abs(drawn.var(axis=1) - 1).max() < error * np.sqrt(2)
    assert np.abs(np.corrcoef(drawn) - np.eye(4)).max() < error
    assert np.isfinite(drawn).all()


def test_samples_are_independent() -> None:
    one, other = (normals(Drawing(3, 1 << 14, "plain", k), "x", "y", 1, 0, 1 << 14)[0] for k in (0, 1))
    assert abs(np.corrcoef(one, other)[0, 1]) < 4 / np.sqrt(1 << 14)


def test_futures_go_through_processes() -> None:
    futures = draw_futures(CASE, DAYS, WINDOW, Drawing(scenarios=4))
    again = pickle.loads(pickle.dumps(futures))
    assert everything(again) == everything(futures)
    assert (again.receipts("milestones") == futures.receipts("milestones")).all()


@pytest.mark.parametrize("method", METHODS)
def test_receipts_of_one_source_are_those_of_the_futures(method: Method) -> None:
    case = case_with({**SOURCES["stores"], "name": "Chain"})
    futures = draw_futures(case, DAYS, WINDOW, Drawing(scenarios=6, method=method))
    assert (futures.receipts("Chain") == futures.own).all()
    assert (futures.receipts("Chain", "A") + futures.receipts("Chain", "B") == futures.own).all()
    assert (futures.receipts("Chain", ["A", "B"]) == futures.own).all()
    assert not futures.receipts("Chain", "C").any()
    assert not futures.receipts("Another").any()


def test_a_receipt_is_told_from_others_of_its_name_by_its_day() -> None:
    items = [{"name": "Retention", "date": f"{year}-01-31", "amount": "100.00"} for year in (2027, 2028)]
    case = case_with({"kind": "milestones", "items": items})
    futures = draw_futures(case, DAYS, WINDOW, Drawing(scenarios=3, method="still"))
    day = DAYS[2]
    assert f"{day}" == "2027-01-31"
    assert futures.receipts("It", "Retention").sum(axis=1).tolist() == [20_000] * 3
    assert futures.receipts("It", "Retention", day)[:, 2].tolist() == [10_000] * 3
    assert futures.receipts("It", "Retention", day).sum() == 30_000


def test_what_cannot_be_drawn_is_told_at_once() -> None:
    with pytest.raises(InputError) as told:
        Drawing(1, 0, "halton")  # type: ignore[arg-type]
    assert [fault.where for fault in told.value.faults] == ["method", "scenarios"]


@pytest.mark.parametrize(("first", "count"), [(-1, 2), (0, -1), (5, 2), (7, None)])
def test_only_futures_of_the_drawing_are_drawn(first: int, count: int | None) -> None:
    drawing = Drawing(scenarios=6)
    assert draw_futures(CASE, DAYS, WINDOW, drawing, 6, 0).scenarios == 0
    with pytest.raises(InputError, match="not among those"):
        draw_futures(CASE, DAYS, WINDOW, drawing, first, count)


def test_the_python_of_the_documents_works(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    root = Path(repayplan.__file__).parents[1]
    page = (root / "docs" / "futures.md").read_text(encoding="utf-8")
    (program,) = re.findall(r"^```python\n(.*?)^```$", page, flags=re.MULTILINE | re.DOTALL)
    monkeypatch.chdir(root)
    exec(compile(program, "docs/futures.md", "exec"), {})
    assert capsys.readouterr().out == "(1000, 48)\n"


@pytest.mark.parametrize("kind", sorted(SOURCES))
@pytest.mark.parametrize(
    ("method", "first", "count"), [("antithetic", 0, 60), ("antithetic", 7, 31), ("plain", 3, 40), ("sobol", 0, 32)]
)
def test_who_draws_much_has_the_same_futures(
    monkeypatch: pytest.MonkeyPatch, kind: str, method: Method, first: int, count: int
) -> None:
    """Compiled: paths, exponents, stores and the stages of flows, to the same bytes."""
    case, drawing = case_with(SOURCES[kind]), Drawing(3, 100, method)
    monkeypatch.setattr(drawing_module, "COMPILED_AFTER", 10**18)
    plain = draw_futures(case, DAYS, WINDOW, drawing, first, count)
    monkeypatch.setattr(drawing_module, "COMPILED_AFTER", -1)
    compiled = draw_futures(case, DAYS, WINDOW, drawing, first, count)
    assert compiled.own.tobytes() == plain.own.tobytes()
    assert compiled.apart.tobytes() == plain.apart.tobytes()
    assert compiled.own.any() or compiled.apart.any()
