"""Seconds that several plans share, so that an explanation ends in time and says what it did not get to."""

from __future__ import annotations

import time


class OutOfTimeError(Exception):
    """There was no time to decide something; whoever shares out the time says so."""


class Watch:
    """So many seconds from now; None: as many as it takes."""

    def __init__(self, seconds: float | None = None) -> None:
        self._until = None if seconds is None else time.monotonic() + seconds

    @property
    def ends(self) -> bool:
        """Whether there is an end at all."""
        return self._until is not None

    @property
    def left(self) -> float | None:
        """Seconds that are left, None without an end; OutOfTimeError where there are none."""
        if self._until is None:
            return None
        left = self._until - time.monotonic()
        if left <= 0:
            raise OutOfTimeError
        return left

    def share(self, parts: int) -> Watch:
        """One of so many equal parts of what is left."""
        left = self.left
        return Watch(None if left is None else left / parts)


FOREVER = Watch()
"""No end."""
