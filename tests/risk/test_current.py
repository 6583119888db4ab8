"""Risks judged before labels are known: by hand, quiet without a shift, loud with one."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pandas as pd
import pytest

from fcr_ml.errors import DataError
from fcr_ml.risk.current import current_figures, level_variance
from fcr_ml.risk.metrics import Ranking


def _contacts(
    seed: int, n: int = 1_000, times: float = 1.0, is_broken: bool = False
) -> tuple[pd.DataFrame, np.ndarray]:
    """Draw contacts in all stages of their window, and what comes of them in the end."""
    draw = np.random.default_rng(seed)
    risk = 1 / (1 + np.exp(1.5 - draw.normal(size=n)))
    true = np.minimum((draw.permutation(risk) if is_broken else risk) * times, 0.98)
    due = draw.uniform(0, 1, n)
    repeated = draw.random(n) < true
    rows = pd.DataFrame(
        {
            "customer_id": draw.integers(0, n, n),
            "risk": risk,
            "share_due": due,
            "returned": (repeated & (draw.random(n) < due)).astype(float),
        }
    )
    return rows, repeated.astype(float)


def test_returns_due_and_their_ratio_by_hand() -> None:
    # 200 customers of risk 0.5, half of it due: 50 returns due, 60 came.
    rows = pd.DataFrame({"customer_id": range(200), "risk": 0.5, "share_due": 0.5})
    rows["returned"] = [1.0] * 60 + [0.0] * 140
    told = current_figures(rows)
    assert (told["expected_returns"], told["returns"], told["due_rate"]) == (50, 60, 0.5)
    assert told["ratio"] == pytest.approx(1.2)
    # All due are alike, so Fieller's interval is the plain one: 1.2 ± t sd / mean.
    from scipy.stats import t

    half = t.ppf(0.975, 199) * np.sqrt(0.3 * 0.7 / 199) / 0.25
    assert told["ratio_high"] == pytest.approx(1.2 + half)
    assert told["ratio_low"] == pytest.approx(1.2 - half)
    # Risk 0.6 then; of those silent so far 0.6 x 0.5 / (1 - 0.6 x 0.5) still return.
    assert told["expected_repeat_rate"] == pytest.approx(0.3 + 0.7 * 0.3 / 0.7)
    # One risk for all ranks nobody, and has no slope.
    assert told["slope"] is None
    assert told["expected_auc"] == 0.5
    assert told["verdict"] == "no shift shown"


def test_closed_windows_are_told_as_they_came() -> None:
    rows, _ = _contacts(1)
    rows["share_due"] = 1.0
    told = current_figures(rows)
    truth = Ranking.of(rows["risk"].to_numpy(), rows["returned"].to_numpy())
    assert told["expected_auc"] == pytest.approx(truth.auc())
    assert told["expected_ap"] == pytest.approx(truth.average_precision())
    assert told["expected_repeat_rate"] == pytest.approx(rows["returned"].mean())


def test_without_a_shift_it_stays_quiet_and_foresees_the_truth() -> None:
    # It errs in 5 of 100 looks: of 30, more than 5 happen in 1 of 300 sets of seeds.
    verdicts, held = Counter(), 0
    for seed in range(30):
        rows, repeated = _contacts(seed)
        told = current_figures(rows)
        verdicts[told["verdict"]] += 1
        auc = Ranking.of(rows["risk"].to_numpy(), repeated).auc()
        held += told["expected_auc_low"] <= auc <= told["expected_auc_high"]
    assert verdicts["no shift shown"] >= 25
    assert held >= 26


@pytest.mark.parametrize(
    ("planted", "verdict"),
    [
        ({"times": 2.0}, "more returns"),
        ({"times": 0.5}, "fewer returns"),
        ({"is_broken": True}, "ranks worse"),
    ],
)
def test_a_planted_shift_is_shown_before_labels_are_known(
    planted: dict[str, float], verdict: str
) -> None:
    found = [current_figures(_contacts(seed, **planted)[0]) for seed in range(5)]
    assert [told["verdict"] for told in found].count(verdict) >= 4
    assert all(told["due_rate"] < 0.6 for told in found)


def test_a_broken_ranking_is_foreseen_at_its_true_auc() -> None:
    rows, repeated = _contacts(3, n=4_000, is_broken=True)
    told = current_figures(rows)
    auc = Ranking.of(rows["risk"].to_numpy(), repeated).auc()
    assert told["promised_auc"] > 0.7
    assert told["expected_auc_low"] <= auc <= told["expected_auc_high"] < 0.6


def test_a_level_that_was_learned_from_few_says_less() -> None:
    rows, _ = _contacts(1)
    sure, unsure = current_figures(rows), current_figures(rows, level_variance=0.01)
    assert unsure["ratio"] == sure["ratio"]
    assert unsure["ratio_low"] < sure["ratio_low"] < sure["ratio_high"] < unsure["ratio_high"]
    # 100 customers of risk 0.5, half repeated: the variance of a rate over its square.
    closed = pd.DataFrame({"customer_id": range(100), "risk": 0.5, "share_due": 1.0})
    closed["returned"] = [1.0, 0.0] * 50
    assert level_variance(closed) == pytest.approx(0.25 / 100 / 0.25)


def test_two_looks_give_the_same_and_the_order_of_rows_does_not_matter_to_the_verdict() -> None:
    rows, _ = _contacts(5)
    assert current_figures(rows) == current_figures(rows)
    turned = current_figures(rows.sample(frac=1, random_state=0))
    assert turned["ratio_low"] == pytest.approx(current_figures(rows)["ratio_low"])


def test_few_contacts_or_returns_due_are_too_early_to_tell() -> None:
    rows, _ = _contacts(1)
    for few in (rows.head(0), rows.head(99), rows.assign(share_due=0.001), rows.assign(risk=0.0)):
        told = current_figures(few)
        assert told["verdict"] == "too early to tell"
        assert "ratio" not in told
    for all_or_none in (0.0, 1.0):
        assert "auc" not in current_figures(rows.assign(returned=all_or_none))


def test_rows_that_cannot_be_judged_are_refused_with_the_mend() -> None:
    rows, _ = _contacts(1)
    with pytest.raises(DataError, match="lack share_due"):
        current_figures(rows.drop(columns="share_due"))
    rows.loc[3, "risk"] = np.nan
    with pytest.raises(DataError, match="1 of 1,000 contacts have a risk outside 0 to 1"):
        current_figures(rows)
