"""Uplift: found where calls help some more than others, and only there; used only then."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from fcr_ml.frames import write_casebook
from fcr_ml.frames.conform import conform
from fcr_ml.frames.flagged import ACTED, FLAGGED
from fcr_ml.reports.flag_list import render_proof
from fcr_ml.risk.measured import MeasuredPlan, as_measured
from fcr_ml.risk.plan import FlagPlan
from fcr_ml.risk.proof import compare_arms
from fcr_ml.risk.uplift import RankingsCompared, compare_rankings, learn_uplift
from tests.risk.planted_log import SETTINGS

AS_OF = pd.Timestamp("2025-06-30", tz="UTC")
PRICES = {"effect": 0.5, "cost_of_repeat": 10.0, "cost_of_call": 0.1}


def drawn(n: int, seed: int, kind: str) -> pd.DataFrame:
    """Draw flagged contacts: a call prevents the same share of every risk, none, or some."""
    draw = np.random.default_rng(seed)
    risk, alone = draw.beta(2, 4, n), draw.random(n) < 0.3
    effect = {
        "the same": np.full(n, 0.3),
        "none": np.zeros(n),
        # The riskiest cannot be helped.
        "some": np.where(risk > 0.45, -0.15, 0.55),
    }[kind]
    chance = np.where(alone, risk, risk * (1 - effect))
    return pd.DataFrame(
        {
            "contact_id": [f"c{row:06d}" for row in range(n)],
            "customer_id": [f"u{k:06d}" for k in draw.integers(0, n * 2 // 3, n)],
            "risk": risk,
            "is_left_alone": alone,
            "is_returned": draw.random(n) < chance,
        }
    )


def test_where_the_riskiest_cannot_be_helped_uplift_ranks_better() -> None:
    told = [compare_rankings(drawn(8_000, seed, "some")) for seed in range(5)]
    assert all(one.is_better for one in told)
    assert all(one.by_uplift > 0.01 > one.by_risk for one in told)


@pytest.mark.parametrize("kind", ["the same", "none"])
def test_where_all_are_helped_alike_or_not_at_all_nothing_is_shown(kind: str) -> None:
    # At 2.5 % a draw, more than one of ten has a chance of 1 in 40.
    told = [compare_rankings(drawn(4_000, seed, kind)) for seed in range(10)]
    assert sum(one.is_better for one in told) <= 1


def test_what_a_call_prevents_is_recovered_at_each_risk() -> None:
    uplift = learn_uplift(drawn(60_000, 0, "the same"))
    # Between them, a share of the risk is nearly straight in log-odds.
    risk = np.array([0.2, 0.35, 0.5])
    assert uplift.of(risk) == pytest.approx(0.3 * risk, abs=0.02)
    assert learn_uplift(drawn(60_000, 1, "none")).of(risk) == pytest.approx(np.zeros(3), abs=0.02)


def test_a_curve_by_hand() -> None:
    rows = pd.DataFrame(
        {
            "customer_id": [f"u{k}" for k in range(400)],
            "risk": np.tile(np.linspace(0.9, 0.1, 10), 40),
            "is_left_alone": np.arange(400) % 20 < 10,
            "is_returned": False,
        }
    )
    # Of the riskiest tenth, everyone who was left alone returns, and nobody else does.
    riskiest = rows["risk"] > 0.85
    rows.loc[riskiest & rows["is_left_alone"], "is_returned"] = True
    told = compare_rankings(rows)
    # Calling that tenth prevents a return of each: a tenth of all; more calls prevent no more.
    assert told.curve["by_risk"].tolist() == pytest.approx([0.1] * 10)
    assert told.by_risk == pytest.approx(0.1 - 0.1 * np.arange(1, 11).mean() / 10)
    assert told.curve["by_chance"].tolist() == pytest.approx((np.arange(1, 11) / 100).tolist())


def recorded(folder: Path, rows: pd.DataFrame):
    """Write what was drawn as a record of flagged contacts and a casebook that knows returns."""
    closes = pd.Series(AS_OF - pd.Timedelta(days=1), index=rows.index)
    ended = closes - pd.Timedelta(days=7)
    contacts = rows[["contact_id", "customer_id"]].assign(started_at=ended, ended_at=ended)
    outcomes = rows[["contact_id"]].assign(
        reading="related",
        window="7d",
        is_counted=True,
        is_closed=True,
        outcome=np.where(rows["is_returned"], "repeated", "resolved"),
        repeated_probability=rows["is_returned"].astype(float),
        hours_to_return=np.where(rows["is_returned"], 100.0, np.nan),
        closes_at=closes,
        episode_id=rows["contact_id"],
    )
    casebook = write_casebook(folder, {"contacts": contacts, "outcomes": outcomes}, AS_OF, SETTINGS)
    flagged = rows.drop(columns="is_returned").assign(
        flagged_at=ended + pd.Timedelta(hours=1),
        rank=1,
        queue=None,
        saving=None,
        left_alone_share=0.3,
        experiment="calls",
        closes_at=closes,
        reading="related",
        window="7d",
    )
    return casebook, conform(FLAGGED, flagged)


def test_a_finished_pilot_changes_the_plan(tmp_path: Path) -> None:
    casebook, flagged = recorded(tmp_path / "c", drawn(12_000, 0, "some"))
    nobody = conform(ACTED, pd.DataFrame({name: [] for name in ACTED.columns}))
    plan, told = as_measured(FlagPlan(**PRICES), flagged, nobody, casebook)
    assert isinstance(plan, MeasuredPlan)
    latest = compare_arms(flagged, nobody, casebook, 9_995)
    assert plan.effect == pytest.approx(latest["effect"].iloc[-1])
    assert len(told) == 2
    # The middling are worth a call, the riskiest are not.
    saving = plan.saving(np.array([0.35, 0.8]), None)
    assert saving[0] > 0 > saving[1]


def test_before_the_pilot_is_over_the_plan_stays(tmp_path: Path) -> None:
    casebook, flagged = recorded(tmp_path / "c", drawn(3_000, 0, "some"))
    nobody = conform(ACTED, pd.DataFrame({name: [] for name in ACTED.columns}))
    plan = FlagPlan(**PRICES)
    assert as_measured(plan, flagged, nobody, casebook) == (plan, [])
    assert as_measured(plan, flagged.head(0), nobody, casebook) == (plan, [])


def test_where_all_are_helped_alike_the_effect_is_measured_and_the_order_stays(
    tmp_path: Path,
) -> None:
    casebook, flagged = recorded(tmp_path / "c", drawn(12_000, 0, "the same"))
    nobody = conform(ACTED, pd.DataFrame({name: [] for name in ACTED.columns}))
    plan, told = as_measured(FlagPlan(**PRICES), flagged, nobody, casebook)
    assert type(plan) is FlagPlan
    assert plan.effect == pytest.approx(0.3, abs=0.08)
    assert "was measured on 12,000 flagged contacts" in told[0]


def test_the_curves_are_told_in_the_terminal(tmp_path: Path) -> None:
    casebook, flagged = recorded(tmp_path / "c", drawn(12_000, 0, "some"))
    nobody = conform(ACTED, pd.DataFrame({name: [] for name in ACTED.columns}))
    looks = compare_arms(flagged, nobody, casebook, 9_995)
    compared = compare_rankings(drawn(12_000, 0, "some"))
    assert isinstance(compared, RankingsCompared)
    text = render_proof(looks, [], 100, False, compared)
    assert max(map(len, text.splitlines())) <= 100
    assert "of 100 flagged, when the list is cut short" in text
    assert "the list is by uplift from now on" in " ".join(text.split())
