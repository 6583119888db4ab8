"""Small clusters: everybody is in one, none is large, and those of an earlier fit stay."""

from __future__ import annotations

import numpy as np
import pytest

from fcr_ml.topics.clusters import SMALLEST_CLUSTER, USUAL_SIZE, find_clusters
from fcr_ml.topics.neighbours import nearest

from .test_model import planted


def found(vectors: np.ndarray, cells: np.ndarray | None = None) -> np.ndarray:
    """Give the clusters of vectors by their nearest 15."""
    return find_clusters(
        vectors, *nearest(vectors, vectors, 15, np.arange(len(vectors))), cells=cells
    )


def _cloud(count: int) -> np.ndarray:
    vectors = np.random.default_rng(1).normal(size=(count, 20))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def test_every_note_ends_in_a_cluster_of_its_own_group() -> None:
    vectors, truth = planted()

    clusters = found(vectors)

    assert clusters.shape == truth.shape
    assert sorted(set(clusters.tolist())) == list(range(clusters.max() + 1))
    pure = [np.bincount(truth[clusters == one]).max() for one in range(clusters.max() + 1)]
    assert sum(pure) / len(truth) > 0.98
    assert len(pure) >= 6


@pytest.mark.parametrize("vectors", [planted()[0], _cloud(400), _cloud(16)])
def test_no_cluster_is_large_whether_there_are_dense_places_or_not(vectors: np.ndarray) -> None:
    sizes = np.bincount(found(vectors))

    # One may be cut unevenly, but never stays whole.
    assert sizes.max() < 3 * USUAL_SIZE
    assert np.median(sizes) < 2 * USUAL_SIZE
    assert sizes.min() >= 1


def test_two_runs_give_the_same_clusters() -> None:
    vectors, _ = planted(4, 50)

    assert found(vectors).tolist() == found(vectors).tolist()


def test_cells_of_an_earlier_fit_stay_together_and_take_in_new_notes() -> None:
    vectors, truth = planted(6, 40)
    # Four groups are known in two cells each, the other two are new.
    cells = np.where(truth < 4, 2 * truth + np.arange(len(truth)) % 2, -1)

    clusters = found(vectors, cells)

    for cell in range(8):
        assert len(set(clusters[cells == cell].tolist())) == 1
    of_cells = [int(clusters[cells == cell][0]) for cell in range(8)]
    assert len(set(of_cells)) == 8
    is_new = cells < 0
    assert np.isin(clusters[is_new], of_cells).mean() < 0.05


def test_a_few_new_notes_join_the_cells_that_they_lie_in() -> None:
    vectors, truth = planted(4, 30)
    cells = truth.copy()
    newcomers = np.arange(0, len(truth), 12)
    cells[newcomers] = -1

    clusters = found(vectors, cells)

    assert len(newcomers) == 10
    for group in range(4):
        assert len(set(clusters[truth == group].tolist())) == 1


def test_a_cell_that_has_grown_large_is_cut_and_the_others_are_not() -> None:
    vectors, truth = planted(3, 20)
    more, _ = planted(1, 100)
    cells = np.concatenate([truth, np.full(100, 3)])

    clusters = found(np.vstack([vectors, more]), cells)

    parts = np.unique(clusters[cells == 3])
    assert len(parts) == 100 // USUAL_SIZE
    assert not np.isin(clusters[cells != 3], parts).any()
    assert all(len(set(clusters[cells == cell].tolist())) == 1 for cell in range(3))


def test_gaps_in_the_numbers_of_cells_leave_none_in_those_of_clusters() -> None:
    vectors, truth = planted(3, 20)

    clusters = found(vectors, truth * 7 + 2)

    assert sorted(set(clusters.tolist())) == [0, 1, 2]


def test_new_clusters_are_not_too_small_to_be_dense() -> None:
    vectors, _ = planted(6, 40)

    assert np.median(np.bincount(found(vectors))) >= SMALLEST_CLUSTER
