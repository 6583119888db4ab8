"""Link table: every candidate pair with its evidence, probability and verdict.

Enters: CONTACTS, NOTES, TOPICS, vectors and the timeline on the engine. Leaves:
LINKS, and a short account of how the probabilities were learnt.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd

from fcr_ml.engine import DuckEngine
from fcr_ml.frames.window import RepeatWindow
from fcr_ml.links.calibration import JudgedCorrection
from fcr_ml.links.candidates import LEARNT_WINDOW, Candidates, find_candidates
from fcr_ml.links.coincidence import Coincidence
from fcr_ml.links.evidence import EvidenceBook
from fcr_ml.links.linker import Linker, Rhythm, weigh_pairs
from fcr_ml.links.near_far import MINIMUM_PAIRS, UNLEARNT_DOUBT, NearFarModel
from fcr_ml.links.reasons import reasons_in_words


@dataclass(frozen=True)
class TiedLinks:
    """LINKS with ``follow_up_epoch`` beside, how they were learnt, and what was learnt."""

    links: pd.DataFrame
    account: dict[str, Any]
    linker: Linker


def tie_links(
    engine: DuckEngine,
    book: EvidenceBook,
    longest: RepeatWindow,
    as_of_epoch: int,
    random_state: int = 0,
    judged: pd.DataFrame | None = None,
) -> TiedLinks:
    """Tie later contacts to the earlier ones they belong to.

    Parameters
    ----------
    engine : DuckEngine
        Holds ``timeline``.
    book : EvidenceBook
        What is known of each contact.
    longest : RepeatWindow
        Later returns are not compared.
    as_of_epoch : int
        The moment whose knowledge is used, in epoch seconds.
    random_state : int
        Seed of the draws and of the boosting.
    judged : pandas.DataFrame, optional
        ``contact_id follow_up_id verdict``, as people judged them; see
        :mod:`fcr_ml.links.calibration`.

    Returns
    -------
    TiedLinks
        Links ordered by contact, follow-up's start and follow-up.
    """
    candidates = find_candidates(engine, longest, as_of_epoch, random_state)
    teaches = candidates.near["is_learnt_from"] == 1
    turnings = book.learn_meaning(candidates.near[teaches])
    near = book.lay_out(candidates.near)
    model = _learn(candidates, book, near[teaches], random_state)
    strangers = _strangers(candidates, book, model)
    term_counts = book.term_counts
    del book  # a million notes' words and meaning, no longer needed
    links = weigh_pairs(near, model, candidates.coincidence_per_day, longest, candidates.has_ends)
    correction = JudgedCorrection()
    if judged is not None:
        links = correction.fit(links, judged).correct(links)
    links = links.assign(reasons=reasons_in_words(links))
    account = {
        "method": model.method_,
        "is_learnt": model.doubt_ < UNLEARNT_DOUBT,
        "apart_weeks": candidates.apart_weeks,
        "far_weeks": candidates.far_weeks,
        "coincidence": _told(model.coincidence_),
        "related_share": round(model.near_share_, 4),
        "calibration_se": round(model.doubt_, 4),
        "judged_pairs": correction.judged_,
        "judgements_used": bool(np.isfinite(correction.ridge_)),
        "strangers": strangers,
    }
    rhythm = Rhythm(candidates.far_weeks, candidates.usual_rate)
    linker = Linker(model, correction, turnings, term_counts, rhythm, account)
    return TiedLinks(links, account, linker)


def _told(coincidence: Coincidence) -> dict[str, Any]:
    """Give the count of coincidence rounded; None where there was nothing to count."""
    named = asdict(coincidence).items()
    return {name: None if value != value else round(value, 4) for name, value in named}


def _strangers(candidates: Candidates, book: EvidenceBook, model: NearFarModel) -> dict[str, Any]:
    """Weigh pairs of different customers as if they were one: how many would be linked?

    They are spread evenly over thirty days, because time alone would link those that
    happen to come together.
    """
    pairs = _other_pairs(candidates, book)
    if pairs.empty:
        return {"pairs": 0, "linked_rate": None, "evidence_of_one_in_200": None}
    gaps = np.linspace(0, LEARNT_WINDOW.seconds, len(pairs)).astype("int64")
    pairs = pairs.assign(follow_up_epoch=pairs["started_epoch"] + gaps)
    weights = model.weigh(pairs, candidates.coincidence_per_day)
    evidence = weights[["meaning_weight", "words_weight", "code_weight"]].sum(axis=1)
    return {
        "pairs": len(pairs),
        "linked_rate": round(float((weights.sum(axis=1) >= 0).mean()), 5),
        "evidence_of_one_in_200": round(float(evidence.quantile(0.995)), 4),
    }


def _learn(
    candidates: Candidates, book: EvidenceBook, near: pd.DataFrame, random_state: int
) -> NearFarModel:
    """Fit on pairs that the desk has not tied itself; a case id is no discovery."""
    far, apart = (book.lay_out(pairs) for pairs in (candidates.far, candidates.apart))
    unrelated = apart[apart["is_same_case"] != 1]
    of_half = unrelated["half"].value_counts().reindex([0, 1], fill_value=0)
    if of_half.min() < 2 * MINIMUM_PAIRS:
        # A log too short for pairs far apart; other customers share a little less.
        unrelated = pd.concat([unrelated, _other_pairs(candidates, book)], ignore_index=True)
    return NearFarModel(random_state).fit(
        near=near[near["is_same_case"] != 1],
        far=far[far["is_same_case"] != 1],
        unrelated=unrelated,
        coincidence_per_day=candidates.coincidence_per_day,
    )


def _other_pairs(candidates: Candidates, book: EvidenceBook) -> pd.DataFrame:
    """Lay out the pairs of different customers whose notes can be compared, or have none.

    Notes of customers of different halves have no shared meaning, which is no evidence.
    """
    pairs = book.lay_out(candidates.others)
    return pairs[pairs["shared_meaning"].notna() | pairs["note_similarity"].isna()]
