"""The documentation says of the oracles what a run says."""

from __future__ import annotations

import pytest
from oracle import data
from oracle_table import PAGE, fingerprint, page


def test_the_page_is_what_a_run_gives() -> None:
    data("regulation.json")
    written = PAGE.read_text(encoding="utf-8")
    if fingerprint() not in written:
        pytest.skip("these are other oracle files than the page was written from")
    assert written == page()
