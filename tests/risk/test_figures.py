"""Plain figures of a risk: by hand, ties, groups, lists by the day."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from fcr_ml.risk.figures import caught_by_lists, figures_by_group, plain_figures, risk_figures
from fcr_ml.risk.metrics import Ranking, customer_draws


def _rows(labels: list[float], counts: list[int] | None = None) -> pd.DataFrame:
    n = len(labels)
    return pd.DataFrame(
        {
            "contact_id": [f"c{k:03d}" for k in range(n)],
            "customer_id": [f"u{k // 2}" for k in range(n)],
            "moment_epoch": np.arange(n) * 43_200,
            "channel": ["phone"] * n,
            "earlier_contacts": counts or [0] * n,
            "repeated_probability": labels,
        }
    )


def test_figures_by_hand() -> None:
    rows = _rows([1.0, 0.0, 1.0, 0.0], [3, 0, 0, 0])
    risks = np.array([0.9, 0.4, 0.3, 0.1])
    draws = customer_draws(np.array([0, 0, 1, 1]), 50)
    told = risk_figures(rows, risks, draws)
    # Of four pairs only (0.3, 0.4) is the wrong way round.
    assert told["auc"] == pytest.approx(3 / 4)
    assert told["base_rate"] == pytest.approx(1 / 2)
    assert told["ap"] == pytest.approx((1 + 2 / 3) / 2)
    # Among first contacts: 0.3 repeated, 0.4 and 0.1 not.
    assert told["first_time_auc"] == pytest.approx(1 / 2)
    # The count ties three contacts: one pair won twice, two pairs halved.
    assert told["prior_count_auc"] == pytest.approx((2 + 1) / 4)
    assert told["gain_over_prior_count"] == pytest.approx(0)
    assert told["brier"] == pytest.approx((0.01 + 0.16 + 0.49 + 0.01) / 4)
    assert told["lift_at_5"] == pytest.approx(2)
    for name in ("auc", "ap", "brier", "first_time_auc", "prior_count_auc"):
        assert told[f"{name}_low"] <= told[f"{name}_high"]


@pytest.mark.parametrize("seed", range(3))
def test_a_drawn_sample_gives_the_figure_of_its_rows(seed: int) -> None:
    # Two routes: contacts repeated as often as drawn, and weights in the ranking.
    draw = np.random.default_rng(seed)
    labels, risks = (draw.random(40) < 0.4).astype(float), draw.random(40).round(1)
    counts = customer_draws(np.arange(40) // 2, 1, seed)[0]
    places = np.repeat(np.arange(40), counts)
    by_rows = Ranking.of(risks[places], labels[places]).auc()
    by_weights = Ranking.of(risks, labels).auc(counts.astype(float))
    assert by_rows == pytest.approx(by_weights)


def test_figures_are_foreseen_from_right_risks_and_missed_from_wrong_ones() -> None:
    draw = np.random.default_rng(0)
    risks = draw.beta(1, 3, 4_000)
    rows = _rows((draw.random(4_000) < risks).astype(float).tolist())
    right, wrong = (figures_by_group(rows, told)[0] for told in (risks, np.sqrt(risks)))
    assert right["expected_auc"] == pytest.approx(right["auc"], abs=0.02)
    assert right["expected_ap"] == pytest.approx(right["ap"], abs=0.02)
    # Risks that are too high rank the same and let expect something else.
    assert wrong["auc"] == pytest.approx(right["auc"])
    assert abs(wrong["expected_ap"] - wrong["ap"]) > 0.1
    assert wrong["mean_risk"] > wrong["base_rate"] + 0.1


def test_small_groups_carry_a_remark_and_no_figure() -> None:
    told = figures_by_group(_rows([1.0, 0.0] * 30), np.full(60, 0.5))
    assert {row["group"] for row in told} == {"channel", "month"}
    assert all(row["remark"] == "not enough contacts" and "auc" not in row for row in told)


def test_lists_by_the_day_take_the_riskiest_of_each_day() -> None:
    rows = _rows([1.0, 0.0, 0.0, 1.0])  # two contacts a day
    told = caught_by_lists(rows, np.array([0.9, 0.8, 0.7, 0.1]), per_day=1)[-1]
    assert (told["listed"], told["per_day"], told["repeats_caught"]) == (2, 1, 1.0)
    tied = caught_by_lists(rows, np.full(4, 0.5), per_day=1)[-1]
    assert (tied["repeats_caught_low"], tied["repeats_caught_high"]) == (0.0, 2.0)


def test_nothing_repeated_has_no_lift() -> None:
    rows = _rows([0.0] * 8)
    told = risk_figures(rows, np.linspace(0.1, 0.2, 8), customer_draws(np.arange(8) // 2, 5))
    assert np.isnan(told["auc"])
    assert np.isnan(told["lift_at_5"])
    assert np.isnan(plain_figures(rows, {"flat": np.full(8, 0.1)})["flat"]["ap"])
