"""A case as plain data that reads back as the same case, and a fingerprint by which two cases are known as one.

Fields that are left out and fields that hold their default are the same case, so neither is written. Amounts are
strings with two places, rates and shares the shortest exact decimal, dates ISO.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from repayplan.cases.models import Case


def case_to_dict(case: Case) -> dict[str, Any]:
    """The case as JSON-ready values (dict, list, str, int, bool)."""
    return case.model_dump(mode="json", by_alias=True, exclude_none=True, exclude_defaults=True)


def case_to_json(case: Case) -> str:
    """The canonical text of a case: fields in order of their names, no blanks, UTF-8."""
    return json.dumps(case_to_dict(case), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def fingerprint(case: Case) -> str:
    """SHA-256 of the canonical text, in hexadecimal."""
    return hashlib.sha256(case_to_json(case).encode()).hexdigest()
