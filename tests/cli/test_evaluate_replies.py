"""``fcr evaluate replies`` on a small log of our own."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from tests.conftest import Ran

Fcr = Callable[..., Ran]
FIGURES = ("thanks_auc", "needs_help_auc", "reaction_macro_f1")
NOTES = {
    "thanks": ["Thank you, it works now.", "Great, many thanks!", "Danke, gelöst."],
    "still_broken": ["It still fails.", "No change, same error again.", "Geht leider nicht."],
    "gives_asked_information": ["Version 7.2, bought in May.", "My plan is B, slot 4."],
    "follow_on_question": ["Do I pay for the visit?", "Can I use it abroad?"],
}


@pytest.fixture
def desk(tmp_path: Path) -> tuple[Path, Path]:
    """Give a log of 40 matters with one reply each, and the judged replies."""
    contacts, judged = [], []
    for number in range(40):
        reaction = list(NOTES)[number % 4]
        asked, wrote = f"q{number:02d}", f"r{number:02d}"
        whose = {"customer_id": f"u{number:02d}", "case_id": f"k{number:02d}"}
        asks = reaction == "gives_asked_information"
        answer = "Which version?" if asks else "Restart it."
        started = pd.Timestamp("2025-03-01T08:00Z") + pd.Timedelta(number, "h")
        contacts.append(
            whose
            | {"contact_id": asked, "started_at": started, "note": "The heater does not start"}
            | {"ended_at": started + pd.Timedelta("20min"), "resolution_note": answer}
        )
        note = NOTES[reaction][number // 4 % len(NOTES[reaction])]
        later = started + pd.Timedelta("5h")
        contacts.append(whose | {"contact_id": wrote, "started_at": later, "note": note})
        judged.append({"contact_id": asked, "follow_up_id": wrote, "verdict": reaction})
    judged.append({"contact_id": "q00", "follow_up_id": "unknown", "verdict": "thanks"})
    judged.append({"contact_id": "q00", "follow_up_id": "q01", "verdict": "unclear"})
    log, file = tmp_path / "contacts.parquet", tmp_path / "judged.csv"
    pd.DataFrame(contacts).to_parquet(log)
    pd.DataFrame(judged).to_csv(file, index=False)
    return log, file


@pytest.fixture
def words(tmp_path: Path) -> Path:
    """Give settings that need no encoder."""
    path = tmp_path / "settings.toml"
    path.write_text('[casebook]\nencoder = "words"\n', encoding="utf-8")
    return path


def test_one_json_object_with_every_figure_and_its_interval(
    fcr: Fcr, desk: tuple[Path, Path], words: Path
) -> None:
    log, judged = desk

    ran = fcr(
        "--quiet", "evaluate", "replies", "--contacts", log, "--judged", judged,
        "--settings", words, "--json",
    )  # fmt: skip

    assert ran.code == 0, ran.err
    told = json.loads(ran.out)
    assert (told["judged"], told["left_out"]) == (40, 2)
    for key in (*FIGURES, *(f"{figure}_without_judged" for figure in FIGURES)):
        assert 0 <= told[f"{key}_low"] <= told[key] <= told[f"{key}_high"] <= 1
    # Replies as plain as these are told without any judgement.
    assert told["thanks_auc_without_judged"] > 0.95
    assert told["needs_help_auc"] > 0.85


def test_the_table_shows_figures_and_counts(fcr: Fcr, desk: tuple[Path, Path], words: Path) -> None:
    log, judged = desk

    ran = fcr("evaluate", "replies", "--contacts", log, "--judged", judged, "--settings", words)

    assert ran.code == 0, ran.err
    assert "40 judged replies, 2 rows left out" in " ".join(ran.out.split())
    assert "needs more help against not: AUC" in ran.out
    assert max(len(line) for line in ran.out.splitlines()) <= 100


def _spoil(judged: Path, change: Callable[[pd.DataFrame], pd.DataFrame]) -> None:
    change(pd.read_csv(judged)).to_csv(judged, index=False)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda rows: rows.drop(columns="verdict"), "missing verdict"),
        (lambda rows: rows.assign(verdict="good"), "none of 42 rows"),
        (lambda rows: pd.concat([rows, rows.head(1)]), "1 of 43 rows judge a reply again"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_with_the_mend(
    fcr: Fcr,
    desk: tuple[Path, Path],
    words: Path,
    change: Callable[[pd.DataFrame], pd.DataFrame],
    said: str,
) -> None:
    log, judged = desk
    _spoil(judged, change)

    ran = fcr("evaluate", "replies", "--contacts", log, "--judged", judged, "--settings", words)

    assert ran.code == 1
    assert said in " ".join(ran.err.split())


def test_the_verb_is_documented_with_an_example(fcr: Fcr) -> None:
    ran = fcr("evaluate", "replies", "--help")

    assert ran.code == 0
    assert "Example: fcr evaluate replies --contacts" in " ".join(ran.out.split())
