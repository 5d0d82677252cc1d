"""The log of a run: a line with its time for each thing that happens. No table depends on it."""

from __future__ import annotations

import datetime as dt
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from repayplan.errors import InputError
from repayplan.publishing import unwritten

NAME = "run.log"


class Log:
    """Lines of JSON, each written as it happens, after those of earlier runs in the same directory."""

    def __init__(self, directory: Path) -> None:
        self._path = directory / NAME

    def say(self, event: str, **values: Any) -> None:
        """Add one line. InputError where it cannot be written, for want of room for instance."""
        now = dt.datetime.now(dt.UTC).isoformat(timespec="milliseconds")
        try:
            with self._path.open("a", encoding="utf-8") as file:
                file.write(json.dumps({"time": now, "event": event, **values}, ensure_ascii=False) + "\n")
        except OSError as error:
            raise InputError(unwritten(self._path.parent, error)) from None

    @contextmanager
    def timed(self, event: str) -> Iterator[None]:
        """Say how long something took once it is done."""
        began = time.monotonic()
        yield
        self.say(event, seconds=round(time.monotonic() - began, 3))
