"""The ``fcr`` command: thin, one function a verb.

Enters: words typed in a terminal. Leaves: what the functions of the house wrote,
and an exit code: 0 done, 1 the data or settings are at fault, 2 wrong usage.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from fcr_ml import __version__
from fcr_ml.errors import FcrError

INTERRUPTED = 130
"""What shells expect of a program stopped by Ctrl-C."""

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
)

Sources = Annotated[
    list[str],
    typer.Argument(
        help="CSV, Parquet, JSON, DuckDB or SQLite files, a folder, or a database URL.",
        show_default=False,
    ),
]
Columns = Annotated[
    str | None,
    typer.Option(help="Our column and yours: 'customer_id=CallerID,started_at=Begin'."),
]
TimeZone = Annotated[
    str | None, typer.Option(help="What times without a zone are, such as Europe/Stockholm.")
]
AsOf = Annotated[
    str | None, typer.Option(help="Use what was known at this moment, such as 2025-06-01.")
]
Window = Annotated[str | None, typer.Option(help="Main repeat window: 48h, 7d, 30d or any other.")]
WindowFrom = Annotated[
    str | None, typer.Option(help="Where a window begins: end or start of the contact.")
]
Reading = Annotated[
    str | None, typer.Option(help="Main reading: related, same_issue, same_code or any_return.")
]
SettingsFile = Annotated[
    Path | None, typer.Option("--settings", help="A TOML file; options given here win over it.")
]
Query = Annotated[str | None, typer.Option(help="SQL to run on a database source.")]
Encoding = Annotated[str | None, typer.Option(help="Encoding of a CSV that is not UTF-8.")]
Attribute = Annotated[
    list[str] | None,
    typer.Option(help="An extra column to use and when it is known: 'priority=at_start'."),
]
Out = Annotated[Path, typer.Option(help="Where the results go.")]


@app.callback(invoke_without_command=True)
def fcr(
    version: Annotated[bool, typer.Option("--version", help="Say the version.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="No stage lines, no bars.")] = False,
) -> None:
    """Find why customers have to contact a company again, and whom to help next.

    Start with the file you have: `fcr check contacts.csv`, then
    `fcr analyze contacts.csv --out results/`.
    """
    if version:
        typer.echo(f"fcr_ml {__version__}")
        raise typer.Exit
    _set_up_log(quiet)


@app.command()
def analyze(
    sources: Sources,
    out: Out = Path("results"),
    columns: Columns = None,
    time_zone: TimeZone = None,
    as_of: AsOf = None,
    window: Window = None,
    window_from: WindowFrom = None,
    reading: Reading = None,
    attribute: Attribute = None,
    query: Query = None,
    encoding: Encoding = None,
    encoder: Annotated[
        str | None, typer.Option(help="auto, english, multilingual, words, or a model's path.")
    ] = None,
    capacity: Annotated[
        int | None, typer.Option(min=1, help="How many open contacts the desk can take.")
    ] = None,
    settings_file: SettingsFile = None,
) -> None:
    """Analyze a contact log: FCR, drivers of repeats, flagged open contacts.

    Writes report.html, fcr.csv, drivers.csv, flags.csv, set_aside.csv and the
    casebook.

    Example: `fcr analyze contacts.parquet --out results/ --window 7d`
    """
    from fcr_ml.analysis import analyze_contacts
    from fcr_ml.progress import bars
    from fcr_ml.reports.screen import render_screen

    settings = _settings(
        settings_file,
        source={"query": query, "encoding": encoding},
        contacts=_contact_settings(columns, time_zone, as_of, attribute),
        casebook={
            "window": window,
            "window_from": window_from,
            "reading": reading,
            "encoder": encoder,
        },
        risk={"capacity": capacity},
    )
    with bars(quiet=not sys.stderr.isatty()) as progress:
        findings = analyze_contacts(sources, out, settings, progress)
    page = out / "report.html"
    typer.echo(render_screen(findings, page, _width(), colour=sys.stdout.isatty()))


@app.command()
def check(
    sources: Sources,
    columns: Columns = None,
    time_zone: TimeZone = None,
    as_of: AsOf = None,
    window: Window = None,
    window_from: WindowFrom = None,
    reading: Reading = None,
    attribute: Attribute = None,
    query: Query = None,
    encoding: Encoding = None,
    settings_file: SettingsFile = None,
) -> None:
    """Check a contact log before any work: faults, columns, what is switched off.

    Leaves with 1 when the log cannot be analysed as it is.

    Example: `fcr check contacts.csv --time-zone Europe/Stockholm`
    """
    from fcr_ml.analysis import check_contacts
    from fcr_ml.reports.check import render_check

    settings = _settings(
        settings_file,
        source={"query": query, "encoding": encoding},
        contacts=_contact_settings(columns, time_zone, as_of, attribute),
        casebook={"window": window, "window_from": window_from, "reading": reading},
    )
    found = check_contacts(sources, settings)
    typer.echo(render_check(found, _width(), colour=sys.stdout.isatty()))
    if not found.is_usable:
        raise typer.Exit(FcrError.exit_code)


@app.command()
def simulate(
    out: Out = Path("centre"),
    contacts: Annotated[int, typer.Option(min=100, help="About how many contacts.")] = 6_000,
    days: Annotated[int, typer.Option(min=30, help="Days the log spans.")] = 180,
    seed: Annotated[int, typer.Option(help="Another seed gives another centre.")] = 0,
) -> None:
    """Simulate a contact centre with its answer key.

    Writes contacts.parquet, contacts.csv and the folder key.

    Example: `fcr simulate --out centre --contacts 6000`
    """
    from fcr_ml.simulate import CentrePlan, simulate_centre, write_centre

    centre = simulate_centre(CentrePlan(contacts=contacts, days=days, random_state=seed))
    write_centre(centre, out)
    typer.echo(f"{len(centre.contacts):,} contacts, and what is true of them, are in {out}")


def main() -> None:
    """Run the command and leave with its exit code."""
    # Idle threads sleep instead of spinning: on a busy machine that is most of the time.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        app()
    except FcrError as fault:
        typer.echo(f"fcr: {fault}", err=True)
        sys.exit(fault.exit_code)
    except SystemExit as left:
        # Ctrl-C arrives here: typer has made this code of it, without a word.
        if left.code == INTERRUPTED:
            typer.echo("fcr: stopped; nothing half-written is left, vectors are kept.", err=True)
        raise


def _contact_settings(
    columns: str | None, time_zone: str | None, as_of: str | None, attribute: list[str] | None
) -> dict[str, Any]:
    from fcr_ml.contacts.columns import parse_columns
    from fcr_ml.errors import UsageError

    attributes = {}
    for text in attribute or []:
        name, _, known = text.partition("=")
        if known not in ("at_start", "at_end", "later"):
            raise UsageError(
                f"--attribute: '{text}' does not say when it is known; "
                f"write {name or 'priority'}=at_start, =at_end or =later."
            )
        attributes[name] = known
    return {
        "columns": parse_columns(columns) if columns else None,
        "time_zone": time_zone,
        "as_of": as_of,
        "attributes": attributes or None,
    }


def _settings(path: Path | None, **given: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Lay what was typed over what the file says; what neither says is left out."""
    from fcr_ml.analysis import SECTIONS
    from fcr_ml.settings import read_settings

    settings = read_settings(path, SECTIONS) if path else {name: {} for name in SECTIONS}
    for section, typed in given.items():
        settings[section] |= {key: value for key, value in typed.items() if value is not None}
    return settings


def _set_up_log(quiet: bool) -> None:
    logging.basicConfig(
        level=logging.WARNING if quiet else logging.INFO,
        format="%(message)s",
        stream=sys.stderr,
        force=True,
    )
    # Other packages' news is theirs; ours is what the person asked for.
    for name in list(logging.root.manager.loggerDict):
        if not name.startswith("fcr_ml"):
            logging.getLogger(name).setLevel(logging.WARNING)


def _width() -> int:
    import shutil

    return min(shutil.get_terminal_size((100, 24)).columns, 100)
