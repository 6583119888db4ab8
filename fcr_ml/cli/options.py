"""What the verbs have in common: their options, and settings made of them.

Enters: words typed in a terminal, and a settings file. Leaves: settings by section.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Annotated, Any

import typer

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
Results = Annotated[Path, typer.Option(help="Where the results of `fcr analyze` are.")]


def contact_settings(
    columns: str | None, time_zone: str | None, as_of: str | None, attribute: list[str] | None
) -> dict[str, Any]:
    """Give the settings of reading and cleaning contacts; None where nothing was typed."""
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


def lay_over(path: Path | None, **given: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Lay what was typed over what the file says; what neither says is left out."""
    from fcr_ml.analysis import SECTIONS
    from fcr_ml.settings import read_settings

    settings = read_settings(path, SECTIONS) if path else {name: {} for name in SECTIONS}
    for section, typed in given.items():
        settings[section] |= {key: value for key, value in typed.items() if value is not None}
    return settings


def width() -> int:
    """Give the columns to write in: the terminal's, at most a hundred."""
    return min(shutil.get_terminal_size((100, 24)).columns, 100)


def log_settings(
    settings_file: Path | None,
    query: str | None,
    encoding: str | None,
    columns: str | None,
    time_zone: str | None,
    attribute: list[str] | None = None,
    **casebook: str | None,
) -> dict[str, dict[str, Any]]:
    """Give the settings of a verb that is told its moment apart from them."""
    return lay_over(
        settings_file,
        source={"query": query, "encoding": encoding},
        contacts=contact_settings(columns, time_zone, None, attribute),
        casebook=casebook,
    )
