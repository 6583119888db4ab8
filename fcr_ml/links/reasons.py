"""Reasons: the evidence of a pair in words.

Enters: judged pairs. Leaves: one short line a pair, the weightiest evidence
first. It quotes no note.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

_WORDS = (
    ("", "the same request sent again before an answer"),
    ("", "same case id"),
    ("", "notes are near", "notes mean the same"),
    ("", "some words shared", "many words shared"),
    ("", "same topic"),
    ("", "same reason code", "another reason code"),
    ("", "no note to compare"),
)
"""What each level of each evidence is called; the first level has nothing to say."""

_TIMES = ("minutes", "hours", "days")


def reasons_in_words(pairs: pd.DataFrame) -> pd.Series:
    """Give one line a pair, such as ``same case id; 31 hours on``.

    Parameters
    ----------
    pairs : pandas.DataFrame
        With evidence, ``hours_between`` and ``verdict``.
    """
    code = pairs["is_same_reason_code"].to_numpy(float)
    levels = [
        pairs["verdict"] == "double_post",
        pairs["is_same_case"] == 1,
        np.digitize(pairs["note_similarity"].fillna(-1), (0.35, 0.6)),
        np.digitize(pairs["word_similarity"].fillna(-1), (0.2, 0.4)),
        pairs["is_same_topic"] == 1,
        np.select([code == 1, code == 0], [1, 2], 0),
        pairs["note_similarity"].isna(),
    ]
    hours = pairs["hours_between"].to_numpy(float)
    unit = np.digitize(hours, (1, 72))
    count = np.choose(unit, [hours * 60, hours, hours / 24]).round().astype(int)
    # Pairs of equal levels read alike, so each line is written once.
    told = np.ravel_multi_index(
        [*(np.asarray(level, int) for level in levels), unit, count],
        [*map(len, _WORDS), len(_TIMES), int(count.max(initial=0)) + 1],
    )
    _, first, line = np.unique(told, return_index=True, return_inverse=True)
    rows = np.c_[tuple(np.asarray(level, int)[first] for level in levels)]
    lines = [
        "; ".join([*said, f"{number} {_TIMES[which]} on"])
        for said, number, which in zip(map(_said, rows), count[first], unit[first], strict=True)
    ]
    return pd.Series(pd.array(lines, dtype="string").take(line), index=pairs.index)


def _said(row: np.ndarray) -> list[str]:
    words = (names[level] for names, level in zip(_WORDS, row, strict=True))
    return [word for word in words if word]
