"""Verdicts: what a pair is, and what a return under the same case id says.

Enters: candidate pairs with evidence and link probability, and the notes. Leaves:
verdict, probability of the same issue, reaction and reasons for each pair. The
rules here read only the two contacts of the pair.
"""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

SAME_CASE_PROBABILITY = 0.98
"""The desk itself filed both under one case id; now and then it files wrongly."""

COPY_SIMILARITY, COPY_HOURS = 0.80, 72.0
"""Word cosine from which two notes say nothing new, and for how long; notes told twice in
other words seldom pass 0.6. Later it is a reminder."""

RESENT_SIMILARITY, RESENT_HOURS = 0.40, 1.0
"""Within the hour a note that means the same is the first one sent again, mended."""

SAME_ISSUE_MIDPOINT, SAME_ISSUE_SLOPE = 0.30, 6.0
"""A related pair without topics is as likely the same issue as the next one at this mean
of note and word cosine; the slope is how fast that changes."""

SAME_TOPIC_WEIGHT, OTHER_TOPIC_WEIGHT = 1.5, -1.0
"""Log-odds that topics add: a next issue is by its meaning mostly about something else."""

_THANKS = re.compile(
    r"\b(thanks?|thank you|thx|cheers|much appreciated|merci|danke|vielen dank|gracias"
    r"|grazie|obrigad[oa]|tack|tusen tack|takk|tak|kiitos|bedankt|dank je|dank u"
    r"|dziękuję|děkuji|спасибо|дякую|cảm ơn|cám ơn|terima kasih|teşekkür\w*)\b"
    r"|谢谢|感谢|多谢|謝謝|感謝|ありがとう|감사|고맙|ขอบคุณ|شكرا|धन्यवाद|תודה",
    re.IGNORECASE,
)
_TROUBLE = re.compile(
    r"\?|？|؟|\b(still|again|but|however|not|no|n['’]t|can['’]?t|error|problem|issue|fail\w*"
    r"|aber|nicht|noch|immer|kein\w*|fehler|mais|pas|encore|erreur|pero|sigue|todavía|error"
    r"|men|inte|fortfarande|fel|ikke|ma|non|ancora|errore|maar|niet|nog|nadal|nie|ale|но|не"
    r"|nhưng|vẫn|không|lỗi|chưa)\b|但|还是|還是|仍|不|没|沒|错误|まだ|ない|でも|ยัง|ไม่|아직|안 ",
    re.IGNORECASE,
)
THANKS_WORDS = 40
"""A longer note with thanks in it also says something else."""


def is_thanks(note: str | None, words: int) -> bool:
    """Say whether a note does nothing but thank.

    Parameters
    ----------
    note : str or None
        Redacted plain text.
    words : int
        Its words as counted in NOTES.

    Examples
    --------
    >>> is_thanks("Thank you, that did it.", 5)
    True
    >>> is_thanks("Thanks, but it still fails.", 5)
    False
    """
    if not note or words > THANKS_WORDS or not _THANKS.search(note):
        return False
    return not _TROUBLE.search(note)


def judge_pairs(pairs: pd.DataFrame, notes: pd.DataFrame) -> pd.DataFrame:
    """Give each pair its verdict, probabilities and reaction.

    Parameters
    ----------
    pairs : pandas.DataFrame
        Candidates with evidence and ``link_probability`` from the notes.
    notes : pandas.DataFrame
        NOTES of every contact in ``pairs``.

    Returns
    -------
    pandas.DataFrame
        ``pairs`` with ``link_probability`` raised for pairs the desk tied,
        ``same_issue_probability``, ``verdict`` and ``reaction``. A double post
        keeps its link probability; it is told apart by its verdict.
    """
    is_same_case = pairs["is_same_case"].to_numpy(float) == 1
    is_double = _double_posts(pairs)
    link = pairs["link_probability"].to_numpy(float).copy()
    link[is_same_case] = np.maximum(link[is_same_case], SAME_CASE_PROBABILITY)
    link[is_double] = np.maximum(link[is_double], SAME_CASE_PROBABILITY)
    same = link * np.where(is_same_case | is_double, 1.0, _same_issue_share(pairs))
    verdict = np.select(
        [is_double, link < 0.5, same >= link / 2],
        ["double_post", "unrelated", "same_issue"],
        default="next_issue",
    )
    thanked = _thanked(notes)
    says_thanks = is_same_case & pairs["follow_up_id"].isin(thanked).to_numpy()
    return pairs.assign(
        link_probability=link.round(6),
        same_issue_probability=same.round(6),
        verdict=verdict,
        reaction=pd.Series("thanks", index=pairs.index).where(says_thanks & ~is_double),
    )


def _double_posts(pairs: pd.DataFrame) -> np.ndarray:
    """Find the same request sent again before any answer could have helped."""
    hours = pairs["hours_between"].to_numpy(float)
    since_end = pairs["hours_since_end"].to_numpy(float)
    unanswered = np.isnan(since_end) | (since_end < 0)
    words = pairs["word_similarity"].to_numpy(float)
    is_copy = (words >= COPY_SIMILARITY) & (hours <= COPY_HOURS)
    is_resent = (_alike(pairs) >= RESENT_SIMILARITY) & (hours <= RESENT_HOURS)
    return unanswered & (is_copy | is_resent)


def _same_issue_share(pairs: pd.DataFrame) -> np.ndarray:
    """Give the share of the same issue among related pairs of such evidence.

    Without notes the reason code decides; without any evidence a related pair
    counts as the same issue, the commoner of the two.
    """
    topic = pairs["is_same_topic"].to_numpy(float)
    by_topic = np.select([topic == 1, topic == 0], [SAME_TOPIC_WEIGHT, OTHER_TOPIC_WEIGHT], 0.0)
    log_odds = SAME_ISSUE_SLOPE * (_alike(pairs) - SAME_ISSUE_MIDPOINT) + by_topic
    code = pairs["is_same_reason_code"].fillna(1.0).to_numpy(float)
    without_notes = np.where(code == 1, 0.8, 0.3)
    return np.where(np.isnan(log_odds), without_notes, 1 / (1 + np.exp(-log_odds)))


def _alike(pairs: pd.DataFrame) -> np.ndarray:
    """Give the mean of note and word cosine, NaN where there are no notes."""
    return pairs[["note_similarity", "word_similarity"]].astype(float).mean(axis=1).to_numpy()


def _thanked(notes: pd.DataFrame) -> set[str]:
    told = notes[notes["note"].notna()]
    return {
        contact_id
        for contact_id, note, words in zip(
            told["contact_id"], told["note"], told["words"], strict=True
        )
        if is_thanks(note, words)
    }
