"""Reasons: the evidence of a pair in words.

Enters: judged pairs. Leaves: one short line a pair, the weightiest evidence
first. It quotes no note.
"""

from __future__ import annotations

import numpy as np
import pandas as pd


def reasons_in_words(pairs: pd.DataFrame) -> pd.Series:
    """Give one line a pair, such as ``same case id; 31 hours on``.

    Parameters
    ----------
    pairs : pandas.DataFrame
        With evidence, ``hours_between`` and ``verdict``.
    """
    parts = [
        _where(pairs["verdict"] == "double_post", "the same request sent again before an answer"),
        _where(pairs["is_same_case"] == 1, "same case id"),
        _alike(pairs["note_similarity"], 0.6, 0.35, "notes mean the same", "notes are near"),
        _alike(pairs["word_similarity"], 0.4, 0.2, "many words shared", "some words shared"),
        _where(pairs["is_same_topic"] == 1, "same topic"),
        _where(pairs["is_same_reason_code"] == 1, "same reason code"),
        _where(pairs["is_same_reason_code"] == 0, "another reason code"),
        _where(pairs["note_similarity"].isna(), "no note to compare"),
    ]
    evidence = pd.Series("", index=pairs.index, dtype=object)
    for part in parts:
        joined = evidence.where(evidence == "", evidence + "; ") + part
        evidence = joined.where(part != "", evidence)
    hours = pairs["hours_between"].astype(float)
    on = hours.map(_hours_on).astype(object)  # of no pairs, map would make numbers
    return evidence.where(evidence == "", evidence + "; ") + on


def _where(holds: pd.Series, words: str) -> pd.Series:
    return pd.Series(np.where(holds.fillna(False).astype(bool), words, ""), index=holds.index)


def _alike(cosines: pd.Series, high: float, middle: float, very: str, some: str) -> pd.Series:
    chosen = np.select([cosines >= high, cosines >= middle], [very, some], default="")
    return pd.Series(chosen, index=cosines.index)


def _hours_on(hours: float) -> str:
    if hours < 1:
        return f"{hours * 60:.0f} minutes on"
    return f"{hours:.0f} hours on" if hours < 72 else f"{hours / 24:.0f} days on"
