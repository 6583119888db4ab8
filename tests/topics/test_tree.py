"""The tree of topics: closeness, joining and cutting by hand, and against a naive count."""

from __future__ import annotations

from itertools import combinations, permutations

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from fcr_ml.topics.neighbours import Tongues
from fcr_ml.topics.tree import (
    LOYALTY,
    MEANING_WEIGHT,
    RARE_STEP,
    TOPIC_CUT,
    USUAL_NOTES,
    Clusters,
    cut_tree,
    join_clusters,
    take_in_rare,
    tie_clusters,
    topic_height,
)


def linked(sizes: list[float], density: dict[tuple[int, int], float]) -> Clusters:
    """Give clusters of notes at right angles: closeness is the log of the density of links."""
    count = np.array(sizes, dtype=float)
    links = np.diag(count)
    for (one, two), share in density.items():
        links[one, two] = links[two, one] = share * count[one] * count[two]
    nothing = np.zeros((len(sizes), 1))
    return Clusters(count, links, nothing, nothing, count[:, None], np.zeros((1, 1)))


def none_apart(clusters: Clusters) -> np.ndarray:
    return np.zeros(len(clusters.sizes), dtype=bool)


def partition(groups: np.ndarray) -> set[frozenset[int]]:
    """Give which rows are together, whatever their group is called."""
    return {frozenset(np.flatnonzero(groups == group).tolist()) for group in set(groups.tolist())}


def test_closeness_of_two_clusters_by_hand() -> None:
    # Three notes and two: (1, 0) thrice, (0.6, 0.8) twice; two links of weight 0.5 between them.
    short = np.array([[1, 0], [1, 0], [1, 0], [0.6, 0.8], [0.6, 0.8]])
    cluster = np.array([0, 0, 0, 1, 1])
    weights = np.zeros((5, 5))
    weights[0, 3] = weights[3, 0] = weights[1, 4] = weights[4, 1] = 0.5
    # Of six pairs three are of topic 0 and 0 (1), one of 1 and 0; two hold a note without one.
    before = np.array([0, 0, 1, 0, -1])
    # One note of each cluster is in another language: of six pairs three are of two languages.
    tongues = Tongues(np.array([0, 0, 1, 0, 1]), np.array([[0, 0.2], [0.2, 0]]))

    clusters = tie_clusters(short, cluster, csr_matrix(weights), before, tongues)
    close = clusters.closeness()

    together, against, crossing = 2, 1, 3
    expected = np.log(1.0 / 6 + 1e-5)
    expected += MEANING_WEIGHT * (0.6 + 0.2 * crossing / 6)
    expected += LOYALTY * (together - against) / 6
    assert close[0, 1] == pytest.approx(expected)
    assert close[1, 0] == pytest.approx(expected)
    np.testing.assert_allclose(clusters.closeness(0), close[0])


def test_meaning_is_the_mean_over_all_pairs_of_notes() -> None:
    random = np.random.default_rng(0)
    short = random.normal(size=(9, 4))
    short /= np.linalg.norm(short, axis=1, keepdims=True)
    cluster = np.array([0, 0, 0, 0, 1, 1, 1, 1, 1])
    nobody = np.full(9, -1)
    one_tongue = Tongues(np.zeros(9, dtype=int), np.zeros((1, 1)))

    tied = tie_clusters(short, cluster, csr_matrix((9, 9)), nobody, one_tongue)

    mean = np.mean([short[a] @ short[b] for a in range(4) for b in range(4, 9)])
    assert tied.closeness()[0, 1] == pytest.approx(np.log(1e-5) + MEANING_WEIGHT * mean)


