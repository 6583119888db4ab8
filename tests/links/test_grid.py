"""A table of thresholds against the trees that it stands for."""

import json

import numpy as np
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier

from fcr_ml.links.grid import EvidenceGrid


def _taught(kinds: int) -> tuple[HistGradientBoostingClassifier, np.ndarray]:
    random = np.random.default_rng(kinds)
    evidence = random.normal(size=(4_000, kinds))
    evidence[random.random(evidence.shape) < 0.1] = np.nan
    truth = np.nan_to_num(evidence).sum(axis=1) + random.normal(size=4_000) > 0.5
    trees = HistGradientBoostingClassifier(max_iter=60, max_leaf_nodes=4, random_state=0)
    return trees.fit(evidence, truth), evidence


@pytest.mark.parametrize("kinds", [1, 2])
def test_the_table_says_what_the_trees_say(kinds: int) -> None:
    trees, evidence = _taught(kinds)
    grid = EvidenceGrid.of(trees)
    edges = np.array(np.meshgrid(*(known for known in grid.thresholds))).reshape(kinds, -1).T
    beyond = np.full((1, kinds), 99.0)
    for asked in (evidence, edges, beyond, -beyond, np.full((1, kinds), np.nan)):
        told = trees.decision_function(asked)
        np.testing.assert_allclose(grid.decision_function(asked), told, atol=1e-12)


def test_what_is_kept_as_text_says_the_same_to_the_last_bit() -> None:
    trees, evidence = _taught(2)
    grid = EvidenceGrid.of(trees)
    again = EvidenceGrid.from_dict(json.loads(json.dumps(grid.to_dict())))
    np.testing.assert_array_equal(
        again.decision_function(evidence), grid.decision_function(evidence)
    )


def test_trees_that_never_split_give_one_number() -> None:
    trees = HistGradientBoostingClassifier(max_iter=2).fit(np.zeros((50, 1)), np.arange(50) % 2)
    told = EvidenceGrid.of(trees).decision_function(np.array([[0.0], [5.0], [np.nan]]))
    assert told.tolist() == pytest.approx([0.0, 0.0, 0.0], abs=1e-9)
