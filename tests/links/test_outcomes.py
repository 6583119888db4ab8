"""Outcomes by hand, against a naive count, and their invariants."""

import numpy as np
import pandas as pd
import pytest

from fcr_ml.engine import DuckEngine
from fcr_ml.frames.window import CASE_READINGS, READINGS, RepeatWindow
from fcr_ml.links.episodes import form_episodes
from fcr_ml.links.outcomes import tell_outcomes

from .conftest import timeline_on

WEEK = RepeatWindow.parse("7d")
AS_OF = pd.Timestamp("2025-03-01", tz="UTC")


def _links(*pairs: tuple) -> pd.DataFrame:
    """Give links from (contact, follow-up, follow-up's start, link, same issue, verdict)."""
    names = [
        "contact_id",
        "follow_up_id",
        "started",
        "link_probability",
        "same_issue_probability",
        "verdict",
        "reaction",
    ]
    links = pd.DataFrame(pairs, columns=names)
    started = pd.to_datetime(links["started"], utc=True)
    epochs = [int(instant.timestamp()) for instant in started]
    return links.assign(
        follow_up_epoch=pd.array(epochs, dtype="int64"),
        hours_between=1.0,
        reaction=links["reaction"].astype("string"),
        needs_help_probability=links["reaction"].map({"thanks": 0.02, "still_broken": 0.9}),
    )


@pytest.fixture
def log() -> pd.DataFrame:
    rows = [
        # one customer: billing, again the next day, and something else in the third week
        ("a1", "anna", "2025-01-01 10:00", "2025-01-01 10:10", "billing"),
        ("a2", "anna", "2025-01-02 10:00", "2025-01-02 10:10", "billing"),
        ("a3", "anna", "2025-01-20 10:00", "2025-01-20 10:10", "login"),
        # never back
        ("b1", "bo", "2025-01-05 10:00", "2025-01-05 10:10", "billing"),
        # window still running, and one that is not answered yet
        ("c1", "chi", "2025-02-26 10:00", "2025-02-26 10:10", "login"),
        ("d1", "dung", "2025-01-10 10:00", None, "login"),
        # back exactly when the window ends, and one second later
        ("e1", "eva", "2025-01-01 09:00", "2025-01-01 10:00", None),
        ("e2", "eva", "2025-01-08 10:00", "2025-01-08 10:00", None),
        ("e3", "eva", "2025-01-15 10:00:01", "2025-01-15 11:00", None),
    ]
    names = ["contact_id", "customer_id", "started_at", "ended_at", "reason_code"]
    frame = pd.DataFrame(rows, columns=names)
    for name in ("started_at", "ended_at"):
        frame[name] = pd.to_datetime(frame[name], utc=True, format="ISO8601")
    return frame


def _told(engine: DuckEngine, log: pd.DataFrame, links: pd.DataFrame, *windows: str):
    timeline_on(engine, log)
    parsed = [RepeatWindow.parse(text) for text in windows or ("7d",)]
    outcomes = pd.concat(tell_outcomes(engine, links, parsed, int(AS_OF.timestamp())))
    return outcomes.set_index(["reading", "window", "contact_id"]).sort_index()


def test_a_log_by_hand(engine: DuckEngine, log: pd.DataFrame) -> None:
    links = _links(("a1", "a2", "2025-01-02 10:00", 0.9, 0.2, "next_issue", None))

    told = _told(engine, log, links)

    any_return = told.loc["any_return", "7d"]["outcome"].to_dict()
    assert any_return == {
        "a1": "repeated",
        "a2": "resolved",
        "a3": "resolved",
        "b1": "resolved",
        "c1": "open",
        "d1": "open",
        "e1": "repeated",
        "e2": "resolved",
        "e3": "resolved",
    }
    same_code = told.loc["same_code", "7d"]["outcome"]
    assert same_code["a1"] == "repeated"
    assert same_code["e1"] == "resolved"  # two missing codes are not the same code
    assert told.loc[("related", "7d", "a1"), "outcome"] == "repeated"
    assert told.loc[("related", "7d", "a1"), "repeated_probability"] == pytest.approx(0.9)
    assert told.loc[("same_issue", "7d", "a1"), "outcome"] == "resolved"
    assert told.loc[("same_issue", "7d", "a1"), "repeated_probability"] == pytest.approx(0.2)
    assert told.loc[("related", "7d", "a1"), "hours_to_return"] == pytest.approx(
        23 + 50 / 60, abs=1e-3
    )
    assert told.loc[("related", "7d", "d1"), "is_closed"] == np.False_
    assert pd.isna(told.loc[("related", "7d", "d1"), "closes_at"])


