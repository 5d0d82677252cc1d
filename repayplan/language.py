"""The language a person reads: English stands in the code, Chinese in ``locale/zh.po``.

A text is written where it is used, ``tr("Cash falls below the floor on {date}", date=...)``, and is turned into
words only when somebody reads it, so one error or one plan can be shown in either language. The catalogue is an
ordinary gettext file that translators' tools open; it is read with babel, and only when Chinese is asked for.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

LANGUAGES = ("en", "zh")

_current: ContextVar[str] = ContextVar("language", default="en")


@dataclass(frozen=True, slots=True)
class Message:
    """A text and the values that go into it; ``str()`` says it in the language in use."""

    text: str
    values: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        pattern = self.text if current() == "en" else _catalogue(current()).get(self.text, self.text)
        return pattern.format(**self.values) if self.values else pattern

    def __add__(self, other: Message | str) -> str:
        return f"{self}{other}"


def tr(text: str, /, **values: Any) -> Message:
    """A message to be said later. ``text`` must be a literal: the catalogue test reads it from the source."""
    return Message(text, values)


def plural(one: Message, many: Message, count: int) -> Message:
    """``one`` where there is exactly one, else ``many``; Chinese says the same for both."""
    return one if count == 1 else many


def listed(items: Iterable[object]) -> str:
    """``2026-12-20, 2027-01-20``, joined as the language in use joins a list."""
    return str(tr(", ")).join(map(str, items))


@dataclass(frozen=True, slots=True)
class Several:
    """Messages to be listed when somebody reads them."""

    items: tuple[object, ...]

    def __str__(self) -> str:
        return listed(self.items)


def current() -> str:
    """The language in use, ``"en"`` or ``"zh"``."""
    return _current.get()


def use(language: str) -> None:
    """Speak ``language`` from here on (the command line calls this once)."""
    _current.set(_known(language))


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Speak ``language`` inside a ``with`` block."""
    token = _current.set(_known(language))
    try:
        yield
    finally:
        _current.reset(token)


def from_environment() -> str:
    """The language that REPAYPLAN_LANG or the locale asks for; English where neither names one we speak."""
    for name in ("REPAYPLAN_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(name, "")
        if value:
            return "zh" if value.lower().startswith("zh") else "en"
    return "en"


def _known(language: str) -> str:
    if language not in LANGUAGES:
        raise ValueError(f"language {language!r} is not one of {', '.join(LANGUAGES)}")
    return language


@cache
def _catalogue(language: str) -> Mapping[str, str]:
    from babel.messages.pofile import read_po

    with (files("repayplan") / "locale" / f"{language}.po").open("rb") as source:
        entries = read_po(source, locale=language)
    return {str(entry.id): str(entry.string) for entry in entries if entry.id and entry.string}
