"""The ``fcr`` command: thin, one function a verb.

Enters: words typed in a terminal. Leaves: what the functions of the house wrote,
and an exit code: 0 done, 1 the data or settings are at fault, 2 wrong usage; of
``fcr watch`` also 3 look, 4 retrain.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
from pathlib import Path
from typing import Annotated

import typer

from fcr_ml import __version__
from fcr_ml.cli import drivers, evaluate, releases, topics, watch
from fcr_ml.cli.options import (
    AsOf,
    Attribute,
    Columns,
    Encoding,
    Out,
    Query,
    Reading,
    Results,
    SettingsFile,
    Sources,
    TimeZone,
    Window,
    WindowFrom,
    contact_settings,
    lay_over,
    width,
)
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
    judged: Annotated[
        list[str] | None, typer.Option(help="Judged pairs that links learn from; see review.")
    ] = None,
    topics_from: Annotated[
        Path | None, typer.Option(help="Earlier results whose topics, ids and edits live on.")
    ] = None,
    drop_edits: Annotated[
        bool, typer.Option("--drop-edits", help="Give up changes of topics by hand in --out.")
    ] = False,
    capacity: Annotated[
        int | None, typer.Option(min=1, help="How many open contacts the desk can take.")
    ] = None,
    settings_file: SettingsFile = None,
) -> None:
    """Analyze a contact log: FCR, drivers of repeats, flagged open contacts.

    Writes report.html, its tables as CSV files (fcr.csv, drivers.csv, levers.csv, flags.csv
    and others), what was set aside, topics and the casebook.

    Example: `fcr analyze contacts.parquet --out results/ --window 7d`
    """
    from fcr_ml.analysis import analyze_contacts
    from fcr_ml.progress import bars
    from fcr_ml.reports.screen import render_screen

    settings = lay_over(
        settings_file,
        source={"query": query, "encoding": encoding},
        contacts=contact_settings(columns, time_zone, as_of, attribute),
        casebook={
            "window": window,
            "window_from": window_from,
            "reading": reading,
            "encoder": encoder,
            "judged_pairs": tuple(judged) if judged else None,
            "topics_from": topics_from,
        },
        risk={"capacity": capacity},
    )
    with bars(quiet=not sys.stderr.isatty()) as progress:
        findings = analyze_contacts(sources, out, settings, progress, drop_edits)
    page = out / "report.html"
    typer.echo(render_screen(findings, page, width(), colour=sys.stdout.isatty()))


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

    settings = lay_over(
        settings_file,
        source={"query": query, "encoding": encoding},
        contacts=contact_settings(columns, time_zone, as_of, attribute),
        casebook={"window": window, "window_from": window_from, "reading": reading},
    )
    found = check_contacts(sources, settings)
    typer.echo(render_check(found, width(), colour=sys.stdout.isatty()))
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


@app.command()
def explain(
    contact_id: Annotated[str, typer.Argument(help="The earlier contact.", show_default=False)],
    follow_up_id: Annotated[str, typer.Argument(help="The later contact.", show_default=False)],
    results: Results = Path("results"),
    chart: Annotated[
        Path | None, typer.Option(help="Also write a page with the waterfall chart here.")
    ] = None,
) -> None:
    """Explain a link: the weights that made its verdict, each with its evidence.

    Example: `fcr explain c-0017 c-0029 --results results/ --chart link.html`
    """
    from fcr_ml.reports.explained_page import tell_link

    told = tell_link(results, contact_id, follow_up_id, chart, width(), sys.stdout.isatty())
    typer.echo(told, nl=False)


@app.command()
def review(
    results: Results = Path("results"),
    out: Annotated[
        Path | None, typer.Option(help="Draw pairs to judge and write them here, as CSV.")
    ] = None,
    count: Annotated[int, typer.Option(min=1, help="How many pairs to draw.")] = 60,
    judged: Annotated[
        list[Path] | None,
        typer.Option(help="A judged file, CSV or Parquet; once for every judge."),
    ] = None,
    seed: Annotated[int, typer.Option(help="Another seed draws other pairs.")] = 0,
) -> None:
    """Review links: draw pairs to judge, or compare links with judged pairs.

    With --out pairs are drawn, none of them judged before; with --judged alone the
    links are compared with the judges, and two judges with each other.

    Example: `fcr review --results results/ --out pairs_to_judge.csv --count 60`
    """
    from fcr_ml.review import review_links

    told = review_links(results, out, count, judged or (), seed, width(), sys.stdout.isatty())
    typer.echo(told, nl=False)


@app.command()
def flag(
    results: Results = Path("results"),
    capacity: Annotated[
        int | None, typer.Option(min=1, help="How many open contacts the desk can take.")
    ] = None,
    csv: Annotated[Path | None, typer.Option(help="Also write the list here, as CSV.")] = None,
    settings_file: SettingsFile = None,
) -> None:
    """Flag open contacts most worth a call, with reasons and what to do.

    Writes flags.csv, and adds the list to flagged.csv, which `fcr proof` needs.

    Example: `fcr flag --results results/ --capacity 40 --settings settings.toml`
    """
    from fcr_ml.flagging import tell_flags

    settings = lay_over(settings_file, risk={"capacity": capacity})
    told = tell_flags(results, settings, csv, width(), sys.stdout.isatty())
    typer.echo(told, nl=False)


@app.command()
def proof(
    acted: Annotated[
        Path, typer.Option(help="What the desk did: contact_id, flagged_at, acted_at.")
    ],
    results: Results = Path("results"),
    gain: Annotated[
        float, typer.Option(help="What the pilot promises: 0.04 is four points fewer repeats.")
    ] = 0.04,
    power: Annotated[float, typer.Option(help="Probability of showing that gain.")] = 0.8,
    csv: Annotated[Path | None, typer.Option(help="Also write every look here, as CSV.")] = None,
    settings_file: SettingsFile = None,
) -> None:
    """Prove that calls help: compare returns of called and left-alone contacts.

    Needs results of a later analysis, and the flagged.csv of the nights before in them.
    May be looked at every week: the interval is valid at every look.

    Example: `fcr proof --results results/ --acted acted.csv`
    """
    from fcr_ml.proving import tell_proof

    settings = lay_over(settings_file)
    promise = (gain, power, settings, csv)
    typer.echo(tell_proof(results, acted, *promise, width(), sys.stdout.isatty()), nl=False)


app.command()(releases.retrain)
app.command()(releases.backtest)
app.command()(watch.score)
app.command()(watch.watch)
app.add_typer(releases.app, name="releases")
app.add_typer(drivers.app, name="drivers")
app.add_typer(evaluate.app, name="evaluate")
app.add_typer(topics.app, name="topics")


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
