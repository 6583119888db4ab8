"""Topics for the terminal: a list of them, one of them, and its months.

Enters: rows about topics, whoever made them. Leaves: text of at most the width asked
for. Contacts are named by their id; no note is shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Any

import pandas as pd

from fcr_ml.reports import wording
from fcr_ml.reports.screen import as_text, grid, line

if TYPE_CHECKING:
    from fcr_ml.reports.screen import Block


@dataclass(frozen=True, eq=False)
class TopicRows:
    """What there is to say about the topics of results.

    Parameters
    ----------
    rows : pandas.DataFrame
        ``topic_id, topic, contacts, theme, by_hand, example_contact_id``, one row a
        topic; null where the results do not know it yet.
    themes : int
        How many there are.
    contacts : int
        All contacts of the log.
    as_of : pandas.Timestamp
        The moment of the results.
    banned : list of str
        Topics given up by hand, by id.
    """

    rows: pd.DataFrame
    themes: int
    contacts: int
    as_of: pd.Timestamp
    banned: list[str]


@dataclass(frozen=True)
class Waiting:
    """What was changed by hand and is not in the figures yet.

    Parameters
    ----------
    edits : list of str
        As they were typed.
    results : pathlib.Path
        The folder they wait in.
    """

    edits: list[str]
    results: Path


def _so_many(count: int, what: str) -> str:
    return f"{wording.count(count)} {what}" + ("" if count == 1 else "s")


def render_topics(told: TopicRows, waiting: Waiting, width: int = 100, colour: bool = False) -> str:
    """Give the list of topics, the largest first."""
    rows = told.rows.sort_values(["contacts", "topic_id"], ascending=[False, True])
    placed = rows["contacts"].sum() / told.contacts if told.contacts else None
    title = (
        f"{_so_many(len(rows), 'topic')} in {_so_many(told.themes, 'theme')}; "
        f"{wording.percent(placed)} of {wording.count(told.contacts)} contacts have one, as of "
        f"{wording.instant(told.as_of)}"
    )
    cells = [
        (
            row["topic_id"],
            wording.name(row["topic"]),
            wording.count(row["contacts"]),
            wording.percent(row["contacts"] / told.contacts if told.contacts else None),
            wording.name(row["theme"]),
            row["by_hand"],
            wording.name(row["example_contact_id"]),
        )
        for row in rows.to_dict("records")
    ]
    headings = ["#id", "topic", "#contacts", "#share", "theme", "by hand", "#example"]
    blocks: list[Block] = [[line(title, "bold"), grid(headings, cells)]]
    if told.banned:
        blocks.append([line(f"Banned: {', '.join(told.banned)}")])
    return as_text([*blocks, *_waiting(waiting)], width, colour)


def render_topic(
    row: dict[Any, Any],
    closest: pd.DataFrame,
    lineage: pd.DataFrame,
    edits: Sequence[tuple[pd.Timestamp, str]],
    told: TopicRows,
    waiting: Waiting,
    width: int = 100,
    colour: bool = False,
) -> str:
    """Give one topic: what it holds, what is closest to it, where it comes from.

    Parameters
    ----------
    row : dict
        A row of ``told.rows``, with ``terms, first_seen_at, last_seen_at``.
    closest : pandas.DataFrame
        ``topic_id, topic, contacts, cosine``, the closest first.
    lineage : pandas.DataFrame
        TOPIC_LINEAGE, the rows that name the topic.
    edits : sequence of (pandas.Timestamp, str)
        What was done to it by hand, as typed, and on results of which moment.
    """
    share = wording.percent(row["contacts"] / told.contacts if told.contacts else None)
    seen = f"{wording.day(row['first_seen_at'])} to {wording.day(row['last_seen_at'])}"
    facts = [
        ("terms", wording.name(row["terms"])),
        ("theme", wording.name(row["theme"])),
        ("contacts", f"{wording.count(row['contacts'])}, {share} of all, seen {seen}"),
        ("example", wording.name(row["example_contact_id"])),
    ]
    cells = [
        (
            near["topic_id"],
            wording.name(near["topic"]),
            wording.count(near["contacts"]),
            wording.number(near["cosine"], 2),
        )
        for near in closest.to_dict("records")
    ]
    blocks: list[Block] = [
        [
            line(f"{row['topic_id']} {wording.name(row['topic'])}", "bold"),
            *(line(f"{name}: {fact}") for name, fact in facts),
        ]
    ]
    if cells:
        title = line("Closest in meaning (cosine of the middles)", "bold")
        blocks.append([title, grid(["#id", "topic", "#contacts", "#cosine"], cells)])
    return as_text([*blocks, *_past(lineage, edits), *_waiting(waiting)], width, colour)


def render_history(
    topic: str,
    months: pd.DataFrame,
    lineage: pd.DataFrame,
    edits: Sequence[tuple[pd.Timestamp, str]],
    width: int = 100,
    colour: bool = False,
) -> str:
    """Give a topic's contacts by month, as sorted today and as sorted when first seen.

    Parameters
    ----------
    topic : str
        Its id and name.
    months : pandas.DataFrame
        ``month, today, then, contacts``: counts, the last of all topics or none.
    lineage : pandas.DataFrame
        TOPIC_LINEAGE, the rows that name the topic.
    edits : sequence of (pandas.Timestamp, str)
        As in :func:`render_topic`.
    """
    cells = [
        (row["month"], *(wording.count(row[name]) for name in ("today", "then", "contacts")))
        for row in months.to_dict("records")
    ]
    headings = ["month", "#by today's topics", "#by those of then", "#all contacts"]
    title = line(f"Contacts of {topic} by month (UTC)", "bold")
    told = line(
        "Then: the topic in the first fit that saw the contact. Trends are read from today's."
    )
    table: Block = [title, grid(headings, cells), told]
    return as_text([table, *_past(lineage, edits)], width, colour)


def render_edit(said: str, waiting: Waiting, width: int = 100) -> str:
    """Say what was changed, and when the figures will have it."""
    return as_text([[line(said)], *_waiting(waiting)], width, colour=False)


def _waiting(waiting: Waiting) -> list[Block]:
    if not waiting.edits:
        return []
    edits = len(waiting.edits)
    folder = quote(str(waiting.results))
    return [
        [
            line(
                f"{edits} change{'' if edits == 1 else 's'} by hand "
                f"{'waits' if edits == 1 else 'wait'} for the next analysis: "
                f"{'; '.join(waiting.edits)}"
            ),
            line("Every figure has them after this, with your own log:"),
            line(f"  fcr analyze contacts.parquet --out {folder} --topics-from {folder}"),
        ]
    ]


def _past(lineage: pd.DataFrame, edits: Sequence[tuple[pd.Timestamp, str]]) -> list[Block]:
    """Tell what became of a topic since the fit before, and what was done to it by hand."""
    events = [line(_event(row)) for row in lineage.to_dict("records")]
    done = [line(f"{typed}, on results as of {wording.day(moment)}") for moment, typed in edits]
    named = (("Since the fit before", events), ("By hand", done))
    return [[line(title, "bold"), *lines] for title, lines in named if lines]


def _event(row: dict[Any, Any]) -> str:
    if row["event"] == "born":
        return f"{row['topic_id']} is new"
    if row["event"] == "retired":
        return f"{row['forerunner_id']} is retired"
    words = {"kept": "carries on", "split": "took a part of", "merged": "took in"}
    return (
        f"{row['topic_id']} {words[row['event']]} {row['forerunner_id']}: "
        f"{wording.count(row['shared_notes'])} shared notes, "
        f"{wording.percent(row['topic_share'])} of the topic, "
        f"{wording.percent(row['forerunner_share'])} of the forerunner"
    )


def as_typed(edit: dict[str, Any]) -> str:
    """Give an edit in the words of the command line.

    Examples
    --------
    >>> as_typed({"edit": "rename", "topic_id": "t012", "name": "Late refund"})
    'rename t012 "Late refund"'
    >>> as_typed({"edit": "rename", "topic_id": "t012", "name": None})
    'rename t012 --found'
    """
    words: Sequence[str] = edit.get("others", ())
    name = [_quoted(edit["name"])] if "name" in edit else []
    return " ".join([edit["edit"], edit["topic_id"], *words, *name])


def _quoted(name: str | None) -> str:
    """Give a name as it is typed; none is what takes a name back."""
    if name is None:
        return "--found"
    return f'"{name}"' if not set('"$`\\!') & set(name) else quote(name)
