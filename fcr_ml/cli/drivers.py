"""``fcr drivers``: look closer at what drives repeats, from results.

Enters: words typed in a terminal. Leaves: text, and a CSV file where one is asked for.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fcr_ml.cli.options import Results, lay_over, width

if TYPE_CHECKING:
    from fcr_ml.driver_telling import Telling

app = typer.Typer(no_args_is_help=True, rich_markup_mode="markdown")


Agents = Annotated[bool, typer.Option("--agents", help="Allow agents; people are no drivers.")]
SettingsFile = Annotated[
    Path | None, typer.Option(help="The TOML file that results were made with.")
]


@app.callback()
def drivers() -> None:
    """Drivers of repeats: look closer at those of results.

    Example: `fcr drivers change --results results/`
    """


@app.command()
def change(
    results: Results = Path("results"),
    by: Annotated[
        str | None,
        typer.Option(help="Split by this column: topic, queue, reason_code or another."),
    ] = None,
    period: Annotated[
        str | None, typer.Option(help="A month, day, quarter or 2025-05-12/2025-05-18, in UTC.")
    ] = None,
    against: Annotated[
        str | None, typer.Option(help="The period, or with --column the value, compared with.")
    ] = None,
    column: Annotated[
        str | None, typer.Option(help="Compare two values of this column, such as queue.")
    ] = None,
    value: Annotated[str | None, typer.Option(help="The value that is compared.")] = None,
    agents: Agents = False,
    csv: Annotated[Path | None, typer.Option(help="Also write every part here, as CSV.")] = None,
) -> None:
    """Change: split a difference in repeat rate into what repeats and what came more often.

    Without a period the latest month in which nine of ten windows have closed is
    compared with the month before it.

    Example: `fcr drivers change --period 2025-05 --against 2025-04 --by topic`

    Two queues: `fcr drivers change --column queue --value "Billing desk" --against "Orders desk"`
    """
    from fcr_ml.errors import UsageError

    if column is None and value is not None:
        raise UsageError("change: --value needs --column, such as --column queue.")
    if column is not None and (period is not None or value is None or against is None):
        raise UsageError("change: --column needs --value and --against, and takes no --period.")
    after = value if column is not None else period
    _say(_telling(results, csv).change(by, after, against, column, agents))


@app.command()
def trend(
    results: Results = Path("results"),
    by: Annotated[str, typer.Option(help="week, from Monday, or month; in UTC.")] = "week",
    column: Annotated[
        str | None, typer.Option(help="Only contacts with one value of this column, such as queue.")
    ] = None,
    value: Annotated[str | None, typer.Option(help="The value of that column.")] = None,
    agents: Agents = False,
    csv: Annotated[Path | None, typer.Option(help="Also write every period here, as CSV.")] = None,
) -> None:
    """Trend: FCR by week or month, what stands out, and when it shifted.

    Example: `fcr drivers trend --by week --csv trend.csv`

    One queue: `fcr drivers trend --by month --column queue --value "Billing desk"`
    """
    from fcr_ml.errors import UsageError

    if by not in ("week", "month"):
        raise UsageError(f"trend: --by is week or month, not '{by}'.")
    if (column is None) != (value is None):
        raise UsageError(
            "trend: --column and --value go together: --column queue --value 'Billing desk'."
        )
    _say(_telling(results, csv).trend(by, column, value, agents=agents))


@app.command(name="next")
def next_issues(
    results: Results = Path("results"),
    csv: Annotated[
        Path | None, typer.Option(help="Also write the pairs of topics here, as CSV.")
    ] = None,
) -> None:
    """List next issues: when you solve one topic, which other to settle as well.

    Example: `fcr drivers next --results results/ --csv next.csv`
    """
    _say(_telling(results, csv).next_issues())


@app.command()
def rank(
    results: Results = Path("results"),
    agents: Agents = False,
    settings: SettingsFile = None,
    csv: Annotated[Path | None, typer.Option(help="Also write the drivers here, as CSV.")] = None,
) -> None:
    """Rank drivers: excess, what is avoidable, whether it held, lever and error source.

    Example: `fcr drivers rank --results results/ --csv drivers.csv`
    """
    _say(_telling(results, csv).drivers(_settings(settings, agents)))


@app.command()
def why(
    driver: Annotated[int, typer.Argument(help="Which driver: its rank, 1 is the first.")],
    results: Results = Path("results"),
    agents: Agents = False,
    settings: SettingsFile = None,
    csv: Annotated[
        Path | None, typer.Option(help="Also write what its contacts hold here, as CSV.")
    ] = None,
) -> None:
    """Look inside a driver: the evidence for its lever, and what repeated contacts hold.

    Example: `fcr drivers why 1 --results results/`
    """
    _say(_telling(results, csv).why(driver, _settings(settings, agents)))


@app.command()
def compare(
    results: Results = Path("results"),
    column: Annotated[
        list[str] | None,
        typer.Option(help="queue, channel, team or agent_id; may be given more than once."),
    ] = None,
    agents: Agents = False,
    csv: Annotated[Path | None, typer.Option(help="Also write every unit here, as CSV.")] = None,
) -> None:
    """Compare queues, channels and teams against what the others make of the same mix.

    Also told: whether short contacts are bought with repeats.

    Example: `fcr drivers compare --column team`
    """
    _say(_telling(results, csv).comparison(column or None, agents))


@app.command()
def effect(
    results: Results = Path("results"),
    of: Annotated[
        str | None, typer.Option(help="One lever: transfer, hold, channel or first_answer.")
    ] = None,
    csv: Annotated[Path | None, typer.Option(help="Also write the estimates here, as CSV.")] = None,
) -> None:
    """Estimate what a lever adds to repeats, under stated assumptions.

    Example: `fcr drivers effect --of transfer`
    """
    _say(_telling(results, csv).effects(of))


def _telling(results: Path, csv: Path | None) -> Telling:
    from fcr_ml.driver_telling import Telling

    return Telling(results, csv, width(), sys.stdout.isatty())


def _settings(path: Path | None, agents: bool) -> dict[str, Any]:
    """Give the section on drivers, agents allowed where they were asked for."""
    return lay_over(path, drivers={"agents": agents or None})["drivers"]


def _say(told: str) -> None:
    typer.echo(told, nl=False)
