"""Pairs to judge: a draw that puts a person's time where it tells most.

Enters: LINKS, NOTES and CONTACTS. Leaves: pairs with their redacted notes, an empty
place for the verdict, and the weight with which each stands for the others. The
links' own verdicts are not shown, so that nobody judges with them in mind.

Pairs are parted into kinds by how sure their link is and by its verdict. Every kind
gets its places, a systematic draw through the kinds in random order fills them, and a
pair of a kind of N with n places weighs N / n: the inverse of its chance of being
drawn, so that weighted sums are unbiased (Horvitz and Thompson, 1952).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from fcr_ml.errors import DataError, SettingsError

PAIR = ["contact_id", "follow_up_id"]

UNSURE, SURE = 0.75, 0.95
"""A link is unsure below the first and sure from the second, whichever way it leans."""

PLACES = {"unsure": 0.5, "fairly sure": 0.3, "sure": 0.2}
"""Shares of the draw: half where a judgement changes most, and enough sure pairs to see
whether sure is right."""

COLUMNS = [
    *PAIR,
    "hours_between",
    "channel",
    "note",
    "answer",
    "follow_up_channel",
    "follow_up_note",
    "verdict",
    "confidence",
    "sampling_weight",
]
"""What a drawn pair shows; ``answer`` is what the desk answered in between."""


def draw_pairs(
    links: pd.DataFrame,
    notes: pd.DataFrame,
    contacts: pd.DataFrame,
    count: int = 60,
    judged: pd.DataFrame | None = None,
    random_state: int = 0,
) -> pd.DataFrame:
    """Draw pairs to judge where a judgement helps most.

    Parameters
    ----------
    links, notes, contacts : pandas.DataFrame
        LINKS, NOTES and CONTACTS of one casebook, ``channel`` included. Pairs without a
        note on either side cannot be judged by reading, and pairs under one case id were
        tied by the desk itself: neither is drawn.
    count : int
        How many pairs; all there are if there are fewer.
    judged : pandas.DataFrame, optional
        Pairs judged before (``contact_id``, ``follow_up_id``); not drawn again.
    random_state : int
        Seed; equal seeds draw equal pairs.

    Returns
    -------
    pandas.DataFrame
        ``COLUMNS``, in random order, so that the first half is as good a draw as all.
        The weights stand for all pairs that could have been drawn.

    Raises
    ------
    SettingsError
        When no pair is asked for.
    DataError
        When no pair is left to draw from.
    """
    if count < 1:
        raise SettingsError(f"review: {count} pairs cannot be drawn; ask for at least 1.")
    pairs = reviewable_pairs(links, notes, judged)
    if pairs.empty:
        raise DataError(
            f"review: of {len(links):,} links none is left to judge: each lacks a note, lies "
            "under one case id, or was judged before. Analyze a log that has notes, or more of it."
        )
    return _to_judge(sample_pairs(pairs, count, random_state), notes, contacts)


def sample_pairs(pairs: pd.DataFrame, count: int, random_state: int = 0) -> pd.DataFrame:
    """Draw from :func:`reviewable_pairs`, in random order, with ``sampling_weight``.

    ``sampling_weight`` is one over the chance of being drawn, which every pair has.
    """
    random = np.random.default_rng(random_state)
    mixed = pairs.iloc[random.permutation(len(pairs))]
    mixed = mixed.assign(chance=_chances(mixed, count)).sort_values("kind", kind="stable")
    drawn = mixed[_systematic(mixed["chance"].to_numpy(), random.uniform())]
    drawn = drawn.iloc[random.permutation(len(drawn))]
    return drawn.assign(sampling_weight=1 / drawn["chance"])


def reviewable_pairs(
    links: pd.DataFrame, notes: pd.DataFrame, judged: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Give the links that can be drawn, in total order, with their ``kind``.

    Parameters are those of :func:`draw_pairs`.
    """
    noted = set(notes.loc[notes["note"].notna(), "contact_id"])
    is_noted = links["contact_id"].isin(noted) & links["follow_up_id"].isin(noted)
    is_tied = links["is_same_case"].fillna(False).astype(bool)
    pairs = links[is_noted & ~is_tied].sort_values(PAIR, ignore_index=True)
    if judged is not None and len(judged):
        done = pd.MultiIndex.from_frame(judged[PAIR].astype("string"))
        pairs = pairs[~pd.MultiIndex.from_frame(pairs[PAIR]).isin(done)].reset_index(drop=True)
    return pairs.assign(kind=_kinds(pairs))


def _kinds(pairs: pd.DataFrame) -> pd.Series:
    """Name the kind of each pair: how sure, and which verdict."""
    probability = pairs["link_probability"].to_numpy(float)
    sureness = np.maximum(probability, 1 - probability)
    names = np.select([sureness < UNSURE, sureness < SURE], ["unsure", "fairly sure"], "sure")
    return pd.Series(names, index=pairs.index).astype(str) + " / " + pairs["verdict"].astype(str)


def _chances(pairs: pd.DataFrame, count: int) -> np.ndarray:
    """Give each pair's chance of being drawn; they add up to the count.

    The kinds of one sureness share its places evenly. A kind with fewer pairs than
    places is drawn whole, and what it leaves goes to the others.
    """
    sizes = pairs["kind"].value_counts().sort_index()
    sureness = pd.Series(sizes.index, index=sizes.index).str.partition(" / ")[0]
    shares = sureness.map(PLACES) / sureness.map(sureness.value_counts())
    places = pd.Series(0.0, index=sizes.index)
    for _ in range(len(sizes)):
        is_open = places < sizes
        left = min(count, len(pairs)) - places[~is_open].sum()
        if not is_open.any():
            break
        given = shares[is_open] / shares[is_open].sum() * left
        places[is_open] = np.minimum(given, sizes[is_open])
        if (given <= sizes[is_open]).all():
            break
    return pairs["kind"].map(places / sizes).to_numpy(float)


def _systematic(chances: np.ndarray, start: float) -> np.ndarray:
    """Draw one pair wherever the running sum of chances passes start, start + 1, ..."""
    # Rounding must not cost the last pair of a draw that takes everything.
    passed = np.floor(np.round(chances.cumsum(), 9) - start + 1)
    return np.diff(passed, prepend=0.0) > 0


def _to_judge(drawn: pd.DataFrame, notes: pd.DataFrame, contacts: pd.DataFrame) -> pd.DataFrame:
    told = notes.set_index("contact_id")
    channel = contacts.set_index("contact_id")["channel"]
    earlier, later = drawn["contact_id"], drawn["follow_up_id"]
    # An answer that came only after the customer was back is not in between.
    is_before = ~(drawn["hours_since_end"].astype("Float64") < 0).fillna(False).astype(bool)
    seen = drawn.assign(
        hours_between=drawn["hours_between"].astype(float).round(2),
        channel=earlier.map(channel),
        note=earlier.map(told["note"]),
        answer=earlier.map(told["resolution_note"]).where(is_before),
        follow_up_channel=later.map(channel),
        follow_up_note=later.map(told["note"]),
        verdict="",
        confidence="",
    )
    text = [name for name in COLUMNS if name not in ("hours_between", "sampling_weight")]
    return seen[COLUMNS].astype(dict.fromkeys(text, "string")).reset_index(drop=True)
