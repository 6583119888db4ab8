"""Fitting again on more notes, fewer, others: ids stay with what they are about."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from fcr_ml.topics.continuity import stability
from fcr_ml.topics.model import TopicModel
from fcr_ml.topics.saved import load_topics, save_topics

DIMENSIONS = 48
CENTRES = np.random.default_rng(0).normal(size=(12, DIMENSIONS))


def _unit(vectors: np.ndarray) -> np.ndarray:
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def matters(groups: Sequence[int], seed: int, size: int = 80) -> tuple[np.ndarray, np.ndarray]:
    """Give shuffled notes about some of twelve matters, others with every seed."""
    random = np.random.default_rng(seed)
    truth = random.permutation(np.repeat(groups, size))
    return _unit(CENTRES[truth] + 0.6 * random.normal(size=(len(truth), DIMENSIONS))), truth


def ids_of(model: TopicModel, vectors: np.ndarray) -> np.ndarray:
    """Give the id of each note's topic, null without one."""
    return np.array([*model.ids_, None], dtype=object)[model.place(vectors)[0].clip(-1)]


def id_of_each(model: TopicModel, vectors: np.ndarray, truth: np.ndarray) -> dict[int, object]:
    """Give the id that most notes of each matter have; at least nine of ten."""
    found = {}
    ids = ids_of(model, vectors)
    for matter in sorted(set(truth.tolist())):
        told, counts = np.unique(ids[truth == matter].astype(str), return_counts=True)
        assert counts.max() > 0.9 * counts.sum()
        found[matter] = str(told[counts.argmax()])
    return found


@pytest.fixture(scope="module")
def first() -> TopicModel:
    return TopicModel().fit(matters(range(6), 1)[0])


def test_the_same_notes_keep_their_ids(first: TopicModel) -> None:
    vectors, _ = matters(range(6), 1)

    again = TopicModel().fit(vectors, forerunner=first)

    told = stability(ids_of(first, vectors), ids_of(again, vectors))
    assert told.kept / told.contacts >= 0.97
    assert sorted(again.ids_) == sorted(first.ids_)
    assert set(again.lineage_["event"]) == {"kept"}
    assert again.next_topic_ == first.next_topic_


def test_other_notes_of_the_same_matters_keep_the_ids_too(first: TopicModel) -> None:
    vectors, truth = matters(range(6), 2)

    again = TopicModel().fit(vectors, forerunner=first)

    assert id_of_each(again, vectors, truth) == id_of_each(first, *matters(range(6), 1))


def test_a_new_matter_is_born_and_the_others_stay(first: TopicModel) -> None:
    vectors, truth = matters(range(7), 3)
    before = id_of_each(first, *matters(range(6), 1))

    again = TopicModel().fit(vectors, forerunner=first)

    now = id_of_each(again, vectors, truth)
    assert now.pop(6) == "t007"
    assert now == before
    born = again.lineage_.query("event == 'born'")
    assert born["topic_id"].tolist() == ["t007"]
    assert born["forerunner_id"].isna().all()
    assert set(again.lineage_["event"]) == {"kept", "born"}
    assert again.next_topic_ == 8


def test_an_id_that_was_retired_is_never_given_again(first: TopicModel) -> None:
    at_first = id_of_each(first, *matters(range(6), 1))
    without, truth = matters([0, 1, 2, 4, 5], 4)
    other, other_truth = matters([0, 1, 2, 4, 5, 8], 5)
    back, back_truth = matters([0, 1, 2, 3, 4, 5, 8], 6)

    second = TopicModel().fit(without, forerunner=first)
    third = TopicModel().fit(other, forerunner=second)
    fourth = TopicModel().fit(back, forerunner=third)

    gone = at_first[3]
    retired = second.lineage_.query("event == 'retired'")
    assert retired["forerunner_id"].tolist() == [gone]
    assert gone not in {*second.ids_, *third.ids_, *fourth.ids_}
    stayed = {matter: topic for matter, topic in at_first.items() if matter != 3}
    assert id_of_each(second, without, truth) == stayed
    assert id_of_each(third, other, other_truth) == stayed | {8: "t007"}
    # What had gone and comes back is a new topic: nobody knows that it is the old one.
    assert id_of_each(fourth, back, back_truth) == stayed | {8: "t007", 3: "t008"}


