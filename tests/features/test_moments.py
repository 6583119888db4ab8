"""What is known when a contact starts, while it is open, and when it has ended."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from fcr_ml.errors import SettingsError
from fcr_ml.features import Features, build_features
from fcr_ml.features import words_so_far as words
from fcr_ml.features.moments import epochs
from fcr_ml.frames import Casebook, write_casebook
from tests.features.random_log import random_casebook

OF_THE_END = {"handle_minutes", "hold_share", "transfers", "hours_to_end", "has_answer"}
OF_THE_NOTE = {"words", "meaning_01", "topic_repeat_rate", "words_log_odds", "again_words"}


def _at(casebook: Casebook, moment: Any) -> Features:
    return build_features(casebook, moment=moment)


def test_each_moment_knows_what_it_can(tmp_path: Path) -> None:
    casebook = random_casebook(tmp_path / "c", 0)
    known = {moment: set(_at(casebook, moment).names) for moment in ("end", "live", "start")}

    assert known["end"] >= OF_THE_END | OF_THE_NOTE
    assert known["live"] >= OF_THE_NOTE
    assert not known["live"] & OF_THE_END
    assert not known["start"] & (OF_THE_END | OF_THE_NOTE)
    assert {"earlier_contacts", "reason_code_repeat_rate"} <= known["start"]
    assert "agent_id_repeat_rate" not in known["live"]
    assert "attribute_plan_repeat_rate" in known["start"]
    assert "attribute_devices" not in known["start"]


@pytest.mark.parametrize("moment", ["start", "live"])
def test_every_feature_says_when_it_is_known(tmp_path: Path, moment: str) -> None:
    features = _at(random_casebook(tmp_path / "c", 1), moment)
    allowed = {"at_start"} if moment == "start" else {"at_start", "while_open"}
    assert {feature.known for feature in features.described} <= allowed
    assert features.moment == moment


def test_a_contact_that_runs_has_a_moment_at_its_start(tmp_path: Path) -> None:
    casebook = random_casebook(tmp_path / "c", 2)
    contacts = casebook.table("contacts", ["contact_id", "started_at"]).sort_values("contact_id")
    rows = _at(casebook, "start").frame
    assert rows["contact_id"].tolist() == contacts["contact_id"].tolist()
    assert rows["moment_epoch"].tolist() == epochs(contacts["started_at"]).tolist()


def test_a_reason_code_coded_at_the_end_is_not_known_at_the_start(tmp_path: Path) -> None:
    casebook = random_casebook(tmp_path / "c", 3)
    said = replace(casebook, settings=casebook.settings | {"known": {"reason_code": "at_end"}})
    assert "reason_code_repeat_rate" in _at(casebook, "start").names
    assert not [name for name in _at(said, "start").names if "reason_code" in name]


def test_a_moment_that_there_is_not_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="none of end, start, live"):
        _at(random_casebook(tmp_path / "c", 0), "middle")


@pytest.mark.parametrize("moment", ["start", "live"])
@pytest.mark.parametrize("seed", [4, 5])
def test_nothing_after_the_moment_changes_a_feature(
    tmp_path: Path, moment: str, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    # So few labels as a small log has would leave the words unread.
    monkeypatch.setattr(words, "_FEWEST_LABELS", 1)
    casebook = random_casebook(tmp_path / "c", seed, window_from="start")
    features = _at(casebook, moment)
    whole = features.frame.set_index("contact_id")[features.names]
    for contact_id in features.frame["contact_id"].sample(3, random_state=seed):
        cut = _at(_as_it_began(casebook, contact_id, tmp_path / contact_id), moment)
        known = cut.frame.set_index("contact_id").reindex(columns=features.names)
        np.testing.assert_array_equal(known.loc[contact_id], whole.loc[contact_id])


def _as_it_began(casebook: Casebook, contact_id: str, folder: Path) -> Casebook:
    """Write the casebook without what came after a contact began, itself kept."""
    contacts = casebook.table("contacts")
    own = contacts["contact_id"] == contact_id
    begin = contacts.loc[own, "started_at"].iloc[0]
    contacts = contacts[((contacts["started_at"] < begin) | own).to_numpy(dtype=bool)]
    ended = contacts["ended_at"].where((contacts["ended_at"] < begin).fillna(False))
    kept = set(contacts["contact_id"])
    tables = {"contacts": contacts.assign(ended_at=ended)}
    for name in ("notes", "topics"):
        table = casebook.table(name)
        tables[name] = table[table["contact_id"].isin(kept).to_numpy(dtype=bool)]
    outcomes = casebook.table("outcomes")
    outcomes = outcomes[outcomes["contact_id"].isin(kept).to_numpy(dtype=bool)]
    runs = ~(outcomes["closes_at"] < begin).fillna(False).to_numpy(dtype=bool)
    tables["outcomes"] = outcomes.assign(is_closed=outcomes["is_closed"] & ~runs)
    as_of = begin + pd.Timedelta(seconds=1)
    return write_casebook(folder, tables, as_of, casebook.settings)
