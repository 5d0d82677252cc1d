"""Cases made from real figures. Their files are found through REPAYPLAN_DATA and never copied in."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # the makers of cases beside the tests


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real data; the test is skipped where REPAYPLAN_DATA does not name one."""
    folder = os.environ.get("REPAYPLAN_DATA")
    if not folder:
        pytest.skip("REPAYPLAN_DATA is not set: the real data is not here")
    return Path(folder)
