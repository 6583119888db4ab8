"""``fcr releases``, and the verbs of the month: retrain and backtest.

Enters: words typed in a terminal. Leaves: text, and what the functions of the house wrote.
"""

from __future__ import annotations

import getpass
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fcr_ml.cli.options import (
    AsOf,
    Attribute,
    Columns,
    Encoding,
    Query,
    Reading,
    SettingsFile,
    Sources,
    TimeZone,
    Window,
    log_settings,
    width,
)

if TYPE_CHECKING:
    from fcr_ml.retraining import Signature

app = typer.Typer(no_args_is_help=True, rich_markup_mode="markdown")

Models = Annotated[Path, typer.Option(help="Where releases are kept.")]
Encoder = Annotated[
    str | None, typer.Option(help="auto, english, multilingual, words, or a model's path.")
]
Months = Annotated[int, typer.Option(min=1, help="Most past months that are replayed.")]
Tracking = Annotated[
    str, typer.Option(help="Where MLflow is told: local (in --models), off, or an address.")
]
Why = Annotated[str, typer.Option(help="The reason, for the promotion log.")]
Name = Annotated[str, typer.Argument(help="The release's name.", show_default=False)]


def retrain(
    sources: Sources,
    models: Models = Path("models"),
    as_of: AsOf = None,
    replay: Months = 3,
    columns: Columns = None,
    time_zone: TimeZone = None,
    window: Window = None,
    reading: Reading = None,
    attribute: Attribute = None,
    query: Query = None,
    encoding: Encoding = None,
    encoder: Encoder = None,
    tracking: Tracking = "local",
    settings_file: SettingsFile = None,
) -> None:
    """Retrain for a month: fit a challenger, replay past months, promote it if it is better.

    Writes a release, its card and the decision into the models folder. The same month twice
    gives the same release; a run that was stopped is gone on with.

    Example: `fcr retrain contacts.parquet --as-of 2025-06-01 --models models/`
    """
    from fcr_ml.progress import bars
    from fcr_ml.retraining import retrain as retrain_month
    from fcr_ml.retraining import tell_retrained

    told = (settings_file, query, encoding, columns, time_zone, attribute)
    settings = log_settings(*told, window=window, reading=reading, encoder=encoder)
    with bars(quiet=not sys.stderr.isatty()) as progress:
        decided = retrain_month(
            sources, models, settings, _signed(), as_of, replay, progress, tracking
        )
    typer.echo(tell_retrained(*decided, models, width(), sys.stdout.isatty()), nl=False)


def backtest(
    sources: Sources,
    out: Annotated[Path, typer.Option(help="Where page, table and releases go.")] = Path(
        "backtest"
    ),
    months: Annotated[int, typer.Option(min=1, help="How many months.")] = 12,
    as_of: AsOf = None,
    replay: Months = 3,
    columns: Columns = None,
    time_zone: TimeZone = None,
    window: Window = None,
    reading: Reading = None,
    attribute: Attribute = None,
    query: Query = None,
    encoding: Encoding = None,
    encoder: Encoder = None,
    settings_file: SettingsFile = None,
) -> None:
    """Show what monthly retraining would have given, against never retraining and a rule.

    Example: `fcr backtest contacts.parquet --months 12 --out backtest/`
    """
    from fcr_ml.progress import bars
    from fcr_ml.retraining import backtest as run_backtest
    from fcr_ml.retraining import tell_course

    told = (settings_file, query, encoding, columns, time_zone, attribute)
    settings = log_settings(*told, window=window, reading=reading, encoder=encoder)
    with bars(quiet=not sys.stderr.isatty()) as progress:
        course = run_backtest(sources, out, settings, as_of, months, replay, progress)
    typer.echo(tell_course(course, out, width(), sys.stdout.isatty()), nl=False)


@app.callback()
def releases() -> None:
    """Releases: list them, take one into use, go back, remove old ones.

    Example: `fcr releases list --models models/`
    """


@app.command(name="list")
def list_releases(models: Models = Path("models")) -> None:
    """List the releases, the one in use, and every promotion with its reason.

    Example: `fcr releases list --models models/`
    """
    from fcr_ml.retraining import tell_releases

    typer.echo(tell_releases(models, width(), sys.stdout.isatty()), nl=False)


@app.command()
def compare(
    name: Name,
    other: Annotated[str, typer.Argument(help="The other release's name.", show_default=False)],
    models: Models = Path("models"),
) -> None:
    """Show two releases side by side: what each rests on, how it was fitted, its own test.

    Example: `fcr releases compare 2025-05-01-9a8b7c6d 2025-06-01-1f2e3d4c`
    """
    from fcr_ml.retraining import tell_compared

    typer.echo(tell_compared(models, name, other, width(), sys.stdout.isatty()), nl=False)


@app.command()
def promote(
    name: Name, why: Why, models: Models = Path("models"), tracking: Tracking = "local"
) -> None:
    """Take a release into use by hand, once every byte of it has been checked.

    Example: `fcr releases promote 2025-06-01-1f2e3d4c --why "the desk asked for it"`
    """
    from fcr_ml.retraining import promote_release

    done = promote_release(models, name, why, _signed(), tracking)
    typer.echo(f"{done.now} is in use; before: {done.was or 'none'}.")


@app.command()
def rollback(
    why: Why = "rolled back by hand",
    models: Models = Path("models"),
    tracking: Tracking = "local",
) -> None:
    """Take the release that was in use before back into use.

    Example: `fcr releases rollback --why "flags look odd since Monday"`
    """
    from fcr_ml.retraining import roll_back

    done = roll_back(models, why, _signed(), tracking)
    typer.echo(f"{done.now} is in use again; before: {done.was}.")


@app.command()
def prune(
    keep: Annotated[int, typer.Option(min=1, help="How many of the newest stay.")] = 12,
    models: Models = Path("models"),
) -> None:
    """Remove all but the newest releases; the one in use and the one before it stay.

    Example: `fcr releases prune --keep 12 --models models/`
    """
    from fcr_ml.retraining import prune_releases

    gone = prune_releases(models, keep)
    typer.echo(f"{len(gone)} removed{': ' if gone else '.'}{', '.join(gone)}")


def _signed() -> Signature:
    """Say who is at the door, and when."""
    from fcr_ml.retraining import Signature

    now = datetime.now(UTC).isoformat(timespec="seconds")
    try:
        return Signature(now, getpass.getuser())
    except (OSError, KeyError):
        return Signature(now, "unknown")
