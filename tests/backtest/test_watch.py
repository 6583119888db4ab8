"""A watch over a release: nothing on a log as it was, and each planted drift in a week."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.stats import poisson

from fcr_ml.backtest.watch import verdict_of, watch_release
from fcr_ml.backtest.watch_rows import WatchRows
from fcr_ml.frames.release_watch import RELEASE_WATCH
from fcr_ml.measures.weeks import fall_by_chance

AS_OF = pd.Timestamp("2025-06-30", tz="UTC")
SEAM = AS_OF - pd.Timedelta(days=21)
DAY = 86_400


def _log(seed: int = 0, a_day: int = 60, days: int = 126) -> WatchRows:
    draw = np.random.default_rng(seed)
    n = a_day * days
    started = int(AS_OF.timestamp()) - np.sort(draw.integers(1, days * DAY, n))[::-1]
    risk = 1 / (1 + np.exp(-draw.normal(-1.6, 1.0, n)))
    hours = np.where(draw.random(n) < risk, draw.exponential(40, n), np.nan)
    hours[hours > 168] = np.nan
    topic = draw.choice(["t1", "t2", "t3", None], n, p=[0.4, 0.3, 0.2, 0.1])
    rows = pd.DataFrame(
        {
            "contact_id": [f"c{i:06d}" for i in range(n)],
            "customer_id": [f"u{i:05d}" for i in draw.integers(0, n // 2, n)],
            "started_epoch": started,
            "channel": draw.choice(["voice", "chat"], n),
            "product": draw.choice(["Fibre", "Mobile"], n),
            "reason_code": draw.choice(["Billing", "Fault", "Order"], n),
            "language": draw.choice(["en", "sv"], n, p=[0.7, 0.3]),
            "words": draw.poisson(30, n),
            "topic_id": topic,
            "moment_epoch": started + 900.0,
            "closes_epoch": started + 900.0 + 7 * DAY,
            "risk": risk,
            "return_hours": hours,
            "repeated_probability": np.where(np.isnan(hours), 0.0, 1.0),
        }
    )
    used = ("contact_id", "customer_id", "channel", "product", "reason_code", "language")
    return WatchRows(rows, used, (), 168.0)


def _is_late(watched: WatchRows) -> np.ndarray:
    started = watched.rows["started_epoch"].to_numpy()
    return started >= int(AS_OF.timestamp()) - 7 * DAY


def _watch(watched: WatchRows, as_of: pd.Timestamp = AS_OF) -> pd.DataFrame:
    return watch_release(watched, as_of, SEAM, {"t1": "Router drops"})


def _alarms(told: pd.DataFrame) -> set[tuple[str, str, str]]:
    told = told[told["verdict"] != "fine"]
    return set(zip(told["kind"], told["name"], told["verdict"], strict=True))


@pytest.mark.parametrize("seed", [0, 1])
def test_nothing_is_told_of_an_undisturbed_log(seed: int) -> None:
    watched = _log(seed)
    for back in (0, 3, 9):
        told = _watch(watched, AS_OF - pd.Timedelta(days=back))
        assert verdict_of(told) == "fine", _alarms(told)
    assert list(told.columns) == list(RELEASE_WATCH.columns)
    assert not told.duplicated(["kind", "name", "value"]).any()
    pd.testing.assert_frame_equal(_watch(watched), _watch(watched))


_RETURNS_GONE = {"seven tenths": 0.7, "nine tenths": 0.9, "no returns": 1.0}


def _planted(kind: str) -> WatchRows:
    watched, draw = _log(), np.random.default_rng(1)
    rows, late = watched.rows, _is_late(watched)
    part = late & (draw.random(len(rows)) < 0.25)
    if kind == "halved":
        rows = rows[~(late & (draw.random(len(rows)) < 0.5))]
    elif kind == "emptied":
        rows["product"] = rows["product"].where(~late)
    elif kind == "codes":
        rows["reason_code"] = rows["reason_code"].mask(part, "Heat pump")
    elif kind == "topic":
        rows["topic_id"] = rows["topic_id"].mask(part, None)
    elif kind == "notes":
        rows["words"] = rows["words"].where(~late, rows["words"] // 2)
    elif kind == "language":
        rows["language"] = rows["language"].mask(part, "de")
    elif kind == "returns":
        more = late & rows["return_hours"].isna() & (draw.random(len(rows)) < 0.3)
        rows["return_hours"] = rows["return_hours"].mask(more, draw.exponential(40, len(rows)))
        rows["repeated_probability"] = rows["repeated_probability"].mask(more, 1.0)
    elif kind in _RETURNS_GONE:
        gone = late & (draw.random(len(rows)) < _RETURNS_GONE[kind])
        rows["return_hours"] = rows["return_hours"].mask(gone)
        rows["repeated_probability"] = rows["repeated_probability"].mask(gone, 0.0)
    else:
        rows.loc[late, "risk"] = draw.permutation(rows.loc[late, "risk"])
    return replace(watched, rows=rows)


@pytest.mark.parametrize(
    ("kind", "alarm"),
    [
        ("halved", ("volume", "contacts", "look")),
        ("emptied", ("column", "product", "retrain")),
        ("codes", ("new values", "reason_code", "look")),
        ("topic", ("topics", "without topic", "look")),
        ("notes", ("number", "words", "look")),
        ("language", ("new values", "language", "look")),
        ("returns", ("returns", "returns over due", "retrain")),
        *((gone, ("returns", "returns over due", "retrain")) for gone in _RETURNS_GONE),
        ("ranking", ("returns", "ranking of returns", "retrain")),
    ],
)
def test_each_planted_drift_is_told_within_a_week(kind: str, alarm: tuple[str, str, str]) -> None:
    told = _watch(_planted(kind))
    assert alarm in _alarms(told)
    alarming = told[told["verdict"] != "fine"]
    assert alarming["why"].notna().all()
    assert alarming["what_to_do"].notna().all()


@pytest.mark.parametrize("a_day", [30, 60])
def test_the_more_returns_are_gone_the_further_the_level_lies_from_one_limit(a_day: int) -> None:
    watched = _log(a_day=a_day)
    late, figures = _is_late(watched), []
    for share in (0.7, 0.9, 1.0):
        gone = late & (np.random.default_rng(1).random(len(late)) < share)
        rows = watched.rows.assign(
            return_hours=watched.rows["return_hours"].mask(gone),
            repeated_probability=watched.rows["repeated_probability"].mask(gone, 0.0),
        )
        told = _watch(replace(watched, rows=rows)).set_index("name").loc["returns over due"]
        assert told["distance"] > told["limit"]
        figures.append((told["distance"], told["limit"]))
    # What is left says nothing of the limit: the same returns were due each time.
    assert len({limit for _, limit in figures}) == 1
    assert figures == sorted(figures)


@pytest.mark.parametrize("name", ["channel", "ended_at", "note"])
def test_a_column_that_is_not_there_is_lacking(name: str) -> None:
    watched = _log()
    rows = watched.rows.drop(columns=name, errors="ignore")
    used = tuple(dict.fromkeys((*watched.used, name)))
    told = _watch(replace(watched, rows=rows, used=used))
    assert _alarms(told) == {("column", name, "retrain")}
    assert told["why"][0] == f"the log has no column {name} any more"


def test_a_column_emptied_throughout_is_told_as_one_that_is_gone() -> None:
    watched = _log()
    rows = watched.rows.assign(product=None, note=np.nan, ended_at=pd.NaT)
    used = (*watched.used, "note", "ended_at")
    told = _watch(replace(watched, rows=rows, used=used))
    assert _alarms(told) == {("column", n, "retrain") for n in ("product", "note", "ended_at")}
    assert not told.duplicated(["kind", "name", "value"]).any()
    # A log of a day may hold no note yet; one that is compared held some at the fit.
    short = _log(days=1)
    told = _watch(replace(short, rows=short.rows.assign(note=np.nan), used=used[:-1]))
    assert _alarms(told) == {("volume", "history", "look")}


def test_a_return_after_the_moment_is_none() -> None:
    watched = _log()
    cut = watched.until(int(SEAM.timestamp())).rows
    came = cut["moment_epoch"] + cut["return_hours"] * 3_600
    assert (came.dropna() < SEAM.timestamp()).all()
    assert len(cut) < len(watched.rows)


def _nothing_compared(told: pd.DataFrame) -> bool:
    return _alarms(told) == {("volume", "history", "look")} and told["usual"].isna().all()


@pytest.mark.parametrize(("days", "weeks"), [(1, 0), (20, 0), (40, 2), (48, 3)])
def test_a_log_too_short_for_a_yardstick_is_never_fine(days: int, weeks: int) -> None:
    told = _watch(_log(days=days))
    assert _nothing_compared(told)
    assert f"holds {weeks} of the 4 whole weeks before the release" in told["why"][0]


def test_a_log_that_ends_before_the_release_is_never_fine() -> None:
    told = watch_release(_log(), AS_OF, AS_OF + pd.Timedelta(days=9))
    assert verdict_of(told) == "look"
    (why,) = told.loc[told["verdict"] == "look", "why"]
    assert why.endswith("the log ends on 2025-06-30, before the release's own moment, 2025-07-09")


def test_one_contact_and_none_at_all() -> None:
    watched = _log(days=1)
    for rows in (watched.rows.head(1), watched.rows.head(0)):
        assert _nothing_compared(_watch(replace(watched, rows=rows)))


@pytest.mark.parametrize("a_day", [2, 60])
@pytest.mark.parametrize("left", [0, 1])
def test_a_week_without_contacts_is_a_fall_of_volume(a_day: int, left: int) -> None:
    watched = _log(a_day=a_day)
    kept = ~_is_late(watched) | (np.arange(len(watched.rows)) >= len(watched.rows) - left)
    told = _watch(replace(watched, rows=watched.rows[kept]))
    assert ("volume", "contacts", "look") in _alarms(told)
    assert told.set_index("name").loc["contacts", "lately"] == left


def test_a_log_long_over_has_no_contact_in_the_latest_week() -> None:
    told = _watch(_log(), AS_OF + pd.Timedelta(days=92))
    assert _alarms(told) == {("volume", "contacts", "look")}


@pytest.mark.parametrize("expected", [10, 20, 50, 200])
def test_a_fall_is_chance_in_fewer_than_1_of_1000_counts(expected: int) -> None:
    counts = np.arange(expected + 1)
    is_told = np.log((expected + 0.5) / (counts + 0.5)) > fall_by_chance(expected, 1.0, 3.5)
    assert 0 < poisson.pmf(counts[is_told], expected).sum() < 1e-3
