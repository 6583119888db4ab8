"""What was planted is found again, and where nothing was planted nothing is found."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from fcr_ml.assembly import CasebookBuilder
from fcr_ml.contacts import RawLog, clean_log
from fcr_ml.drivers import repeats
from fcr_ml.drivers.excess import rank_drivers
from fcr_ml.drivers.repeats import study_repeats
from fcr_ml.frames import Casebook, RepeatWindow
from fcr_ml.links.reactions import NEEDS_HELP
from fcr_ml.risk.flags import risk_left
from fcr_ml.risk.metrics import calibration_error
from fcr_ml.simulate import CentrePlan, simulate_centre

from .conftest import Studied

WEEK = pd.Timedelta(days=7)


def _auc(truth: pd.Series, scores: pd.Series) -> float:
    return float(roc_auc_score(truth, scores.astype(float)))


def test_links_are_found_far_better_than_by_reason_code(pairs: pd.DataFrame) -> None:
    by_code = pairs["is_same_reason_code"].fillna(False).astype(float)
    by_time = -pairs["hours_between"]

    linked = _auc(pairs["is_related"], pairs["link_probability"])

    assert linked > 0.87
    assert linked > _auc(pairs["is_related"], by_code) + 0.12
    assert linked > _auc(pairs["is_related"], by_time)


def test_links_given_a_half_or_more_are_mostly_true(pairs: pd.DataFrame) -> None:
    sure = pairs[pairs["link_probability"] >= 0.5]

    assert sure["is_related"].mean() > 0.65
    assert sure["is_related"].sum() > 0.6 * pairs["is_related"].sum()


def test_link_probabilities_add_up_to_what_is_true(pairs: pd.DataFrame) -> None:
    assert pairs["link_probability"].mean() == pytest.approx(pairs["is_related"].mean(), abs=0.06)


def test_double_posts_and_thanks_are_told_apart(studied: Studied) -> None:
    links = studied.casebook.table("links").set_index(["contact_id", "follow_up_id"])
    key = studied.key("follow_ups").set_index(["contact_id", "follow_up_id"])
    key = key[key.index.isin(links.index)]
    doubles = key[(key["verdict"] == "double_post") & key["is_direct"]].index
    thanks = key[(key["reaction"] == "thanks") & key["is_direct"]].index

    told_double = links.index[links["verdict"] == "double_post"]
    told_thanks = links["reaction"].eq("thanks").fillna(False)

    assert doubles.isin(told_double).mean() > 0.8
    assert told_double.isin(key.index[key["verdict"] == "double_post"]).mean() > 0.9
    assert told_thanks.reindex(thanks).mean() > 0.8


def test_planted_drivers_are_found_first_and_nothing_else(studied: Studied) -> None:
    planted = set(studied.key("drivers")["segment"].str.replace(" + ", " and "))

    found = studied.findings.drivers["segment"].tolist()

    assert found
    assert set(found[: len(planted)]) <= planted
    assert len(set(found) & planted) >= 2


@pytest.mark.slow
def test_no_driver_is_found_where_none_was_planted(tmp_path: Path) -> None:
    # Three centres at a rate of 5 %: more than one with a driver happens once in 140. Twenty
    # more, without notes, are in ``test_over_seeds``.
    with_driver = 0
    for seed in range(3):
        plan = CentrePlan(contacts=1_200, days=120, drivers=(), issue_spread=0, random_state=seed)
        with_driver += len(rank_drivers(_casebook(plan, tmp_path / str(seed)))) > 0

    assert with_driver <= 1


def _casebook(plan: CentrePlan, folder: Path) -> Casebook:
    """Build the casebook alone: nothing else of an analysis decides which drivers there are."""
    log = clean_log(RawLog(simulate_centre(plan).contacts, ["simulated"], []))
    builder = CasebookBuilder(encoder="words", reading="any_return")
    return builder.build(log.contacts, log.as_of, folder / "casebook")


@pytest.mark.parametrize("reading", ["any_return", "same_code", "same_issue", "related"])
@pytest.mark.parametrize("window", ["48h", "7d", "30d"])
def test_fcr_equals_a_count_by_hand(studied: Studied, reading: str, window: str) -> None:
    contacts = studied.casebook.table("contacts").set_index("contact_id")
    links = studied.casebook.table("links")
    closes = _ended_with_copy(contacts, links) + pd.Timedelta(
        seconds=RepeatWindow.parse(window).seconds
    )
    closed = contacts.index[
        (closes <= studied.casebook.as_of) & (contacts["direction"] != "outbound")
    ]
    copies = set(links.loc[links["verdict"] == "double_post", "follow_up_id"])
    thanks = set(links.loc[links["reaction"].eq("thanks").fillna(False), "follow_up_id"])
    repeated = _repeated_by_hand(contacts, links, reading, closes, copies | thanks)
    if reading in ("same_issue", "related"):
        closed = closed.difference(list(copies | thanks))

    told = studied.findings.fcr.set_index(["group", "reading", "window"]).loc[
        ("all", reading, window)
    ]

    assert told["closed_contacts"] == len(closed)
    assert told["repeated_contacts"] == len(closed.intersection(list(repeated)))


def _ended_with_copy(contacts: pd.DataFrame, links: pd.DataFrame) -> pd.Series:
    """Let a request sent twice end when either copy was answered first."""
    ended = contacts["ended_at"].copy()
    for pair in links[links["verdict"] == "double_post"].itertuples():
        both = contacts["ended_at"].loc[[pair.contact_id, pair.follow_up_id]]
        ended[pair.contact_id] = min([ended[pair.contact_id], both.min()])
    return ended


def _repeated_by_hand(
    contacts: pd.DataFrame, links: pd.DataFrame, reading: str, closes: pd.Series, aside: set[str]
) -> set[str]:
    if reading in ("same_issue", "related"):
        column = "link_probability" if reading == "related" else "same_issue_probability"
        is_failure = links["reaction"].isna() | links["reaction"].isin(NEEDS_HELP)
        sure = links[(links[column] >= 0.5) & is_failure & ~links["follow_up_id"].isin(aside)]
        started = contacts["started_at"].loc[sure["follow_up_id"]].to_numpy()
        return set(sure["contact_id"][started <= closes.loc[sure["contact_id"]].to_numpy()])
    both = contacts.reset_index()[
        ["contact_id", "customer_id", "started_at", "reason_code", "case_id"]
    ]
    both["direction"] = contacts["direction"].to_numpy()
    joined = both.merge(both, on="customer_id", suffixes=("", "_later"))
    is_later = (joined["started_at_later"] > joined["started_at"]) | (
        (joined["started_at_later"] == joined["started_at"])
        & (joined["contact_id_later"] > joined["contact_id"])
    )
    is_inside = joined["started_at_later"] <= joined["contact_id"].map(closes)
    found = joined[is_later & is_inside & (joined["direction_later"] != "outbound")]
    if reading == "same_code":
        same_code = (found["reason_code"] == found["reason_code_later"]).fillna(False)
        same_case = (found["case_id"] == found["case_id_later"]).fillna(False)
        found = found[same_code | same_case]
    return set(found["contact_id"])


def _delays(studied: Studied) -> pd.Series:
    """Give the time from each contact's end to its true follow-up, by contact."""
    contacts = studied.centre.contacts.set_index("contact_id")
    ups = studied.key("follow_ups")
    ups = ups[ups["is_direct"] & ups["is_repeat"]]
    started = contacts["started_at"].loc[ups["follow_up_id"]].reset_index(drop=True)
    ended = contacts["ended_at"].loc[ups["contact_id"]].reset_index(drop=True)
    return (started - ended).set_axis(ups["contact_id"].to_numpy()).dropna()


