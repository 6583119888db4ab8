"""What was done by hand outlives logs without a note of it, few notes, and foreign ones."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from fcr_ml.notes.centre import Middles
from fcr_ml.topics.edits import ban, banned_topics, merge, pin, rename, unban
from fcr_ml.topics.model import BANNED, TopicModel
from fcr_ml.topics.outliving import clusters_without_notes, topics_to_keep
from fcr_ml.topics.saved import load_topics, save_topics
from fcr_ml.topics.space import widen_axes

from .test_refit import CENTRES, DIMENSIONS, _unit, id_of_each, ids_of, matters

AS_OF = pd.Timestamp("2025-06-01T00:00Z")
AWAY, HERE = 3, [0, 1, 2, 4, 5]
"""The matter that is in no note of the second log, and those that are."""


@pytest.fixture(scope="module")
def first() -> TopicModel:
    return TopicModel().fit(matters(range(6), 1)[0])


@pytest.fixture(scope="module")
def away(first: TopicModel) -> str:
    """Give the id of the matter that will be away."""
    return id_of_each(first, *matters(range(6), 1))[AWAY]


KEPT: dict[str, Callable[[TopicModel, str], TopicModel]] = {
    "pinned": lambda model, topic: pin(model, topic, AS_OF),
    "named": lambda model, topic: rename(model, topic, "Late refund", AS_OF),
    "in a named theme": lambda model, topic: rename(
        model, model.themes_[model.ids_.index(topic)], "Payments", AS_OF
    ),
}


@pytest.mark.parametrize("months", [1, 3])
@pytest.mark.parametrize("name", list(KEPT))
def test_a_topic_kept_by_hand_is_there_again_when_its_notes_are(
    first: TopicModel, away: str, name: str, months: int
) -> None:
    edited = KEPT[name](first, away)
    model = edited
    for month in range(months):
        model = TopicModel().fit(matters(HERE, 20 + month)[0], forerunner=model)
    vectors, truth = matters(range(6), 30)

    back = TopicModel().fit(vectors, forerunner=model)

    assert sorted(model.ids_) == sorted(back.ids_) == sorted(first.ids_)
    assert (model.names_, model.held_) == (edited.names_, edited.held_)
    assert model.themes_[model.ids_.index(away)] == first.themes_[first.ids_.index(away)]
    of_it = model.lineage_.query("forerunner_id == @away")
    assert of_it[["topic_id", "event", "shared_notes"]].to_numpy().tolist() == [[away, "kept", 0]]
    assert of_it["topic_share"].isna().all()
    # Placed before the next refit, and after it.
    assert (ids_of(model, vectors)[truth == AWAY] == away).mean() > 0.9
    assert id_of_each(back, vectors, truth)[AWAY] == away


def test_a_topic_that_nobody_touched_is_retired_with_its_notes(
    first: TopicModel, away: str
) -> None:
    model = TopicModel().fit(matters(HERE, 20)[0], forerunner=first)

    assert away not in model.ids_
    assert model.lineage_.query("event == 'retired'")["forerunner_id"].tolist() == [away]


def test_named_topics_are_kept_for_want_of_notes_and_held_ones_always() -> None:
    ids, themes = ["t1", "t2", "t3", "t4", "t5"], ["g1", "g1", "g1", "g2", "g3"]
    # Nine notes of the first, ten of the second and third, none of the others.
    before = np.repeat([0, 1, 2, -1, -2], [9, 10, 10, 5, 5])

    kept = topics_to_keep(ids, themes, {"t3"}, {"t1", "t2", "t3", "g2"}, before, 10)

    assert kept == [0, 2, 3]


def test_a_cluster_is_stood_for_by_five_notes_whose_own_cluster_is_of_its_topic() -> None:
    # Topic 0 has clusters 0 to 3, topic 1 cluster 4.
    topics = np.array([0, 0, 0, 0, 1])
    cells = np.repeat([0, 1, 2, 4, -1], [5, 4, 9, 1, 7])
    # The notes in cluster 2 are mostly among those of topic 1 today.
    now = np.repeat([0, 0, 1, 1, -1], [5, 4, 9, 1, 7])

    assert clusters_without_notes(topics, [0], cells, now).tolist() == [1, 2, 3]
    assert clusters_without_notes(topics, [1], cells, now).tolist() == [4]


def test_a_topic_that_is_away_does_not_drift_to_the_few_notes_at_its_border(
    first: TopicModel, away: str
) -> None:
    model = pin(first, away, AS_OF)
    middle = _unit(CENTRES[[AWAY]])
    aside = np.random.default_rng(5).normal(size=(3, DIMENSIONS))
    for month in range(3):
        # Three notes that are still placed in it, and all to one side.
        border = _unit(middle + 0.9 * _unit(aside[:1]) + 0.05 * _unit(aside))
        vectors = np.vstack([matters(HERE, 40 + month)[0], border])
        model = TopicModel().fit(vectors, forerunner=model)
    vectors, truth = matters(range(6), 30)

    assert (ids_of(model, vectors)[truth == AWAY] == away).mean() > 0.9
    # Clusters do not pile up while the topic is away.
    before, now = (int((m.reference_topics_ == m.ids_.index(away)).sum()) for m in (first, model))
    assert now <= before + 1


def test_axes_are_widened_by_what_they_do_not_span() -> None:
    axes = np.eye(4, 2, dtype=np.float32)
    away = np.array([[0.6, 0.0, 0.8, 0.0], [0.0, 0.999, 0.0, 0.04]])

    wider = widen_axes(axes, away)

    assert wider.shape == (4, 3)
    np.testing.assert_allclose(np.abs(wider[:, 2]), [0, 0, 1, 0], atol=1e-3)
    np.testing.assert_allclose(wider.T @ wider, np.eye(3), atol=1e-6)
    assert widen_axes(axes, np.empty((0, 4))).shape == (4, 2)


def test_both_halves_of_a_merged_topic_outlive_a_log_with_one(first: TopicModel, away: str) -> None:
    vectors, truth = matters(range(6), 30)
    into = id_of_each(first, *matters(range(6), 1))[0]
    merged = merge(first, into, [away], AS_OF)

    model = TopicModel().fit(matters(HERE, 20)[0], forerunner=merged)

    ids = ids_of(model, vectors)
    assert (ids[truth == 0] == into).mean() > 0.9
    assert (ids[truth == AWAY] == into).mean() > 0.9
    assert id_of_each(TopicModel().fit(vectors, forerunner=model), vectors, truth)[AWAY] == into


def test_a_ban_outlives_a_log_without_a_note_of_it(first: TopicModel, away: str) -> None:
    vectors, truth = matters(range(6), 30)
    banned = ban(first, away, AS_OF)

    model = TopicModel().fit(matters(HERE, 20)[0], forerunner=banned)

    assert (model.place(vectors)[0][truth == AWAY] == BANNED).mean() > 0.9
    assert away not in model.ids_
    lifted = unban(model, away, AS_OF)
    assert (ids_of(lifted, vectors)[truth == AWAY] == away).mean() > 0.9


def test_a_pinned_topic_takes_no_foreign_cluster(first: TopicModel, away: str) -> None:
    # A new matter beside each of the old ones: most of its notes had no topic before.
    vectors, truth = matters([*range(6), 8, 9, 10], 31)
    before = ids_of(first, vectors)
    assert (before[truth >= 8] == None).mean() > 0.5  # noqa: E711 - elementwise

    model = TopicModel().fit(vectors, forerunner=pin(first, away, AS_OF))

    now = ids_of(model, vectors)
    assert (now[truth == AWAY] == away).mean() > 0.9
    assert (truth[now == away] == AWAY).mean() > 0.95


def test_too_few_notes_are_placed_in_the_topics_of_before(
    first: TopicModel, away: str, caplog: pytest.LogCaptureFixture, tmp_path
) -> None:
    caplog.set_level("INFO")
    edited = ban(rename(first, "t001", "Late refund", AS_OF), away, AS_OF)
    vectors, _ = matters(range(3), 7, size=30)

    quiet = TopicModel().fit(vectors, forerunner=edited)

    assert quiet.ids_ == edited.ids_
    assert quiet.place(vectors)[0].tolist() == edited.place(vectors)[0].tolist()
    assert "90 different notes are too few to find topics; the 5 before are kept" in caplog.text
    assert len(quiet.lineage_) == 0
    save_topics(quiet, tmp_path / "topics")
    assert list(banned_topics(load_topics(tmp_path / "topics"))) == [away]
    assert away in unban(load_topics(tmp_path / "topics"), away, AS_OF).ids_


def test_a_log_without_notes_leaves_the_topics_of_before_as_they_are(first: TopicModel) -> None:
    nothing = np.empty((0, 1), dtype=np.float32)

    assert TopicModel().fit(nothing, [], first).ids_ == first.ids_


def test_a_language_with_few_notes_keeps_the_middle_of_before() -> None:
    now = Middles(("en",), np.array([[0.0, 0.0], [1.0, 0.0]]))
    before = Middles(("en", "sv"), np.array([[9.0, 9.0], [8.0, 8.0], [0.0, 3.0]]))

    middles = now.with_more(before)

    assert middles.languages == ("en", "sv")
    assert middles.vectors.tolist() == [[0.0, 0.0], [1.0, 0.0], [0.0, 3.0]]
