"""No feature looks ahead: with the future taken away every value stays the same."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from fcr_ml.features import build, build_features
from fcr_ml.features.leaks import check_leaks
from fcr_ml.features.moments import Moment
from tests.features.random_log import SETTINGS, outcomes_of, random_casebook, random_contacts


@pytest.mark.parametrize("moment", ["end", "start", "live"])
@pytest.mark.parametrize("seed", range(2))
def test_features_do_not_change_when_the_future_is_taken_away(
    tmp_path: Path, seed: int, moment: Moment
) -> None:
    casebook = random_casebook(tmp_path / "c", seed)
    come = build_features(casebook, moment=moment).frame["contact_id"]
    drawn = come.sample(4, random_state=seed).tolist()
    differing = check_leaks(casebook, drawn, moment=moment)
    assert differing.empty, differing.to_string()


def test_features_of_a_log_without_ends_do_not_look_ahead(tmp_path: Path) -> None:
    contacts = random_contacts(5)
    outcomes = outcomes_of(contacts.assign(ended_at=contacts["started_at"]), 5)
    contacts = contacts.drop(columns="ended_at")
    casebook = random_casebook(
        tmp_path / "c",
        5,
        window_from="start",
        tables={"contacts": contacts, "outcomes": outcomes},
    )
    features = build_features(casebook)
    assert len(features.frame) == len(contacts)
    assert "hours_to_end" not in features.names
    assert check_leaks(casebook, features.frame["contact_id"].tolist()[:3]).empty


def test_a_feature_that_looks_ahead_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    casebook = random_casebook(tmp_path / "c", 1)

    def of_the_whole_log(ended: pd.DataFrame) -> pd.DataFrame:
        return pd.DataFrame({"end_hour": float(len(ended))}, index=ended.index)

    monkeypatch.setattr(build, "calendar_numbers", of_the_whole_log)
    first = build_features(casebook).frame.sort_values("moment_epoch")["contact_id"].iloc[0]
    differing = check_leaks(casebook, [first])
    assert differing["feature"].tolist() == ["end_hour"]


def test_what_is_known_later_is_no_feature(tmp_path: Path) -> None:
    features = build_features(random_casebook(tmp_path / "c", 2))
    assert not [name for name in features.frame.columns if "csat" in name or "survey" in name]
    assert SETTINGS["attributes"]["survey_words"] == "later"
    known = {feature.known for feature in features.described}
    assert known == {"at_start", "while_open", "at_end"}
