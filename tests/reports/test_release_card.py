"""Cards of releases and a month's decision, whose figures are known."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from fcr_ml.backtest import verdict
from fcr_ml.reports.markdown import escaped
from fcr_ml.reports.release_card import (
    card_markdown,
    card_sections,
    render_card_page,
    render_decision,
    write_card_page,
)
from fcr_ml.reports.release_words import LEVEL, outcome_sentence

from .findings_double import INJECTION
from .retraining_double import (
    CHALLENGER,
    CHAMPION,
    decision,
    figures,
    first_decision,
    gate,
    manifest,
    tried,
)
from .test_page import Outline

PLACE = Path("models/decisions") / CHALLENGER

WORSE = decision("keep", figures=figures(-0.04, -0.07, -0.01))
REFUSED = decision("keep", gates=[gate("calibration", False, "calibration error 0.090"), gate("x")])
CLOSE = decision("too close", figures=figures(0.01, -0.02, 0.04))
WHY_KEPT = decision("keep", figures={}, gates=[])["verdict"]
TOO_FEW = decision("too close", figures={"contacts": 40}, gates=[], why="40 contacts have closed.")


@pytest.mark.parametrize(
    ("told", "in_use", "sentence"),
    [
        (first_decision(), CHALLENGER, f"{CHALLENGER} is in use: it is the first release."),
        (
            decision(),
            CHALLENGER,
            f"{CHALLENGER} is in use: it finds repeats better than {CHAMPION} did.",
        ),
        (
            decision(),
            CHAMPION,
            f"{CHAMPION} stays in use: it was taken into use later, or was not what {CHALLENGER} "
            "was compared with.",
        ),
        (
            first_decision() | {"verdict": WHY_KEPT},
            None,
            f"No release is in use: {CHALLENGER}, the first, is too good to be true.",
        ),
        (
            decision("keep", figures={}, gates=[]),
            CHAMPION,
            f"{CHAMPION} stays in use: {CHALLENGER} tells risks of another thing.",
        ),
        (
            decision(figures={}, gates=[]),
            CHALLENGER,
            f"{CHALLENGER} is in use: {CHAMPION} cannot be read by this program.",
        ),
        (
            CLOSE,
            CHALLENGER,
            f"{CHALLENGER} is in use: somebody took it into use, whatever the verdict.",
        ),
        (WORSE, CHAMPION, f"{CHAMPION} stays in use: {CHALLENGER} finds repeats worse."),
        (
            REFUSED,
            CHAMPION,
            f"{CHAMPION} stays in use: {CHALLENGER} fails one condition that a release must meet.",
        ),
        (
            CLOSE,
            CHAMPION,
            f"{CHAMPION} stays in use: {CHALLENGER} is not shown to find repeats better or worse.",
        ),
        (
            TOO_FEW,
            CHAMPION,
            f"{CHAMPION} stays in use: there is not enough yet to compare {CHALLENGER} with it.",
        ),
    ],
    ids=[
        "first",
        "promoted",
        "again",
        "leak",
        "question",
        "old",
        "by hand",
        "worse",
        "refused",
        "close",
        "too few",
    ],
)
def test_the_outcome_is_said_in_one_sentence(told: dict, in_use: str | None, sentence: str) -> None:
    assert outcome_sentence(told, in_use) == sentence
    assert render_decision(told, in_use, PLACE, 200).splitlines()[0] == sentence
    by_hand = f"fcr releases promote {CHALLENGER} --models models --why '...'"
    assert (by_hand in render_decision(told, in_use, PLACE, 200)) == (in_use != CHALLENGER)


def test_the_terminal_gives_figures_then_what_failed_then_the_card() -> None:
    text = render_decision(REFUSED, CHAMPION, PLACE)
    lines = [line.split() for line in text.splitlines()]

    assert ["champion", "0.300", "0.600", "0.150", "0.020"] in lines
    assert ["challenger", "0.340", "0.650", "0.150", "0.020"] in lines
    assert "1,200 contacts of 400 customers with 240 expected" in text
    assert "+0.040 (+0.010 to +0.070) over the champion" in " ".join(text.split())
    assert "- calibration: calibration error 0.090" in text
    assert "- x" not in text
    assert text.endswith(f"The card: {PLACE / 'card.html'}\n")
    assert max(map(len, text.splitlines())) <= 100
    assert "All 2 conditions are met." in render_decision(CLOSE, CHAMPION, PLACE)


def test_the_terminal_says_why_where_nothing_was_compared() -> None:
    assert "40 contacts have closed." in render_decision(TOO_FEW, CHAMPION, PLACE)
    assert "conditions" not in render_decision(TOO_FEW, CHAMPION, PLACE)


def test_the_level_is_that_of_the_verdict() -> None:
    assert f"{verdict.LEVEL:.0%}".replace("%", " %") == LEVEL


def test_the_card_holds_every_figure_with_its_count_reading_and_window() -> None:
    card = card_markdown(decision(), manifest())

    for told in (
        f"# Release {CHALLENGER}",
        "As of 2025-07-01 00:00 UTC · reading and window: same issue, 7 days",
        f"Verdict: promote, in place of {CHAMPION}; it finds repeats better than {CHAMPION} did.",
        "1 month replayed, 2025-06-01 to 2025-07-01.",
        "| **challenger** | **0.340** | **0.650** | **0.150** | **0.020** |",
        "99 % interval by customer: +0.040 (+0.010 to +0.070) over the champion; "
        "+0.090 (+0.020 to +0.120) over the rule of thumb.",
        "2 conditions were asked, 0 failed.",
        "| calibration | passed | AUC 0.650, champion 0.600 |",
        "latest 500 closed contacts with 90 expected repeats (18.0 %), same issue, 7 days",
        "| **risk model** | **0.612 (0.550 – 0.670)** | **+0.050 (−0.010 to +0.110)** | **0.268**",
        "- **Contacts**: 2,199",
        "- **From – to**: 2025-01-06 – 2025-06-30",
        "- **Fingerprint of the log**: 57351f159581c614",
        "- set aside: started_at missing, 3 of 2,202 rows (first: row 9).",
        "- **Encoder**: words (words-1024-1)",
        "- **numpy**: 2.4.6",
        "no verdict on a customer",
        "People are not drivers",
    ):
        assert told in card


def test_the_best_of_the_test_comes_first_and_missing_figures_are_dashes() -> None:
    bare = {k: v for k, v in tried("counts", 0.2).items() if not k.startswith("auc_")}
    known = manifest()["told"]["figures"] | {"tried": [bare, tried("risk model", 0.3)]}
    card = card_markdown(decision(), manifest(figures=known))
    rows = [line for line in card.splitlines() if line.endswith("| 0.140 | 0.030 |")]

    assert rows == ["| counts | 0.612 | – | 0.200 | 0.140 | 0.030 |"]
    assert card.index("**risk model** |") < card.index("| counts |")


def test_a_first_release_without_a_test_says_so() -> None:
    known = manifest()["told"]["figures"] | {"tried": [], "chosen": "counting rule"}
    told = manifest(figures=known, forerunner=None, remarks=[])
    card = card_markdown(first_decision(), told)

    assert "Verdict: promote; it is the first release." in card
    assert "There was no release to compare with." in card
    assert "None was asked, for nothing was compared." in card
    assert "too small or too short to test a risk model" in card
    assert "- **Release before it**: none" in card
    assert "nan" not in card.lower().replace("finance", "")


def test_what_comes_out_of_the_data_cannot_steer() -> None:
    odd = decision(gates=[gate(f"channel a|b {INJECTION}", False, "x_y *z*")])
    card = card_markdown(odd, manifest())
    page = render_card_page(odd, manifest())

    assert "a\\|b" in card
    assert "x_y \\*z\\*" in card
    assert not re.search(r"(?<!\\)<", card)
    assert INJECTION not in page
    assert escaped("_a_ b_c") == "\\_a\\_ b_c"


def test_the_page_is_whole_asks_for_nothing_and_says_what_the_card_says(tmp_path: Path) -> None:
    write_card_page(REFUSED, manifest(), tmp_path / "deep" / "card.html")
    text = (tmp_path / "deep" / "card.html").read_text(encoding="utf-8")
    page = Outline(text)

    assert text == render_card_page(REFUSED, manifest())
    titles = [section.title for section in card_sections(REFUSED, manifest())]
    assert page.text_of("h2") == titles
    assert "failed" in page.words
    assert 'class="mark"' in text
    assert not re.search(r"(?:src|href)=\"(?!#)", text)
    assert "default-src 'none'" in (page.of("meta")[1]["content"] or "")