def test_joined_clusters_are_tied_by_the_sums_of_their_parts() -> None:
    clusters = linked([2, 3, 5], {(0, 1): 0.5, (0, 2): 0.1, (1, 2): 0.2})

    joined = clusters.joined(np.array([0, 1, 0]))

    assert joined.sizes.tolist() == [7, 3]
    # 3 links between 0 and 1, 3 between 1 and 2; inside: 2 + 5 and both ways 1.
    np.testing.assert_allclose(joined.links, [[9, 6], [6, 3]])
    assert clusters.chosen(np.array([2, 0])).sizes.tolist() == [5, 2]


def test_the_closest_join_first_and_what_they_make_may_be_too_far_from_the_third() -> None:
    # 1-2 are closest. 0 is near enough to 1 alone, but to both it has half the density.
    clusters = linked([10, 10, 10, 10], {(1, 2): 0.5, (0, 1): 0.2, (2, 3): 0.3})
    apart = none_apart(clusters)

    # After 1-2: 0 has density 0.1 to them, 3 has 0.15; after 3 too, 0 has 2/30.
    for cut, expected in [
        (0.40, [0, 1, 1, 2]),
        (0.14, [0, 1, 1, 1]),
        (0.07, [0, 1, 1, 1]),
        (0.06, [0, 0, 0, 0]),
        (0.60, [0, 1, 2, 3]),
    ]:
        assert join_clusters(clusters, np.log(cut), apart).tolist() == expected


def test_loyalty_joins_what_was_one_topic_and_parts_what_was_two() -> None:
    clusters = linked([10, 10], {(0, 1): 0.1})
    height = np.log(0.1)
    same, two = np.array([[10.0, 0], [10, 0]]), np.array([[10.0, 0], [0, 10]])

    for before, gain in [(same, LOYALTY), (two, -LOYALTY), (same * 0, 0.0)]:
        known = Clusters(**(vars(clusters) | {"before": before}))
        assert join_clusters(known, height + gain - 0.01, none_apart(known)).tolist() == [0, 0]
        assert join_clusters(known, height + gain + 0.01, none_apart(known)).tolist() == [0, 1]


def test_clusters_held_apart_join_nothing_and_nothing_joins_them() -> None:
    clusters = linked([10, 10, 10], {(0, 1): 0.9, (0, 2): 0.5, (1, 2): 0.5})
    apart = np.array([False, True, False])

    assert join_clusters(clusters, -100.0, apart).tolist() == [0, 1, 0]
    assert join_clusters(clusters, -100.0, ~apart).tolist() == [0, 1, 2]
    topics, _ = cut_tree(clusters, apart, fewest=100)
    # Too small for a topic, but it is one by hand; the others have none to join.
    assert topics.tolist() == [-1, 0, -1]


def test_equals_join_alike_in_every_order_of_the_clusters() -> None:
    # A chain of three equals: once two are joined the third is too far, whichever comes first.
    chain = linked([4, 4, 4], {(0, 1): 0.4, (1, 2): 0.4})
    # A square of equals, and its sides: two pairs.
    square = linked([4, 4, 4, 4], {(0, 1): 0.4, (1, 2): 0.4, (2, 3): 0.4, (0, 3): 0.4})

    for clusters, parts in [(chain, [1, 2]), (square, [2, 2])]:
        for order in permutations(range(len(clusters.sizes))):
            turned = clusters.chosen(np.array(order))
            groups = join_clusters(turned, np.log(0.3), none_apart(turned))
            assert sorted(np.bincount(groups).tolist()) == parts


def test_where_nothing_is_equal_the_order_of_the_clusters_does_not_matter() -> None:
    clusters, cut = drawn(5), -4.0
    found = partition(join_clusters(clusters, cut, none_apart(clusters)))

    for seed in range(10):
        order = np.random.default_rng(seed).permutation(len(clusters.sizes))
        groups = join_clusters(clusters.chosen(order), cut, none_apart(clusters))
        back = np.empty_like(groups)
        back[order] = groups
        assert partition(back) == found


def test_no_clusters_and_one_cluster() -> None:
    assert join_clusters(linked([], {}), -4.0, np.empty(0, dtype=bool)).tolist() == []
    assert join_clusters(linked([3], {}), -4.0, np.array([False])).tolist() == [0]


