"""Ten planted leaks of ten kinds are found, and none in the features that are used."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from fcr_ml.errors import DataError
from fcr_ml.features import Feature, Features, build_features
from fcr_ml.features.disturbed import find_changed
from fcr_ml.features.moments import main_outcomes
from fcr_ml.frames import Casebook, write_casebook
from fcr_ml.risk import study_risk
from fcr_ml.risk.leaks import (
    find_leaks,
    find_leaks_in_labels,
    leak_remarks,
    refuse_leaks,
)
from fcr_ml.risk.rows import closed_rows
from fcr_ml.risk.split import split_by_time
from tests.features.random_log import random_casebook
from tests.risk.planted_log import planted_casebook, planted_contacts, planted_outcomes

Values = Callable[[Casebook, pd.Series], pd.Series]


def planted(casebook: Casebook) -> Features:
    """Give our features and seven that leak, one column each."""
    known = build_features(casebook)
    ids = known.frame["contact_id"]
    told = {name: give(casebook, ids).to_numpy(np.float64) for name, (give, _) in PLANTED.items()}
    described = [Feature(name, "a planted leak", "number", "contact") for name in told]
    frame = known.frame.assign(**told)
    return replace(known, frame=frame, described=(*known.described, *described))


def of_customer(casebook: Casebook, ids: pd.Series) -> pd.Series:
    contacts = casebook.table("contacts", ["contact_id", "customer_id"])
    return ids.map(contacts.set_index("contact_id")["customer_id"])


def future_count(casebook: Casebook, ids: pd.Series) -> pd.Series:
    customers = of_customer(casebook, ids)
    everyone = casebook.table("contacts", ["customer_id"])["customer_id"].value_counts()
    return customers.map(everyone)


def label_in_a_rate(casebook: Casebook, ids: pd.Series) -> pd.Series:
    labels = main_outcomes(casebook).set_index("contact_id")["repeated_probability"]
    queues = casebook.table("contacts", ["contact_id", "queue"]).set_index("contact_id")["queue"]
    rates = labels.astype(float).groupby(queues.reindex(labels.index).fillna("")).mean()
    return ids.map(queues).fillna("").map(rates)


def next_contact(casebook: Casebook, ids: pd.Series) -> pd.Series:
    contacts = casebook.table("contacts", ["contact_id", "customer_id", "started_at"])
    contacts = contacts.sort_values(["started_at", "contact_id"])
    following = contacts.groupby("customer_id")["started_at"].shift(-1)
    hours = (following - contacts["started_at"]).dt.total_seconds() / 3600
    return ids.map(hours.set_axis(contacts["contact_id"]))


def encoded_customer(casebook: Casebook, ids: pd.Series) -> pd.Series:
    labels = main_outcomes(casebook).set_index("contact_id")["repeated_probability"]
    owners = casebook.table("contacts", ["contact_id", "customer_id"]).set_index("contact_id")
    means = labels.astype(float).groupby(owners["customer_id"].reindex(labels.index)).mean()
    return of_customer(casebook, ids).map(means)


def global_statistic(casebook: Casebook, ids: pd.Series) -> pd.Series:
    contacts = casebook.table("contacts", ["contact_id", "transfers"]).set_index("contact_id")
    transfers = contacts["transfers"].astype(float)
    return ids.map((transfers - transfers.mean()) / transfers.std())


def row_order(casebook: Casebook, ids: pd.Series) -> pd.Series:
    stored = casebook.table("contacts", ["contact_id"])["contact_id"]
    return ids.map(pd.Series(np.arange(len(stored)), index=stored))


def id_digits(casebook: Casebook, ids: pd.Series) -> pd.Series:
    return ids.astype(str).str[-3:].astype(float)


PLANTED: dict[str, tuple[Values, str]] = {
    "future_count": (future_count, "looks ahead"),
    "label_in_a_rate": (label_in_a_rate, "looks ahead"),
    "next_contact": (next_contact, "looks ahead"),
    "encoded_customer": (encoded_customer, "looks ahead"),
    "global_statistic": (global_statistic, "looks ahead"),
    "row_order": (row_order, "row order"),
    "id_digits": (id_digits, "ids"),
}


def test_seven_planted_leaks_are_found_each_with_its_kind_and_nothing_else(tmp_path: Path) -> None:
    leaks = find_leaks(random_casebook(tmp_path / "c", 3), planted, cuts=2)
    assert set(leaks["feature"]) == set(PLANTED)
    found = set(zip(leaks["feature"], leaks["kind"], strict=True))
    assert {(name, kind) for name, (_, kind) in PLANTED.items()} <= found
    with pytest.raises(DataError, match=r"next_contact: 2 of 2 contacts have another value once"):
        refuse_leaks(leaks)


def test_a_note_edited_after_the_return_is_found(tmp_path: Path) -> None:
    now = random_casebook(tmp_path / "now", 3)
    notes = now.table("notes")
    edited = notes["note"].notna() & (np.arange(len(notes)) % 3 == 0)
    notes["note"] = notes["note"].mask(edited, "Still broken, called again")
    tables = {name: now.table(name) for name in now.table_names} | {"notes": notes}
    later = write_casebook(tmp_path / "later", tables, now.as_of, now.settings)
    leaks = find_changed(now, later)
    assert {"again_words"} <= set(leaks["feature"]) <= {"again_words", "note_questions"}
    assert set(leaks["kind"]) == {"changed later"}
    assert (leaks["contacts"] <= edited.sum()).all()


def test_a_column_set_only_where_a_return_followed_is_left_out(tmp_path: Path) -> None:
    contacts = planted_contacts(2_000, 0)
    outcomes = planted_outcomes(contacts, 0)
    returned = (outcomes["outcome"] == "repeated").to_numpy()
    draw = np.random.default_rng(0)
    # Half of those who are back get a number, and a word; nobody else does.
    is_set = returned & (draw.random(len(contacts)) < 0.5)
    contacts["escalation"] = np.where(is_set, draw.integers(1, 9, len(contacts)), np.nan)
    contacts["mark"] = np.where(is_set, "reopened", None)
    casebook = planted_casebook(
        tmp_path / "c",
        n=2_000,
        tables={"contacts": contacts, "outcomes": outcomes},
        attributes={"escalation": "at_end", "mark": "at_end"},
    )
    study = study_risk(casebook)
    told = " ".join(study.remarks)
    assert "attribute_escalation: " in told
    assert "attribute_mark: " in told
    assert "with reopened were repeated" in told
    assert "name it 'later'" in told
    model = study.scorer
    assert not {"attribute_escalation", "attribute_mark_repeat_rate"} & set(
        getattr(model, "shapes_", {})
    )
    assert not any("escalation" in str(reason) for reason in study.flags["reason_1"])


def test_one_customer_who_always_returns_is_no_leak() -> None:
    draw = np.random.default_rng(0)
    is_monitor = np.arange(1_000) < 60
    rows = pd.DataFrame(
        {
            "customer_id": np.where(is_monitor, "monitor", [f"u{k}" for k in range(1_000)]),
            "is_repeated": is_monitor | (draw.random(1_000) < 0.2),
            "queue": np.where(is_monitor, "Alerts", "Desk"),
            "customers_of_many": np.where(draw.random(1_000) < 0.1, "late", "Desk"),
        }
    )
    rows.loc[rows["customers_of_many"] == "late", "is_repeated"] = True
    features = Features(pd.DataFrame(), (), ["queue", "customers_of_many"])
    assert set(find_leaks_in_labels(rows, features)["feature"]) == {"customers_of_many"}


def test_a_feature_too_good_to_be_true_is_found(tmp_path: Path) -> None:
    casebook = planted_casebook(tmp_path / "c", n=2_000)
    known = build_features(casebook)
    rows = closed_rows(casebook, known)
    noise = np.random.default_rng(0).normal(size=len(rows))
    rows = rows.assign(planted=rows["is_repeated"] * 3.0 + noise)
    described = (*known.described, Feature("planted", "a planted leak", "number", "contact"))
    leaks = find_leaks_in_labels(rows, replace(known, described=described))
    assert leaks[["feature", "kind"]].to_numpy().tolist() == [["planted", "too good"]]
    assert "its value alone has an AUC of 0.98" in leak_remarks(leaks)[0]


def test_copies_on_both_sides_of_the_split_are_found(tmp_path: Path) -> None:
    contacts = planted_contacts(2_000, 0)
    draw = np.random.default_rng(0)
    contacts["talk_seconds"] = draw.integers(60, 3_000, 2_000)
    contacts["hold_seconds"] = draw.integers(0, 300, 2_000)
    casebook = planted_casebook(tmp_path / "c", n=2_000, tables={"contacts": contacts})
    known = build_features(casebook)
    rows = closed_rows(casebook, known)
    split = split_by_time(rows)
    assert find_leaks_in_labels(rows, known, split).empty
    # Thirty contacts tested on are copies of contacts that are learned from.
    fit, test = np.flatnonzero(split.fit)[:30], np.flatnonzero(split.test)[:30]
    own = ["customer_id", *[f.name for f in known.described if f.group == "contact" and not f.of]]
    rows.loc[test, own] = rows.loc[fit, own].to_numpy()
    leaks = find_leaks_in_labels(rows, known, split)
    assert leaks["kind"].tolist() == ["equal rows"]
    assert leaks["contacts"].iloc[0] >= 30
    assert "take the copies out of the log" in leak_remarks(leaks)[0]


def test_nothing_is_found_in_our_features(tmp_path: Path) -> None:
    assert find_leaks(random_casebook(tmp_path / "r", 0)).empty
    casebook = planted_casebook(tmp_path / "c", n=1_500)
    known = build_features(casebook)
    rows = closed_rows(casebook, known)
    assert find_leaks_in_labels(rows, known, split_by_time(rows)).empty
    refuse_leaks(find_leaks_in_labels(rows.head(0), known))
