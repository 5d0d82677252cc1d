"""The Python of docs/robust.md runs and prints what stands behind it; its commands are those of the program."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import repayplan
from repayplan.cli.common import METHODS
from repayplan.cli.robust import robust_options

ROOT = Path(repayplan.__file__).parents[1]
PAGE = (ROOT / "docs" / "robust.md").read_text(encoding="utf-8")


def test_the_python_prints_what_is_shown(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    (program,) = re.findall(r"^```python\n(.*?)^```$", PAGE, flags=re.MULTILINE | re.DOTALL)
    exec(compile(program, "docs/robust.md", "exec"), {})
    shown = re.findall(r"^print\(.*\)  # (.*)$", program, flags=re.MULTILINE)
    assert capsys.readouterr().out.splitlines() == shown


def test_every_option_is_explained() -> None:
    def command() -> None:
        """Nothing."""

    robust_options(command)
    options = [option.opts[0] for option in command.__click_params__]  # type: ignore[attr-defined]
    assert len(options) == 6
    assert all(f"`{name}" in PAGE for name in options)
    futures = (ROOT / "docs" / "futures.md").read_text(encoding="utf-8")
    assert all(f"- `{name}`" in futures for name in METHODS), "every way of drawing"
