"""What the words of notes and answers have meant so far: a repeat rate of wording.

Enters: contacts with moments and labels, and their redacted notes. Leaves: one log-odds a
contact, of a logistic model over words that only ever learned from outcomes closed before
the week of the contact's moment. Nothing is fitted over the whole log, and no word leaves.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from fcr_ml.engine import DuckEngine
from fcr_ml.features.moments import Moment

_WEEK = 7 * 86_400
_BUCKETS = 2**18
_BATCH_ROWS = 20_000
_PASSES = 3
_PENALTY = 2e-4
"""Of three passes, penalties from 1e-4 to 4e-4 differ by less than 0.005 in AUC."""
_FEWEST_LABELS = 500
"""Before so many labels are known the words say nothing, and the feature is missing."""


def words_so_far(
    engine: DuckEngine, notes: Path, contacts: pd.DataFrame, moment: Moment
) -> pd.DataFrame:
    """Give what note and answer together have meant so far.

    A logistic regression on hashed words and word pairs is carried from week to week by
    stochastic gradient steps (Bottou 2010). A week's contacts are scored by the weights at
    its beginning, before any of its own labels is learned from.

    Parameters
    ----------
    engine : DuckEngine
        Reads the notes.
    notes : pathlib.Path
        The casebook's ``NOTES`` file.
    contacts : pandas.DataFrame
        From :func:`fcr_ml.features.moments.read_contacts`.
    moment : {'end', 'live'}
        While a contact is open there is no answer to read.

    Returns
    -------
    pandas.DataFrame
        By ``contact_id``: ``words_log_odds``; NaN without note and answer, and before 500
        labels are known.
    """
    told = contacts[contacts["moment_epoch"].notna().to_numpy()]
    told = told.sort_values("contact_id", ignore_index=True)
    engine.put("notes", notes)
    hashed, has_text = _hash_texts(engine, told["contact_id"], with_answer=moment == "end")
    log_odds = _score_weeks(told, hashed)
    log_odds[~has_text] = np.nan
    return pd.DataFrame({"words_log_odds": log_odds}, index=told["contact_id"].astype(object))


def _hash_texts(
    engine: DuckEngine, contact_ids: pd.Series, with_answer: bool
) -> tuple[Any, np.ndarray]:
    """Give hashed words as a sparse matrix, rows as the ids, and which have any text."""
    from scipy.sparse import hstack, vstack
    from sklearn.feature_extraction.text import HashingVectorizer

    vectorizer = HashingVectorizer(
        n_features=_BUCKETS, ngram_range=(1, 2), alternate_sign=False, binary=True, norm="l2"
    )
    places = pd.DataFrame({"contact_id": contact_ids.astype("string")})
    engine.put("wanted", places.assign(place=np.arange(len(places))))
    parts, has_text = [], []
    for begin in range(0, max(len(places), 1), _BATCH_ROWS):
        texts = engine.ask(
            "SELECT COALESCE(note, '') AS note, COALESCE(resolution_note, '') AS answer "
            "FROM wanted LEFT JOIN notes ON wanted.contact_id = notes.contact_id "
            f"WHERE place >= {begin} AND place < {begin + _BATCH_ROWS} ORDER BY place"
        )
        own = vectorizer.transform(texts["note"])
        answer = vectorizer.transform(texts["answer"] if with_answer else [""] * len(texts))
        parts.append(hstack([own, answer], format="csr", dtype=np.float64))
        has_text.append(np.diff(parts[-1].indptr) > 0)
    return vstack(parts, format="csr"), np.concatenate(has_text)


def _score_weeks(told: pd.DataFrame, hashed: Any) -> np.ndarray:
    """Carry the weights from week to week; score each week before learning its labels."""
    from sklearn.linear_model import SGDClassifier

    log_odds = np.full(len(told), np.nan)
    closes = told["closes_epoch"].to_numpy(dtype=np.float64, na_value=np.nan)
    labels = told["repeats_millionths"].to_numpy(dtype=np.float64, na_value=np.nan) / 1e6
    weeks = told["moment_epoch"].to_numpy(dtype=np.int64) // _WEEK
    # A label closed in the very second in which a week begins is learned a week later.
    known_weeks = np.where(np.isnan(closes), np.inf, closes // _WEEK + 1)
    model = SGDClassifier(loss="log_loss", alpha=_PENALTY, shuffle=False)
    known = 0
    for week in np.unique(weeks):
        fresh = np.flatnonzero((known_weeks <= week) & (known_weeks > _before(week, weeks)))
        known += len(fresh)
        if len(fresh):
            _learn(model, hashed[fresh], labels[fresh])
        asked = np.flatnonzero(weeks == week)
        if known >= _FEWEST_LABELS:
            log_odds[asked] = model.decision_function(hashed[asked])
    return log_odds


def _before(week: int, weeks: np.ndarray) -> float:
    earlier = weeks[weeks < week]
    return float(earlier.max()) if len(earlier) else -np.inf


def _learn(model: Any, hashed: Any, labels: np.ndarray) -> None:
    """Take a few passes over the week's labels, each as much repeated as it is likely to be."""
    from scipy.sparse import vstack

    both = vstack([hashed, hashed], format="csr")
    kinds = np.repeat([1, 0], len(labels))
    weights = np.concatenate([labels, 1 - labels])
    # Alternating, so that a pass does not end on one kind alone.
    order = np.arange(len(kinds)).reshape(2, -1).T.ravel()
    for _ in range(_PASSES):
        model.partial_fit(both[order], kinds[order], [0, 1], sample_weight=weights[order])
