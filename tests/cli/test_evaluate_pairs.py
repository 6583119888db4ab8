"""``fcr evaluate pairs`` on a small simulated centre whose answer key is the judge."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from fcr_ml.evaluation_pairs import FIGURES
from fcr_ml.simulate import CentrePlan, simulate_centre, write_centre
from tests.conftest import Ran

Fcr = Callable[..., Ran]
PAIR = ["contact_id", "follow_up_id"]


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a log, settings, pairs judged by the key, and confirmed pairs."""
    folder = tmp_path_factory.mktemp("pairs")
    simulated = simulate_centre(CentrePlan(contacts=400, days=60))
    write_centre(simulated, folder)
    contacts = simulated.contacts[["contact_id", "customer_id", "started_at"]]
    pairs = contacts.merge(contacts, on="customer_id", suffixes=("", "_later"))
    pairs = pairs[pairs["started_at"] < pairs["started_at_later"]]
    pairs = pairs.rename(columns={"contact_id_later": "follow_up_id"})[PAIR]
    key = simulated.key["follow_ups"]
    judged = pairs.merge(key[[*PAIR, "verdict"]], how="left", on=PAIR)
    judged = judged.assign(verdict=judged["verdict"].fillna("unrelated"), confidence="high")
    judged.loc[0, "verdict"] = "unclear"
    judged.loc[1, "contact_id"] = "nobody"
    judged.to_csv(folder / "judged.csv", index=False)
    confirmed = key[PAIR].head(20)
    confirmed.loc[0, "contact_id"] = "nobody"
    confirmed.to_csv(folder / "confirmed.csv", index=False)
    (folder / "settings.toml").write_text('[casebook]\nencoder = "words"\n', encoding="utf-8")
    return folder


def test_every_figure_and_count_is_told(fcr: Fcr, centre: Path) -> None:
    rows = len(pd.read_csv(centre / "judged.csv"))

    ran = fcr(
        *("--quiet", "evaluate", "pairs", "--contacts", centre / "contacts.parquet"),
        *("--judged", centre / "judged.csv", "--confirmed", centre / "confirmed.csv"),
        *("--settings", centre / "settings.toml", "--without", "case_id", "--json"),
    )

    assert ran.code == 0, ran.err
    told = json.loads(ran.out)
    names = [name.replace("average_precision", "ap") for name in FIGURES]
    names += ["random_pairs_accepted_rate", "same_case_recall", "same_case_precision"]
    for name in [*names, "confirmed_recall", "confirmed_recall_at_half_percent"]:
        assert 0 <= told[f"{name}_low"] < told[f"{name}_high"] <= 1
        assert 0 <= told[name] <= 1
    assert (told["judged_pairs"], told["set_aside"]) == (rows - 2, 1)
    assert (told["confirmed_pairs"], told["confirmed_set_aside"]) == (19, 1)
    # All judgements are sure, and the key is what the notes were written from.
    assert told["related_auc_high_confidence"] == told["related_auc"] > 0.7


def test_pairs_of_another_log_are_refused_before_anything_is_linked(fcr: Fcr, centre: Path) -> None:
    other = pd.DataFrame({"contact_id": ["x"], "follow_up_id": ["y"], "verdict": ["unrelated"]})
    other.to_csv(centre / "other.csv", index=False)

    ran = fcr(
        *("evaluate", "pairs", "--contacts", centre / "contacts.parquet"),
        *("--judged", centre / "other.csv"),
    )

    assert ran.code == 1
    assert "no pair that was judged is in the log" in " ".join(ran.err.split())
