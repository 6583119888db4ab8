"""Topics of planted groups of vectors, and the one rule that places all notes."""

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

from fcr_ml.topics.model import MINIMUM_NOTES, TopicModel
from fcr_ml.topics.reduction import reduce_linearly
from fcr_ml.topics.tree import fewest_notes


def _unit(vectors: np.ndarray) -> np.ndarray:
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def planted(groups: int = 6, size: int = 60, spread: float = 0.6) -> tuple[np.ndarray, np.ndarray]:
    """Give shuffled vectors around planted centres, and their groups."""
    random = np.random.default_rng(0)
    centres = random.normal(size=(groups, 48))
    truth = np.repeat(np.arange(groups), size)
    vectors = _unit(centres[truth] + spread * random.normal(size=(len(truth), 48)))
    order = random.permutation(len(truth))
    return vectors[order], truth[order]


@pytest.fixture(scope="module")
def fitted() -> tuple[TopicModel, np.ndarray, np.ndarray]:
    vectors, truth = planted()
    return TopicModel().fit(vectors), vectors, truth


def test_planted_topics_are_found_and_nearly_all_notes_placed(fitted) -> None:
    model, vectors, truth = fitted

    topics, strengths = model.place(vectors)

    assert model.topics == 6
    assert adjusted_rand_score(truth, topics) > 0.95
    assert (topics >= 0).mean() > 0.97
    assert np.nanmin(strengths) >= 0
    assert np.nanmax(strengths) <= 1


def test_placement_does_not_depend_on_the_batch(fitted) -> None:
    model, vectors, _ = fitted
    together, strengths = model.place(vectors)

    one_by_one = [model.place(vectors[i : i + 1]) for i in range(40)]

    assert [int(topic[0]) for topic, _ in one_by_one] == together[:40].tolist()
    assert np.allclose([float(s[0]) for _, s in one_by_one], strengths[:40], equal_nan=True)


def test_fitting_again_gives_the_same_topics(fitted) -> None:
    model, vectors, _ = fitted

    again = TopicModel().fit(vectors)

    assert again.place(vectors)[0].tolist() == model.place(vectors)[0].tolist()
    assert again.floor_ == model.floor_


def test_notes_like_nothing_seen_get_no_topic(fitted) -> None:
    model, _, _ = fitted
    foreign = _unit(np.random.default_rng(9).normal(size=(200, 48)))

    topics, strengths = model.place(foreign)

    assert (topics < 0).mean() > 0.9
    assert np.isnan(strengths[topics < 0]).all()


def test_the_largest_topic_comes_first() -> None:
    small, large = planted(1, 40), planted(1, 120)
    random = np.random.default_rng(3)
    other = _unit(random.normal(size=(1, 48)) + 0.6 * random.normal(size=(200, 48)))

    model = TopicModel().fit(np.vstack([small[0], other, large[0]]))
    sizes = np.bincount(model.place(np.vstack([small[0], other, large[0]]))[0].clip(0))

    assert (np.diff(sizes) <= 0).all()


def test_a_log_too_small_for_topics_has_none() -> None:
    vectors, _ = planted(2, MINIMUM_NOTES // 2 - 1)

    model = TopicModel().fit(vectors)

    assert model.topics == 0
    assert (model.place(vectors)[0] == -1).all()


def test_known_sizes() -> None:
    assert [fewest_notes(n) for n in (100, 5_000, 100_000)] == [10, 10, 100]


def test_reduction_keeps_gaps_and_order() -> None:
    vectors, _ = planted(3, 20)
    vectors[5] = np.nan

    reduced = reduce_linearly(vectors, dimensions=8)

    assert reduced.shape == (60, 8)
    assert np.isnan(reduced[5]).all()
    assert not np.isnan(np.delete(reduced, 5, axis=0)).any()
    assert reduce_linearly(np.full((3, 4), np.nan), 8).shape == (3, 0)
