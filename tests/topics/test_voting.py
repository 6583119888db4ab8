"""Who has most votes, worked out by hand."""

from __future__ import annotations

import numpy as np

from fcr_ml.topics.voting import elect_topics, majority_before


def test_a_cluster_belongs_to_an_earlier_topic_only_by_more_than_half_of_its_notes() -> None:
    # Four of ten, six of ten, half, banned, and none of the notes.
    before = [7] * 4 + [-1] * 3 + [2] * 3 + [7] * 6 + [2] * 4 + [7] * 5 + [2] * 5
    before += [-2] * 3 + [-1] + [-1] * 2
    clusters = np.repeat([0, 1, 2, 3, 4], [10, 10, 10, 4, 2])

    assert majority_before(clusters, np.array(before)).tolist() == [-1, 7, -1, -2, -1]


def test_the_nearer_weigh_more_and_equals_fall_to_the_nearest() -> None:
    topics = np.array([[0, 1, 1], [3, 4, 4]])
    cosines = np.array([[0.9, 0.5, 0.5], [0.5, 0.5, 0.1]])

    chosen, shares = elect_topics(topics, cosines, 0.05)

    assert chosen.tolist() == [0, 4]
    # A vote a hundred times weaker in exponent is next to nothing; here 1 against 1.0003.
    assert shares.tolist() == [0.999, 0.5]
