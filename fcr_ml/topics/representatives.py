"""Representatives: the notes that show best what a topic is about.

Enters: redacted notes with their topics and each topic's terms, vectors if there are any.
Leaves: for each topic the rows of its most representative notes.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from fcr_ml.topics.wording import written_width

LOOKED_AT = 200
"""Of each topic, the notes nearest its centre; what is farther off represents nothing."""
TERMS_WORTH, LENGTH_WORTH = 0.5, 0.25
"""Against a cosine: of holding every term, of being e times too short or too long."""
SHORTEST, LONGEST = 40, 300
"""Width of a note that says what it is about and can be read at a glance."""


def representative_rows(
    notes: Sequence[str],
    topics: np.ndarray,
    terms: Sequence[Sequence[str]],
    vectors: np.ndarray | None = None,
    each: int = 1,
) -> list[list[int]]:
    """Choose the notes that represent each topic.

    A representative is near the middle of its topic, holds the topic's terms, the first
    ones above all, and is neither very short nor very long.

    Parameters
    ----------
    notes : sequence of str
        Redacted notes, n of them.
    topics : numpy.ndarray
        Shape (n,), int; rows below 0 are in no topic.
    terms : sequence of sequence of str
        Telling terms of topic 0, 1 and so on, strongest first.
    vectors : numpy.ndarray, optional
        Shape (n, d), of unit length, NaN rows without one. If left out, all notes of a
        topic are taken to be equally near.
    each : int, default 1
        Notes wanted of each topic, all different.

    Returns
    -------
    list of list of int
        Rows of each topic, the best first; fewer where a topic has fewer different notes.
        The note itself settles ties.

    Examples
    --------
    >>> notes = ["The card was blocked at the till, please send a new card.", "card"]
    >>> representative_rows(notes, np.array([0, 0]), [["card"]])
    [[0]]
    """
    chosen = []
    for topic, wanted in enumerate(terms):
        rows = np.flatnonzero(topics == topic)
        nearness = _nearness(vectors, rows)
        if len(rows) > LOOKED_AT and vectors is not None:
            keep = nearness >= np.sort(nearness)[-LOOKED_AT]
            rows, nearness = rows[keep], nearness[keep]
        worth = {
            row: round(near + _worth(notes[row], wanted), 5)
            for row, near in zip(rows.tolist(), nearness.tolist(), strict=True)
        }
        order = sorted(worth, key=lambda row: (-worth[row], notes[row], row))
        first_of = {notes[row]: row for row in reversed(order)}
        chosen.append([row for row in order if first_of[notes[row]] == row][:each])
    return chosen


def _nearness(vectors: np.ndarray | None, rows: np.ndarray) -> np.ndarray:
    if vectors is None or not len(rows):
        return np.zeros(len(rows))
    own = np.nan_to_num(vectors[rows])
    centre = own.mean(axis=0)
    return own @ (centre / max(float(np.linalg.norm(centre)), 1e-12))


def _worth(note: str, terms: Sequence[str]) -> float:
    """Give what a note's words and length say for it."""
    folded = note.casefold()
    weights = 1 / np.arange(1, len(terms) + 1)
    held = np.array([term.casefold() in folded for term in terms], dtype=float)
    width = max(written_width(note), 1)
    off = abs(np.log(width / np.clip(width, SHORTEST, LONGEST)))
    return float(TERMS_WORTH * (held @ weights) / max(weights.sum(), 1) - LENGTH_WORTH * off)
