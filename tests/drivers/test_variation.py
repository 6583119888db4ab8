"""Variation inside a driver: by hand, over seeds, by a second route, and at the edges."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from fcr_ml.drivers.inside import twins
from fcr_ml.drivers.variation import Contrast, measure_variation


def _contrast(repeated: np.ndarray, owners: np.ndarray | None = None, **units: np.ndarray):
    size = len(repeated)
    mix = csr_matrix(np.ones((size, 1)))
    owners = np.arange(size) if owners is None else owners
    return Contrast(np.asarray(repeated, dtype=float), owners, units, mix)


def test_two_channels_by_hand() -> None:
    # 1,000 contacts each, 40 % and 20 %: they stand 10 points from their mean, and if the
    # worse half were like the better, 10 of 100 contacts would not be repeated.
    rates = np.repeat([0.4, 0.2], 1_000)
    repeated = (np.arange(2_000) % 1_000) < rates * 1_000
    told = measure_variation(_contrast(repeated, channel=np.repeat([0, 1], 1_000))).loc["channel"]
    assert told["spread_rate"] == pytest.approx(0.10, abs=0.004)
    assert told["avoidable_rate"] == pytest.approx(0.10, abs=0.004)
    assert told["spread_rate_low"] < 0.10 < told["spread_rate_high"]
    # Two shares of 1,000: the standard error of half their difference is 1.0 points.
    assert told["spread_rate_high"] - told["spread_rate_low"] == pytest.approx(0.04, abs=0.004)


def test_handed_on_by_hand() -> None:
    # A quarter is transferred and repeats 20 points more: 5 points of all would go.
    handed_on = np.tile([1, 0, 0, 0], 500)
    repeated = np.where(handed_on, np.arange(2_000) % 8 < 4, np.arange(2_000) % 10 < 3)
    told = measure_variation(_contrast(repeated, was_transferred=handed_on))
    difference = repeated[handed_on == 1].mean() - repeated[handed_on == 0].mean()
    assert told.loc["was_transferred", "avoidable_rate"] == pytest.approx(difference / 4, abs=1e-3)
    # Where contacts transferred repeat less, nothing can go.
    less = measure_variation(_contrast(~repeated, was_transferred=handed_on))
    assert less.loc["was_transferred", "avoidable_rate"] < 0
    assert less.loc["was_transferred", "p_value"] > 0.99


def test_a_mixed_model_gives_the_same_spread() -> None:
    from statsmodels.regression.mixed_linear_model import MixedLM

    draw = np.random.default_rng(3)
    agent = draw.integers(0, 30, 3_000)
    repeated = draw.random(3_000) < 0.3 + draw.normal(0, 0.1, 30)[agent]
    told = measure_variation(_contrast(repeated, agent_id=agent)).loc["agent_id"]
    fitted = MixedLM(repeated.astype(float), np.ones((3_000, 1)), groups=agent).fit()
    assert told["spread_rate"] == pytest.approx(float(np.sqrt(fitted.cov_re[0, 0])), rel=0.1)


def test_intervals_hold_the_spread_and_none_is_found_where_none_is() -> None:
    # 40 intervals of 95 %: fewer than 33 held has a chance below 1 in 500. Of 40 tests at
    # 5 %, more than six happen once in 300.
    held, found = 0, 0
    for seed in range(40):
        draw = np.random.default_rng(seed)
        agent, owner = draw.integers(0, 20, 1_000), draw.integers(0, 600, 1_000)
        own, base = draw.normal(0, 0.12, 20), draw.beta(0.9, 2.1, 600)[owner]
        some = measure_variation(
            _contrast(draw.random(1_000) < base + own[agent], owner, agent_id=agent)
        )
        none = measure_variation(_contrast(draw.random(1_000) < base, owner, agent_id=agent))
        row = some.loc["agent_id"]
        held += row["spread_rate_low"] <= np.std(own[agent]) <= row["spread_rate_high"]
        found += none.loc["agent_id", "p_value"] <= 0.05
    assert held >= 33
    assert found <= 6


def test_a_few_bad_agents_do_not_make_a_bad_queue() -> None:
    found = 0
    for seed in range(20):
        draw = np.random.default_rng(seed)
        agent = draw.integers(0, 12, 1_500)
        rate = 0.3 + draw.normal(0, 0.12, 12)[agent]
        contrast = _contrast(draw.random(1_500) < rate, agent_id=agent, queue=agent // 6)
        found += measure_variation(contrast).loc["queue", "p_value"] <= 0.05
    assert found <= 4


@pytest.mark.parametrize("repeated", [np.zeros(200), np.ones(200)])
def test_all_alike_tells_nothing(repeated: np.ndarray) -> None:
    assert measure_variation(_contrast(repeated, channel=np.arange(200) % 2)).empty


def test_edges() -> None:
    assert measure_variation(_contrast(np.ones(1), channel=np.zeros(1, dtype=int))).empty
    assert measure_variation(_contrast(np.arange(9) % 2, channel=np.zeros(9, dtype=int))).empty
    many = np.random.default_rng(0).integers(0, 2_000, 4_000)
    told = measure_variation(_contrast(np.arange(4_000) % 3 == 0, agent_id=many))
    assert told.loc["agent_id", "units"] == len(np.unique(many))
    # One contact an agent: nothing is told of them.
    alone = measure_variation(_contrast(np.arange(60) % 3 == 0, agent_id=np.arange(60)))
    assert alone.empty or alone["p_value"].isna().all() or alone["p_value"].iloc[0] > 0.05


def test_twins_are_one_to_one() -> None:
    team = np.array([0, 1, 1, 0, -1])
    assert twins({"team": team, "queue": 1 - np.abs(team)}) == {}
    assert twins({"team": team, "queue": np.array([1, 0, 0, 1, -1])}) == {"queue": "team"}
