"""Neighbours against a full sort, across languages, and the graph they make."""

from __future__ import annotations

import numpy as np
import pytest

from fcr_ml.topics import neighbours
from fcr_ml.topics.neighbours import Tongues, likeness_graph, measure_tongues, nearest


def _unit(vectors: np.ndarray) -> np.ndarray:
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def _drawn(count: int, seed: int = 0, dimensions: int = 6) -> np.ndarray:
    return _unit(np.random.default_rng(seed).normal(size=(count, dimensions)))


def _fully_sorted(like: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Sort whole rows, the largest first, equals by column."""
    rounded = like.round(5)
    rows = np.argsort(-rounded, axis=1, kind="stable")[:, :count]
    return rows, np.take_along_axis(rounded, rows, axis=1)


@pytest.mark.parametrize("seed", range(5))
def test_nearest_agrees_with_a_full_sort(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(neighbours, "_ROWS_AT_ONCE", 7)
    vectors, others = _drawn(30, seed), _drawn(80, seed + 50)
    expected, cosines = _fully_sorted(vectors @ others.T, 5)

    rows, found = nearest(vectors, others, 5)

    np.testing.assert_array_equal(rows, expected)
    np.testing.assert_allclose(found, cosines, atol=1e-5)


def test_equals_are_in_the_order_of_the_others() -> None:
    others = np.repeat(_unit(np.array([[1.0, 0], [0.6, 0.8], [0, 1]])), 3, axis=0)[::-1]
    vector = np.array([[1, 0]], dtype=np.float32)

    rows, cosines = nearest(vector, others, 5)

    assert rows.tolist() == [[6, 7, 8, 3, 4]]
    assert cosines[0].tolist() == pytest.approx([1, 1, 1, 0.6, 0.6])


def test_however_many_equals_there_are_the_first_come_first() -> None:
    others = np.tile(np.array([[1, 0]], dtype=np.float32), (40, 1))

    assert nearest(others[:1], others, 3)[0].tolist() == [[0, 1, 2]]


def test_what_differs_in_the_last_bits_only_is_equal() -> None:
    others = np.array([[1, 0], [1 - 2e-7, 0], [1 + 2e-7, 0]], dtype=np.float32)

    assert nearest(others[:1], others, 3)[0].tolist() == [[0, 1, 2]]


def test_a_note_is_not_its_own_neighbour_and_there_may_be_fewer_than_asked_for() -> None:
    vectors = _drawn(20)
    like = vectors @ vectors.T
    np.fill_diagonal(like, -2)
    expected, _ = _fully_sorted(like, 19)

    rows, cosines = nearest(vectors, vectors, 50, skip=np.arange(20))

    assert rows.shape == cosines.shape == (20, 19)
    np.testing.assert_array_equal(rows, expected)
    assert nearest(vectors, vectors[:3], 50)[0].shape == (20, 3)


def test_skip_names_the_row_of_the_others_that_is_the_vector() -> None:
    vectors = _drawn(10)
    turned = vectors[::-1]

    rows, _ = nearest(vectors, turned, 1, skip=np.arange(10)[::-1])

    assert (rows[:, 0] != np.arange(10)[::-1]).all()
    assert nearest(vectors, turned, 1)[0][:, 0].tolist() == list(range(10))[::-1]


def _two_languages(count: int = 60) -> tuple[np.ndarray, np.ndarray]:
    """Give notes of one matter each, once more in a language that adds something of its own."""
    first = np.zeros((count, 12))
    first[:, :10] = np.random.default_rng(0).normal(size=(count, 10))
    first[:, :10] /= np.linalg.norm(first[:, :10], axis=1, keepdims=True)
    second = first.copy()
    first[:, 10], second[:, 11] = 1.2, 1.2
    return _unit(np.vstack([first, second])), np.repeat([0, 1], count)


def test_the_gain_makes_notes_of_one_matter_neighbours_across_languages() -> None:
    vectors, codes = _two_languages()
    itself = np.arange(len(vectors))
    of_both = (itself + 60) % 120

    tongues = measure_tongues(vectors, codes)
    without, _ = nearest(vectors, vectors, 3, itself)
    rows, cosines = nearest(vectors, vectors, 3, itself, tongues)

    # Alone, everybody's nearest are in the own language; the two differ by what each adds.
    assert (codes[without] == codes[:, None]).all()
    assert (rows == of_both[:, None]).any(axis=1).mean() > 0.9
    assert tongues.gains[0, 1] > 0.3
    # The cosine given is the one with what is lost added back.
    own = rows[:, 0]
    lifted = (vectors * vectors[own]).sum(axis=1) + tongues.gains[codes, codes[own]]
    np.testing.assert_allclose(cosines[:, 0], lifted, atol=2e-5)


def test_gains_are_by_hand_symmetric_and_zero_within_a_language() -> None:
    # In each language two equal notes (cosine 1); across, the nearest has cosine 0.6.
    vectors = _unit(np.array([[1, 0], [1, 0], [0.6, 0.8], [0.6, 0.8]]))

    tongues = measure_tongues(vectors, np.array([0, 0, 1, 1]))

    np.testing.assert_allclose(tongues.gains, [[0, 0.4], [0.4, 0]], atol=1e-6)


def test_no_gain_is_negative_and_a_language_of_one_note_has_none() -> None:
    # Nearer across than within.
    vectors = _unit(np.array([[1, 0], [0, 1], [1, 0.01], [0.01, 1], [-1, 0]]))

    gains = measure_tongues(vectors, np.array([0, 0, 1, 1, 3])).gains

    assert gains.shape == (4, 4)
    assert (gains == 0).all()


def test_the_graph_joins_both_ways_and_nobody_to_itself() -> None:
    vectors = _drawn(200)
    rows, cosines = nearest(vectors, vectors, 4, np.arange(200))

    graph = likeness_graph(rows, cosines)

    joined = graph.toarray()
    np.testing.assert_array_equal(joined, joined.T)
    assert (joined.diagonal() == 0).all()
    expected = np.zeros((200, 200), dtype=bool)
    expected[np.arange(200)[:, None], rows] = True
    np.testing.assert_array_equal(joined > 0, expected | expected.T)
    np.testing.assert_allclose(joined[0, rows[0]], cosines[0], atol=1e-6)


def test_neighbours_at_a_right_angle_or_beyond_stay_joined_by_next_to_nothing() -> None:
    graph = likeness_graph(np.array([[1], [0]]), np.array([[-0.3], [-0.3]], dtype=np.float32))

    assert graph.toarray() == pytest.approx(np.array([[0, 1e-6], [1e-6, 0]]))


def test_notes_in_one_language_gain_nothing() -> None:
    vectors = _drawn(30)

    alone = nearest(vectors, vectors, 3, np.arange(30))
    told = nearest(
        vectors, vectors, 3, np.arange(30), Tongues(np.zeros(30, dtype=int), np.zeros((1, 1)))
    )

    np.testing.assert_array_equal(alone[0], told[0])
    np.testing.assert_array_equal(alone[1], told[1])
