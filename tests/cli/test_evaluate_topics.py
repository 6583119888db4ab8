"""``fcr evaluate topics`` on texts of our own whose topics nobody could miss."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import combinations
from pathlib import Path

import pandas as pd
import pytest

from fcr_ml.evaluation_topics import MEANS
from tests.conftest import Ran

Fcr = Callable[..., Ran]
ABOUT = {
    "heating": "boiler radiator thermostat valve pressure pump",
    "card": "payment terminal receipt signature amount booking",
    "parcel": "courier delivery address warehouse tracking doorstep",
}


def _texts(labels: list[str]) -> pd.DataFrame:
    """Give 60 different texts a label: every choice of three or four of six words, and more."""
    rows = []
    for label in labels:
        words = ABOUT[label].split()
        chosen = [*combinations(words, 3), *combinations(words, 4)]
        texts = [" ".join(pick) for pick in chosen] + [" ".join(pick[::-1]) for pick in chosen]
        rows += [{"body": text, "about": label, "desk": "north"} for text in texts[:60]]
    return pd.DataFrame(rows)


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    """Give settings that need no encoder."""
    path = tmp_path / "settings.toml"
    path.write_text('[casebook]\nencoder = "words"\n', encoding="utf-8")
    return path


def _evaluate(fcr: Fcr, texts: pd.DataFrame, settings: Path, *words: str) -> Ran:
    file = settings.parent / "texts.parquet"
    texts.to_parquet(file)
    columns = ("--text-column", "body", "--label-column", "about")
    return fcr(
        *("--quiet", "evaluate", "topics", "--texts", file, *columns),
        *("--settings", settings, *words),
    )


def test_plain_topics_are_found_and_texts_that_say_nothing_are_counted(
    fcr: Fcr, settings: Path
) -> None:
    plain = _texts(["heating", "card", "parcel"])
    odd = pd.DataFrame(
        {
            "body": [None, "  ", "ok thanks", plain["body"][0], plain["body"][1]],
            "about": ["card", "card", "card", "heating", None],
            "desk": "north",
        }
    )

    ran = _evaluate(fcr, pd.concat([plain, odd]), settings, "--json")

    assert ran.code == 0, ran.err
    told = json.loads(ran.out)
    assert (told["texts"], told["labels"], told["topics"]) == (184, 3, 3)
    assert told["left_out"] == 1
    # The floor refuses a few plain texts, and no text that has a topic is in the wrong one.
    refused = told["without_topic"].pop("not_alike")
    assert refused < 0.1 * 184
    assert told["without_topic"] == {"no_note": 2, "thin": 1}
    assert told["share_without_topic"] == pytest.approx((refused + 3) / 184)
    assert told["accuracy"] == pytest.approx((181 - refused) / 184)
    # 180 plain texts and one of them again are placed rightly; the thin one is placed
    # somewhere, rightly or not; the empty ones cannot be.
    assert 181 / 184 <= told["accuracy_all_placed"] <= 182 / 184
    assert told["groups"] == []
    assert 0.9 < told["nmi"] < 1
    assert 0.9 < told["ari"] < 1
    assert told["peak_mb"] > 10
    assert min(told["seconds"], told["encoding_seconds"]) >= 0


def test_groups_are_logs_of_their_own_and_count_alike(fcr: Fcr, settings: Path) -> None:
    # The first desk is told apart, all placed, wholly; the second has too few texts to have
    # topics.
    small = _texts(["card"]).head(40).assign(desk="south")
    small.loc[:19, "about"] = "parcel"
    texts = pd.concat([_texts(["heating", "parcel"]), small])

    told = json.loads(_evaluate(fcr, texts, settings, "--group-column", "desk", "--json").out)

    north, south = told["groups"]
    assert (north["group"], north["texts"], north["topics"]) == ("north", 120, 2)
    assert [north[name] for name in MEANS[1:]] == pytest.approx([1.0] * 3)
    assert north["accuracy"] == pytest.approx(1 - north["share_without_topic"])
    assert (south["group"], south["texts"], south["topics"]) == ("south", 40, 0)
    assert south["without_topic"] == {"too_few_notes": 40}
    assert [south[name] for name in MEANS] == [0.0] * 4
    for name in MEANS:
        assert told[name] == pytest.approx((north[name] + south[name]) / 2)
    assert (told["texts"], told["labels"], told["topics"]) == (160, 4, 2)
    without = 40 + north["without_topic"].get("not_alike", 0)
    assert told["share_without_topic"] == without / 160
    assert told["peak_mb"] == max(north["peak_mb"], south["peak_mb"])


def test_the_table_has_a_row_a_group_and_one_of_all(fcr: Fcr, settings: Path) -> None:
    texts = pd.concat([_texts(["heating", "parcel"]), _texts(["card"]).assign(desk="south")])

    alone = " ".join(_evaluate(fcr, texts, settings).out.split())
    parted = _evaluate(fcr, texts, settings, "--group-column", "desk")

    assert "180 labelled texts, 0 rows left out" in alone
    assert "mean over groups" not in alone
    rows = [line.split()[:4] for line in parted.out.splitlines()]
    assert ["north", "120", "2", "2"] in rows
    assert ["south", "60", "1", "0"] in rows
    assert ["all", "180", "3", "2"] in rows
    assert "mean over groups" in " ".join(parted.out.split())
    assert "60 too few notes. Seconds: " in " ".join(parted.out.split())


def test_a_column_that_is_not_there_is_told_with_the_nearest(fcr: Fcr, settings: Path) -> None:
    file = settings.parent / "texts.csv"
    _texts(["card"]).to_csv(file, index=False)
    given = ("--texts", file, "--text-column", "bodi", "--label-column", "zzz")

    ran = fcr("evaluate", "topics", *given)

    said = " ".join(ran.err.split())
    assert ran.code == 1
    assert "there is no column bodi; the nearest is body." in said
    assert "there is no column zzz; there are body, about, desk." in said


def test_texts_without_any_label_are_refused(fcr: Fcr, settings: Path) -> None:
    ran = _evaluate(fcr, _texts(["card"]).assign(about=""), settings)

    assert ran.code == 1
    assert "none of 60 rows has a label in the column about" in " ".join(ran.err.split())
