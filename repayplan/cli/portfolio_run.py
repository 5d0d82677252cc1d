"""``repayplan portfolio run``: a book of borrowers appraised, one option chosen for each, in one resumable run."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import rich_click as click
from click import get_current_context
from click.core import ParameterSource

from repayplan.cli.common import common_options, console, futures_options, json_option, print_json
from repayplan.language import tr

if TYPE_CHECKING:
    from repayplan.portfolio.run.run import Progress

_COMPILING = tr(
    "The first run on a machine compiles its code, which takes a minute or two (longer on a busy one) before the first "
    "borrower is done; later runs find it compiled."
)


@click.command(
    "run",
    help=tr("Plan a whole book: options for every borrower, one chosen for each under the bank's limits.").text,
)
@click.argument("book", help=tr("A folder of CSV or Parquet tables, an .xlsx workbook, or the URL of a database.").text)
@click.option(
    "--limits",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help=tr("The bank's limits and targets (.yaml); without it every borrower gets what is best for it alone.").text,
)
@click.option(
    "--menu",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help=tr("What may be offered (.yaml); the menu that is shipped where left out.").text,
)
@click.option(
    "-o",
    "--out",
    type=click.Path(path_type=Path),
    metavar="DIR",
    required=True,
    help=tr("Directory for the tables, summary.json and the page.").text,
)
@click.option(
    "--resume",
    is_flag=True,
    help=tr("Go on where a run into this directory stopped, or choose again under other limits.").text,
)
@click.option(
    "--chunk",
    type=int,
    help=tr("Borrowers that are done and written together; equal parts of the book, at most 250, where left out.").text,
)
@click.option("--workers", type=int, help=tr("Processes at work; all cores where left out.").text)
@click.option(
    "--engine",
    type=click.Choice(["local", "spark"]),
    default="local",
    show_default=True,
    help=tr("The cores of this machine, or a Spark cluster; the tables are the same.").text,
)
@click.option(
    "--master", metavar="URL", help=tr("Spark cluster; that of spark-submit, or this machine, where left out.").text
)
@futures_options(
    tr("Futures in which every option is tried."),
    tr("Another seed draws other futures."),
    usual=1_000,
    most=1_000_000,
)
@json_option
@common_options
def command(
    book: str,
    limits: Path | None,
    menu: Path | None,
    out: Path,
    resume: bool,
    chunk: int | None,
    workers: int | None,
    engine: Any,
    master: str | None,
    seed: int,
    scenarios: int,
    as_json: bool,
) -> int:
    """Run, summarize, show; 1 where the limits cannot all be kept."""
    from repayplan.portfolio.run.processes import begin_server

    if not _compiled():
        click.echo(str(_COMPILING), err=True)
    if engine == "local" and not resume:  # it loads what the run needs while the rest is loaded here
        begin_server()
    from repayplan.portfolio.run.run import Means, Wish, run_portfolio
    from repayplan.portfolio.settings import Settings
    from repayplan.report.portfolio import show_summary
    from repayplan.report.portfolio_files import summary_document, write_summary

    wish = Wish(book, limits, menu, Settings(seed=seed, scenarios=scenarios), chunk, _left_out() if resume else ())
    files: list[Path] = []
    means = Means(engine, workers, master)
    with _stoppable(), _watching() as told:
        results = run_portfolio(
            wish, out, means, resume=resume, told=told, write=lambda ended: files.extend(write_summary(ended))
        )
    if as_json:
        print_json(summary_document(results))
    else:
        from repayplan.report.terminal import show_files

        show_summary(results, console())
        show_files(files, console())
    return int(not results.summary.kept)


def _left_out() -> tuple[Literal["seed", "scenarios"], ...]:
    """What nobody said of how options are appraised: a run that goes on has its own."""
    names: tuple[Literal["seed", "scenarios"], ...] = ("seed", "scenarios")
    source = get_current_context().get_parameter_source
    return tuple(name for name in names if source(name) is ParameterSource.DEFAULT)


def _compiled() -> bool:
    """Whether a run on this machine has left its compiled code where numba keeps it: beside the source, or in a folder
    of its own where that cannot be written."""
    package = Path(__file__).parents[1]
    kernels = package / "evaluate" / "kernels.py"
    own = os.environ.get("NUMBA_CACHE_DIR")
    apart = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "numba"
    kept = [Path(own)] if own else [kernels.parent / "__pycache__", apart]
    since = kernels.stat().st_mtime
    return any(
        file.stat().st_mtime >= since for folder in kept if folder.is_dir() for file in folder.rglob("kernels.*.nbi")
    )


@contextmanager
def _stoppable() -> Iterator[None]:
    """Ctrl-C, and a request of the system to end, stop the run with a word of how it goes on."""
    mine = threading.current_thread() is threading.main_thread()  # others cannot hear signals
    before = signal.signal(signal.SIGTERM, signal.default_int_handler) if mine else None
    try:
        yield
    except KeyboardInterrupt:
        click.echo(str(tr("Stopped. What is done is kept: go on with --resume.")), err=True)
        raise
    finally:
        if mine:
            signal.signal(signal.SIGTERM, before)


@contextmanager
def _watching() -> Iterator[Callable[[Progress], None]]:
    """A bar on standard error: borrowers done, how fast, and how long it will still take."""
    from rich import progress
    from rich.console import Console

    screen = Console(stderr=True, highlight=False)
    columns = (
        progress.TextColumn("{task.description}"),
        progress.BarColumn(),
        progress.MofNCompleteColumn(),
        progress.TextColumn("{task.fields[speed]}"),
        progress.TimeRemainingColumn(),
    )
    plain = not screen.is_terminal
    with progress.Progress(*columns, console=screen, transient=True, disable=plain, refresh_per_second=2) as bar:
        task = bar.add_task(str(tr("Reading the book …")), total=None, speed="")

        def tell(how_far: Progress) -> None:
            speed = bar.tasks[0].speed
            said = "" if not speed else str(tr("{count} a second", count=f"{speed:,.1f}"))
            words = (
                tr("Appraising borrowers") if how_far.done < how_far.borrowers else tr("Choosing under the limits …")
            )
            bar.update(task, total=how_far.borrowers, completed=how_far.done, description=str(words), speed=said)

        yield tell