def test_probabilities_of_several_returns_are_joined(engine: DuckEngine, log: pd.DataFrame) -> None:
    links = _links(
        ("a1", "a2", "2025-01-02 10:00", 0.4, 0.4, "unrelated", None),
        ("a1", "a3", "2025-01-20 10:00", 0.3, 0.3, "unrelated", None),
    )

    told = _told(engine, log, links, "7d", "30d")

    assert told.loc[("related", "7d", "a1"), "repeated_probability"] == pytest.approx(0.4)
    assert told.loc[("related", "30d", "a1"), "repeated_probability"] == pytest.approx(
        1 - 0.6 * 0.7, abs=1e-6
    )
    assert told.loc[("related", "30d", "a1"), "outcome"] == "resolved"


def test_thanks_and_double_posts_are_no_repeats_and_not_counted(
    engine: DuckEngine, log: pd.DataFrame
) -> None:
    for verdict, reaction in (("same_issue", "thanks"), ("double_post", None)):
        links = _links(("a1", "a2", "2025-01-02 10:00", 0.98, 0.98, verdict, reaction))

        told = _told(engine, log, links)

        assert told.loc[("related", "7d", "a1"), "outcome"] == "resolved"
        assert not told.loc[("related", "7d", "a2"), "is_counted"]
        assert told.loc[("any_return", "7d", "a1"), "outcome"] == "repeated"
        assert told.loc[("any_return", "7d", "a2"), "is_counted"]


def test_asked_for_information_is_no_repeat_and_counted_as_a_contact(
    engine: DuckEngine, log: pd.DataFrame
) -> None:
    asked = ("a1", "a2", "2025-01-02 10:00", 0.98, 0.98, "same_issue", "gives_asked_information")
    broken = (*asked[:-1], "still_broken")

    told = _told(engine, log, _links(asked))
    failed = _told(engine, log, _links(broken))

    assert told.loc[("related", "7d", "a1"), "outcome"] == "resolved"
    assert told.loc[("related", "7d", "a2"), "is_counted"]
    assert failed.loc[("related", "7d", "a1"), "outcome"] == "repeated"
    # 0.98 that it belongs to it, 0.9 that it needs more help
    expected = failed.loc[("related", "7d", "a1"), "repeated_probability"]
    assert expected == pytest.approx(0.98 * 0.9, abs=1e-6)


def test_a_contact_the_company_started_is_neither_return_nor_counted(
    engine: DuckEngine, log: pd.DataFrame
) -> None:
    outbound = log.assign(direction=np.where(log["contact_id"] == "a2", "outbound", "inbound"))

    told = _told(engine, outbound, _links())

    assert told.loc[("any_return", "7d", "a1"), "outcome"] == "resolved"
    assert not told.loc["any_return", "7d"].loc["a2", "is_counted"]


def _random_log(seed: int) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    count = 120
    started = pd.Timestamp("2025-01-01", tz="UTC") + pd.to_timedelta(
        random.integers(0, 55 * 24, count), unit="h"
    )
    ended = started + pd.to_timedelta(random.integers(0, 30, count), unit="h")
    return pd.DataFrame(
        {
            "contact_id": [f"c{i:03d}" for i in range(count)],
            "customer_id": [f"u{i}" for i in random.integers(0, 25, count)],
            "started_at": started,
            "ended_at": pd.Series(ended).where(random.random(count) > 0.1),
            "reason_code": random.choice(["x", "y", None], count),
            "case_id": random.choice(["k", None], count, p=[0.1, 0.9]),
        }
    )


