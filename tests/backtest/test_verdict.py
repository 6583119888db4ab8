"""The verdict on challengers whose worth is known."""

import numpy as np
import pandas as pd
import pytest

from fcr_ml.backtest.verdict import Verdict, judge_challenger
from fcr_ml.risk.evaluate import TOO_GOOD
from fcr_ml.risk.metrics import Ranking
from tests.backtest.compared_rows import draw_compared, draw_pairs, sigmoid


def _judged(compared: pd.DataFrame) -> Verdict:
    return judge_challenger(compared, draw_pairs(0))


def _failed(verdict: Verdict) -> set[str]:
    return {gate.name for gate in verdict.gates if not gate.is_passed}


def test_figures_are_those_of_both_on_the_same_contacts() -> None:
    compared = draw_compared(0)
    labels = compared["repeated_probability"].to_numpy()
    told = _judged(compared).figures
    for name in ("champion", "challenger", "rule"):
        ranking = Ranking.of(compared[name].to_numpy(), labels)
        assert told[name]["ap"] == pytest.approx(ranking.average_precision())
    gain = told["challenger"]["ap"] - told["champion"]["ap"]
    assert told["gain"]["value"] == pytest.approx(gain)
    assert told["gain"]["low"] < gain < told["gain"]["high"]


def test_two_equal_releases_are_too_close() -> None:
    """Each verdict is at 99 %: of twenty more than two differ once in a thousand times."""
    outcomes = [_judged(draw_compared(seed, contacts=1_000)).outcome for seed in range(20)]
    assert outcomes.count("too close") >= 18


def test_a_release_against_itself_is_too_close() -> None:
    compared = draw_compared(1)
    assert _judged(compared.assign(challenger=compared["champion"])).outcome == "too close"


@pytest.mark.parametrize("seed", range(3))
def test_a_better_one_is_promoted(seed: int) -> None:
    compared = draw_compared(seed, noise=0.2)
    odds = np.log(compared["champion"] / (1 - compared["champion"]))
    worse = odds + np.random.default_rng(100 + seed).normal(0, 1.2, len(compared))
    verdict = _judged(compared.assign(champion=sigmoid(worse / 1.9 - 0.5)))
    assert verdict.outcome == "promote", verdict.why
    assert "ranks better" in verdict.why


def test_shuffled_labels_rank_worse() -> None:
    compared = draw_compared(2)
    shuffled = np.random.default_rng(0).permutation(compared["challenger"].to_numpy())
    verdict = _judged(compared.assign(challenger=shuffled))
    assert verdict.outcome == "keep"
    assert verdict.why.startswith("The challenger ranks worse")


def test_a_leak_is_too_good_to_be_true() -> None:
    compared = draw_compared(3)
    knows = 0.9 * compared["repeated_probability"] + 0.1 * compared["challenger"]
    verdict = _judged(compared.assign(challenger=knows))
    assert verdict.outcome == "keep"
    assert "too good to be true" in _failed(verdict)
    assert "treat it as a leak" in verdict.why


def test_only_what_a_person_took_into_use_may_be_as_good_as_a_leak() -> None:
    compared = draw_compared(4)
    knows = 0.5 * compared["repeated_probability"] + 0.5 * compared["challenger"]
    assert "too good to be true" not in _failed(
        _judged(compared.assign(champion=knows, challenger=knows))
    )
    # Step by step is no way past it.
    good, better = (
        share * compared["repeated_probability"] + (1 - share) * compared["champion"]
        for share in (0.08, 0.095)
    )
    verdict = _judged(compared.assign(champion=good, challenger=better))
    assert verdict.figures["champion"]["auc"] < TOO_GOOD
    assert verdict.figures["challenger"]["auc"] < verdict.figures["champion"]["auc"] + 0.02
    assert "too good to be true" in _failed(verdict)


def test_broken_calibration_is_refused_though_it_ranks_as_well() -> None:
    compared = draw_compared(4)
    odds = np.log(compared["challenger"] / (1 - compared["challenger"]))
    verdict = _judged(compared.assign(challenger=sigmoid(odds + 0.7)))
    assert verdict.outcome == "keep"
    assert "calibration" in _failed(verdict)


def test_a_ruined_language_is_refused_by_name_and_the_others_are_not() -> None:
    compared = draw_compared(5, contacts=5_000)
    is_vi = (compared["language"] == "vi").to_numpy()
    ruined = compared["challenger"].to_numpy().copy()
    ruined[is_vi] = np.random.default_rng(0).permutation(ruined[is_vi])
    verdict = _judged(compared.assign(challenger=ruined))
    assert verdict.outcome == "keep"
    assert "language vi" in _failed(verdict)
    assert "language vi" in verdict.why
    assert not _failed(verdict) & {"language sv", "language zh"}


def test_first_time_customers_served_worse_are_a_reason() -> None:
    compared = draw_compared(6, contacts=5_000)
    first = (compared["earlier_contacts"] == 0).to_numpy()
    ruined = compared["challenger"].to_numpy().copy()
    ruined[first] = np.random.default_rng(0).permutation(ruined[first])
    verdict = _judged(compared.assign(challenger=ruined))
    assert verdict.outcome == "keep"
    assert "first-time customers" in _failed(verdict)


def test_scrambled_topics_are_refused_and_renamed_ones_are_not() -> None:
    compared = draw_compared(7)
    renamed = "n" + compared["champion_topic_id"]
    assert "topics" not in _failed(_judged(compared.assign(challenger_topic_id=renamed)))
    scrambled = np.random.default_rng(0).permutation(compared["challenger_topic_id"].to_numpy())
    verdict = _judged(compared.assign(challenger_topic_id=scrambled))
    assert (verdict.outcome, _failed(verdict)) == ("keep", {"topics"})
    merged = _judged(compared.assign(challenger_topic_id="t0"))
    assert "topics" in _failed(merged)


def test_fewer_topics_placed_and_other_links_are_refused() -> None:
    compared = draw_compared(8)
    placed = compared["challenger_topic_id"].where(np.arange(len(compared)) % 10 > 0)
    assert "share without topic" in _failed(_judged(compared.assign(challenger_topic_id=placed)))
    pairs = draw_pairs(0)
    other = pairs.assign(challenger=1 - pairs["champion"])
    assert "links" in _failed(judge_challenger(compared, other))
    # Most pairs of a log are linked by neither: those agree whatever the links are worth.
    sparse = pairs.assign(champion=pairs["champion"].where(pairs["champion"] > 0.88, 0.001))
    nothing = sparse.assign(challenger=0.0)
    assert "links" in _failed(judge_challenger(compared, nothing))
    assert "links" not in _failed(
        judge_challenger(compared, sparse.assign(challenger=sparse["champion"]))
    )


def test_too_few_closed_contacts_are_told_so() -> None:
    verdict = _judged(draw_compared(9, contacts=60))
    assert verdict.outcome == "too close"
    assert "60 contacts with" in verdict.why
    assert "are needed" in verdict.why
    assert _judged(draw_compared(9, contacts=60).head(0)).outcome == "too close"
