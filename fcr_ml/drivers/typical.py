"""Notes that are typical of a driver's repeated and of its resolved contacts.

Enters: the beginnings of redacted notes and the words that tell both sides apart. Leaves: a
few short excerpts each side, always the same ones for the same notes.
"""

from __future__ import annotations

import pandas as pd

from fcr_ml.drivers.words import excerpt, hide_words, words_of

EXAMPLES = 3
"""Excerpts a side: as many as are read."""

_LEAST_WORDS = 4
"""A shorter note says too little to be an example."""

_LEAST_EVIDENCE = 3.0
"""Words below this many standard errors are left to chance: of hundreds some reach two."""


def pick_examples(contacts: pd.DataFrame, words: pd.DataFrame) -> pd.DataFrame:
    """Give the notes that hold most of what their side holds more often.

    Parameters
    ----------
    contacts : pandas.DataFrame
        Those looked at, with their redacted ``note``.
    words : pandas.DataFrame
        ``value`` and ``evidence`` of the words that may be shown.

    Returns
    -------
    pandas.DataFrame
        ``outcome place contact_id excerpt``, at most three a side, each of a customer of
        its own. None where no word tells the sides apart.

    Notes
    -----
    A note is worth the sum of the evidence of its words over the root of their number, so
    that long notes do not win by length; equal ones go by contact id. Words that may not be
    shown are hidden in the excerpts too.
    """
    shown = set(words["value"])
    telling = words[words["evidence"].abs() >= _LEAST_EVIDENCE]
    evidence = dict(zip(telling["value"], telling["evidence"], strict=True))
    if not evidence:
        return pd.DataFrame({name: [] for name in ("outcome", "place", "contact_id", "excerpt")})
    looked = contacts[["contact_id", "customer_id", "follow_up_id", "note"]]
    held = [list(dict.fromkeys(words_of(note))) for note in looked["note"]]
    looked = looked.assign(
        worth=[_worth(in_note, evidence) for in_note in held],
        best=[_strongest(in_note, evidence) for in_note in held],
    )
    looked = looked[[len(in_note) >= _LEAST_WORDS for in_note in held]]
    sides = {"repeated": looked["follow_up_id"].notna(), "resolved": looked["follow_up_id"].isna()}
    parts = [
        _first(looked[is_side], outcome, 1 if outcome == "repeated" else -1, shown)
        for outcome, is_side in sides.items()
    ]
    return pd.concat(parts, ignore_index=True)


def _worth(in_note: list[str], evidence: dict[str, float]) -> float:
    return sum(evidence.get(word, 0.0) for word in in_note) / max(len(in_note), 1) ** 0.5


def _strongest(in_note: list[str], evidence: dict[str, float]) -> str:
    told = [word for word in in_note if word in evidence]
    return max(told, key=lambda word: (abs(evidence[word]), word)) if told else ""


def _first(looked: pd.DataFrame, outcome: str, sign: int, shown: set[str]) -> pd.DataFrame:
    # A side without words of its own is typical where it holds none of the other's.
    ranked = looked.assign(worth=looked["worth"].round(9) * -sign)
    ordered = (
        ranked[ranked["worth"] <= 0]
        .sort_values(["worth", "contact_id"])
        .drop_duplicates("customer_id")
    )
    best = ordered.drop_duplicates("note").head(EXAMPLES)
    return pd.DataFrame(
        {
            "outcome": outcome,
            "place": range(1, len(best) + 1),
            "contact_id": best["contact_id"].to_numpy(),
            "excerpt": [
                excerpt(hide_words(note, shown), word)
                for note, word in zip(best["note"], best["best"], strict=True)
            ],
        }
    )
