"""The desk's list: who is on it, in what order, and who is left alone."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from fcr_ml.errors import SettingsError
from fcr_ml.features import build_features
from fcr_ml.frames import Casebook, write_casebook
from fcr_ml.frames.conform import conform
from fcr_ml.frames.tables import FLAGS
from fcr_ml.risk.advice import advise
from fcr_ml.risk.draw import is_left_alone
from fcr_ml.risk.flags import flag_contacts
from fcr_ml.risk.plan import FlagPlan
from fcr_ml.risk.record import LeftOut
from tests.risk.planted_log import AS_OF, SETTINGS, WEEK

# contact, customer, hours since its end, transfers: the risk is a tenth of them
OPEN = [
    ("c1", "u1", 10, 5),
    ("c2", "u1", 5, 7),
    ("c3", "u2", 8, 7),
    ("c4", "u3", 9, 2),
    ("c5", "u4", 20, 7),
    ("c6", "u5", 200, 9),
]


class TransfersRule:
    """A tenth of the transfers is the risk."""

    name = "transfers"

    def risk(self, rows: pd.DataFrame) -> np.ndarray:
        return rows["transfers"].to_numpy(float) / 10

    def contributions(self, rows: pd.DataFrame) -> pd.DataFrame:
        return pd.DataFrame({"transfers": rows["transfers"] - 4.0})


def casebook_of_open(folder: Path) -> Casebook:
    contacts = pd.DataFrame(OPEN, columns=["contact_id", "customer_id", "hours", "transfers"])
    contacts["ended_at"] = AS_OF - pd.to_timedelta(contacts.pop("hours"), unit="h")
    contacts["started_at"] = contacts["ended_at"] - pd.Timedelta(minutes=5)
    is_closed = contacts["ended_at"] + WEEK <= AS_OF
    ids = contacts["contact_id"]
    outcomes = pd.DataFrame(
        {
            "contact_id": ids,
            "reading": "related",
            "window": "7d",
            "is_counted": True,
            "is_closed": is_closed,
            "outcome": np.where(is_closed, "resolved", "open"),
            "repeated_probability": 0.0,
            "closes_at": contacts["ended_at"] + WEEK,
            "episode_id": ids,
        }
    )
    pairs = [("old", 0.9, "unrelated"), ("weak", 0.3, "next_issue"), ("near", 0.7, "same_issue")]
    links = pd.DataFrame(
        [(one, "c3", 1.0, p, p, verdict, "") for one, p, verdict in pairs],
        columns=[
            "contact_id",
            "follow_up_id",
            "hours_between",
            "link_probability",
            "same_issue_probability",
            "verdict",
            "reasons",
        ],
    )
    topics = pd.DataFrame({"contact_id": ids, "topic_id": "t1", "vector": None})
    cards = pd.DataFrame(
        {
            "topic_id": ["t1"],
            "level": ["topic"],
            "topic": ["cannot send"],
            "terms": ["send"],
            "contacts": [6],
            "example_contact_id": ["c1"],
            "first_seen_at": [AS_OF],
            "last_seen_at": [AS_OF],
        }
    )
    tables = {"contacts": contacts, "outcomes": outcomes, "links": links, "topics": topics}
    return write_casebook(folder, tables | {"topic_cards": cards}, AS_OF, SETTINGS)


def test_the_list_by_hand(tmp_path: Path) -> None:
    casebook = casebook_of_open(tmp_path / "c")
    flags = flag_contacts(casebook, build_features(casebook), TransfersRule(), left_alone_share=0)
    # c6 has closed; u1 stands there once, with c2; c2, c3 and c5 are tied.
    assert flags["contact_id"].tolist() == ["c2", "c3", "c5", "c4"]
    assert flags["rank"].tolist() == [1, 2, 3, 4]
    assert flags["tie_low"].tolist() == [1, 1, 1, 4]
    assert flags["tie_high"].tolist() == [3, 3, 3, 4]
    assert flags["hours_left"].tolist() == [163, 160, 148, 159]
    assert flags["topic"].tolist() == ["cannot send"] * 4
    assert flags["reason_1"].tolist()[0] == "transferred 7 times"
    assert flags["reason_1"].tolist()[3].startswith("nothing about it stands out")
    # The likeliest earlier contact that is not judged unrelated.
    assert flags.set_index("contact_id").loc["c3", "earlier_contact_id"] == "near"
    assert flags["earlier_contact_id"].isna().sum() == 3
    assert not flags["is_left_alone"].any()
    pd.testing.assert_frame_equal(flags, conform(FLAGS, flags))


def test_capacity_cuts_the_list_but_not_the_tie_bounds(tmp_path: Path) -> None:
    casebook = casebook_of_open(tmp_path / "c")
    flags = flag_contacts(casebook, build_features(casebook), TransfersRule(), capacity=2)
    assert flags["contact_id"].tolist() == ["c2", "c3"]
    assert flags["tie_high"].tolist() == [3, 3]


@pytest.mark.parametrize(("capacity", "share"), [(0, 0.1), (10, 1.0), (10, -0.1)])
def test_impossible_settings_are_refused(tmp_path: Path, capacity: int, share: float) -> None:
    casebook = casebook_of_open(tmp_path / "c")
    features = build_features(casebook)
    with pytest.raises(SettingsError, match="capacity must be 1 or more"):
        flag_contacts(casebook, features, TransfersRule(), capacity, share)


def test_who_is_left_alone_is_a_matter_of_the_hash_alone() -> None:
    ids = [f"contact-{place}" for place in range(20_000)]
    drawn = [is_left_alone(contact, 0.1) for contact in ids]
    # 2,000 expected, standard deviation 42.
    assert abs(sum(drawn) - 2_000) < 170
    assert all(is_left_alone(i, 0.2) for i, is_drawn in zip(ids, drawn, strict=True) if is_drawn)
    salted = b"fcr_ml: left alone\x1fcalls\x1fcontact-0"
    first = hashlib.sha256(salted).hexdigest()[:16]
    assert drawn[0] == (int(first, 16) < 0.1 * 2**64)


def test_two_experiments_draw_independently() -> None:
    ids = [f"contact-{place}" for place in range(20_000)]
    first, second = ([is_left_alone(i, 0.3, name) for i in ids] for name in ("one", "two"))
    both = sum(a and b for a, b in zip(first, second, strict=True))
    # 0.09 of 20,000 expected, standard deviation 40.
    assert abs(both - 1_800) < 160
    # Nor does the draw hang on another hash of the same id.
    other = [int(hashlib.sha256(i.encode()).hexdigest()[:8], 16) % 10 < 3 for i in ids]
    assert abs(sum(a and b for a, b in zip(first, other, strict=True)) - 1_800) < 160


def test_with_costs_the_list_is_by_saving_and_ends_where_a_call_costs_more(tmp_path: Path) -> None:
    casebook = casebook_of_open(tmp_path / "c")
    features = build_features(casebook)
    plan = FlagPlan(effect=0.5, cost_of_repeat=10.0, cost_of_call=1.0)
    flags = flag_contacts(casebook, features, TransfersRule(), plan=plan)
    # 0.7 x 0.5 x 10 - 1 = 2.5; c4 would save 0.2 x 0.5 x 10 - 1 = 0, which is not worth it.
    assert flags["contact_id"].tolist() == ["c2", "c3", "c5"]
    np.testing.assert_allclose(flags["saving"].astype(float), 2.5)
    dear = FlagPlan(effect=0.5, cost_of_repeat=10.0, cost_of_call=9.0)
    assert flag_contacts(casebook, features, TransfersRule(), plan=dear).empty


def test_who_is_left_out_is_not_listed(tmp_path: Path) -> None:
    casebook = casebook_of_open(tmp_path / "c")
    out = LeftOut(contacts={"c2"}, customers={"u4"})
    flags = flag_contacts(casebook, build_features(casebook), TransfersRule(), left_out=out)
    # Without c2 its customer's other contact stands there.
    assert flags["contact_id"].tolist() == ["c3", "c1", "c4"]


def test_what_to_do_by_hand() -> None:
    contacts = pd.DataFrame(
        {"topic": ["bill", "bill", None], "topic_id": ["t1", "t1", None], "queue": ["q", "r", "q"]}
    )
    drivers = pd.DataFrame(
        [
            (1, "queue = q", "queue", "routing"),
            (2, "topic = bill and queue = r", "topic + queue", "self-service"),
            (3, "topic = bill", "topic", "not enough evidence"),
        ],
        columns=["rank", "segment", "columns", "lever"],
    )
    transitions = pd.DataFrame(
        {
            "topic_id": ["t1", "t1"],
            "next_topic_id": ["t2", "t3"],
            "next_topic": ["roaming", "refund"],
            "excess_rate": [0.05, 0.12],
        }
    )
    told = advise(contacts, drivers, transitions)
    assert told["what_to_do"].tolist() == [
        "routing (queue = q)",
        "self-service (topic = bill and queue = r)",
        "routing (queue = q)",
    ]
    assert told["also_settle"].tolist()[:2] == ["refund (follows 12% beyond coincidence)"] * 2
    assert pd.isna(told["also_settle"].iloc[2])
    assert advise(contacts, None, None).isna().all().all()
