"""Agreement of topics with labels, by hand and against a search of every assignment."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest

from fcr_ml.errors import DataError
from fcr_ml.measures.topic_agreement import topic_agreement


def test_agreement_by_hand() -> None:
    # Topic 0 is taken for a, topic 1 for b: 2 + 2 of 6 texts agree. Topic 2 is a second
    # topic of b and may not count; one text of a has no topic.
    labels = list("aaabbb")
    topics = [0, 0, -1, 1, 1, 2]

    told = topic_agreement(labels, topics, [0, 0, 1, 1, 1, 2])

    assert told["accuracy"] == pytest.approx(4 / 6)
    assert told["share_without_topic"] == pytest.approx(1 / 6)
    # The sixth text's neighbour is wrong: placed everywhere, still 4 of 6.
    assert told["accuracy_all_placed"] == pytest.approx(4 / 6)


def test_mutual_information_and_rand_index_by_hand() -> None:
    # Labels aabb, topics 0011 with one text astray: 0111. In units of ln 2 the labels hold 1,
    # the topics h = 2 - 3/4 log2 3, and together they hold 3/2; so they share h - 1/2.
    shared = (2 - 0.75 * np.log2(3)) + 1 - 1.5
    held = (2 - 0.75 * np.log2(3)) + 1
    # Pairs: 1 is together in both, 2 in the labels, 3 in the topics, of 6; chance gives 1.
    told = topic_agreement(list("aabb"), [0, 1, 1, 1], [0, 1, 1, 1])

    assert told["nmi"] == pytest.approx(2 * shared / held)
    assert told["ari"] == pytest.approx((1 - 1) / (2.5 - 1))


def test_the_best_assignment_is_found_and_numbers_carry_no_meaning() -> None:
    for seed in range(20):
        generator = np.random.default_rng(seed)
        labels, topics = generator.integers(0, 4, 40), generator.integers(-1, 5, 40)
        both = np.array(
            [[np.sum((labels == a) & (topics == b)) for b in range(5)] for a in range(4)]
        )
        best = max(both[range(4), chosen].sum() for chosen in permutations(range(5), 4)) / 40
        told = topic_agreement(labels, topics, topics)
        assert told["accuracy"] == pytest.approx(best)
        renamed = np.where(topics < 0, -1, (topics * 7 + 3) % 11)
        assert topic_agreement(labels, renamed, renamed) == pytest.approx(told)


def test_topics_that_are_the_labels_agree_wholly_and_one_topic_tells_nothing() -> None:
    perfect = topic_agreement(list("abca"), [2, 0, 1, 2], [2, 0, 1, 2])
    lump = topic_agreement(list("abca"), [0, 0, 0, 0], [0, 0, 0, 0])

    assert (perfect["accuracy"], perfect["nmi"], perfect["ari"]) == (1.0, 1.0, 1.0)
    assert (lump["accuracy"], lump["nmi"], lump["ari"]) == (0.5, 0.0, 0.0)


def test_a_text_counts_as_often_as_it_comes() -> None:
    labels, topics = np.array(list("aabb")), np.array([0, 1, 1, 1])
    twice = topic_agreement(labels.repeat(2), topics.repeat(2), topics.repeat(2))

    assert twice["accuracy"] == topic_agreement(labels, topics, topics)["accuracy"] == 0.75


def test_where_nothing_is_placed_nothing_agrees() -> None:
    told = topic_agreement(list("ab"), [-1, -1], [-1, -1])

    assert told["accuracy"] == told["accuracy_all_placed"] == told["nmi"] == told["ari"] == 0.0
    assert told["share_without_topic"] == 1.0


def test_one_label_alone_cannot_be_told_apart() -> None:
    told = topic_agreement(list("aaa"), [0, 0, 1], [0, 0, 1])

    assert told["accuracy"] == pytest.approx(2 / 3)
    assert np.isnan([told["nmi"], told["ari"]]).all()


def test_no_text_is_refused() -> None:
    with pytest.raises(DataError, match="no text with a label"):
        topic_agreement([], [], [])
