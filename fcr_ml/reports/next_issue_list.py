"""Next issues as a list for the terminal.

Enters: TRANSITIONS and AVOIDANCE. Leaves: text of at most the width asked for.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from fcr_ml.reports import wording
from fcr_ml.reports.next_issues import cards, no_next_issues, share_beyond
from fcr_ml.reports.screen import as_text, grid, line

if TYPE_CHECKING:
    from fcr_ml.reports.screen import Block


def render_next_issues(
    transitions: pd.DataFrame,
    avoidance: pd.DataFrame,
    pairs_looked_at: int,
    width: int,
    colour: bool = False,
    csv: Path | None = None,
) -> str:
    """Give the next issues as text for the terminal.

    Parameters
    ----------
    transitions, avoidance : pandas.DataFrame
        TRANSITIONS and AVOIDANCE.
    pairs_looked_at : int
        What the q-values stand for.
    width : int
        Columns of the terminal.
    colour : bool
        Whether to add the codes for bold and quiet text.
    csv : pathlib.Path, optional
        Where the transitions were written; named at the end.
    """
    blocks: list[Block]
    if transitions.empty:
        blocks = [[line(no_next_issues(len(avoidance), pairs_looked_at))]]
    else:
        window = wording.window(transitions["window"].iloc[0])
        title = (
            f"Next issues within {window}: {wording.count(len(transitions))} of "
            f"{wording.count(pairs_looked_at)} pairs of topics, q at most 0.05"
        )
        headings = ["when you solve", "also settle", "#followed", "#beyond", "#hours", "#spares"]
        rows = [_row(row) for row in cards(transitions).to_dict("records")]
        told = (
            "followed: closed contacts whose customer next came about the other topic; beyond: "
            "their share beyond coincidence; hours: the median to the next issue; spares: the "
            "share of the other topic's contacts that this makes. Intervals are of 95 %."
        )
        blocks = [[line(title, "bold"), grid(headings, rows)], [line(told, "dim")]]
    if csv is not None:
        blocks.append([line(f"The pairs: {csv}", "bold")])
    return as_text(blocks, width, colour)


def _row(row: dict[Any, Any]) -> tuple[str, ...]:
    followed = wording.count(row["followed_contacts"])
    return (
        wording.name(row["topic"]),
        wording.name(row["next_topic"]),
        f"{followed} of {wording.count(row['compared_contacts'])}",
        share_beyond(row),
        wording.number(row["median_hours"], 0),
        wording.percent_interval(
            row["spared_rate"], row["spared_rate_low"], row["spared_rate_high"]
        ),
    )
