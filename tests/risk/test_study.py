"""The whole room: planted truth found, none invented, small logs told so, the same bytes twice."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from fcr_ml.frames import write_casebook
from fcr_ml.frames.conform import empty
from fcr_ml.frames.tables import CONTACTS, OUTCOMES
from fcr_ml.risk import study_risk
from fcr_ml.risk.baselines import CountingRule
from fcr_ml.risk.flags import risk_left
from fcr_ml.risk.rows import open_rows
from fcr_ml.risk.study import MODEL
from tests.risk.planted_log import AS_OF, SETTINGS, planted_casebook, planted_contacts


def test_planted_risk_is_found_and_right(tmp_path: Path) -> None:
    casebook = planted_casebook(tmp_path / "c", n=4_000)
    study = study_risk(casebook, capacity=20)
    assert study.scorer.name == MODEL
    truth = planted_contacts(4_000, 0).set_index("contact_id")["true_risk"]
    rows = open_rows(casebook, study.features)
    at_end = study.scorer.risk(rows)
    # Labels say 0.95 and 0.02 for repeated and resolved.
    expected = 0.02 + 0.93 * truth[rows["contact_id"]].to_numpy()
    assert np.corrcoef(at_end, expected)[0, 1] > 0.9
    assert np.abs(at_end - expected).mean() < 0.06
    # Silence since then only lowers it.
    now = study.scores.set_index("contact_id")["risk"].reindex(rows["contact_id"])
    assert (now.to_numpy() <= at_end + 1e-6).all()
    assert len(study.flags) == 20
    assert study.flags["risk"].is_monotonic_decreasing
    assert (study.flags["within_48h_probability"] <= study.flags["risk"]).all()
    assert study.watch["known_at"].iloc[-1] == AS_OF
    assert study.watch["auc"].isna().tolist() == [False] * (len(study.watch) - 1) + [True]
    assert "risk" in set(study.drift["name"])
    told = " ".join(study.flags["reason_1"])
    assert "transferred" in told or "queue 'technical'" in told


def test_silence_lowers_the_risk_by_the_returns_that_would_have_come() -> None:
    # A contact of risk 0.4 whose returns are spread evenly over ten days: after half of
    # them 0.4 * 0.5 of all such contacts are still to return, of 1 - 0.4 * 0.5 still silent.
    assert risk_left(np.array([0.4]), np.array([0.5]))[0] == pytest.approx(0.2 / 0.8)
    assert risk_left(np.array([0.4]), np.array([0.0]))[0] == pytest.approx(0.4)
    # by drawing: returns of those that have been silent for three of ten days
    random = np.random.default_rng(0)
    returns = random.random(200_000) < 0.4
    days = np.where(returns, random.uniform(0, 10, 200_000), np.inf)
    silent = days > 3
    assert risk_left(np.array([0.4]), np.array([0.3]))[0] == pytest.approx(
        returns[silent].mean(), abs=0.005
    )


def test_where_nothing_is_planted_the_model_is_not_used(tmp_path: Path) -> None:
    study = study_risk(planted_casebook(tmp_path / "c", n=3_000, has_signal=False))
    assert study.scorer.name != MODEL
    assert study.evaluation is not None
    figures = study.evaluation.figures.set_index(["scorer", "labels"]).loc[(MODEL, "expected")]
    assert figures["auc_low"] <= 0.5 <= figures["auc_high"]
    assert any("Nothing in this log" in remark for remark in study.remarks)


def test_two_runs_give_the_same_bytes(tmp_path: Path) -> None:
    casebook = planted_casebook(tmp_path / "c", n=2_000)
    first, second = study_risk(casebook), study_risk(casebook)
    assert first.flags.to_csv().encode() == second.flags.to_csv().encode()
    assert first.scores["risk"].to_numpy().tobytes() == second.scores["risk"].to_numpy().tobytes()


def test_a_short_log_gets_the_counting_rule_in_plain_words(tmp_path: Path) -> None:
    casebook = planted_casebook(tmp_path / "c", n=200)
    study = study_risk(casebook)
    assert isinstance(study.scorer, CountingRule)
    assert study.evaluation is None
    assert "bring a longer log" in study.remarks[0]
    assert "ranked by their customer's earlier contacts" in study.remarks[1]
    assert len(study.flags) == min(50, study.scores.shape[0])
    assert study.flags["risk"].between(0.05, 0.95).all()


def test_with_nothing_closed_there_is_no_risk_to_give(tmp_path: Path) -> None:
    contacts = planted_contacts(300, 0)
    casebook = planted_casebook(
        tmp_path / "c", n=300, tables={"contacts": contacts, "outcomes": empty(OUTCOMES)}
    )
    study = study_risk(casebook)
    assert study.flags.empty
    assert study.scores.empty
    assert "No contact has closed yet" in study.remarks[1]


def test_an_empty_casebook_is_no_error(tmp_path: Path) -> None:
    tables = {"contacts": empty(CONTACTS), "outcomes": empty(OUTCOMES)}
    study = study_risk(write_casebook(tmp_path / "c", tables, AS_OF, SETTINGS))
    assert study.flags.empty
    assert study.remarks


def test_contacts_that_were_acted_on_are_left_out(tmp_path: Path) -> None:
    casebook = planted_casebook(tmp_path / "c", n=2_000)
    everything = study_risk(casebook)
    helped = everything.features.frame["contact_id"].head(500).tolist()
    fewer = study_risk(casebook, acted_on=helped, features=everything.features)
    assert fewer.split is not None
    assert everything.split is not None
    assert len(everything.split.fit) - len(fewer.split.fit) == 500


def test_the_counting_rule_by_hand() -> None:
    rows = pd.DataFrame(
        {
            "earlier_contacts_30d": [0.0] * 10 + [2.0] * 10 + [9.0] * 10,
            "repeated_probability": [0.0] * 10 + [1.0] * 10 + [0.0] * 10,
        }
    )
    rule = CountingRule().fit(rows)
    # 11 of 32 over all; each pulled by 20 contacts of that rate; never falling.
    overall = 11 / 32
    zero, two = 20 * overall / 30, (10 + 20 * overall) / 30
    told = rule.risk(pd.DataFrame({"earlier_contacts_30d": [0.0, 1.0, 2.0, 3.0, 50.0]}))
    np.testing.assert_allclose(told, [zero, overall, two, two, two])
