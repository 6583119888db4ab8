"""The space of notes: meaning and words beside each other, the same in any batch, turned."""

from __future__ import annotations

import numpy as np
import pytest

from fcr_ml.topics.model import TopicModel
from fcr_ml.topics.space import WORD_WEIGHT, find_space, note_terms

WORDS = ("refund", "parcel", "invoice", "router", "password", "roaming")


def _unit(vectors: np.ndarray) -> np.ndarray:
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def _log(seed: int, count: int = 360) -> tuple[np.ndarray, list[str]]:
    """Give notes of six matters, each said with its word; vectors tell only three pairs of them."""
    random = np.random.default_rng(seed)
    notes = [
        f"{WORDS[row % 6]} {'again' if random.random() < 0.3 else 'now'}" for row in range(count)
    ]
    directions = np.eye(3, 48)[np.arange(count) % 3]
    return _unit(directions + 0.1 * random.normal(size=(count, 48))), notes


def test_what_vectors_do_not_tell_words_do() -> None:
    vectors, notes = _log(0)
    truth = np.arange(len(notes)) % 6

    space = find_space(vectors, None, note_terms(notes))
    short, alone = space.shorten(vectors, None, note_terms(notes)), space.shorten(vectors)

    assert _beyond(short, truth) > 0.15
    assert abs(_beyond(alone, truth)) < 0.02


def _beyond(short: np.ndarray, truth: np.ndarray) -> float:
    """Give how much closer notes are within matters than between the two of one direction."""
    like = short @ short.T
    is_same = truth[:, None] == truth
    is_pair = (truth[:, None] % 3 == truth % 3) & ~is_same
    return float(like[is_same].mean() - like[is_pair].mean())


def test_meaning_and_words_have_their_lengths_and_a_note_without_known_words_is_its_meaning() -> (
    None
):
    vectors, notes = _log(1)
    space = find_space(vectors, None, note_terms(notes))
    p = space.axes.shape[1]

    told = space.shorten(vectors[:2], None, note_terms([notes[0], "unheard of"]))

    assert space.word_weight == WORD_WEIGHT
    assert np.linalg.norm(told, axis=1) == pytest.approx([1, 1], abs=1e-6)
    lengths = np.linalg.norm(told[:, p:], axis=1) / np.linalg.norm(told[:, :p], axis=1)
    assert lengths == pytest.approx([WORD_WEIGHT, 0], abs=1e-5)


@pytest.mark.parametrize(
    ("english", "swedish", "share"),
    # Of 800 and 200 notes .64 + .04 of all pairs are of one language, .32 of two: .36 more.
    # Languages too small for a middle of their own count as languages all the same.
    [(1_000, 0, 1.0), (800, 200, 0.36), (500, 500, 0.0), (300, 700, 0.16), (150, 150, 0.0)],
)
def test_words_weigh_by_how_many_more_pairs_are_in_one_language_than_in_two(
    english: int, swedish: int, share: float
) -> None:
    vectors, notes = _log(2, english + swedish)

    space = find_space(vectors, ["en"] * english + ["sv"] * swedish, note_terms(notes))

    assert space.word_weight == pytest.approx(WORD_WEIGHT * share)


def test_a_note_has_one_short_vector_alone_and_among_others() -> None:
    vectors, notes = _log(3)
    space = find_space(vectors, None, note_terms(notes))

    together = space.shorten(vectors, None, note_terms(notes))
    alone = [
        space.shorten(vectors[[row]], None, note_terms([notes[row]]))[0]
        for row in range(0, 360, 40)
    ]

    np.testing.assert_allclose(together[::40], alone, atol=1e-6)


def test_vectors_turned_to_a_later_space_are_near_what_it_makes_of_the_notes_itself() -> None:
    vectors, notes = _log(4, 720)
    early, late = np.arange(0, 480), np.arange(240, 720)
    first = find_space(vectors[early], None, note_terms([notes[row] for row in early]))
    second = find_space(vectors[late], None, note_terms([notes[row] for row in late]))
    some = vectors[:40], None, note_terms(notes[:40])

    turned = second.turn(first.shorten(*some), first)

    assert (turned * second.shorten(*some)).sum(axis=1).min() > 0.9


def test_a_log_that_says_too_little_has_no_words_to_compare() -> None:
    vectors, _ = _log(5)

    for notes in (["all the same"] * 360, ["", *["parcel late"] * 359], [""] * 360):
        space = find_space(vectors, None, note_terms(notes))
        short = space.shorten(vectors, None, note_terms(notes))
        np.testing.assert_array_equal(short, space.shorten(vectors))


def test_topics_follow_words_where_vectors_tell_two_matters_not_apart() -> None:
    vectors, notes = _log(6, 1_200)
    terms, truth = note_terms(notes), np.arange(len(notes)) % 6

    model = TopicModel().fit(vectors, terms=terms)
    topics, _ = model.place(vectors, None, terms)
    without, _ = TopicModel().fit(vectors).place(vectors)

    assert _purity(topics, truth) > 0.95
    assert _purity(without, truth) < 0.7
    again, _ = model.place(vectors[::7], None, terms[::7])
    assert again.tolist() == topics[::7].tolist()


def _purity(topics: np.ndarray, truth: np.ndarray) -> float:
    counts = np.zeros((topics.max() + 1, 6))
    np.add.at(counts, (topics[topics >= 0], truth[topics >= 0]), 1)
    return float(counts.max(axis=1).sum() / counts.sum())
