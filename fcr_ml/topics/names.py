"""Names: a short readable name for each topic or theme, from its own notes.

Enters: redacted notes with their topics. Leaves: for each topic a name, its telling terms
and the language they are in. There is no list of stop words: see telling.py. A function
that the user hands in, such as a language model, may be asked for names; nothing is asked
by default.
"""

from __future__ import annotations

import logging
import zlib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count as count_from
from itertools import groupby

import numpy as np

from fcr_ml.topics.carriers import FEWEST_CUSTOMERS, Carriers
from fcr_ml.topics.given_names import JOINERS, LONGEST_NAME, fault_of_name, name_key, tidy_name
from fcr_ml.topics.representatives import representative_rows
from fcr_ml.topics.telling import Term, find_terms
from fcr_ml.topics.wording import written_width

log = logging.getLogger(__name__)

NOTES_READ, FEWEST_READ = 20_000, 200
"""Notes read in all, and of each topic at least: they name it as well as all would."""
LONGEST_MADE = 40
SECOND_WORTH, SECOND_AFTER_WORD = 0.45, 0.3
"""Of the first term's weight: what the next must weigh to stand in the name; less after
a single word, which seldom says enough."""
FAINT = 0.03
"""Of the first term's weight: terms that weigh less are not listed, but may still tell
one of two topics with the same name from the other."""
SHOWN_TO_NAMER, SHOWN_CHARACTERS = 5, 300
"""Notes of a topic that the user's function is shown, and how much of each."""


@dataclass(frozen=True)
class TopicName:
    """Name of a topic, its terms, the strongest first, and the language of both."""

    name: str
    terms: list[str]
    language: str | None


@dataclass(frozen=True)
class TopicToName:
    """What a function that names topics is told of one.

    Attributes
    ----------
    level : str
        Topic or theme.
    name : str
        The name it has otherwise.
    terms : list of str
        Its telling terms, the strongest first.
    notes : list of str
        Five representative notes at most, redacted, the first 300 characters of each.
    language : str or None
        The commonest language of its notes.
    """

    level: str
    name: str
    terms: list[str]
    notes: list[str]
    language: str | None


Namer = Callable[[TopicToName], str | None]


def name_topics(
    notes: Sequence[str],
    topics: np.ndarray,
    languages: Sequence[str | None],
    *,
    carriers: Carriers | None = None,
    level: str = "topic",
    taken: Collection[str] = (),
    given: Mapping[int, str] | None = None,
    vectors: np.ndarray | None = None,
    namer: Namer | None = None,
) -> list[TopicName]:
    """Name each topic or theme.

    A name is made of the phrases that tell the topic from the others of its language. Two
    topics with one name are told apart by their next telling term.

    Parameters
    ----------
    notes : sequence of str
        Redacted notes, n of them.
    topics : numpy.ndarray
        Shape (n,), int; rows below 0 are in no topic. Themes are named alike, by their
        numbers.
    languages : sequence of str or None
        Language of each note: a topic is named in its commonest one.
    carriers : Carriers, optional
        Customer and agent of each note: a phrase that fewer than five customers' contacts
        carry, or one agent's nearly alone, names nothing. If left out, each note is a
        customer's of its own.
    level : str, default "topic"
        What is named: the first part of a name where no note holds a word.
    taken : collection of str, optional
        Names not to be given.
    given : mapping of int to str, optional
        Names given by hand, by topic: they stand, and none is made or asked for.
    vectors : numpy.ndarray, optional
        Shape (n, d): chooses the notes shown to ``namer``.
    namer : callable, optional
        Takes a ``TopicToName``, gives a name. Its answer is cut to one line of 60
        characters, rid of signs that cannot be shown, and made unique. Where it fails or
        gives nothing that can be a name, the log says so and the made name stands.

    Returns
    -------
    list of TopicName
        Of topic 0, 1 and so on up to the highest. Names are unique, capitals aside.

    Examples
    --------
    >>> said = ["{} missing", "no {} yet", "{}?", "my {}", "{} again"]
    >>> notes = [one.format(matter) for matter in ("refund", "light") for one in said]
    >>> named = name_topics(notes, np.repeat([0, 1], 5), ["en"] * 10)
    >>> [topic.name for topic in named]
    ['refund', 'light']
    """
    count = int(topics.max(initial=-1)) + 1
    spoken = np.array([language or "" for language in languages], dtype=object)
    mains = _main_languages(topics, spoken, count)
    known = carriers or Carriers.unknown(len(notes))
    listed = _terms_by_topic(notes, topics, spoken, mains, known)
    by_hand = dict(given or {})
    kept = {name_key(name) for name in (*taken, *by_hand.values())}
    used = set(kept)
    named = []
    for topic, weighted in enumerate(listed):
        own = _compose(weighted) or f"{level} {topic + 1}"
        name = by_hand.get(topic) or _made_unique(own, [term for term, _ in weighted], used)
        named.append(TopicName(name, _clear(weighted), mains[topic] or None))
    if namer is None:
        return named
    listed_terms = [topic.terms for topic in named]
    examples = representative_rows(notes, topics, listed_terms, vectors, SHOWN_TO_NAMER)
    shown = [[notes[row][:SHOWN_CHARACTERS] for row in rows] for rows in examples]
    told = [
        TopicToName(level, topic.name, list(topic.terms), few, topic.language)
        for topic, few in zip(named, shown, strict=True)
    ]
    answers = {n: _answer(namer, one) for n, one in enumerate(told) if n not in by_hand}
    return [
        replace(topic, name=_made_unique(answers[n] or topic.name, topic.terms, kept))
        if n in answers
        else topic
        for n, topic in enumerate(named)
    ]


