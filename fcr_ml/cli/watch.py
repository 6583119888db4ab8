"""``fcr watch`` and ``fcr score``: the nights between two months.

Enters: words typed in a terminal. Leaves: text, an exit code, and what the functions of
the house wrote.
"""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from fcr_ml.cli.options import (
    AsOf,
    Columns,
    Encoding,
    Query,
    SettingsFile,
    Sources,
    TimeZone,
    log_settings,
    width,
)
from fcr_ml.cli.releases import Models


def watch(
    sources: Sources,
    models: Models = Path("models"),
    as_of: AsOf = None,
    json: Annotated[bool, typer.Option("--json", help="Say it as one JSON object.")] = False,
    out: Annotated[
        Path | None, typer.Option(help="Also write watch.html and watch.csv into this folder.")
    ] = None,
    columns: Columns = None,
    time_zone: TimeZone = None,
    query: Query = None,
    encoding: Encoding = None,
    settings_file: SettingsFile = None,
) -> None:
    """Watch whether the release in use still fits the log: fine, look or retrain.

    Leaves with 0 when all is fine, 3 to look, 4 to retrain; 1 and 2 are faults, as always.

    Example: `fcr watch contacts.parquet --models models/ --json`
    """
    from fcr_ml.progress import bars
    from fcr_ml.releases.in_use import read_in_use
    from fcr_ml.watching import tell_watch
    from fcr_ml.watching import watch as watch_log

    settings = log_settings(settings_file, query, encoding, columns, time_zone)
    with bars(quiet=not sys.stderr.isatty()) as progress, TemporaryDirectory() as folder:
        place = Path(folder) / "casebook"
        used = read_in_use(sources, models, settings, place, as_of, progress)
        found = watch_log(used, models, settings, out)
    told = found.to_json() if json else tell_watch(found, width(), sys.stdout.isatty())
    typer.echo(told, nl=False)
    if found.exit_code:
        raise typer.Exit(found.exit_code)


def score(
    sources: Sources,
    models: Models = Path("models"),
    out: Annotated[Path, typer.Option(help="Where list, record and casebook go.")] = Path(
        "nightly"
    ),
    capacity: Annotated[
        int | None, typer.Option(min=1, help="How many open contacts the desk can take.")
    ] = None,
    as_of: AsOf = None,
    columns: Columns = None,
    time_zone: TimeZone = None,
    query: Query = None,
    encoding: Encoding = None,
    settings_file: SettingsFile = None,
) -> None:
    """Flag open contacts by the release in use; nothing is learned anew.

    Writes flags.csv and the casebook, and adds the list to flagged.csv, which `fcr proof` needs.

    Example: `fcr score contacts.parquet --models models/ --out nightly/ --capacity 40`
    """
    from fcr_ml.progress import bars
    from fcr_ml.releases.in_use import read_in_use
    from fcr_ml.scoring import tell_night

    settings = log_settings(settings_file, query, encoding, columns, time_zone)
    settings["risk"] |= {} if capacity is None else {"capacity": capacity}
    with bars(quiet=not sys.stderr.isatty()) as progress:
        used = read_in_use(sources, models, settings, out / "casebook", as_of, progress)
    typer.echo(tell_night(used, out, settings, width(), sys.stdout.isatty()), nl=False)
