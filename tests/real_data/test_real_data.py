"""The main job on data that nobody on this project wrote. Nothing of it is kept."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from fcr_ml.frames import Casebook
from tests.conftest import run_command

DATA = Path(__file__).parents[3] / "shared" / "data"

pytestmark = [
    pytest.mark.real_data,
    pytest.mark.skipif(not DATA.exists(), reason=f"no folder of real data at {DATA}"),
]


@pytest.fixture(scope="module")
def incidents(tmp_path_factory: pytest.TempPathFactory):
    """Analyze a log without any notes, windows from the start as its floors are told."""
    out = tmp_path_factory.mktemp("incidents") / "results"
    log = DATA / "it_incidents" / "contacts.parquet"
    words = ["--time-zone", "UTC", "--window-from", "start", "--attribute", "priority=at_start"]
    return run_command("--quiet", "analyze", log, "--out", out, *words), out


def test_a_log_without_notes_runs_and_says_what_is_missing(incidents) -> None:
    ran, out = incidents

    assert ran.code == 0, ran.err
    assert "The log has no notes" in ran.out
    topics = Casebook.open(out / "casebook").table("topics")
    assert topics["topic_id"].isna().all()
    assert set(topics["no_topic_reason"]) == {"no_note"}
    assert {path.name for path in out.iterdir()} == {
        "report.html",
        "fcr.csv",
        "avoidance.csv",
        "drivers.csv",
        "changes.csv",
        "comparison.csv",
        "trade_offs.csv",
        "drift.csv",
        "effects.csv",
        "risk_watch.csv",
        "trend.csv",
        "emerging.csv",
        "flags.csv",
        "set_aside.csv",
        "transitions.csv",
        "levers.csv",
        "contrasts.csv",
        "casebook",
        "topics",
    }


def test_plain_readings_agree_with_the_known_floors(incidents) -> None:
    _, out = incidents
    fcr = pd.read_csv(out / "fcr.csv").set_index(["group", "reading", "window"])

    any_return = 1 - fcr.loc[("all", "any_return", "7d"), "fcr_rate"]
    same_code = 1 - fcr.loc[("all", "same_code", "7d"), "fcr_rate"]

    # Known for all callers: 51 % and 14 %; ours are .51 and .18, a shared account of 413
    # contacts and repeats within minutes counted in.
    assert any_return == pytest.approx(0.51, abs=0.04)
    assert same_code == pytest.approx(0.14, abs=0.05)


def test_check_names_what_the_missing_columns_switch_off() -> None:
    ran = run_command("check", DATA / "it_incidents" / "contacts.parquet", "--time-zone", "UTC")

    assert ran.code == 0
    assert "topics, and evidence from text in links" in ran.out
    assert max(len(line) for line in ran.out.splitlines()) <= 100


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory):
    """Analyze one quarter of the forum desk, by hashed words to save time."""
    folder = tmp_path_factory.mktemp("desk")
    contacts = pd.read_parquet(DATA / "thunderbird_desk" / "contacts.parquet")
    began = contacts["started_at"]
    quarter = contacts[(began >= "2024-01-01") & (began < "2024-04-01")]
    quarter.to_parquet(folder / "contacts.parquet", index=False)
    log, out = folder / "contacts.parquet", folder / "results"
    ran = run_command("--quiet", "analyze", log, "--out", out, "--encoder", "words")
    return ran, quarter, out


def test_the_desk_runs_whole_and_every_contact_is_accounted_for(desk) -> None:
    ran, quarter, out = desk

    assert ran.code == 0, ran.err
    kept = Casebook.open(out / "casebook").table("contacts", ["contact_id"])
    set_aside = pd.read_csv(out / "set_aside.csv")
    assert len(kept) + len(set_aside) == len(quarter)


def test_no_note_reaches_the_page_and_no_address_the_casebook(desk) -> None:
    _, quarter, out = desk
    page = (out / "report.html").read_text(encoding="utf-8")
    notes = Casebook.open(out / "casebook").table("notes")["note"].dropna()

    assert not notes.str.contains(r"[\w.]+@[\w-]+\.(?:com|org|net|de|uk)\b", regex=True).any()
    pieces = quarter["note"].str.slice(0, 60)
    assert not any(piece in page for piece in pieces[quarter["note"].str.len() > 60])


def test_links_agree_with_what_people_judged(desk) -> None:
    from fcr_ml.measures.pair_agreement import pair_agreement, score_judged

    _, quarter, out = desk
    links = Casebook.open(out / "casebook").table("links")
    judged = pd.read_parquet(DATA / "thunderbird_desk" / "judged_pairs.parquet")
    ids = set(quarter["contact_id"])
    judged = judged[judged["contact_id"].isin(ids) & judged["follow_up_id"].isin(ids)]

    scored = score_judged(links, judged)

    # A few dozen pairs of one quarter, hashed words only: wide, but far from chance.
    assert len(scored) > 15
    assert pair_agreement(scored, ["related_auc"])["related_auc"] > 0.7
