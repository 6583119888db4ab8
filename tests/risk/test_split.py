"""Parts by time: nothing is learned from that was not known before the next part began."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from fcr_ml.risk.split import NotEnoughContactsError, split_by_time

DAY = 86_400


def daily_rows(days: int, a_day: int, window_days: int = 7, seed: int = 0) -> pd.DataFrame:
    moments = np.repeat(np.arange(days) * DAY, a_day)
    repeated = np.random.default_rng(seed).random(len(moments)) < 0.3
    return pd.DataFrame(
        {
            "contact_id": [f"c{place:05d}" for place in range(len(moments))],
            "moment_epoch": moments,
            "closes_epoch": moments + window_days * DAY,
            "repeated_probability": repeated.astype(float),
        }
    )


def test_seams_by_hand() -> None:
    # 100 days of 10: the test has the last 25 days, from day 75; what closed before it ended
    # on days 0 to 67. The last fifth of those 680 contacts begins on day 54.
    rows = daily_rows(100, 10)
    split = split_by_time(rows)
    days = rows["moment_epoch"] // DAY
    assert split.test_begins_at == pd.Timestamp(75 * DAY, unit="s", tz="UTC")
    assert split.calibration_begins_at == pd.Timestamp(54 * DAY, unit="s", tz="UTC")
    assert set(days[split.test]) == set(range(75, 100))
    assert set(days[split.calibration]) == set(range(54, 68))
    assert set(days[split.fit]) == set(range(47))


def test_a_day_may_be_given_where_the_test_begins() -> None:
    rows = daily_rows(100, 10)
    split = split_by_time(rows, test_from=pd.Timestamp(90 * DAY, unit="s", tz="UTC"))
    days = rows["moment_epoch"] // DAY
    assert set(days[split.test]) == set(range(90, 100))
    # Windows of seven days: what closed before day 90 ended on day 82 or earlier.
    assert days[split.calibration].max() == 82
    with pytest.raises(NotEnoughContactsError, match="part 'test'"):
        split_by_time(rows, test_from=pd.Timestamp(200 * DAY, unit="s", tz="UTC"))


@pytest.mark.parametrize("seed", range(5))
def test_every_label_was_known_before_the_next_part_began(seed: int) -> None:
    draw = np.random.default_rng(seed)
    rows = daily_rows(120, 15, int(draw.integers(1, 15)), seed)
    split = split_by_time(rows, test_share=0.3, calibration_share=0.3)
    closes, moments = rows["closes_epoch"], rows["moment_epoch"]
    assert closes[split.fit].max() < moments[split.calibration].min()
    assert closes[split.calibration].max() < moments[split.test].min()
    assert not (split.fit & split.calibration | split.calibration & split.test).any()


def test_without_a_test_the_latest_contacts_calibrate() -> None:
    rows = daily_rows(100, 10)
    split = split_by_time(rows, test_share=0)
    assert not split.test.any()
    assert split.test_begins_at is None
    assert split.calibration[-1]


@pytest.mark.parametrize(
    ("rows", "part"),
    [
        (daily_rows(10, 5), "fit"),
        # Many contacts, but a window as long as the log.
        (daily_rows(40, 100, window_days=39), "fit"),
        (daily_rows(100, 10).assign(repeated_probability=0.0), "fit"),
        (daily_rows(0, 1), "fit"),
    ],
)
def test_too_little_is_said_with_the_mend(rows: pd.DataFrame, part: str) -> None:
    with pytest.raises(NotEnoughContactsError, match=f"'{part}'.*bring a longer log"):
        split_by_time(rows)
