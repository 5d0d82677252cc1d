"""``repayplan forecast``: cash by source and month in both views, on the screen and as files."""

from __future__ import annotations

from pathlib import Path

import rich_click as click

from repayplan.cli.common import case_argument, common_options, console, json_option, print_json
from repayplan.language import tr


@click.command("forecast", help=tr("Show what the borrower will have, by source and month, in both views.").text)
@case_argument
@click.option(
    "-o",
    "--out",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help=tr("Directory for forecast.csv and forecast.png; nothing is written where left out.").text,
)
@json_option
@common_options
def command(case: Path, out: Path | None, as_json: bool) -> int:
    """Forecast, show, write."""
    from repayplan.cases.readers import read_case
    from repayplan.planning.forecasts import outlook
    from repayplan.publishing import require_directory
    from repayplan.report.forecast import show_forecast
    from repayplan.report.forecast_files import forecast_document, write_forecast

    if out:
        require_directory(out)
    seen = outlook(read_case(case))
    files = write_forecast(seen, out) if out else []
    if as_json:
        print_json(forecast_document(seen))
    else:
        from repayplan.report.terminal import show_files

        show_forecast(seen, console())
        show_files(files, console())
    return 0