def _naive(log: pd.DataFrame, reading: str, window: RepeatWindow) -> dict[str, str]:
    told = {}
    for one in log.itertuples():
        begins = one.ended_at if pd.notna(one.ended_at) else one.started_at
        closes = begins + pd.Timedelta(seconds=window.seconds)
        later = log[
            (log["customer_id"] == one.customer_id)
            & (log["started_at"] <= closes)
            & (
                (log["started_at"] > one.started_at)
                | ((log["started_at"] == one.started_at) & (log["contact_id"] > one.contact_id))
            )
        ]
        if reading == "same_code":
            same_code = later["reason_code"].eq(one.reason_code) & later["reason_code"].notna()
            same_case = later["case_id"].eq(one.case_id) & later["case_id"].notna()
            later = later[same_code | same_case]
        is_closed = pd.notna(one.ended_at) and closes <= AS_OF
        told[one.contact_id] = "repeated" if len(later) else "resolved" if is_closed else "open"
    return told


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("reading", ["any_return", "same_code"])
def test_statements_agree_with_a_naive_count(engine: DuckEngine, seed: int, reading: str) -> None:
    log = _random_log(seed)
    truth = _naive(log, reading, WEEK)

    told = _told(engine, log, _links())

    assert told.loc[reading, "7d"]["outcome"].to_dict() == truth


@pytest.mark.parametrize("seed", range(3))
def test_longer_windows_and_wider_readings_never_repeat_less(engine: DuckEngine, seed: int) -> None:
    told = _told(engine, _random_log(seed), _links(), "48h", "7d", "30d").reset_index()
    told = told.assign(is_repeated=told["outcome"] == "repeated")
    wide = told.pivot(index="contact_id", columns=["reading", "window"], values="is_repeated")

    for reading in READINGS:  # a longer window contains the shorter one
        assert (wide[reading, "48h"] <= wide[reading, "7d"]).all()
        assert (wide[reading, "7d"] <= wide[reading, "30d"]).all()
    for window in ("48h", "7d", "30d"):  # the same code is also any return
        assert (wide["same_code", window] <= wide["any_return", window]).all()


def test_row_order_does_not_matter(engine: DuckEngine) -> None:
    log = _random_log(0)
    told = _told(engine, log, _links())

    again = _told(engine, log.sample(frac=1, random_state=1), _links())

    pd.testing.assert_frame_equal(told, again)


def test_case_readings_by_hand(engine: DuckEngine) -> None:
    rows = [
        ("c1", "cy", "2025-01-01 10:00", "2025-01-01 11:00", "login", "k1"),
        ("c2", "cy", "2025-01-02 10:00", "2025-01-02 11:00", "login", "k1"),  # not content
        ("c3", "cy", "2025-01-03 10:00", "2025-01-03 11:00", "login", "k1"),  # thanks
        ("c4", "cy", "2025-01-04 10:00", "2025-01-04 11:00", "login", "k2"),  # another case
    ]
    names = ["contact_id", "customer_id", "started_at", "ended_at", "reason_code", "case_id"]
    log = pd.DataFrame(rows, columns=names)
    for name in ("started_at", "ended_at"):
        log[name] = pd.to_datetime(log[name], utc=True)
    timeline_on(engine, log)
    links = _links(
        ("c1", "c2", "2025-01-02 10:00", 0.9, 0.9, "same_issue", "still_broken"),
        ("c2", "c3", "2025-01-03 10:00", 0.9, 0.9, "same_issue", "thanks"),
        ("c3", "c4", "2025-01-04 10:00", 0.9, 0.9, "same_issue", None),
    ).assign(is_same_case=[True, True, False])
    told = pd.concat(tell_outcomes(engine, links, [WEEK], int(AS_OF.timestamp()), CASE_READINGS))
    by_reading = told.set_index(["reading", "contact_id"])
    again = by_reading.loc["same_case"]
    assert again["outcome"].tolist() == ["repeated", "repeated", "resolved", "resolved"]
    assert again["is_counted"].all()
    needs = by_reading.loc["needs_help"]
    assert needs["outcome"].tolist() == ["repeated", "resolved", "resolved", "resolved"]
    assert needs["repeated_probability"].tolist() == [0.9, 0.02, 0.0, 0.0]
    assert needs["is_counted"].tolist() == [True, True, False, True]


def test_episodes_hang_each_follow_up_on_its_surest_contact() -> None:
    links = _links(
        ("a", "b", "2025-01-02", 0.9, 0.9, "same_issue", None),
        ("a", "c", "2025-01-03", 0.6, 0.6, "same_issue", None),
        ("b", "c", "2025-01-03", 0.8, 0.8, "next_issue", None),
        ("c", "d", "2025-01-04", 0.3, 0.3, "unrelated", None),
    )

    episodes = form_episodes(pd.Series(["a", "b", "c", "d"]), links)

    assert episodes.tolist() == ["a", "a", "a", "d"]
