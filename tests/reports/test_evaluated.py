"""Figures on judged pairs, for the terminal."""

from __future__ import annotations

import json

from fcr_ml.reports.evaluated import as_json_text, render_pairs, render_topics

TOLD = {
    "related_auc": 0.9,
    "related_auc_low": 0.85,
    "related_auc_high": 0.95,
    "related_ap": None,
    "related_ap_low": None,
    "related_ap_high": None,
    "judged_pairs": 1_293,
    "set_aside": 2,
}


def _plain(told: dict[str, float | None]) -> str:
    return " ".join(render_pairs(told).split())


def test_figures_that_can_be_told_are_told_with_their_interval() -> None:
    screen = _plain(TOLD)

    assert "1,293 judged pairs, 2 rows left out; weighted" in screen
    assert "related against unrelated: AUC 0.900 (0.850 to 0.950)" in screen
    assert "average precision" not in screen


def test_confirmed_pairs_that_are_left_out_are_told() -> None:
    screen = _plain(TOLD | {"confirmed_pairs": 533, "confirmed_set_aside": 1_012})
    without = _plain(TOLD | {"confirmed_pairs": 533, "confirmed_set_aside": 0})

    assert "533 confirmed pairs, and 1,012 confirmed pairs left out; weighted" in screen
    assert "533 confirmed pairs; weighted" in without


def test_json_says_null_where_nothing_can_be_told() -> None:
    told = json.loads(as_json_text(TOLD | {"same_issue_auc": float("nan")}))

    assert told == TOLD | {"same_issue_auc": None}


def test_labelled_texts_stand_in_eighty_columns_with_why_some_have_no_topic() -> None:
    figures = {"accuracy": 0.5, "accuracy_all_placed": 1.0, "nmi": float("nan"), "ari": -0.01}
    counts = {"texts": 12_345, "labels": 1, "topics": 2, "share_without_topic": 0.25}
    cost = {"seconds": 1.25, "encoding_seconds": 1_000.0, "peak_mb": 812.3}
    why = {"without_topic": {"not_alike": 3_000, "thin": 86}}
    told = figures | counts | cost | why | {"groups": [], "left_out": 7}

    screen = render_topics(told, width=80)

    assert max(len(row) for row in screen.splitlines()) <= 80
    assert "all 12,345 1 2 0.500 1.000 - -0.010 0.250" in " ".join(screen.split())
    assert "Without a topic: 3,000 not alike, 86 thin." in screen
    assert "1,000.0 to redact and encode, 1.2 for topics; at most 812 MB" in " ".join(
        screen.split()
    )
    assert json.loads(as_json_text({"groups": [told]}))["groups"][0]["nmi"] is None