def test_scores_that_are_true_by_construction_have_no_calibration_error(studied: Studied) -> None:
    issues = studied.key("issues").dropna(subset=["true_repeat_probability"])
    contacts = studied.centre.contacts.set_index("contact_id")
    closed = contacts["ended_at"].loc[issues["contact_id"]] + WEEK <= studied.casebook.as_of
    issues = issues[closed.to_numpy()]
    gaps = _delays(studied)
    repeated = set(gaps.index[gaps <= WEEK])
    labels = issues["contact_id"].isin(repeated).to_numpy(float)
    risks = issues["true_repeat_probability"].to_numpy(float)

    error = calibration_error(risks, labels)

    # Ten bins of about 500: the mean absolute error of pure chance is about 0.014.
    assert error < 0.03


def test_flags_put_riskier_contacts_first(studied: Studied) -> None:
    flags = studied.findings.flags
    issues = studied.key("issues").set_index("contact_id")
    contacts = studied.centre.contacts.set_index("contact_id")
    silent = (studied.casebook.as_of - contacts["ended_at"]).dt.total_seconds() / 3_600
    at_end = issues["true_repeat_probability"][silent.between(0, 168)].dropna().astype(float)
    delays = np.sort(_delays(studied).dt.total_seconds().to_numpy() / 3_600)
    come = np.searchsorted(delays, silent[at_end.index].to_numpy()) / len(delays)
    truth = pd.Series(risk_left(at_end.to_numpy(), come), index=at_end.index)

    assert truth.reindex(flags["contact_id"]).mean() > 1.5 * truth.mean()
    assert (flags["ended_at"] <= studied.casebook.as_of).all()
    assert flags["customer_id"].is_unique
    assert flags["reason_1"].notna().all()


