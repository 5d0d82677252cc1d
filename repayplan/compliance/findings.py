"""What an officer or a committee must be told about a plan: a rule, its source, the result, in words."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

from repayplan.language import Message

Result = Literal["pass", "fail", "warning", "note"]


@dataclass(frozen=True, slots=True)
class Finding:
    """``rule`` is the name of a limit or report, ``clause`` its source; ``amount`` (cents) how far it is missed."""

    rule: str
    clause: str
    result: Result
    sentence: Message
    date: dt.date | None = None
    loan: str | None = None
    amount: int | None = None
