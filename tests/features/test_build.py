"""The frame of features: what is there, what is not, and that it is always the same."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from fcr_ml.features import build_features
from fcr_ml.frames import write_casebook
from fcr_ml.frames.conform import empty
from fcr_ml.frames.tables import CONTACTS, OUTCOMES
from tests.features.random_log import AS_OF, SETTINGS, instants, random_casebook, random_contacts


def test_every_feature_is_described_and_a_number(tmp_path: Path) -> None:
    features = build_features(random_casebook(tmp_path / "c", 0))
    assert len(set(features.names)) == len(features.names)
    assert (features.frame[features.names].dtypes == np.float64).all()
    assert features.feature("topic_repeat_rate").of == "topic_id"
    assert features.feature("attribute_devices").known == "at_end"
    assert features.feature("attribute_plan_repeat_rate").known == "at_start"
    assert {"channel", "topic_id", "attribute_plan"} <= set(features.categories)
    assert all(feature.meaning and feature.unit for feature in features.described)


def test_the_contacts_own_numbers(tmp_path: Path) -> None:
    contacts = random_contacts(3).sort_values("contact_id", ignore_index=True)
    contacts = contacts[contacts["ended_at"].notna()].reset_index(drop=True)
    rows = build_features(random_casebook(tmp_path / "c", 3)).frame
    handle = contacts["talk_seconds"] + contacts["hold_seconds"]
    np.testing.assert_allclose(rows["handle_minutes"], handle / 60)
    np.testing.assert_allclose(rows["hold_share"], contacts["hold_seconds"] / handle)
    spent = (contacts["ended_at"] - contacts["started_at"]).dt.total_seconds()
    np.testing.assert_allclose(rows["hours_to_end"], spent / 3_600)
    assert rows["end_hour"].tolist() == contacts["ended_at"].dt.hour.tolist()
    assert rows["end_weekday"].tolist() == contacts["ended_at"].dt.day_of_week.tolist()


def test_missing_stays_missing(tmp_path: Path) -> None:
    features = build_features(random_casebook(tmp_path / "c", 0))
    rows = features.frame
    without = rows["has_note"] == 0
    assert without.any()
    assert not without.all()
    assert (
        rows.loc[without, ["meaning_01", "topic_repeat_rate", "again_words"]].isna().all(axis=None)
    )
    assert rows.loc[~without, ["meaning_01", "again_words"]].notna().all(axis=None)


def test_a_log_without_notes_has_no_note_features(tmp_path: Path) -> None:
    contacts = random_contacts(1)[["contact_id", "customer_id", "started_at", "ended_at"]]
    as_of = instants(np.array([AS_OF]))[0]
    casebook = write_casebook(
        tmp_path / "c", {"contacts": contacts, "outcomes": empty(OUTCOMES)}, as_of, SETTINGS
    )
    features = build_features(casebook)
    assert {f.group for f in features.described} == {"contact", "customer", "desk", "calendar"}
    assert "topic_id" not in features.frame.columns
    # Nothing has closed: every rate is unknown.
    assert features.frame["customer_repeat_rate"].isna().all()


def test_an_empty_casebook_has_no_rows(tmp_path: Path) -> None:
    tables = {"contacts": empty(CONTACTS), "outcomes": empty(OUTCOMES)}
    as_of = pd.Timestamp("2025-01-01", tz="UTC")
    features = build_features(write_casebook(tmp_path / "c", tables, as_of, SETTINGS))
    assert features.frame.empty
    assert "earlier_contacts" in features.names


def test_two_runs_and_another_order_give_the_same_frame(tmp_path: Path) -> None:
    first = build_features(random_casebook(tmp_path / "a", 7)).frame
    shuffled = random_contacts(7).sample(frac=1, random_state=0)
    second = build_features(random_casebook(tmp_path / "b", 7, tables={"contacts": shuffled})).frame
    pd.testing.assert_frame_equal(first, second, check_exact=True)
