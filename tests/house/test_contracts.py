"""The house: imports point down, and nothing heavy is carried up the stairs before it is needed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from importlinter.cli import lint_imports_command

import repayplan

ROOT = Path(repayplan.__file__).parents[1]
HEAVY = (
    *("babel", "highspy", "jinja2", "numba", "numpy", "ortools", "pandas", "pulp", "pyarrow", "pydantic", "pyspark"),
    *("ruamel", "scipy", "sqlalchemy"),
)


def test_imports_keep_the_contracts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    outcome = CliRunner().invoke(lint_imports_command, ["--no-cache"])
    assert outcome.exit_code == 0, outcome.output


@pytest.mark.parametrize(
    "action",
    [
        "import repayplan; dir(repayplan)",
        "from repayplan.cli.main import cli; cli.main(['--help'])",
        "from repayplan.cli.main import cli; cli.main(['plan', '--help'])",
        "from repayplan.cli.main import cli; cli.main(['portfolio', 'run', '--help'])",
        "from repayplan.cli.main import cli; cli.main(['--version'])",
        "from repayplan.cli.main import cli; cli.main(['no-such-command'])",
    ],
)
def test_nothing_heavy_is_imported_before_it_is_needed(action: str) -> None:
    report = f"[name for name in {HEAVY!r} if name in sys.modules]"
    program = f"import sys\ntry:\n    exec({action!r})\nexcept SystemExit:\n    pass\nprint('HEAVY', {report})"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT)
    assert run.stdout.splitlines()[-1] == "HEAVY []", run.stderr


def test_the_package_offers_what_it_says() -> None:
    for name in repayplan.__all__:
        assert getattr(repayplan, name) is not None
    assert set(repayplan.__all__) <= set(dir(repayplan))
    with pytest.raises(AttributeError, match="no attribute 'forecast_all'"):
        _ = repayplan.forecast_all
