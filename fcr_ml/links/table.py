"""Link table: every candidate pair with its evidence, probability and verdict.

Enters: CONTACTS, NOTES, TOPICS, vectors and the timeline on the engine. Leaves:
LINKS, and a short account of how the probabilities were learnt.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from fcr_ml.engine import DuckEngine
from fcr_ml.frames.window import RepeatWindow
from fcr_ml.links.candidates import Candidates, find_candidates
from fcr_ml.links.evidence import EvidenceBook
from fcr_ml.links.near_far import NearFarModel
from fcr_ml.links.reasons import reasons_in_words
from fcr_ml.links.verdicts import judge_pairs


@dataclass(frozen=True)
class TiedLinks:
    """LINKS with ``follow_up_epoch`` beside, and how they were learnt."""

    links: pd.DataFrame
    account: dict[str, Any]


def tie_links(
    engine: DuckEngine,
    book: EvidenceBook,
    notes: pd.DataFrame,
    longest: RepeatWindow,
    as_of_epoch: int,
    random_state: int = 0,
) -> TiedLinks:
    """Tie later contacts to the earlier ones they belong to.

    Parameters
    ----------
    engine : DuckEngine
        Holds ``timeline``.
    book : EvidenceBook
        What is known of each contact.
    notes : pandas.DataFrame
        NOTES.
    longest : RepeatWindow
        Later returns are not compared.
    as_of_epoch : int
        The moment whose knowledge is used, in epoch seconds.
    random_state : int
        Seed of the draws and of the boosting.

    Returns
    -------
    TiedLinks
        Links ordered by contact, follow-up's start and follow-up.
    """
    candidates = find_candidates(engine, longest, as_of_epoch, random_state)
    near = book.lay_out(candidates.near)
    model = _learn(candidates, book, near, random_state)
    near = near[near["seconds_into_window"] <= longest.seconds].reset_index(drop=True)
    near = near.assign(
        hours_between=_hours(near["follow_up_epoch"] - near["started_epoch"]),
        hours_since_end=_hours(near["follow_up_epoch"] - near["ended_epoch"]),
        link_probability=model.predict(near, candidates.coincidence_per_day),
    )
    links = judge_pairs(near, notes)
    links = links.assign(reasons=reasons_in_words(links))
    account = {"method": model.method_, "related_share": round(model.near_share_, 4)}
    return TiedLinks(links, account)


def _learn(
    candidates: Candidates, book: EvidenceBook, near: pd.DataFrame, random_state: int
) -> NearFarModel:
    """Fit on pairs that the desk has not tied itself; a case id is no discovery."""
    far = book.lay_out(candidates.far)
    return NearFarModel(random_state).fit(
        near=near[near["is_same_case"] != 1],
        far=far[far["is_same_case"] != 1],
        others=book.lay_out(candidates.others),
        coincidence_per_day=candidates.coincidence_per_day,
    )


def _hours(seconds: pd.Series) -> np.ndarray:
    return (seconds.astype("float64") / 3_600).round(4).to_numpy()
