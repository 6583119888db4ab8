"""Reactions on the desk's judged replies. Nothing of them is kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from fcr_ml.evaluation import evaluate_replies

DESK = Path(__file__).parents[3] / "shared" / "data" / "thunderbird_desk"

pytestmark = [
    pytest.mark.real_data,
    pytest.mark.skipif(not DESK.is_dir(), reason=f"no folder of real data at {DESK}"),
]


@pytest.mark.parametrize(
    ("encoder", "thanks", "needs_help"),
    # Reached: english .94 and .88, multilingual .94 and .89, hashed words .93 and .88.
    [("english", 0.91, 0.86), ("multilingual", 0.92, 0.87), ("words", 0.91, 0.85)],
)
def test_reactions_agree_with_what_people_judged(
    encoder: str, thanks: float, needs_help: float, tmp_path: Path
) -> None:
    settings = {"casebook": {"encoder": encoder, "cache_folder": tmp_path}}
    log, judged = DESK / "contacts.parquet", DESK / "judged_replies.parquet"

    told = evaluate_replies([str(log)], str(judged), settings)

    assert told["judged"] >= 249
    assert told["thanks_auc"] > thanks
    assert told["needs_help_auc"] > needs_help
    # Without any judgement: .90 and .88; a word list for thanks alone has .69.
    assert told["thanks_auc_without_judged"] > 0.88
    assert told["needs_help_auc_without_judged"] > 0.85
    assert told["thanks_auc"] > told["thanks_auc_without_judged"]
