"""Lists of releases that are whole, damaged, in use, missing."""

from __future__ import annotations

import re
from typing import Any

from fcr_ml.reports.release_list import render_comparison, render_releases

from .retraining_double import CHALLENGER, CHAMPION, manifest

FAULT = "release 2025-05-01-cccccccc: release.json was changed after the fit; restore the folder."
PROMOTION = {
    "at": "2025-07-01T06:00:00+00:00",
    "by": "anna",
    "was": CHAMPION,
    "now": CHALLENGER,
    "why": "The challenger ranks better.",
}


def row(name: str, **told: Any) -> dict[str, Any]:
    return {"name": name, **manifest(name, **told)["told"], "fault": None}


def damaged() -> dict[str, Any]:
    return {"name": "2025-05-01-cccccccc", "fault": FAULT}


def test_each_release_has_its_row_and_the_one_in_use_its_mark() -> None:
    text = render_releases([row(CHAMPION), row(CHALLENGER)], [PROMOTION], CHALLENGER)
    rows = [re.split(r"\s{2,}", line) for line in text.splitlines()]

    figures = ["2,199", "risk model", "0.612 (0.550 – 0.670)", "0.268", "19"]
    assert text.startswith(f"2 releases; in use: {CHALLENGER}.\n")
    assert ["", CHAMPION, *figures] in rows
    assert ["*", CHALLENGER, *figures] in rows
    assert f"2025-07-01 06:00 UTC  {CHALLENGER} in place of {CHAMPION}, by anna" in text
    assert "\nThe challenger ranks better." in text
    assert max(map(len, text.splitlines())) <= 100


def test_an_empty_folder_says_what_to_do() -> None:
    assert render_releases([], [], None) == "No releases yet; make one with fcr retrain.\n"


def test_a_damaged_release_is_named_with_its_fault() -> None:
    text = render_releases([damaged(), row(CHAMPION)], [], None)

    assert text.startswith("2 releases; none is in use yet.")
    assert f"- {FAULT}" in " ".join(text.split())
    assert "Nothing has been promoted." in text


def test_a_release_in_use_that_is_damaged_or_gone_is_told_first() -> None:
    broken = render_releases([damaged()], [], damaged()["name"])
    gone = render_releases([row(CHAMPION)], [PROMOTION], CHALLENGER)

    assert broken.startswith("1 release; in use: 2025-05-01-cccccccc, which is damaged.")
    assert gone.startswith(f"1 release; in use: {CHALLENGER}, which is missing.")


def test_without_a_test_of_its_own_dashes_stand_for_figures() -> None:
    figures = manifest()["told"]["figures"] | {"tried": [], "chosen": "counting rule"}
    text = render_releases([row(CHAMPION, figures=figures)], [], CHAMPION)

    assert re.search(rf"\*  {CHAMPION} +2,199  counting rule +–   –      19", text)


def test_the_first_promotion_and_odd_moments_are_told_as_they_are() -> None:
    odd = PROMOTION | {"at": "some\x1b[2Jday", "was": None}
    text = render_releases([row(CHALLENGER)], [odd], CHALLENGER)

    assert f"some [2Jday  {CHALLENGER}, by anna" in text
    assert "\x1b" not in text


def test_two_releases_are_compared_and_what_differs_is_marked() -> None:
    older = manifest(CHAMPION, forerunner=None)
    text = render_comparison(older, manifest())
    rows = [re.split(r"\s{2,}", line) for line in text.splitlines()]

    assert ["contacts", "2,199", "2,199"] in rows
    assert ["AUC (95 %)", "0.612 (0.550 – 0.670)", "0.612 (0.550 – 0.670)"] in rows
    assert ["release before it", "none", CHAMPION, "differs"] in rows
    assert "they do not tell which is better" in " ".join(text.split())
    assert text.count("differs") == 1
