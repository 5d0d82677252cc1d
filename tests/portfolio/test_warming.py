"""One small case has every kernel loaded that appraising calls: nothing is compiled in the chunks of many processes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from books import ROOT

from repayplan.portfolio.book.index import build_index
from repayplan.portfolio.generate import generate

CODE = """
import gc, sys
from pathlib import Path

from numba.core.dispatcher import Dispatcher

from repayplan.portfolio.menu import default_menu
from repayplan.portfolio.run.chunk import Job, work
from repayplan.portfolio.book.index import open_index
from repayplan.portfolio.settings import Settings
from repayplan.portfolio.warming import warm_up

def loaded():
    return {(str(each.py_func), str(sign)) for each in gc.get_objects() if isinstance(each, Dispatcher)
            for sign in each.overloads}

warm_up()
before = loaded()
done, _ = work(Job(default_menu(), Settings(scenarios=16), 20, "en"), open_index(Path(sys.argv[1])), 0)
assert before and done.options, (before, done)
assert loaded() == before, loaded() - before
"""


@pytest.mark.long
def test_nothing_is_loaded_after_warming_up(tmp_path: Path) -> None:
    generate(tmp_path / "book", 20, 3)
    index = build_index(tmp_path / "book", tmp_path / "index.sqlite")
    process = subprocess.run([sys.executable, "-c", CODE, f"{index.path}"], cwd=ROOT, capture_output=True, check=False)
    assert process.returncode == 0, process.stderr.decode()
