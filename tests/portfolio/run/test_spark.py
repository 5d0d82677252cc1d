"""Spark does the same: its tables are byte for byte those of this machine's cores."""

from __future__ import annotations

import shutil
from importlib.util import find_spec
from pathlib import Path

import pytest
from portfolio_runs import run, tables, wish

from repayplan.portfolio.run.run import Means, run_portfolio

MISSING = [name for name, there in (("java", shutil.which("java")), ("pyspark", find_spec("pyspark"))) if not there]


@pytest.mark.skipif(bool(MISSING), reason=f"not found: {', '.join(MISSING)}; .ci/run installs both")
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning", "ignore::FutureWarning")
def test_spark_and_local_agree(tmp_path: Path) -> None:
    asked = wish(tmp_path, borrowers=7, chunk=3)
    here = run(asked, tmp_path / "here")
    (tmp_path / "there").mkdir()
    run_portfolio(asked, tmp_path / "there", Means("spark", workers=2))
    assert tables(tmp_path / "there") == here
