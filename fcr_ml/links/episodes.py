"""Episodes: links joined to customer matters from first contact to last.

Enters: contacts in time and links. Leaves: an episode id for every contact, which
is the id of the episode's first contact. A follow-up belongs to at most one
earlier contact, so episodes are trees and one doubtful link cannot melt two
matters that are each held together by better ones.
"""

from __future__ import annotations

import numpy as np
import pandas as pd


def form_episodes(contact_ids: pd.Series, links: pd.DataFrame) -> pd.Series:
    """Give each contact's episode id, in the order of ``contact_ids``.

    Parameters
    ----------
    contact_ids : pandas.Series
        Every contact.
    links : pandas.DataFrame
        LINKS; pairs judged unrelated tie nothing.

    Returns
    -------
    pandas.Series
        Episode ids, text.
    """
    tied = links[links["verdict"] != "unrelated"]
    # The surest earlier contact; among equals the latest one, then the lowest id.
    best = tied.sort_values(
        ["follow_up_id", "link_probability", "hours_between", "contact_id"],
        ascending=[True, False, True, True],
    ).drop_duplicates("follow_up_id")
    ids = contact_ids.to_numpy()
    places = pd.Series(np.arange(len(ids)), index=ids)
    parent = np.arange(len(ids))
    parent[places.loc[best["follow_up_id"]]] = places.loc[best["contact_id"]]
    while True:
        # Every round halves the way to the root: parent becomes grandparent.
        grandparent = parent[parent]
        if np.array_equal(grandparent, parent):
            return pd.Series(ids[parent], dtype="string")
        parent = grandparent
