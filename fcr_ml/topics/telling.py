"""Telling terms: the phrases that tell a topic from the others.

Enters: notes of one language with their topics. Leaves: for each topic its terms,
strongest first, none repeating another, and how telling each is. What it will not do:
put a name together; that is done in names.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from fcr_ml.topics.carriers import Carriers
from fcr_ml.topics.phrase_quality import JudgedPhrases, judge_phrases
from fcr_ml.topics.wording import read_wording

LISTED_TERMS = 8
MOST_TOLD, LEAST_TOLD = 2.5, 0.6
"""Log of how many times more often than elsewhere: more tells no more, less tells nothing."""
TOLD_OF_GREETINGS, GREETING_WORTH = 1.1, 0.5
"""A greeting names a topic only where it is several times as frequent: a topic of thanks."""
IN_FULL = 0.5
"""A phrase that so many of its notes in a topic say as part of a longer one is said in full."""
NEARLY_AS_GOOD = 0.7
LOOKED_AT = 60

Term = tuple[str, float]


def find_terms(
    notes: Sequence[str], topics: np.ndarray, count: int, carriers: Carriers | None = None
) -> list[list[Term]]:
    """Find the terms that tell each topic from the others.

    Parameters
    ----------
    notes : sequence of str
        Redacted notes, n of one language.
    topics : numpy.ndarray
        Shape (n,), int from 0.
    count : int
        Number of topics; some may have no note.
    carriers : Carriers, optional
        Customer and agent of each note: what too few customers carry, or one agent
        alone, is no term. If left out, each note is a customer's of its own.

    Returns
    -------
    list of list of (str, float)
        Terms of each topic and their weights, strongest first.
    """
    phrases = judge_phrases(read_wording(notes), topics, count, carriers)
    weights = _weights(phrases, np.bincount(topics, minlength=count))
    return [_distinct(phrases, weights[:, topic], topic) for topic in range(count)]


def _weights(phrases: JudgedPhrases, sizes: np.ndarray) -> np.ndarray:
    """Weigh phrases by topic: share of its notes, times what they tell, times quality.

    What a phrase tells is the log of its share over its share elsewhere. Class-based TF-IDF
    after Grootendorst (2022), BERTopic, with notes counted for words.
    """
    shares = phrases.notes / np.maximum(sizes, 1)
    others = sizes.sum() - sizes
    elsewhere = (phrases.notes.sum(axis=1, keepdims=True) - phrases.notes) / np.maximum(others, 1)
    # Of a topic that stands alone, only that a phrase is not in every note can be told.
    elsewhere = np.where(others > 0, elsewhere, shares**2)
    floor = 0.5 / np.maximum(sizes, 30)
    told = np.minimum(np.log((shares + floor) / (elsewhere + floor)), MOST_TOLD)
    thanked = (told > TOLD_OF_GREETINGS) & (others > 0)
    worth = np.where(phrases.is_greeting[:, None], GREETING_WORTH * thanked, 1)
    weights = shares * np.maximum(told - LEAST_TOLD, 0) * worth
    return np.where(phrases.is_common, weights * phrases.quality[:, None], 0)


def _distinct(phrases: JudgedPhrases, weights: np.ndarray, topic: int) -> list[Term]:
    """Take the heaviest phrases that do not repeat each other; the alphabet settles ties."""
    heavy = np.flatnonzero(weights > 0)
    heavy = heavy[np.argsort(-weights[heavy], kind="stable")]
    if len(heavy) > LOOKED_AT:
        heavy = heavy[weights[heavy] >= weights[heavy[LOOKED_AT]]]
    order = sorted(heavy, key=lambda place: (-weights[place].round(9), phrases.texts[place]))
    taken: list[int] = []
    for place in order:
        whole = _in_full(phrases, order, place, topic)
        if not any(_repeat(phrases.parts[whole], phrases.parts[other]) for other in taken):
            taken.append(whole)
        if len(taken) == LISTED_TERMS:
            break
    # A phrase written out in full is worth what the part of it was that brought it up.
    weights = np.maximum.accumulate(weights[taken][::-1])[::-1]
    texts = [phrases.texts[place] for place in taken]
    return list(zip(texts, weights.tolist(), strict=True))


def _in_full(phrases: JudgedPhrases, order: list[int], place: int, topic: int) -> int:
    """Give the longer phrase that a phrase mostly stands for in a topic, or itself.

    "exchange" is whole elsewhere, but in a topic of exchange rates it is said in full.
    """
    parts, notes = phrases.parts[place], phrases.notes[:, topic]
    longer = (
        other
        for other in order
        if len(phrases.parts[other]) == len(parts) + 1
        and notes[other] >= IN_FULL * notes[place]
        and phrases.quality[other] >= NEARLY_AS_GOOD * phrases.quality[place]
        and parts in (phrases.parts[other][1:], phrases.parts[other][:-1])
    )
    found = next(longer, place)
    return found if found == place else _in_full(phrases, order, found, topic)


def _repeat(first: tuple[str, ...], second: tuple[str, ...]) -> bool:
    """Tell whether two phrases say the same word, or a form of it.

    Examples
    --------
    >>> _repeat(("top", "up"), ("top-up",)), _repeat(("fee",), ("coffee", "machine"))
    (True, False)
    """
    if all(len(part) == 1 for part in first + second):  # characters, two of which are a word
        return bool(set(pairwise(first)) & set(pairwise(second))) or set(first) <= set(second)
    if _alike("".join(first), "".join(second)):
        return True
    return any(_alike(one, other) for one in first for other in second)


def _alike(first: str, second: str) -> bool:
    first, second = first.replace("-", ""), second.replace("-", "")
    longest = max(len(first), len(second))
    same = 0
    for one, other in zip(first, second, strict=False):
        if one != other:
            break
        same += 1
    return same >= min(3, len(first), len(second)) and same >= 0.7 * longest
