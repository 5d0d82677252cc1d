"""Oracles no one here wrote. Their files are found through REPAYPLAN_DATA and never copied in."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))  # the adapters beside the tests
