"""The inverse normal here, in SciPy and compiled: the same to the last digits, the compiled one to the last bit."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import ndtri

from repayplan.forecast.futures import drawing
from repayplan.forecast.futures.drawing import Drawing, bits, drawn
from repayplan.forecast.futures.normal import FAR, SCALE, logarithm, to_normals

WHOLE = 1 << 52


def numbers() -> np.ndarray:
    """All over, and far out on both sides."""
    random = np.random.default_rng(20_261_122)
    even = random.integers(0, WHOLE, 200_000, dtype=np.uint64)
    far = np.exp(random.uniform(0, 36, 20_000)).astype(np.uint64)
    return np.concatenate([even, far, WHOLE - 1 - far, np.arange(50, dtype=np.uint64)])


def test_it_is_the_inverse_normal() -> None:
    below = numbers()
    below = below[below < WHOLE // 2]
    np.testing.assert_allclose(to_normals(below), ndtri((below + 0.5) * SCALE), rtol=3e-15)


def test_mirrored_numbers_give_mirrored_normals() -> None:
    whole = numbers()
    assert (to_normals(whole) == -to_normals(WHOLE - 1 - whole)).all()


def test_some_normals_by_heart() -> None:
    # the middle, and the normals below which lie 97.5 % and 2**-53: 1.959963984540054 and −8.209536151601387
    assert to_normals(np.array([WHOLE // 2], dtype=np.uint64))[0] == pytest.approx(0, abs=1e-15)
    assert to_normals(np.array([round(0.975 * WHOLE)], dtype=np.uint64))[0] == pytest.approx(
        1.959963984540054, rel=1e-14
    )
    assert to_normals(np.array([0], dtype=np.uint64))[0] == pytest.approx(-8.209536151601387, rel=1e-14)


@pytest.mark.parametrize("value", [2.0**-53, 1e-11, 0.07, 0.5, 1.0, 1.4])
def test_the_logarithm_is_one(value: float) -> None:
    mantissa, exponent = np.frexp(value)
    if mantissa < np.sqrt(0.5):
        mantissa, exponent = 2 * mantissa, exponent - 1
    assert logarithm(mantissa - 1, float(exponent)) == pytest.approx(np.log(value), rel=3e-16, abs=1e-300)


@pytest.mark.parametrize(("first", "count"), [(0, 500), (3, 1), (7, 2_003), (4, 4), (1_000_003, 501)])
def test_compiled_normals_are_the_same_bytes(monkeypatch: pytest.MonkeyPatch, first: int, count: int) -> None:
    one = Drawing(5, 2_000_000, "plain")
    monkeypatch.setattr(drawing, "COMPILED_AFTER", -1)
    found = drawn(one, "somebody", "something", 3, first, count)
    wanted = to_normals(bits(one, "somebody", "something", 3, first, count))
    assert found.tobytes() == wanted.tobytes()


def test_compiled_normals_are_the_same_far_out() -> None:
    from repayplan.forecast.futures import rapid

    whole = numbers()[: 4 * (len(numbers()) // 4)]
    wanted = to_normals(whole)
    assert (np.abs(wanted) > 7).sum() > 100
    assert (-np.log((np.minimum(whole, WHOLE - 1 - whole) + 0.5) * SCALE) > FAR**2).any()
    room = 4 * rapid.STEPS
    off, where, tails = np.empty(room), np.empty(room, dtype=np.int64), np.empty(room)
    for start in range(0, len(whole), room):
        part = whole[start : start + room] << np.uint64(12)
        rapid._normals(part, off, where, tails, len(part) // 4)
        assert off[: len(part)].tobytes() == wanted[start : start + room].tobytes()


def test_what_draws_much_is_compiled_on_the_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawing, "COMPILED_AFTER", 100)
    monkeypatch.setattr(drawing, "_HABIT", drawing._Habit())
    one = Drawing(5, 60, "antithetic")
    for name in ("a", "b", "c"):
        found = drawing.normals(one, "somebody", name, 2, 0, 60)
        assert (found[:, ::2] == to_normals(bits(one, "somebody", name, 2, 0, 30))).all()
        assert (found[:, 1::2] == -found[:, ::2]).all()
    assert drawing._HABIT.numbers == 180
