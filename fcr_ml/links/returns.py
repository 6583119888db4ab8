"""Returns under the same case id: what each of them is to the contact before it.

Enters: LINKS, NOTES and the vectors of the notes. Leaves: LINKS with the reaction and
the probability that the return needs more help. Returns elsewhere have no reaction.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from fcr_ml.links.reactions import judge_reactions, needs_help


def tell_reactions(
    links: pd.DataFrame,
    notes: pd.DataFrame,
    vectors: np.ndarray,
    encode: Callable[[list[str]], np.ndarray] | None,
) -> pd.DataFrame:
    """Give the links with ``reaction`` and ``needs_help_probability``.

    Parameters
    ----------
    links : pandas.DataFrame
        Judged pairs.
    notes : pandas.DataFrame
        NOTES of every contact.
    vectors : numpy.ndarray
        Of the notes as they were encoded, uncentred, shape (n, d); NaN rows where
        there is none.
    encode : callable, optional
        Encodes sentences as the notes were; None without an encoder.
    """
    places = pd.Series(np.arange(len(notes)), index=notes["contact_id"])
    has_note = notes["note"].notna().to_numpy()[places.loc[links["follow_up_id"]]]
    is_reply = (links["is_same_case"].to_numpy(float) == 1) & has_note
    replies = links[is_reply & (links["verdict"] != "double_post").to_numpy()]
    # A reply replies to the contact just before it, and is the same whatever else it is
    # held against: thanks are no repeat of anything.
    replies = replies.sort_values(["hours_between", "contact_id"]).drop_duplicates("follow_up_id")
    told = _judge(replies, notes, places, vectors, encode)
    follow_up = links["follow_up_id"]
    return links.assign(
        reaction=follow_up.map(told["reaction"]).astype("string"),
        needs_help_probability=follow_up.map(told["needs_help_probability"]).astype(float),
    )


def _judge(
    replies: pd.DataFrame,
    notes: pd.DataFrame,
    places: pd.Series,
    vectors: np.ndarray,
    encode: Callable[[list[str]], np.ndarray] | None,
) -> pd.DataFrame:
    """Give reaction and need of help of each reply, by its contact id."""
    rows = places.loc[replies["follow_up_id"]].to_numpy()
    earlier = places.loc[replies["contact_id"]].to_numpy()
    read = notes.iloc[rows][["note", "words", "language"]].reset_index(drop=True)
    answer = notes["resolution_note"].iloc[earlier].reset_index(drop=True)
    told = judge_reactions(read.assign(earlier_answer=answer), vectors[rows], encode)
    return pd.DataFrame(
        {
            "reaction": told.idxmax(axis=1).to_numpy() if len(told) else [],
            "needs_help_probability": needs_help(told).round(6),
        },
        index=replies["follow_up_id"].to_numpy(),
    )
