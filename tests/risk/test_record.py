"""The record of what was flagged: appended once, never changed, first night first."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from fcr_ml.errors import DataError, StorageError
from fcr_ml.frames.conform import conform, empty
from fcr_ml.frames.flagged import ACTED, FLAGGED
from fcr_ml.risk.record import (
    add_flagged,
    first_nights,
    read_acted,
    read_flagged,
    who_is_left_out,
)

NIGHT = pd.Timestamp("2025-06-10", tz="UTC")
DAY = pd.Timedelta(days=1)


def night(day: int, rows: list[tuple[str, str, bool]], **changes: object) -> pd.DataFrame:
    flagged = pd.DataFrame(rows, columns=["contact_id", "customer_id", "is_left_alone"])
    return conform(
        FLAGGED,
        flagged.assign(
            flagged_at=NIGHT + day * DAY,
            rank=range(1, len(rows) + 1),
            queue=None,
            risk=0.4,
            saving=None,
            left_alone_share=0.1,
            experiment="calls",
            closes_at=NIGHT + 7 * DAY,
            reading="related",
            window="7d",
        ).assign(**changes),
    )


def test_a_record_by_hand(tmp_path: Path) -> None:
    path = tmp_path / "flagged.csv"
    # An id that begins like a formula is kept from running, and read as it was.
    first = night(0, [("=c1", "u1", False), ("c2", "u2", True)])
    second = night(1, [("c3", "u3", False), ("=c1", "u1", False)])
    assert add_flagged(path, first) == 2
    begun = path.read_bytes()
    assert add_flagged(path, second) == 2
    assert path.read_bytes().startswith(begun)
    pd.testing.assert_frame_equal(
        read_flagged(path), conform(FLAGGED, pd.concat([first, second], ignore_index=True))
    )
    firsts = first_nights(read_flagged(path), "calls")
    assert dict(zip(firsts["contact_id"], firsts["flagged_at"], strict=True)) == {
        "=c1": NIGHT,
        "c2": NIGHT,
        "c3": NIGHT + DAY,
    }
    assert first_nights(read_flagged(path), "other").empty


def test_the_same_night_twice_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "flagged.csv"
    rows = night(0, [("c1", "u1", False), ("c2", "u2", True)])
    add_flagged(path, rows)
    written = path.read_bytes()
    assert add_flagged(path, rows) == 0
    assert path.read_bytes() == written
    # A longer list of the same night: what is new is added.
    assert add_flagged(path, night(0, [("c1", "u1", False), ("c4", "u4", False)])) == 1


def test_a_share_changed_within_an_experiment_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "flagged.csv"
    add_flagged(path, night(0, [("c1", "u1", False)]))
    written = path.read_bytes()
    other = night(1, [("c1", "u1", True)], left_alone_share=0.5)
    with pytest.raises(DataError, match=r"1 of tonight's 1 contacts .*0\.1 and 0\.5"):
        add_flagged(path, other)
    assert path.read_bytes() == written
    assert add_flagged(path, other.assign(experiment="second")) == 1


def test_who_is_left_out_by_hand() -> None:
    rows = [("c1", "u1", False), ("c2", "u2", True), ("c3", "u3", False)]
    flagged = pd.concat([night(0, rows), night(1, [("c4", "u4", True)])], ignore_index=True)
    acted = pd.DataFrame({"contact_id": ["c1", "c3"], "acted_at": [NIGHT, NIGHT + 5 * DAY]})
    acted = conform(ACTED, acted.assign(flagged_at=None, is_left_alone=None))
    out = who_is_left_out(flagged, acted, NIGHT + DAY)
    # c1 was called, c2 left alone; c3 was called only later, c4 is of the same night.
    assert out.contacts == {"c1"}
    assert out.customers == {"u1", "u2"}
    # Once their windows have closed everybody may be listed again.
    assert who_is_left_out(flagged, acted, NIGHT + 8 * DAY).customers == set()
    assert who_is_left_out(empty(FLAGGED), empty(ACTED), NIGHT).contacts == set()


def test_what_the_desk_did_is_read_first_call_first(tmp_path: Path) -> None:
    path = tmp_path / "acted.csv"
    path.write_text(
        "contact_id,acted_at,agent\nc1,2025-06-11T09:00+02:00,a\nc2,,a\nc1,2025-06-10T09:00Z,b\n",
        encoding="utf-8",
    )
    acted = read_acted(path).set_index("contact_id")
    assert acted.loc["c1", "acted_at"] == NIGHT + pd.Timedelta(hours=9)
    assert pd.isna(acted.loc["c2", "acted_at"])


def test_unusable_files_are_told_with_the_mend(tmp_path: Path) -> None:
    path = tmp_path / "acted.csv"
    with pytest.raises(StorageError, match="check the path"):
        read_acted(path)
    path.write_text("contact_id,acted_at\nc1,2025-06-11 09:00\nc2,soon\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"2 of 2 values of acted_at .*with their zone"):
        read_acted(path)
    path.write_text("id,acted_at\nc1,\n", encoding="utf-8")
    with pytest.raises(DataError, match="required column contact_id is missing"):
        read_acted(path)
    path.write_text("", encoding="utf-8")
    with pytest.raises(DataError, match="is no CSV or Parquet"):
        read_acted(path)
