"""The releases of a models folder, and what was promoted when, by whom and why.

Enters: what each release says of itself and the promotion log, as plain mappings. Leaves:
text for the terminal.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from fcr_ml.reports import wording
from fcr_ml.reports.release_words import Told, chosen_row, reading_of, value_interval
from fcr_ml.reports.screen import as_text, grid, line

if TYPE_CHECKING:
    from fcr_ml.reports.screen import Block

IN_USE = "*"
_OWN_TEST = (
    "AUC and average precision (AP) are of each release's own test, on its own latest contacts: "
    "they do not tell which is better. Decisions do, on the same contacts."
)


def render_releases(
    rows: Sequence[Told],
    promotions: Sequence[Mapping[str, Any]],
    champion: str | None,
    width: int = 100,
    colour: bool = False,
) -> str:
    """Give the releases as text, then the promotion log, the newest last.

    Parameters
    ----------
    rows : sequence of mapping
        ``name``, ``fault`` (None where it is whole), and what the release says of itself.
    promotions : sequence of mapping
        ``at by was now why``, the oldest first.
    champion : str, optional
        The release in use.
    width : int
        Columns of the terminal.
    colour : bool
        Whether to add the codes for bold and quiet text.
    """
    if not rows and not promotions:
        return as_text([[line("No releases yet; make one with fcr retrain.")]], width, colour)
    blocks: list[Block] = [[line(_in_use(rows, champion), "bold")]]
    whole = [row for row in rows if not row.get("fault")]
    if whole:
        cells = [_cells(row, champion) for row in whole]
        headings = ["", "#release", "#contacts", "scorer", "#AUC (95 %)", "#AP", "#topics"]
        blocks.append([grid(headings, cells), line(_OWN_TEST, "dim")])
    damaged = [row for row in rows if row.get("fault")]
    if damaged:
        told = [line(f"- {row['fault']}") for row in damaged]
        blocks.append([line("Not to be used", "bold"), *told])
    blocks.append(_promoted(promotions))
    return as_text(blocks, width, colour)


def render_comparison(these: Told, those: Told, width: int = 100, colour: bool = False) -> str:
    """Give two releases side by side as text; what differs is marked.

    Parameters
    ----------
    these, those : mapping
        Manifests: ``name as_of told``.
    width : int
        Columns of the terminal.
    colour : bool
        Whether to add the codes for bold and quiet text.
    """
    pairs = zip(_told(these), _told(those), strict=True)
    cells = [
        (name, this, that, "" if this == that else "differs") for (name, this), (_, that) in pairs
    ]
    headings = ["", wording.name(these["name"]), wording.name(those["name"]), ""]
    return as_text([[grid(headings, cells)], [line(_OWN_TEST, "dim")]], width, colour)


def _in_use(rows: Sequence[Told], champion: str | None) -> str:
    count = f"{len(rows)} release" if len(rows) == 1 else f"{wording.count(len(rows))} releases"
    if champion is None:
        return f"{count}; none is in use yet."
    found = next((row for row in rows if row["name"] == champion), None)
    if found is None:
        return f"{count}; in use: {champion}, which is missing. Restore it, or promote another."
    if found.get("fault"):
        return f"{count}; in use: {champion}, which is damaged. Restore it, or promote another."
    return f"{count}; in use: {champion}."


def _cells(row: Told, champion: str | None) -> tuple[str, ...]:
    figures = row["figures"]
    test = chosen_row(figures)
    return (
        IN_USE if row["name"] == champion else "",
        wording.name(row["name"]),
        wording.count(row["log"].get("contacts")),
        wording.name(figures.get("chosen")),
        wording.NOTHING if test is None else value_interval(test, "auc"),
        wording.NOTHING if test is None else wording.number(test.get("average_precision"), 3),
        wording.count(figures.get("topics")),
    )


def _promoted(promotions: Sequence[Mapping[str, Any]]) -> Block:
    if not promotions:
        return [line("Nothing has been promoted.")]
    told: Block = [line("Promotions, the newest last", "bold")]
    for row in promotions:
        before = f" in place of {row['was']}" if row.get("was") else ""
        told.append(line(f"{_moment(row['at'])}  {row['now']}{before}, by {row['by']}"))
        told.append(line(row["why"], "dim"))
    return told


def _moment(at: str) -> str:
    """Give a moment of the log; one that is none stays as it was written."""
    try:
        return wording.instant(at)
    except ValueError:
        return wording.name(at)


def _told(manifest: Told) -> Iterator[tuple[str, str]]:
    """Give what a release says of itself, a row a thing."""
    told = manifest["told"]
    log, figures, test = told["log"], told["figures"], chosen_row(told["figures"]) or {}
    yield "as of", wording.instant(manifest["as_of"])
    yield "contacts", wording.count(log.get("contacts"))
    yield "customers", wording.count(log.get("customers"))
    yield "first contact", wording.day(log.get("first_started_at"))
    yield "last contact", wording.day(log.get("last_started_at"))
    yield "reading, window", reading_of(manifest)
    yield "encoder", wording.name(told["encoder"]["name"])
    yield "topics", wording.count(figures.get("topics"))
    yield "without a topic", wording.percent(_known(figures.get("without_topic_rate")))
    yield "scorer", wording.name(figures.get("chosen"))
    yield "tried on", wording.count(_known(test.get("contacts")))
    yield "AUC (95 %)", value_interval(test, "auc")
    yield "AP", wording.number(_known(test.get("average_precision")), 3)
    yield "Brier score", wording.number(_known(test.get("brier_score")), 3)
    yield "release before it", wording.name(told.get("forerunner") or "none")
    yield "fcr_ml", wording.name(told.get("program_version"))


def _known(value: Any) -> Any:
    return None if value is None or pd.isna(value) else value
