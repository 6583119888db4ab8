"""Figures on judged pairs, for the terminal."""

from __future__ import annotations

import json

from fcr_ml.reports.evaluated import as_json_text, render_pairs

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
