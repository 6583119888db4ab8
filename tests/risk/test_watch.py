"""A model watched: shifts of the last week are shown, earlier weeks are held to the truth."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from fcr_ml.errors import SettingsError
from fcr_ml.features import Features, build_features
from fcr_ml.frames import Casebook
from fcr_ml.risk import study_risk
from fcr_ml.risk.flags import score_open_contacts
from fcr_ml.risk.model import RiskModel
from fcr_ml.risk.returns import ReturnModel
from fcr_ml.risk.rows import closed_rows, followed_rows
from fcr_ml.risk.split import split_by_time
from fcr_ml.risk.watch import (
    Watched,
    soon_probabilities,
    watch_features,
    watch_now,
    watch_past,
)
from tests.risk.planted_log import AS_OF, SETTINGS, WEEK, planted_casebook, planted_contacts


@pytest.fixture(scope="module")
def casebook(tmp_path_factory: pytest.TempPathFactory) -> Casebook:
    """Give a planted log of which a week holds more than a hundred contacts."""
    return planted_casebook(tmp_path_factory.mktemp("watch") / "c", n=3_000)


@pytest.fixture(scope="module")
def features(casebook: Casebook) -> Features:
    """Give what was known of its contacts."""
    return build_features(casebook)


@pytest.fixture(scope="module")
def watched(casebook: Casebook, features: Features) -> Watched:
    """Give a model of all its closed contacts."""
    closed = closed_rows(casebook, features)
    seams = split_by_time(closed, test_share=0)
    scorer = RiskModel("risk model", features.names).fit(closed, seams)
    return Watched.of(scorer, closed, seams.calibration, seams.calibration_begins_at)


def test_nothing_is_shown_where_nothing_shifted(
    casebook: Casebook, features: Features, watched: Watched
) -> None:
    now = watch_now(casebook, watched, followed_rows(casebook, features, AS_OF)).iloc[0]
    assert (now["known_at"], now["verdict"]) == (AS_OF, "no shift shown")
    assert pd.isna(now["auc"])
    assert now["contacts"] > 100
    # What a customer ever did grows with a log of half a year: it is not among them.
    drift = watch_features(casebook, features, watched.scorer)
    assert (drift["verdict"] == "steady").all()
    assert "earlier_contacts" not in set(drift["name"])


def test_earlier_weeks_stand_beside_what_came(casebook: Casebook, features: Features) -> None:
    closed = closed_rows(casebook, features)
    split = split_by_time(closed)
    scorer = RiskModel("risk model", features.names).fit(closed, split)
    known = split.fit | split.calibration
    newer = split.calibration[known]
    then = Watched.of(scorer, closed[known], newer, split.calibration_begins_at)
    past = watch_past(casebook, then, closed[split.test])
    # Closed contacts end a window before now; a week apart, each with what came of it.
    assert past["known_at"].tolist() == [AS_OF - WEEK * k for k in range(len(past), 0, -1)]
    assert len(past) >= 4
    for name in ("repeat_rate", "auc", "ap"):
        held = past[name].between(past[f"expected_{name}_low"], past[f"expected_{name}_high"])
        # 95 of 100 hold; two misses of five or six happen in 1 of 30 logs.
        assert held.sum() >= len(past) - 2
    assert ((past["expected_returns"] - past["returns"]).abs() < 25).all()


def test_a_shift_planted_in_the_last_week_is_shown_before_its_labels(
    casebook: Casebook, features: Features, watched: Watched
) -> None:
    followed = followed_rows(casebook, features, AS_OF)
    # As many silent ones as there are returns come back as well: the base rate doubles.
    draw = np.random.default_rng(0)
    running = followed["closes_epoch"] > AS_OF.timestamp()
    silent = np.flatnonzero(running & followed["return_hours"].isna())
    back = draw.choice(silent, int((running & followed["is_repeated"]).sum()), replace=False)
    doubled = followed.copy()
    doubled.loc[back, "repeated_probability"] = 0.95
    doubled.loc[back, "return_hours"] = doubled.loc[back, "followed_hours"] / 2
    row = watch_now(casebook, watched, doubled).iloc[0]
    assert row["verdict"] == "more returns"
    assert row["ratio_low"] > 1.3
    # No contact is open, or too few were tested: no rows, and no error.
    assert watch_now(casebook, watched, followed[~running]).empty
    assert watch_past(casebook, watched, followed[running]).empty


def test_soon_is_never_more_than_the_risk(
    casebook: Casebook, features: Features, watched: Watched
) -> None:
    rows = score_open_contacts(casebook, features, watched.scorer)
    left = (rows["closes_at"] - AS_OF).dt.total_seconds() / 3_600
    soon = soon_probabilities(rows.assign(hours_left=left), features, watched, AS_OF)
    assert ((soon <= rows["risk"]) & (soon > 0)).all()
    # Within 48 hours of the window's end the whole of the risk is soon.
    last = left <= 48
    assert last.any()
    assert (soon - rows["risk"])[last].abs().max() < 1e-6
    # Returns are spread evenly over the week: of h hours left, 48 hold 48 / h of those to come.
    expected = (rows["risk"] * 48 / left)[~last]
    assert soon[~last].sum() == pytest.approx(expected.sum(), rel=0.2)


def test_shares_due_are_those_of_the_probabilities() -> None:
    model = ReturnModel("return model", [])
    draw = np.random.default_rng(0)
    at = np.where(draw.random(2_000) < 0.4, draw.uniform(0, 168, 2_000), np.nan)
    rows = pd.DataFrame({"moment_epoch": np.arange(2_000) * 3_600})
    rows["closes_epoch"] = rows["moment_epoch"] + 168 * 3_600
    rows = rows.assign(followed_hours=168.0, return_hours=at)
    rows["repeated_probability"] = np.isfinite(at).astype(float)
    model.fit_followed(rows, pd.Timestamp(1_600 * 3_600, unit="s", tz="UTC"))
    for hours in (0.0, 24.0, 100.0, 168.0, 500.0):
        share = model.share_due(rows, np.full(len(rows), hours))
        assert share == pytest.approx(model.risk(rows, hours) / model.risk(rows))
    assert model.share_due(rows, np.full(2_000, 84.0))[0] == pytest.approx(0.5, abs=0.05)


def test_a_contact_that_still_runs_is_flagged_when_risk_is_asked_at_its_start(
    tmp_path: Path,
) -> None:
    contacts = planted_contacts(300, 0)
    # The newest have not ended.
    runs = (contacts["started_at"] > AS_OF - pd.Timedelta(days=2)).to_numpy()
    ended = contacts["ended_at"].mask(runs)
    casebook = planted_casebook(
        tmp_path / "c",
        n=300,
        window_from="start",
        tables={"contacts": contacts.assign(ended_at=ended)},
    )
    running = set(contacts.loc[runs, "contact_id"])
    for moment in ("start", "live"):
        told = study_risk(casebook, moment=moment)  # type: ignore[arg-type]
        flagged = told.flags.set_index("contact_id")["ended_at"]
        assert running & set(flagged.index)
        assert flagged[flagged.index.isin(running)].isna().all()
        assert flagged[~flagged.index.isin(running)].notna().all()
        assert "transfers" not in told.features.names
    assert not running & set(study_risk(casebook).flags["contact_id"])


def test_risk_is_not_asked_before_the_window_begins(casebook: Casebook) -> None:
    assert SETTINGS["window_from"] == "end"
    with pytest.raises(SettingsError, match="--window-from start"):
        study_risk(casebook, moment="live")
    with pytest.raises(SettingsError, match="'soon' is none of"):
        study_risk(casebook, moment="soon")  # type: ignore[arg-type]
