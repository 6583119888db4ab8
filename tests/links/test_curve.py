"""The curve of time against planted odds."""

import numpy as np
import pytest
from scipy.optimize import check_grad

from fcr_ml.links import curve
from fcr_ml.links.curve import SeenPairs, fit_curve, positions_in_time

TRUTH = np.array([1.5, -0.3])


def _seen(seed: int, far: int, busy: float = 0.0, telling: float = 1.0) -> SeenPairs:
    """Draw coincidence evenly over a fortnight, near and far, and links by the odds.

    The session's bustle adds near coincidence within hours; ``telling`` is how far, in
    standard deviations, the evidence of links lies from that of coincidence.
    """
    random = np.random.default_rng(seed)
    chance = random.uniform(0, 14, far)
    session = random.exponential(0.1, int(busy * far))
    days = random.uniform(0, 14, 20 * far)
    kept = random.random(len(days)) < np.exp(TRUTH[0] + TRUTH[1] * days) / 20
    near = np.r_[chance, session, days[kept]]
    is_related = np.r_[np.zeros(len(chance) + len(session)), np.ones(int(kept.sum()))]
    evidence = random.normal(telling * is_related)
    beyond = random.uniform(0, 14, far)
    days = np.r_[near, beyond]
    return SeenPairs(
        positions=positions_in_time(days, np.full(len(days), 0.99)),
        ratio=np.r_[np.exp(telling * evidence - telling**2 / 2), np.ones(far)],
        is_near=np.arange(len(days)) < len(near),
        is_counted=np.ones(len(days), bool),
        customers=np.arange(len(days)),
    )


def test_the_slope_of_the_likelihood_is_its_slope() -> None:
    seen = _seen(0, far=200, busy=0.5)

    def value(weights: np.ndarray) -> float:
        return float(curve._likelihood(seen, weights)[0].sum())

    def slope(weights: np.ndarray) -> np.ndarray:
        return curve._likelihood(seen, weights)[1].sum(axis=0)

    for weights in ([0.5, -0.1, 0.3, 0.2, 1.0], [-1.0, 0.05, 0.0, 0.0, 0.0]):
        assert check_grad(value, slope, np.array(weights)) < 1e-2


@pytest.mark.parametrize("telling", [0.0, 1.5])
def test_planted_odds_are_found_within_their_doubt(telling: float) -> None:
    # Without telling evidence the count alone has to do.
    far_off = []
    for seed in range(20):
        weights, covariance = fit_curve(_seen(seed, far=600, telling=telling), np.zeros(4))
        usual = np.array([1.0, 3.0, 0.0, 0.0])
        far_off.append((weights[:2] - TRUTH) @ usual[:2] / np.sqrt(usual @ covariance @ usual))

    assert np.mean(np.abs(far_off) < 1.96) >= 0.85
    assert abs(np.mean(far_off)) < 1.0


def test_a_session_in_which_nothing_belongs_together_is_no_link() -> None:
    quiet, _ = fit_curve(_seen(0, far=600, telling=1.5), np.zeros(4))

    busy, _ = fit_curve(_seen(0, far=600, busy=2.0, telling=1.5), np.zeros(4))

    # within a session the odds are what they were, out of three times as many pairs
    assert busy[:2] == pytest.approx(quiet[:2], abs=0.35)
    assert busy[3] < -1.5


def test_pairs_of_one_customer_are_one_piece_of_news() -> None:
    seen = _seen(0, far=600)
    crowded = SeenPairs(**(vars(seen) | {"customers": np.arange(len(seen.customers)) % 20}))

    _, alone = fit_curve(seen, np.zeros(4))
    _, together = fit_curve(crowded, np.zeros(4))

    assert not np.allclose(alone, together)
    assert np.isfinite(together).all()
