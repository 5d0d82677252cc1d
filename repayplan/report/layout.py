"""Headings, lists and grids, as every page on the screen has them."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console
from rich.table import Table
from rich.text import Text

from repayplan.language import Message


def heading(words: Message, console: Console) -> None:
    """Print what the next lines are about."""
    console.print()
    console.print(Text(str(words), "bold underline"))


def grid(lines: Iterable[tuple[Message, str]], console: Console) -> None:
    """Print labels and what stands for each."""
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0), pad_edge=False)
    table.add_column(no_wrap=True, style="dim")
    table.add_column(overflow="fold")
    for label, figure in lines:
        table.add_row(str(label), figure)
    console.print(table)


def bullets(lines: Iterable[tuple[str, str, str]], console: Console) -> None:
    """Print sentences, each behind a mark and in its style."""
    table = Table(box=None, show_header=False, padding=(0, 1, 0, 0), pad_edge=False)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for mark, style, sentence in lines:
        table.add_row(Text(mark, style), sentence)
    console.print(table)
