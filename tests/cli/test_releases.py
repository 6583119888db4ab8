"""`fcr releases` on a folder that holds none, and on names that are none."""

from __future__ import annotations

from pathlib import Path

import pytest


def test_an_empty_folder_is_listed_with_what_to_do(fcr, tmp_path: Path) -> None:
    ran = fcr("releases", "list", "--models", tmp_path)

    assert ran.code == 0, ran.err
    assert ran.out == "No releases yet; make one with fcr retrain.\n"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "words",
    [("compare", "nope", "none"), ("promote", "nope", "--why", "x")],
    ids=["compare", "promote"],
)
def test_an_unknown_release_is_refused_with_the_known_ones(fcr, tmp_path: Path, words) -> None:
    ran = fcr("releases", *words, "--models", tmp_path)

    assert ran.code == 1
    assert "release 'nope': there is none in" in ran.err
    assert "none yet; make one with fcr retrain" in ran.err


def test_there_is_nothing_to_go_back_to_or_to_remove(fcr, tmp_path: Path) -> None:
    back = fcr("releases", "rollback", "--models", tmp_path)
    pruned = fcr("releases", "prune", "--models", tmp_path)

    assert back.code == 1
    assert "no release before the one in use" in back.err
    assert pruned.out == "0 removed.\n"
