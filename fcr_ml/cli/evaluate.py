"""``fcr evaluate``: hold what the house tells against what people judged.

Enters: words typed in a terminal. Leaves: figures with intervals, as a table or JSON.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from fcr_ml.cli.options import (
    AsOf,
    Attribute,
    Columns,
    Encoding,
    SettingsFile,
    TimeZone,
    contact_settings,
    lay_over,
    width,
)

app = typer.Typer(no_args_is_help=True, rich_markup_mode="markdown")


@app.callback()
def compare() -> None:
    """Evaluate on judgements: how well the house tells what people judged.

    Example: `fcr evaluate replies --contacts contacts.parquet --judged judged_replies.csv`
    """


@app.command()
def replies(
    contacts: Annotated[
        list[str], typer.Option(help="The contact log: a file, a folder or a database URL.")
    ],
    judged: Annotated[
        str, typer.Option(help="Judged replies: contact_id, follow_up_id, verdict; CSV or Parquet.")
    ],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object, no table.")] = False,
    columns: Columns = None,
    time_zone: TimeZone = None,
    settings_file: SettingsFile = None,
) -> None:
    """Evaluate reactions on judged replies: thanks, needs more help, macro F1.

    Example: `fcr evaluate replies --contacts contacts.parquet --judged judged_replies.csv`
    """
    from fcr_ml.evaluation import evaluate_replies
    from fcr_ml.reports.evaluated import as_json_text, render_replies

    settings = lay_over(settings_file, contacts=contact_settings(columns, time_zone, None, None))
    told = evaluate_replies(contacts, judged, settings)
    if as_json:
        typer.echo(as_json_text(told))
    else:
        typer.echo(render_replies(told, width(), colour=sys.stdout.isatty()), nl=False)


@app.command()
def pairs(
    contacts: Annotated[
        list[str], typer.Option(help="The contact log: a file, a folder or a database URL.")
    ],
    judged: Annotated[
        Path, typer.Option(help="Judged pairs: contact_id, follow_up_id, verdict; CSV or Parquet.")
    ],
    confirmed: Annotated[
        Path | None, typer.Option(help="Pairs known to belong together: contact_id, follow_up_id.")
    ] = None,
    without: Annotated[
        list[str] | None, typer.Option(help="A column not to use, such as case_id.")
    ] = None,
    use_judged: Annotated[
        str | None,
        typer.Option(help="cross-fit: correct each pair by other customers' judgements."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object, no table.")] = False,
    columns: Columns = None,
    time_zone: TimeZone = None,
    settings_file: SettingsFile = None,
) -> None:
    """Evaluate links on judged pairs: how well they rank, and whether they hold.

    Example: `fcr evaluate pairs --contacts contacts.parquet --judged judged_pairs.csv`
    """
    from fcr_ml.errors import UsageError
    from fcr_ml.evaluation_pairs import evaluate_pairs
    from fcr_ml.progress import bars
    from fcr_ml.reports.evaluated import as_json_text, render_pairs

    if use_judged not in (None, "cross-fit"):
        raise UsageError(f"--use-judged: '{use_judged}' is unknown; the one way is cross-fit.")
    settings = lay_over(settings_file, contacts=contact_settings(columns, time_zone, None, None))
    with bars(quiet=not sys.stderr.isatty()) as progress:
        told = evaluate_pairs(
            contacts, judged, settings, confirmed, without or (), bool(use_judged), progress
        )
    if as_json:
        typer.echo(as_json_text(told))
    else:
        typer.echo(render_pairs(told, width(), colour=sys.stdout.isatty()), nl=False)


@app.command()
def topics(
    texts: Annotated[
        list[str], typer.Option(help="Labelled texts: CSV, Parquet or JSON files, or a folder.")
    ],
    text_column: Annotated[str, typer.Option(help="The column with the texts.")],
    label_column: Annotated[
        str, typer.Option(help="The column that says what people found each to be about.")
    ],
    group_column: Annotated[
        str | None, typer.Option(help="A column that parts the texts into logs of their own.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object, no table.")] = False,
    settings_file: SettingsFile = None,
) -> None:
    """Evaluate topics on labelled texts; how many topics there are is never told.

    Texts are redacted, encoded and sorted as a log's notes are, each group for itself. The row
    *all* is the mean of the groups' figures, every group counting alike, and the total of counts.

    Example: `fcr evaluate topics --texts t.csv --text-column text --label-column intent`
    """
    from fcr_ml.evaluation_topics import evaluate_topics
    from fcr_ml.progress import bars
    from fcr_ml.reports.evaluated import as_json_text, render_topics

    settings = lay_over(settings_file)
    with bars(quiet=not sys.stderr.isatty()) as progress:
        told = evaluate_topics(texts, text_column, label_column, settings, group_column, progress)
    if as_json:
        typer.echo(as_json_text(told))
    else:
        typer.echo(render_topics(told, width(), colour=sys.stdout.isatty()), nl=False)


@app.command()
def risk(
    contacts: Annotated[
        list[str], typer.Option(help="The contact log: a file, a folder or a database URL.")
    ],
    reading: Annotated[
        str,
        typer.Option(
            help="What counts as repeated: related, same_issue, same_code, any_return, same_case "
            "(again in its case) or needs_help (again in its case, and not content)."
        ),
    ] = "related",
    window: Annotated[str, typer.Option(help="Repeat window: 48h, 7d, 30d or any other.")] = "7d",
    moment: Annotated[
        str, typer.Option(help="When risk is asked for: end, start, or live (the note so far).")
    ] = "end",
    where: Annotated[
        str | None,
        typer.Option(help="Learn from and score only these: \"channel = 'new question'\"."),
    ] = None,
    test_from: Annotated[
        str | None, typer.Option(help="First day of the test; the last quarter if left out.")
    ] = None,
    known: Annotated[
        list[str] | None,
        typer.Option(help="When a usual column is known, if otherwise: 'reason_code=at_end'."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object, no table.")] = False,
    attribute: Attribute = None,
    columns: Columns = None,
    time_zone: TimeZone = None,
    as_of: AsOf = None,
    encoding: Encoding = None,
    settings_file: SettingsFile = None,
) -> None:
    """Evaluate risk on the log's own latest contacts, learned from what was known before.

    Example: `fcr evaluate risk --contacts contacts.parquet --reading related --window 7d`
    """
    from fcr_ml.evaluation_risk import evaluate_risk
    from fcr_ml.progress import bars
    from fcr_ml.reports.evaluated import as_json_text
    from fcr_ml.reports.evaluated_risk import render_risk

    read = contact_settings(columns, time_zone, as_of, attribute)
    # The same words as of extra columns: refused alike where they are none.
    said = contact_settings(None, None, None, known)["attributes"] or {}
    settings = lay_over(settings_file, source={"encoding": encoding}, contacts=read)
    with bars(quiet=not sys.stderr.isatty()) as progress:
        told = evaluate_risk(
            contacts, settings, reading, window, moment, where, test_from, said, progress
        )
    if as_json:
        typer.echo(as_json_text(told))
    else:
        typer.echo(render_risk(told, width(), colour=sys.stdout.isatty()), nl=False)