def _main_languages(topics: np.ndarray, spoken: np.ndarray, count: int) -> list[str]:
    """Give the commonest language of each topic; the alphabet settles ties."""
    mains = []
    for topic in range(count):
        names, counts = np.unique(spoken[topics == topic].astype(str), return_counts=True)
        mains.append(str(names[counts.argmax()]) if len(names) else "")
    return mains


def _terms_by_topic(
    notes: Sequence[str],
    topics: np.ndarray,
    spoken: np.ndarray,
    mains: list[str],
    carriers: Carriers,
) -> list[list[Term]]:
    """Give the terms of each topic, each language read by itself."""
    listed: list[list[Term]] = [[] for _ in mains]
    read = _rows_read(notes, topics, spoken, mains)
    for language in sorted(set(mains)):
        rows = [row for row in read if spoken[row] == language]
        if not rows:
            continue
        own = carriers.of(rows)
        _tell_of_few_customers(own, language)
        terms = find_terms([notes[row] for row in rows], topics[rows], len(mains), own)
        for topic, main in enumerate(mains):
            if main == language:
                listed[topic] = terms[topic]
    return listed


def _tell_of_few_customers(carriers: Carriers, language: str) -> None:
    """Say why topics are numbered where no phrase can have enough customers."""
    customers = len(np.unique(carriers.customers))
    if customers < FEWEST_CUSTOMERS:
        log.info(
            "names: the notes in '%s' are of %d customers; what fewer than %d carry is not shown, "
            "so topics in it are numbered. Name them with `fcr topics rename`.",
            language or "no known language",
            customers,
            FEWEST_CUSTOMERS,
        )


def _rows_read(
    notes: Sequence[str], topics: np.ndarray, spoken: np.ndarray, mains: list[str]
) -> list[int]:
    """Give the rows read: of each topic and language some, the same however rows lie."""
    most = max(FEWEST_READ, NOTES_READ // max(len(mains), 1))
    wanted = np.flatnonzero((topics >= 0) & np.isin(spoken.astype(str), mains))
    drawn = {row: zlib.crc32(notes[row].encode()) for row in wanted.tolist()}
    order = sorted(drawn, key=lambda row: (topics[row], spoken[row], drawn[row], notes[row]))
    read: list[int] = []
    for _, kind in groupby(order, key=lambda row: (topics[row], spoken[row])):
        rows = list(kind)
        places = np.linspace(0, len(rows) - 1, min(len(rows), most)).astype(int)
        read.extend(rows[place] for place in places)
    return read


def _compose(weighted: list[Term]) -> str:
    """Put a name together: the strongest term, and others while they weigh enough."""
    if not weighted:
        return ""
    name, strongest = weighted[0]
    is_word = " " not in name and written_width(name) == len(name)
    for place, (term, weight) in enumerate(weighted[1:3]):
        least = SECOND_AFTER_WORD if is_word and not place else SECOND_WORTH
        longer = f"{name} · {term}"
        if weight < least * strongest or written_width(longer) > LONGEST_MADE:
            break
        if place and not is_word:
            break
        name = longer
    return name


def _clear(weighted: list[Term]) -> list[str]:
    """Give the terms that are not faint beside the strongest."""
    return [term for term, weight in weighted if weight >= FAINT * weighted[0][1]]


def _made_unique(name: str, terms: Sequence[str], used: set[str]) -> str:
    """Tell a name from those used by the next telling term, or by a number at last."""
    unique = next(
        candidate for candidate in _told_apart(name, terms) if name_key(candidate) not in used
    )
    used.add(name_key(unique))
    return unique


def _told_apart(name: str, terms: Sequence[str]) -> Iterator[str]:
    yield name
    parts = name.split(" · ")
    others = [term for term in terms if term not in parts]
    longer = [f"{parts[0]} · {term}" for term in others] if len(parts) > 1 else []
    longer += [f"{name} · {term}" for term in others]
    yield from (candidate for candidate in longer if written_width(candidate) <= LONGEST_NAME)
    yield from (f"{name} ({number})" for number in count_from(2))


def _answer(namer: Namer, topic: TopicToName) -> str:
    """Ask for one name; the log tells of a failure, never what the notes say."""
    try:
        answer = namer(topic)
    except Exception as error:
        log.warning(
            "names: the naming function failed for a %s (%s); its own name stands",
            topic.level,
            type(error).__name__,
        )
        return ""
    lines = answer.strip().splitlines() if isinstance(answer, str) else []
    line = _cleaned(lines[0]) if lines else ""
    if not line:
        log.warning("names: the naming function gave no name for a %s", topic.level)
    return line


def _cleaned(line: str) -> str:
    """Give an answer as a name: no quotes, no hidden signs, not too long; "" where it is none."""
    seen = "".join(sign for sign in line if sign.isprintable() or sign.isspace() or sign in JOINERS)
    name = tidy_name(seen).strip("\"'“”„«».*_ ")
    if len(name) > LONGEST_NAME:
        name = name[: LONGEST_NAME - 1].rstrip() + "…"
    return "" if fault_of_name(name) else name
