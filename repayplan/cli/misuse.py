"""What click says of a command line that it does not take, in the language in use; what it has never said stays."""

from __future__ import annotations

import re
from collections.abc import Mapping

from repayplan.language import Message, tr

SAYINGS: Mapping[str, Message] = {
    r"'(?P<value>.*)' is not a valid integer(?: range)?\.": tr("{value} is no whole number"),
    r"'(?P<value>.*)' is not a valid float(?: range)?\.": tr("{value} is no number"),
    r"'(?P<value>.*)' is not a valid boolean\..*": tr("{value} is neither yes nor no"),
    r"'(?P<value>.*)' is not one of (?P<choices>.*)\.": tr("{value} is not one of {choices}"),
    r"(?P<value>.*) is not in the range (?P<range>.*)\.": tr("{value} is not in the range {range}"),
    r"Got unexpected extra arguments? \((?P<value>.*)\)": tr("this command takes no more than it has: {value}"),
    r"Option '(?P<name>.*)' requires an argument\.": tr("{name} lacks its value"),
    r"Option '(?P<name>.*)' requires (?P<count>\d+) arguments\.": tr("{name} takes {count} values"),
    r"Option '(?P<name>.*)' does not take a value\.": tr("{name} takes no value"),
    r"Missing command\.": tr("a command is missing"),
}
"""The sentences of click, each with ours."""


def in_words(said: str) -> Message | str:
    """A sentence of click in our words; itself where it is not known."""
    for pattern, ours in SAYINGS.items():
        found = re.fullmatch(pattern, said.strip(), re.DOTALL)
        if found is not None:
            return Message(ours.text, found.groupdict())
    return said
