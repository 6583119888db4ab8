"""The map: notes of one matter lie together, whoever sorted the log."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from fcr_ml.topics import map as note_map
from fcr_ml.topics.map import lay_out_map

GROUPS, OF_EACH = 6, 60


def _ids(count: int) -> pd.Series:
    return pd.Series([f"c-{row:05d}" for row in range(count)])


def _planted(noise: float = 0.06) -> tuple[np.ndarray, np.ndarray]:
    """Give unit vectors round six centres, and which centre each is of."""
    generator = np.random.default_rng(0)
    centres = generator.normal(size=(GROUPS, 24))
    topics = np.repeat(np.arange(GROUPS), OF_EACH)
    vectors = centres[topics] + noise * 24**0.5 * generator.normal(size=(len(topics), 24))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32), topics


def _same_near_by(places: np.ndarray, topics: np.ndarray, neighbours: int = 5) -> float:
    """Give the share of nearest dots that are of the same topic."""
    away = ((places[:, None] - places[None]) ** 2).sum(axis=2)
    np.fill_diagonal(away, np.inf)
    nearest = np.argsort(away, axis=1)[:, :neighbours]
    return float((topics[nearest] == topics[:, None]).mean())


def test_topics_are_islands_also_for_notes_beside_the_sample(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(note_map, "SAMPLE", 60)
    vectors, topics = _planted()

    places = lay_out_map(vectors, topics, _ids(len(topics)))

    assert _same_near_by(places, topics) > 0.95
    # By chance one neighbour in six would be.
    shuffled = np.random.default_rng(1).permutation(topics)
    assert _same_near_by(places, shuffled) < 0.3


def test_notes_that_mean_alike_lie_near_without_any_topic() -> None:
    vectors, groups = _planted()

    places = lay_out_map(vectors, np.full(len(groups), -1), _ids(len(groups)))

    assert _same_near_by(places, groups) > 0.95


def test_the_map_fills_its_square_and_no_dot_hides_another() -> None:
    vectors, topics = _planted()
    vectors[1::2] = vectors[::2]

    places = lay_out_map(vectors, topics, _ids(len(topics)))

    assert places.min(axis=0).tolist() == [0, 0]
    assert places.max(axis=0).tolist() == [1, 1]
    # Half of the notes are copies; a few dots may still meet by chance of four decimals.
    assert len(np.unique(places, axis=0)) > 0.98 * len(places)


def test_the_order_of_the_rows_does_not_matter_and_nothing_is_changed() -> None:
    vectors, topics = _planted()
    ids, before = _ids(len(topics)), vectors.copy()
    turned = np.random.default_rng(2).permutation(len(topics))

    places = lay_out_map(vectors, topics, ids)
    other = lay_out_map(vectors[turned], topics[turned], ids.iloc[turned])

    assert np.array_equal(places[turned], other)
    assert np.array_equal(vectors, before)


def test_only_so_many_notes_get_a_place_and_a_shorter_log_keeps_those(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(note_map, "NOTES_ON_MAP", 100)
    vectors, topics = _planted()
    ids, half = _ids(len(topics)), slice(0, len(topics), 2)

    whole = ~np.isnan(lay_out_map(vectors, topics, ids)[:, 0])
    part = ~np.isnan(lay_out_map(vectors[half], topics[half], ids.iloc[half])[:, 0])

    assert whole.sum() == part.sum() == 100
    assert set(ids[whole]) & set(ids.iloc[half]) <= set(ids.iloc[half][part])


@pytest.mark.parametrize("notes", [0, 1, 2, 9, 12, 40])
def test_small_logs_have_a_map_too(notes: int) -> None:
    vectors, _ = _planted()
    gaps = np.full((3, vectors.shape[1]), np.nan, dtype=np.float32)
    few = np.vstack([gaps, vectors[::9][:notes]])

    places = lay_out_map(few, np.full(len(few), -1), _ids(len(few)))

    assert np.isnan(places[:3]).all()
    assert ((places[3:] >= 0) & (places[3:] <= 1)).all()


def test_equal_notes_and_vectors_of_one_number_do_not_break_it() -> None:
    equal = np.ones((30, 8), dtype=np.float32) / 8**0.5
    none = np.full((5, 1), np.nan, dtype=np.float32)

    places = lay_out_map(equal, np.zeros(30, dtype=int), _ids(30))

    assert ((places >= 0) & (places <= 1)).all()
    assert np.isnan(lay_out_map(none, np.full(5, -1), _ids(5))).all()
