"""Real logs: what is known of them from their description."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from fcr_ml.contacts import check_log, clean_log, read_log

DATA = Path(__file__).parents[3] / "shared" / "data"

pytestmark = [
    pytest.mark.real_data,
    pytest.mark.skipif(not DATA.is_dir(), reason=f"no real data at {DATA}"),
]


def test_desk_log_ends_when_new_questions_were_last_collected():
    raw = read_log([str(DATA / "thunderbird_desk" / "contacts.parquet")])
    clean = clean_log(raw)
    # New questions till 2025-06, few late replies till November.
    assert clean.as_of == pd.Timestamp("2025-07-01", tz="UTC")
    assert len(clean.contacts) + len(clean.set_aside) == len(raw.rows) == 55_744
    assert clean.set_aside["reason"].value_counts().to_dict() == {
        "later than the moment of the analysis": 90,
        "ends before it starts": 12,
    }


def test_incident_log_needs_a_zone_and_ends_with_its_file():
    raw = read_log([str(DATA / "it_incidents" / "contacts.parquet")])
    assert "--time-zone" in check_log(raw).faults[0]
    attributes = {"made_sla_at_close": "at_end", "symptom": "at_start"}
    clean = clean_log(raw, time_zone="UTC", attributes=attributes)
    assert clean.as_of == pd.Timestamp("2016-05-01", tz="UTC")
    assert clean.set_aside["reason"].value_counts().to_dict() == {"customer_id missing": 3}
    running = clean.contacts["ended_at"].isna()
    assert clean.contacts.loc[running, "symptom"].notna().any()
    check = check_log(raw, time_zone="UTC")
    assert ("topics, and evidence from text in links", "note") in check.switched_off
    assert any("shared accounts" in remark for remark in check.remarks)
