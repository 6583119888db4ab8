"""Whether the release in use still fits the log, for the terminal and as a page.

Enters: what a watch found, as plain mappings, and RELEASE_WATCH. Leaves: text, or one
self-contained page; the same watch gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from fcr_ml.frames.storage import write_text
from fcr_ml.reports import wording
from fcr_ml.reports.page import render_sheet
from fcr_ml.reports.screen import as_text, line
from fcr_ml.reports.tables import (
    Cell,
    Section,
    Table,
    number_cell,
    numbers,
    percent_cell,
    text_cell,
    words,
)

if TYPE_CHECKING:
    from fcr_ml.reports.screen import Block

_HEADS = {
    "fine": "Fine: nothing moved further than this log moves by itself.",
    "look": "Look: the log has changed.",
    "retrain": "Retrain: the release no longer fits the log.",
}


def render_watch(found: Mapping[str, Any], width: int = 100, colour: bool = False) -> str:
    """Give a watch as text.

    Parameters
    ----------
    found : mapping
        ``release fitted_as_of as_of verdict contacts compared alarms remarks``.
    width : int
        Columns of the terminal.
    colour : bool
        Whether to add the codes for bold and quiet text.
    """
    blocks: list[Block] = [[line(headline(found), "bold"), line(_facts(found), "dim")]]
    for alarm in found["alarms"]:
        since = wording.day(pd.Timestamp(alarm["since"]))
        blocks.append(
            [
                line(f"{str(alarm['verdict']).capitalize()}: {alarm['why']} (since {since})"),
                line(f"  What to do: {alarm['what_to_do']}."),
            ]
        )
    if found["remarks"]:
        blocks.append([line(remark) for remark in found["remarks"]])
    return as_text(blocks, width, colour)


def headline(found: Mapping[str, Any]) -> str:
    """Give the verdict in one sentence."""
    if not found["compared"] and found["verdict"] == "look":
        return "Look: nothing could be compared."
    return _HEADS[found["verdict"]]


def _facts(found: Mapping[str, Any]) -> str:
    fitted, as_of = (wording.day(pd.Timestamp(found[n])) for n in ("fitted_as_of", "as_of"))
    return (
        f"{wording.count(found['contacts'])} contacts of the week before {as_of}, "
        f"{_counted(found['compared'], 'figure')} against the weeks before {fitted}; release "
        f"{found['release']}."
    )


def render_watch_page(found: Mapping[str, Any], told: pd.DataFrame) -> str:
    """Give a watch as one self-contained page.

    Parameters
    ----------
    found : mapping
        As in :func:`render_watch`.
    told : pandas.DataFrame
        ``RELEASE_WATCH``.
    """
    return render_sheet(
        "sheet.html",
        [_alarms(found), _figures(told)],
        kicker="Watch over a release",
        title=headline(found),
        facts=_facts(found),
        closing="The verdict rests on the log, the release and the moment alone.",
    )


def write_watch_page(found: Mapping[str, Any], told: pd.DataFrame, path: Path) -> None:
    """Write the page of a watch whole or not at all.

    Raises
    ------
    StorageError
        When the place cannot be written.
    """
    write_text(render_watch_page(found, told), Path(path))


def _alarms(found: Mapping[str, Any]) -> Section:
    cells = tuple(
        (
            text_cell(alarm["why"], note=str(alarm["verdict"])),
            text_cell(alarm["what_to_do"]),
            text_cell(wording.day(pd.Timestamp(alarm["since"]))),
        )
        for alarm in found["alarms"]
    )
    headings = words("What moved", "What to do", "Since")
    lead = (*(() if cells else (_HEADS["fine"],)), *found["remarks"])
    parts = (Table("alarms-table", "What moved in the latest week", headings, cells),)
    return Section("alarms", "What moved", lead, parts if cells else ())


def _figures(told: pd.DataFrame) -> Section:
    cells = tuple(
        (
            text_cell(
                f"{row['name']}" if row["value"] == "all" else f"{row['name']} {row['value']}"
            ),
            text_cell(row["kind"], note=str(row["verdict"])),
            _figure(row, "lately"),
            _figure(row, "before"),
            number_cell(row["distance"], 3),
            number_cell(row["usual"], 3),
            number_cell(row["limit"], 3),
        )
        for row in told.to_dict("records")
    )
    lead = (
        "A figure is told where its distance passes the limit: one and a half times the furthest "
        "that the weeks before the release lie from each other, what chance could make, and the "
        "least that would matter, whichever is most. Of a column the share without a value is "
        "compared, of new values the share of contacts that have them.",
    )
    table = Table(
        "watch-table",
        "The latest week against the weeks before the release",
        words("Figure", "Kind")
        + numbers("Lately", "Before", "Distance", "Usual distance", "Limit"),
        cells,
    )
    return Section("figures", "Everything that was compared", lead, (table,))


def _figure(row: Mapping[Any, Any], name: str) -> Cell:
    """Give a figure as it is read: contacts as counts, shares as percentages."""
    if row["kind"] == "volume":
        return number_cell(row[name], 0)
    return number_cell(row[name], 3) if row["kind"] == "returns" else percent_cell(row[name])


def _counted(count: int, what: str) -> str:
    return f"{wording.count(count)} {what}{'' if count == 1 else 's'}"