def test_the_rare_join_the_closest_topic_or_none() -> None:
    lowest = TOPIC_CUT - RARE_STEP
    near, far = np.exp(lowest + 0.1), np.exp(lowest - 0.1)
    clusters = linked(
        [50, 40, 9, 9, 9],
        {(2, 0): near, (2, 1): 2 * near, (3, 0): far, (2, 4): 0.9, (3, 4): 0.9},
    )

    # 2 goes to the closer of two; 3 is too far; 4 is close to nothing but the rare.
    assert take_in_rare(clusters, 10, none_apart(clusters)).tolist() == [0, 1, 1, -1, -1]


def test_what_was_a_topic_before_may_shrink_to_half() -> None:
    clusters = linked([50, 5, 4, 9, 9], {})
    before = np.array([[0, 0], [3, 2], [4, 0], [5, 0], [4, 4]], dtype=float)
    known = Clusters(**(vars(clusters) | {"before": before}))

    # 5 notes, 3 of one topic: stays. 4 are too few. 9, of which 5 are of one: stays; of
    # which 4 are of each of two: carries on none.
    assert take_in_rare(known, 10, none_apart(known)).tolist() == [0, 1, -1, 3, -1]


def test_topics_and_themes_come_by_size_and_themes_contain_whole_topics() -> None:
    # Six clusters that are four topics, in two directions of meaning, and one too rare.
    sizes = [20, 30, 60, 15, 15, 40, 8]
    density = np.exp(topic_height(sum(sizes)) + 0.5)
    clusters = linked(sizes, {(0, 1): density, (3, 4): density})
    ways = np.array([[1, 0, 0], [1, 0, 0], [0, 1, 0], [0, 1, 0.1], [0, 1, 0.1], [1, 0, 0.1]])
    sums = np.vstack([ways, [0, 0, -1]]) * np.array(sizes)[:, None]
    # At right angles in one dimension more each, so that meaning joins no two of them.
    meant = Clusters(**(vars(clusters) | {"sums": np.hstack([0.1 * sums, np.diag(sizes)])}))

    topics, themes = cut_tree(meant, none_apart(meant), fewest=10)

    # Topics of 60, 50, 40 and 30 notes; 8 notes are too rare. Two themes, the root of four:
    # of 60 and 30 notes, and of 50 and 40; of equals the one with the larger topic is first.
    assert topics.tolist() == [1, 1, 0, 3, 3, 2, -1]
    assert themes.tolist() == [0, 1, 1, 0]


def test_topics_between_two_themes_stay_in_the_theme_they_were_in() -> None:
    # Four topics all equally far from each other, of an earlier fit's topics 0 to 3.
    apart = linked([50, 40, 30, 20], {})
    each_its_own = np.diag(apart.sizes)
    known = Clusters(**(vars(apart) | {"sums": each_its_own, "before": each_its_own}))

    for earlier in ([0, 1, 0, 1], [0, 1, 1, 0], [0, 0, 1, 1]):
        _, themes = cut_tree(known, none_apart(known), 10, np.array(earlier))
        assert partition(themes) == partition(np.array(earlier))


def test_a_cut_without_any_topic() -> None:
    topics, themes = cut_tree(linked([3, 3], {}), np.zeros(2, dtype=bool), fewest=10)

    assert topics.tolist() == [-1, -1]
    assert themes.tolist() == []


@pytest.mark.parametrize("seed", range(5))
def test_topics_of_any_log_fall_in_size_and_lie_in_one_theme_each(seed: int) -> None:
    clusters = drawn(seed)

    topics, themes = cut_tree(clusters, none_apart(clusters), fewest=4)

    inside = topics >= 0
    sizes = np.bincount(topics[inside], clusters.sizes[inside])
    assert len(sizes) == len(themes)
    assert (np.diff(sizes) <= 0).all()
    assert (np.diff(np.bincount(themes, sizes)) <= 0).all()
    assert sizes.min() >= 4


