"""The guard against versions that do not go together names them, says why and what to install."""

from __future__ import annotations

import pytest

from repayplan.errors import SolverError
from repayplan.solvers import versions
from repayplan.solvers.versions import check_versions


@pytest.fixture
def pretend(monkeypatch: pytest.MonkeyPatch):
    """``pretend(imported, package=version)``: other versions are installed, other modules imported."""

    def install(*imported: str, **found: str) -> None:
        monkeypatch.setattr(versions, "_installed", found.get)
        modules = dict.fromkeys(imported)
        monkeypatch.setattr(versions, "_imported", modules.__contains__)

    return install


def test_what_is_installed_here_goes_together() -> None:
    check_versions("highspy", "ortools", "pulp")


@pytest.mark.parametrize(
    ("found", "why"), [("1.13.0", "wrong answers"), ("1.14.2", "wrong answers"), ("1.15.0", "one process")]
)
def test_a_newer_highspy_beside_or_tools_is_refused(pretend, found: str, why: str) -> None:
    pretend(highspy=found, ortools="9.15.6755")
    with pytest.raises(SolverError) as caught:
        check_versions("highspy", "ortools")
    (fault,) = caught.value.faults
    assert fault.where == f"highspy {found}, ortools 9.15.6755"
    assert why in str(fault.what)
    assert str(fault.remedy) == 'run pip install "highspy==1.12.*"'


def test_a_newer_highspy_alone_is_no_harm_until_or_tools_is_there(pretend) -> None:
    pretend(highspy="1.15.1", ortools="9.15.6755")
    check_versions("highspy")
    pretend("ortools", highspy="1.15.1", ortools="9.15.6755")
    with pytest.raises(SolverError, match="OR-Tools"):
        check_versions("highspy")


@pytest.mark.parametrize(("found", "fits"), [("3.3.1", False), ("3.3.2", True), ("3.9", True), ("4.0.0", False)])
def test_pulp_must_be_one_whose_answers_can_be_read(pretend, found: str, fits: bool) -> None:
    pretend(pulp=found, highspy="1.12.0")
    if fits:
        check_versions("pulp")
        return
    with pytest.raises(SolverError, match="PuLP") as caught:
        check_versions("pulp")
    assert str(caught.value.faults[0].remedy) == 'run pip install "pulp>=3.3.2,<4"'


def test_a_solver_is_refused_before_it_is_imported(pretend) -> None:
    from repayplan.solvers.glop import Glop

    pretend(highspy="1.16.0", ortools="9.15.6755")
    with pytest.raises(SolverError, match=r"highspy 1\.16\.0, ortools 9\.15\.6755"):
        Glop()
