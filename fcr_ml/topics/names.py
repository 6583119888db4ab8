"""Names: the terms that tell a topic from the others, from its own notes.

Enters: redacted notes with their topics. Leaves: a short name and a list of terms
for each topic, by class-based TF-IDF. Scripts without spaces between words are
named by runs of characters. No stop-word list: a term that most topics use gets
no weight by itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np

from fcr_ml.notes.terms import UNSPACED, terms

NAME_TERMS, LISTED_TERMS = 3, 8
NAMING_NOTES = 400
"""So many notes name a topic as well as all of them do, in a tenth of the time."""

_IDEOGRAPHS = re.compile("[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
RUN_LENGTHS, SPELLED_RUN_LENGTHS = (2, 4), (3, 8)
"""Shortest and longest run that may be a word: of ideographs, and of letters as in Thai,
where vowels and tones are characters too."""


def phrases(note: str) -> list[str]:
    """Give the phrases of a note that may name a topic.

    One and two words in a row; in scripts without spaces, runs of characters about
    as long as words are. Numbers alone and single letters name nothing.

    Examples
    --------
    >>> phrases("Refund missing")
    ['refund', 'missing', 'refund missing']
    >>> phrases("退款未到")[:3]
    ['退款', '款未', '未到']
    """
    words = [term for term in terms(UNSPACED.sub(" ", note)) if _may_name(term)]
    pairs = [f"{first} {second}" for first, second in pairwise(words)]
    return words + pairs + [run for found in UNSPACED.findall(note) for run in _runs(found)]


def name_topics(
    notes: Sequence[str], topics: np.ndarray, languages: Sequence[str | None]
) -> list[tuple[str, list[str]]]:
    """Name each topic.

    Parameters
    ----------
    notes : sequence of str
        Redacted notes, n of them, each in a topic.
    topics : numpy.ndarray
        Shape (n,), int from 0; every topic has at least one note.
    languages : sequence of str or None
        Language of each note: a topic is named in its commonest one.

    Returns
    -------
    list of (str, list of str)
        Name and terms of topic 0, 1 and so on. Names are unique.
    """
    read = _read_for_names(topics)
    notes, topics = [notes[row] for row in read], topics[read]
    spoken = np.asarray([languages[row] or "" for row in read], dtype=object).astype(str)
    told_in = _main_languages(topics, spoken)
    listed: list[list[str]] = [[] for _ in told_in]
    for language in sorted(set(told_in)):
        own = spoken == language
        texts = [note for note, keep in zip(notes, own, strict=True) if keep]
        found = _telling(texts, topics[own], len(told_in))
        for topic, main in enumerate(told_in):
            if main == language:
                listed[topic] = found[topic]
    return list(zip(_unique_names(listed), listed, strict=True))


def _read_for_names(topics: np.ndarray) -> np.ndarray:
    """Give the rows read: some hundred of each topic, evenly over its notes."""
    rows = []
    for topic in range(int(topics.max()) + 1):
        own = np.flatnonzero(topics == topic)
        count = min(len(own), NAMING_NOTES)
        rows.append(own[np.linspace(0, max(len(own) - 1, 0), count).astype(int)])
    return np.concatenate(rows)


def _telling(texts: list[str], topics: np.ndarray, count: int) -> list[list[str]]:
    """Give the telling phrases of each topic among notes of one language."""
    from sklearn.feature_extraction.text import CountVectorizer

    counter = CountVectorizer(analyzer=phrases, binary=True, dtype=np.float32)
    try:
        has_phrase = counter.fit_transform(texts)
    except ValueError:  # not one note holds a phrase that may name anything
        return [[] for _ in range(count)]
    vocabulary = counter.get_feature_names_out()
    member = _membership(topics, count)
    counts = np.asarray((member @ has_phrase).todense())
    weights = _class_tfidf(counts, np.asarray(member.sum(axis=1)).ravel(), vocabulary)
    return [
        _distinct(vocabulary, weight, count) for weight, count in zip(weights, counts, strict=True)
    ]


def _may_name(term: str) -> bool:
    return len(term) > 1 and any(character.isalpha() for character in term)


def _runs(text: str) -> Iterator[str]:
    shortest, longest = RUN_LENGTHS if _IDEOGRAPHS.search(text) else SPELLED_RUN_LENGTHS
    for length in range(shortest, longest + 1):
        yield from (text[place : place + length] for place in range(len(text) - length + 1))


def _main_languages(topics: np.ndarray, spoken: np.ndarray) -> list[str]:
    """Give the commonest language of each topic; the alphabet settles ties."""
    mains = []
    for topic in range(int(topics.max()) + 1):
        names, counts = np.unique(spoken[topics == topic], return_counts=True)
        mains.append(str(names[counts.argmax()]) if len(names) else "")
    return mains


def _membership(topics: np.ndarray, count: int):  # type: ignore[no-untyped-def]
    from scipy.sparse import csr_matrix

    rows = (topics, np.arange(len(topics)))
    return csr_matrix((np.ones(len(topics)), rows), shape=(count, len(topics)))


def _class_tfidf(counts: np.ndarray, sizes: np.ndarray, vocabulary: np.ndarray) -> np.ndarray:
    """Weigh phrases by topic: share of its notes, times rarity over the topics.

    Within one language: with ``f`` the sum over the topics of the share of notes that
    hold a phrase and ``k`` the topics, rarity is ``log(1 + k / f) - log(2)``: nothing
    for a phrase that every note has. Two words in a row are as telling as the less
    telling of them, or every name would begin with an article. A phrase of one note
    alone is no name. After Grootendorst (2022), BERTopic, with notes counted for words.
    """
    shares = counts / np.maximum(sizes, 1)[:, None]
    spread = np.maximum(shares.sum(axis=0), 1e-9)
    rarity = np.log1p((sizes > 0).sum() / spread) - np.log(2)
    place_of = {phrase: place for place, phrase in enumerate(vocabulary)}
    least = np.array(
        [
            min(rarity[place_of.get(word, place)] for word in phrase.split())
            for place, phrase in enumerate(vocabulary)
        ]
    )
    rarity = np.minimum(rarity, least)
    return shares * rarity * (counts > 1)


def _distinct(vocabulary: np.ndarray, weights: np.ndarray, counts: np.ndarray) -> list[str]:
    """Take the heaviest phrases that do not repeat each other."""
    lengths = np.char.str_len(vocabulary.astype(str))
    # Among equals the longest, which says most; then the alphabet, for a total order.
    order = np.lexsort((vocabulary, -lengths, -weights.round(9)))[: 12 * LISTED_TERMS]
    taken: list[int] = []
    for place in order[weights[order] > 0]:
        clash = next((t for t in taken if _overlap(vocabulary[t], vocabulary[place])), None)
        if clash is None:
            taken.append(place)
        elif len(vocabulary[place]) > len(vocabulary[clash]) and (
            counts[place] >= 0.6 * counts[clash]
        ):
            # The longer phrase says more and is nearly as common.
            taken[taken.index(clash)] = place
        if len(taken) == LISTED_TERMS:
            break
    return list(dict.fromkeys(str(vocabulary[place]) for place in taken))


def _overlap(first: str, second: str) -> bool:
    if UNSPACED.search(first + second):
        return (
            first in second
            or second in first
            or first[:-1] == second[1:]
            or (first[1:] == second[:-1])
        )
    return bool(set(first.split()) & set(second.split()))


def _unique_names(listed: list[list[str]]) -> list[str]:
    names: list[str] = []
    for place, topic_terms in enumerate(listed):
        name = ", ".join(topic_terms[:NAME_TERMS]) or f"topic {place + 1}"
        if name in names:
            name = f"{name} ({place + 1})"
        names.append(name)
    return names