def test_ids_are_not_given_again_after_a_log_too_small_for_topics(first: TopicModel) -> None:
    quiet = TopicModel().fit(matters(range(2), 7, size=20)[0], forerunner=first)
    after = TopicModel().fit(matters(range(6, 10), 8)[0], forerunner=quiet)

    assert quiet.ids_ == first.ids_
    assert not set(after.ids_) & set(first.ids_)


def test_a_forerunner_from_disk_is_the_forerunner(first: TopicModel, tmp_path: Path) -> None:
    vectors, _ = matters(range(7), 3)
    save_topics(first, tmp_path / "topics")

    fresh = TopicModel().fit(vectors, forerunner=first)
    stored = TopicModel().fit(vectors, forerunner=load_topics(tmp_path / "topics"))
    save_topics(stored, tmp_path / "again")
    together = load_topics(tmp_path / "again").place(vectors)
    one_by_one = [load_topics(tmp_path / "again").place(vectors[i : i + 1]) for i in range(30)]

    assert stored.ids_ == fresh.ids_
    assert stored.lineage_.equals(fresh.lineage_)
    assert together[0].tolist() == fresh.place(vectors)[0].tolist()
    assert [int(topic[0]) for topic, _ in one_by_one] == together[0][:30].tolist()
    assert [float(share[0]) for _, share in one_by_one] == pytest.approx(
        together[1][:30].tolist(), nan_ok=True
    )


def test_a_refit_leaves_the_forerunner_as_it_was(first: TopicModel) -> None:
    vectors, _ = matters(range(6), 1)
    ids, placed = list(first.ids_), first.place(vectors)[0].tolist()

    TopicModel().fit(matters([0, 1, 9], 9)[0], forerunner=first)

    assert first.ids_ == ids
    assert first.place(vectors)[0].tolist() == placed


def test_a_sample_finds_the_topics_of_the_whole_log() -> None:
    vectors, truth = matters(range(5), 10)

    model = TopicModel(sample_size=250).fit(vectors)

    assert model.topics == 5
    assert len(set(id_of_each(model, vectors, truth).values())) == 5
    assert model.ids_ == TopicModel(sample_size=250).fit(vectors).ids_


def _translated(vectors: np.ndarray) -> np.ndarray:
    """Turn vectors a little and move them all one way."""
    random = np.random.default_rng(5)
    skew = random.normal(size=(DIMENSIONS, DIMENSIONS)) * 0.02
    skew -= skew.T
    turn = np.linalg.solve(np.eye(DIMENSIONS) + skew, np.eye(DIMENSIONS) - skew)
    return _unit(vectors @ turn + 0.8 * _unit(random.normal(size=(1, DIMENSIONS))))


def test_two_languages_share_their_topics() -> None:
    swedish, truth = matters(range(5), 11, size=60)
    english, truth_too = matters(range(5), 12, size=60)
    english = _translated(english)
    languages = ["sv"] * 300 + ["en"] * 300

    model = TopicModel().fit(np.vstack([swedish, english]), languages)

    numbers = model.place(np.vstack([swedish, english]), languages)[0]
    assert model.topics == 5
    for matter in range(5):
        one = np.bincount(numbers[:300][truth == matter].clip(0)).argmax()
        two = np.bincount(numbers[300:][truth_too == matter].clip(0)).argmax()
        assert one == two
        assert (numbers[:300][truth == matter] == one).mean() > 0.9
        assert (numbers[300:][truth_too == matter] == one).mean() > 0.9


def test_many_notes_with_equal_vectors_are_sorted_in_silence() -> None:
    vectors, _ = matters(range(6), 1)
    vectors[:300] = vectors[0]

    numbers, _ = TopicModel().fit(vectors).place(vectors)

    assert len(set(numbers[:300].tolist())) == 1


def test_notes_that_are_all_alike_are_no_fault() -> None:
    vectors, _ = matters(range(1), 1)
    alike = np.repeat(vectors[:1], 150, axis=0)

    numbers, _ = TopicModel().fit(alike).place(alike)

    assert len(set(numbers.tolist())) == 1