@pytest.mark.parametrize("times", [0.1, 1, 10])
def test_the_height_falls_by_half_of_what_links_a_pair_fall(times: float) -> None:
    # Ten times the notes with as many links a note have a tenth of the links a pair: joining
    # the same would need the height to fall by log(10), splitting freely not to fall at all.
    notes = USUAL_NOTES * times
    assert topic_height(notes) == pytest.approx(TOPIC_CUT - np.log(times) / 2)

    near, far = np.exp(topic_height(notes) + 0.05), np.exp(topic_height(notes) - 0.05)
    clusters = linked([notes / 4] * 4, {(0, 1): near, (2, 3): far})
    topics, _ = cut_tree(clusters, none_apart(clusters), 20)
    assert partition(topics) == {frozenset({0, 1}), frozenset({2}), frozenset({3})}


def drawn(seed: int, count: int = 12) -> Clusters:
    """Give clusters tied by drawn links, meanings, earlier topics and languages."""
    random = np.random.default_rng(seed)
    cluster = np.concatenate([np.arange(count), random.integers(0, count, 50)])
    notes = len(cluster)
    short = random.normal(size=(count, 6))[cluster] + random.normal(size=(notes, 6))
    short /= np.linalg.norm(short, axis=1, keepdims=True)
    weights = np.triu(random.random((notes, notes)) * (random.random((notes, notes)) < 0.2), 1)
    tongues = Tongues(random.integers(0, 2, notes), np.array([[0, 0.3], [0.3, 0]]))
    before = random.integers(-1, 4, notes)
    return tie_clusters(short, cluster, csr_matrix(weights + weights.T), before, tongues)


def naively_joined(clusters: Clusters, cut: float, apart: np.ndarray) -> set[frozenset[int]]:
    """Join one pair at a time, with all that ties all groups counted anew at each step."""
    groups = [[cluster] for cluster in range(len(clusters.sizes))]
    while True:
        steps = [
            (_close(clusters, groups[one], groups[two]), one, two)
            for one, two in combinations(range(len(groups)), 2)
            if not apart[groups[one] + groups[two]].any()
        ]
        if not steps or max(steps)[0] < cut:
            return {frozenset(group) for group in groups}
        _, one, two = max(steps)
        groups[one] += groups.pop(two)


def _close(clusters: Clusters, one: list[int], two: list[int]) -> float:
    """Give the closeness of two groups by the sums over their pairs of clusters."""
    pairs = clusters.sizes[one].sum() * clusters.sizes[two].sum()
    links = meaning = loyal = 0.0
    for a in one:
        for b in two:
            links += clusters.links[a, b]
            meaning += clusters.sums[a] @ clusters.sums[b]
            meaning += clusters.spoken[a] @ clusters.gains @ clusters.spoken[b]
            same = clusters.before[a] @ clusters.before[b]
            other = clusters.before[a].sum() * clusters.before[b].sum() - same
            loyal += same - other
    return float(
        np.log(links / pairs + 1e-5) + MEANING_WEIGHT * meaning / pairs + LOYALTY * loyal / pairs
    )


@pytest.mark.parametrize("seed", range(20))
def test_joining_agrees_with_a_naive_count(seed: int) -> None:
    clusters = drawn(seed)
    apart = np.random.default_rng(seed).random(len(clusters.sizes)) < 0.1

    close = clusters.closeness()[np.triu_indices(len(clusters.sizes), 1)]
    heights = np.quantile(close, [0.2, 0.6, 0.9])

    sizes = set()
    for cut in heights:
        groups = join_clusters(clusters, cut, apart)
        assert partition(groups) == naively_joined(clusters, cut, apart)
        assert groups.tolist() == np.unique(groups, return_inverse=True)[1].tolist()
        sizes.add(len(set(groups.tolist())))
    assert len(sizes) > 1
