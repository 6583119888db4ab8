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
    has_note = notes["note"].notna().to_numpy()
    reply = places.loc[links["follow_up_id"]].to_numpy()
    is_reply = (links["is_same_case"].to_numpy(float) == 1) & has_note[reply]
    is_reply &= (links["verdict"] != "double_post").to_numpy()
    links = links.assign(
        reaction=pd.Series(None, index=links.index, dtype="string"),
        needs_help_probability=np.nan,
    )
    if not is_reply.any():
        return links
    reply, earlier = reply[is_reply], places.loc[links.loc[is_reply, "contact_id"]].to_numpy()
    replies = notes.iloc[reply][["note", "words", "language"]].reset_index(drop=True)
    answer = notes["resolution_note"].iloc[earlier].reset_index(drop=True)
    told = judge_reactions(replies.assign(earlier_answer=answer), vectors[reply], encode)
    links.loc[is_reply, "reaction"] = told.idxmax(axis=1).to_numpy()
    links.loc[is_reply, "needs_help_probability"] = needs_help(told).round(6)
    return links
