"""`fcr flag` and `fcr proof`: the list, its record, and nobody on it who should not be."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from fcr_ml.frames import Casebook
from fcr_ml.frames.flagged import FLAGGED, PROOF
from fcr_ml.frames.tables import FLAGS
from tests.risk.planted_log import planted_casebook

SETTINGS = """
[flags]
effect = 0.5
cost_of_repeat = 20.0
cost_of_call = 1.0
queue_capacity = { technical = 3, billing = 4 }
shifts = ["08:00-16:00", "16:00-20:00"]
quiet_hours = "20:00-08:00"
"""


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give results whose risk hangs on queue and transfers, with one driver and its lever."""
    folder = tmp_path_factory.mktemp("results")
    planted_casebook(folder / "casebook", n=1_500)
    (folder / "drivers.csv").write_text(
        "rank,segment,columns,lever\n1,queue = technical,queue,routing\n", encoding="utf-8-sig"
    )
    (folder / "settings.toml").write_text(SETTINGS, encoding="utf-8")
    return folder


def test_a_list_is_told_recorded_and_the_same_again(fcr, results: Path) -> None:
    words = ("flag", "--results", results, "--settings", results / "settings.toml")
    ran = fcr(*words, "--capacity", 12, "--csv", results / "list.csv")

    assert ran.code == 0, ran.err
    assert max(map(len, ran.out.splitlines())) <= 100
    assert "do: routing (queue = technical)" in ran.out
    assert "call from 2025-07-01 08:00 UTC" in " ".join(ran.out.split())
    assert "is a setting, until fcr proof shows" in " ".join(ran.out.split())
    flags = pd.read_csv(results / "flags.csv", encoding="utf-8-sig")
    assert list(flags.columns) == list(FLAGS.columns)
    assert (results / "list.csv").read_bytes() == (results / "flags.csv").read_bytes()
    flagged = pd.read_csv(results / "flagged.csv", encoding="utf-8-sig")
    assert list(flagged.columns) == list(FLAGGED.columns)
    assert flagged["contact_id"].tolist() == flags["contact_id"].tolist()
    _hold(flags, Casebook.open(results / "casebook"))

    before = [(results / name).read_bytes() for name in ("flags.csv", "flagged.csv")]
    again = fcr(*words, "--capacity", 12, "--csv", results / "list.csv")
    said = " ".join(again.out.split())
    assert "flagged.csv holds them" in said
    assert "flags.csv now holds this list; what it held before is gone from there" in said
    assert [(results / name).read_bytes() for name in ("flags.csv", "flagged.csv")] == before


def _hold(flags: pd.DataFrame, casebook: Casebook) -> None:
    """No customer twice, nobody who is back, no queue and shift beyond its capacity."""
    assert 0 < len(flags) <= 12
    assert flags["customer_id"].is_unique
    outcomes = casebook.table("outcomes").set_index("contact_id")
    assert (outcomes.loc[flags["contact_id"], "outcome"] == "open").all()
    counts = flags.groupby(["queue", "shift"]).size()
    limits = {"technical": 3, "billing": 4, "sales": 12}
    assert all(count <= limits[queue] for (queue, _), count in counts.items())
    assert (flags["saving"] > 0).all()
    assert flags["saving"].is_monotonic_decreasing


def test_proof_is_told_of_the_record(fcr, results: Path, tmp_path: Path) -> None:
    acted = tmp_path / "acted.csv"
    acted.write_text("contact_id,acted_at\nc99999,2025-07-02T09:00Z\n", encoding="utf-8")
    ran = fcr("proof", "--results", results, "--acted", acted, "--csv", tmp_path / "p.csv")

    assert ran.code == 0, ran.err
    told = " ".join(ran.out.split())
    assert "1 contacts that the desk acted on are not in the record" in told
    assert "To show a gain of 4.0 points with a probability of 80% takes up to" in told
    written = pd.read_csv(tmp_path / "p.csv", encoding="utf-8-sig")
    assert list(written.columns) == list(PROOF.columns)


def test_a_folder_without_results_is_named(fcr, tmp_path: Path) -> None:
    for words in (("flag",), ("proof", "--acted", tmp_path / "acted.csv")):
        ran = fcr(*words, "--results", tmp_path)
        assert ran.code == 1
        assert "holds no readable" in ran.err


def test_some_prices_without_the_others_are_refused(fcr, results: Path, tmp_path: Path) -> None:
    settings = tmp_path / "s.toml"
    settings.write_text("[flags]\neffect = 0.2\n", encoding="utf-8")
    ran = fcr("flag", "--results", results, "--settings", settings)
    assert ran.code == 1
    assert "give cost_of_repeat, cost_of_call" in ran.err


def test_times_are_in_the_desk_s_zone_and_those_left_alone_have_none(
    fcr, results: Path, tmp_path: Path
) -> None:
    settings = tmp_path / "s.toml"
    zone = 'time_zone = "Asia/Tokyo"\nexperiment = "alone"\n'
    settings.write_text(f"[risk]\nleft_alone_share = 0.5\n{SETTINGS}{zone}", encoding="utf-8")
    ran = fcr("flag", "--results", results, "--settings", settings, "--capacity", 12)

    assert ran.code == 0, ran.err
    said = " ".join(ran.out.split())
    # Midnight UTC of 1 July is 09:00 in Tokyo, where the first shift runs already.
    assert "as of 2025-07-01 09:00 Asia/Tokyo" in said
    assert "No calls before 2025-07-01 09:00 Asia/Tokyo." in said
    assert "UTC" not in said
    flags = pd.read_csv(results / "flags.csv", encoding="utf-8-sig")
    alone = flags["is_left_alone"]
    assert alone.any()
    assert flags.loc[alone, "call_from_at"].isna().all()
    assert flags.loc[~alone, "call_from_at"].notna().all()
    assert said.count("call from 2025") == (~alone).sum()
    assert said.count("LEFT ALONE") == alone.sum()


def test_queues_that_the_log_does_not_have_are_named(fcr, results: Path, tmp_path: Path) -> None:
    settings = tmp_path / "s.toml"
    wrong = "queue_capacity = { Tecnical = 3, billing = 4 }\n"
    settings.write_text(f"[flags]\n{wrong}", encoding="utf-8")
    ran = fcr("flag", "--results", results, "--settings", settings, "--capacity", 12)
    assert ran.code == 0, ran.err
    said = " ".join(ran.out.split())
    told = "queue_capacity: 1 of 2 queues are not in the log, so they have no limit of their own"
    assert f"{told}: 'Tecnical' (the nearest is 'technical')." in said
