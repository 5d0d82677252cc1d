"""Headings, lists and grids, as every page on the screen has them, and lines that end where a reader expects it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rich.cells import cell_len, get_character_cell_size
from rich.console import Console, Group, JustifyMethod, OverflowMethod
from rich.containers import Lines
from rich.table import Table
from rich.text import Text

from repayplan.language import Message

_OPENING, _CLOSING = "（《“‘〔", "），、。；：？！》”’〕%％"
"""What a line does not end with, and what it does not begin with."""


class Prose(Text):
    """Text whose lines end at spaces, and between Chinese characters, which have none between them."""

    def wrap(
        self,
        console: Console,
        width: int,
        *,
        justify: JustifyMethod | None = None,
        overflow: OverflowMethod | None = None,
        tab_size: int = 8,
        no_wrap: bool | None = None,
    ) -> Lines:
        """Lines of at most ``width`` cells; as in any text where no character is a wide one."""
        if no_wrap or not any(map(_wide, self.plain)):
            return super().wrap(
                console,
                width,
                justify=justify,
                overflow=overflow,
                tab_size=tab_size,
                no_wrap=no_wrap,
            )
        lines = Lines()
        for line in self.split(allow_blank=True):
            lines.extend(line.divide(_ends(line.plain, width)))
        for line in lines:
            line.rstrip()
        return lines


def _ends(text: str, width: int) -> Iterator[int]:
    """Where lines of at most ``width`` cells end; a word that is longer is cut."""
    start = last = 0
    for place in range(1, len(text) + 1):
        while cell_len(text[start:place].rstrip()) > width and start < place - 1:
            start = last if last > start else place - 1
            yield start
        if place < len(text) and _may_end(text, place):
            last = place


def _may_end(text: str, place: int) -> bool:
    """Whether a line may end before the character at ``place``; a number stays with what it counts."""
    before, after = text[place - 1], text[place]
    if after == " ":
        return False
    if before == " ":
        return not (_wide(after) and text[: place - 1][-1:].isdigit())
    return (_wide(before) or _wide(after)) and after not in _CLOSING and before not in _OPENING


def _wide(character: str) -> bool:
    return get_character_cell_size(character) > 1


def say(words: Message | str, console: Console, style: str = "") -> None:
    """Print a paragraph; in a group, because a text by itself is made a plain one."""
    console.print(Group(Prose(str(words), style)))


def heading(words: Message, console: Console) -> None:
    """Print what the next lines are about."""
    console.print()
    say(words, console, "bold underline")


def grid(lines: Iterable[tuple[Message, str]], console: Console) -> None:
    """Print labels and what stands for each."""
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0), pad_edge=False)
    table.add_column(no_wrap=True, style="dim")
    table.add_column(overflow="fold")
    for label, figure in lines:
        table.add_row(str(label), Prose(figure))
    console.print(table)


def bullets(lines: Iterable[tuple[str, str, str]], console: Console) -> None:
    """Print sentences, each behind a mark and in its style."""
    table = Table(box=None, show_header=False, padding=(0, 1, 0, 0), pad_edge=False)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for mark, style, sentence in lines:
        table.add_row(Text(mark, style), Prose(sentence))
    console.print(table)