def placed(studied: Studied) -> pd.DataFrame:
    """Give every contact with a topic, its true issue, its language."""
    topics = studied.casebook.table("topics", ["contact_id", "topic_id"]).dropna()
    issues = studied.key("issues")[["contact_id", "true_topic"]]
    spoken = studied.centre.contacts[["contact_id", "language"]]
    return topics.merge(issues, on="contact_id").merge(spoken, on="contact_id")


@pytest.mark.parametrize("language", ["en", "zh", "sv", "vi", "de"])
def test_topics_follow_the_true_issues_in_every_language(studied: Studied, language: str) -> None:
    """A topic is told by the issue most of it is about, in whatever language."""
    contacts = placed(studied)
    about = contacts.groupby("topic_id")["true_topic"].agg(lambda issues: issues.mode().iloc[0])
    own = contacts[contacts["language"] == language]

    pure = (own["topic_id"].map(about) == own["true_topic"]).mean()

    assert pure > 0.6  # the commonest issue has .12 of the contacts; Vietnamese is lowest, at .68
    spoken = studied.centre.contacts["language"]
    assert len(own) / int((spoken == language).sum()) > 0.85


def test_an_issue_lands_in_one_topic_in_all_languages(studied: Studied) -> None:
    contacts = placed(studied)
    four = contacts[contacts["language"].isin(["en", "zh", "sv", "vi"])]

    commonest = four.groupby(["true_topic", "language"])["topic_id"].agg(lambda t: t.mode().iloc[0])

    assert (commonest.groupby("true_topic").nunique() == 1).mean() >= 0.8


def test_nothing_planted_personal_survives_redaction(studied: Studied) -> None:
    notes = studied.casebook.table("notes")
    told = pd.concat([notes["note"], notes["resolution_note"]]).dropna()

    assert not told.str.contains("@example", regex=False).any()
    assert told.str.contains("<mail>", regex=False).any()
    assert told.str.contains("<phone>", regex=False).any()
    assert np.mean(notes["note_hash"].isna() == notes["note"].isna()) == 1


def test_two_processes_tell_what_one_tells(
    studied: Studied, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(repeats, "MANY", studied.findings.contacts)
    both = study_repeats(studied.casebook, studied.findings.contacts)
    compared = 0
    for part in both:
        for field in dataclasses.fields(part):
            told = getattr(part, field.name)
            if isinstance(told, pd.DataFrame):
                pd.testing.assert_frame_equal(told, getattr(studied.findings, field.name))
                compared += 1
    assert compared == 6
    assert both[0].drivers.attrs["segments_looked_at"] == studied.findings.segments_looked_at
    assert both[1].following.pairs_looked_at == studied.findings.pairs_looked_at
