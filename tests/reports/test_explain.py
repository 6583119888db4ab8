from __future__ import annotations

import json
import math
import re
from pathlib import Path

import pytest

from fcr_ml.errors import DataError
from fcr_ml.frames import Casebook
from fcr_ml.reports.explain import example_explanations, explain_link
from fcr_ml.reports.explained import examples_section, in_words, render_explanation
from fcr_ml.reports.explained_page import render_explanation_page, write_explanation
from fcr_ml.reports.tables import Chart, Folded
from tests.linked_casebook import LINKS, large_casebook, link, small_casebook
from tests.reports.test_page import Outline


@pytest.fixture(scope="module")
def casebook(tmp_path_factory: pytest.TempPathFactory) -> Casebook:
    return small_casebook(tmp_path_factory.mktemp("explain"))


def findings_of(casebook: Casebook, *pair: str) -> dict[str, tuple[str, float]]:
    rungs = explain_link(casebook, *pair).rungs
    return {row.rung: (row.finding, row.weight) for row in rungs.itertuples()}


def test_every_rung_says_its_evidence_and_its_weight(casebook: Casebook) -> None:
    assert findings_of(casebook, "c1", "c2") == {
        "before any evidence": ("a usual return that looks unrelated", -2.0),
        "time": ("31 hours between", 0.8),
        "customer": ("the customer has 5 contacts in the log", 0.0),
        "meaning": ("notes mean much the same (0.71)", 2.5),
        "words": ("words shared: much more than in unrelated notes (0.25)", 1.2),
        "reason code": ("another reason code", -0.4),
        "desk": ("filed under another case id", 0.0),
        "judgements": ("no judged pairs to learn from", 0.0),
    }


def test_the_rungs_add_up_to_the_link(casebook: Casebook) -> None:
    explanation = explain_link(casebook, "c1", "c2")
    probability = 1 / (1 + math.exp(-2.1))  # -2.0 + 0.8 + 2.5 + 1.2 - 0.4

    assert explanation.log_odds == pytest.approx(2.1)
    assert explanation.link_probability == pytest.approx(probability)
    assert explanation.rungs["probability_so_far"].iloc[-1] == pytest.approx(probability)
    assert sum(explanation.probabilities.values()) == pytest.approx(1)
    assert explanation.verdict == "same_issue"
    assert explanation.reaction is None


def test_missing_evidence_is_a_finding_that_weighs_nothing(casebook: Casebook) -> None:
    findings = findings_of(casebook, "d1", "d2")

    assert findings["meaning"] == ("no note to compare", 0.0)
    assert findings["words"] == ("no words to compare", 0.0)
    assert findings["reason code"] == ("no reason code to compare", 0.0)
    assert findings["desk"] == ("no case id to compare", 0.0)
    # The 0.2 that such a pair was given for its meaning belongs to every pair like it.
    before = ("a usual return, nothing known of its issue", pytest.approx(-1.8))
    assert findings["before any evidence"] == before


def test_a_return_under_one_case_id_says_its_reaction(casebook: Casebook) -> None:
    explanation = explain_link(casebook, "e1", "e2")
    desk = ("the desk filed both under one case id", 4.0)

    assert findings_of(casebook, "e1", "e2")["desk"] == desk
    assert explanation.needs_help_probability == 0.9
    assert "it reads: still broken; it needs more help with probability 90.0 %" in " ".join(
        in_words(explanation)
    )


def test_a_copy_is_told_from_a_case(tmp_path: Path) -> None:
    row = link("d1", "d2", 10.0, prior=-2.0, desk=5.9, is_same_case=False)
    finding, _ = findings_of(small_casebook(tmp_path, [row]), "d1", "d2")["desk"]

    assert finding == "the same request sent again before an answer"


def test_how_near_is_near_is_said_by_the_log_s_own_weights(tmp_path: Path) -> None:
    told = {}
    for weight in (2.0, 0.5, 0.0, -0.5, -2.0):
        evidence = {"meaning": weight, "words": weight, "note_similarity": 0.1}
        row = link("d1", "d2", 10.0, prior=-1.0, word_similarity=0.05, **evidence)
        findings = findings_of(small_casebook(tmp_path, [row]), "d1", "d2")
        told[weight] = (findings["meaning"][0], findings["words"][0])

    assert told == {
        2.0: (
            "notes much nearer than unrelated ones (0.10)",
            "words shared: much more than in unrelated notes (0.05)",
        ),
        0.5: (
            "notes nearer than unrelated ones (0.10)",
            "words shared: more than in unrelated notes (0.05)",
        ),
        0.0: (
            "notes as near as unrelated ones (0.10)",
            "words shared: as in unrelated notes (0.05)",
        ),
        -0.5: (
            "notes farther than unrelated ones (0.10)",
            "words shared: fewer than in unrelated notes (0.05)",
        ),
        -2.0: (
            "notes much farther than unrelated ones (0.10)",
            "words shared: much fewer than in unrelated notes (0.05)",
        ),
    }


WRONG = {
    "unknown": (("c9", "x"), ["no contact c9 among 9; the nearest are c", "no contact x among 9"]),
    "itself": (("c1", "c1"), ["c1 cannot follow itself"]),
    "another customer": (("c1", "d1"), ["of customer u1", "of customer u2"]),
    "wrong way round": (("c2", "c1"), ["began first, on 2025-03-01 08:00", "fcr explain c1 c2"]),
    "by the company": (("c1", "c3"), ["c3 was started by the company"]),
    "too far apart": (("c1", "c5"), ["began 90 days later", "at most 31 hours apart"]),
    "too many between": (("c2", "c4"), ["1 contacts of the customer lie between", "1 at most"]),
}


@pytest.mark.parametrize("name", list(WRONG))
def test_a_pair_that_was_not_compared_says_why(casebook: Casebook, name: str) -> None:
    pair, told = WRONG[name]
    with pytest.raises(DataError) as fault:
        explain_link(casebook, *pair)

    for words in told:
        assert words in str(fault.value)


def test_links_without_weights_or_with_others_are_refused(tmp_path: Path) -> None:
    bare = {name: value for name, value in LINKS[0].items() if not name.endswith("_weight")}
    with pytest.raises(DataError, match="has no weights; build the casebook again"):
        explain_link(small_casebook(tmp_path / "bare", [bare]), "c1", "c2")
    odd = LINKS[0] | {"hours_weight": 3.0}
    with pytest.raises(DataError, match=r"lead to 0\.9866, its probability is 0\.8909"):
        explain_link(small_casebook(tmp_path / "odd", [odd]), "c1", "c2")


def test_the_terminal_shows_all_within_its_width(casebook: Casebook) -> None:
    text = render_explanation(explain_link(casebook, "c1", "c2"))

    assert max(map(len, text.splitlines())) <= 100
    for words in ("notes mean much the same (0.71)", "+2.50", "−0.40", "same issue", "62.4 %"):
        assert words in text


def test_examples_are_one_link_of_each_verdict_that_shows_most(tmp_path: Path) -> None:
    casebook = large_casebook(tmp_path)
    examples = example_explanations(casebook, count=4)
    verdicts = [example.verdict for example in examples]
    again = [example.contact_id for example in example_explanations(casebook)]

    assert verdicts == ["same_issue", "next_issue", "unrelated", "double_post"]
    assert again == [example.contact_id for example in examples[:3]]


def test_a_rung_that_shouts_shows_less_than_rungs_that_speak(tmp_path: Path) -> None:
    shouts = link("c1", "c2", 31.0, prior=-2.0, desk=9.0)
    speaks = link("d1", "d2", 10.0, prior=-2.0, hours=1.0, meaning=1.0, code=1.0)
    casebook = small_casebook(tmp_path, [shouts, speaks])

    assert [example.contact_id for example in example_explanations(casebook)] == ["d1"]


def test_the_section_explains_the_examples_with_chart_and_table(casebook: Casebook) -> None:
    section = examples_section(example_explanations(casebook))
    charts = [part for part in section.parts if isinstance(part, Chart)]
    tables = [part for part in section.parts if isinstance(part, Folded)]

    assert len(charts) == len(tables) == 2  # same issue and unrelated
    assert len({chart.key for chart in charts}) == 2
    assert examples_section([]).lead == ("No link with weights is there to explain.",)


def test_the_waterfall_s_bars_hang_together_and_end_at_the_sum(casebook: Casebook) -> None:
    section = examples_section([explain_link(casebook, "c1", "c2")])
    chart = next(part for part in section.parts if isinstance(part, Chart))
    *rungs, together = chart.spec["data"]["values"]

    assert [r["begin"] for r in rungs] == [0.0, *(r["end"] for r in rungs[:-1])]
    assert rungs[-1]["end"] == together["end"] == pytest.approx(2.1)
    assert [r["side"] for r in rungs if r["weight"].startswith("−")] == ["against", "against"]
    assert not re.search(r"#[0-9a-fA-F]{3,6}\b", json.dumps(chart.spec))


def test_the_page_opens_offline_and_holds_chart_and_table(
    casebook: Casebook, tmp_path: Path
) -> None:
    explanation = explain_link(casebook, "c1", "c2")
    write_explanation(explanation, tmp_path / "link.html")
    page = (tmp_path / "link.html").read_text(encoding="utf-8")
    outline = Outline(page)

    assert page == render_explanation_page(explain_link(casebook, "c1", "c2"))
    assert "notes mean much the same (0.71)" in outline.words
    assert [attrs.get("class") for attrs in outline.of("div")].count("chart") == 1
    assert all("src" not in attrs for attrs in outline.of("script"))
    assert not outline.of("link")


def test_ids_out_of_the_log_cannot_steer_the_page(tmp_path: Path) -> None:
    from dataclasses import replace

    explanation = explain_link(small_casebook(tmp_path), "c1", "c2")
    page = render_explanation_page(replace(explanation, contact_id="<script>alert(1)</script>"))

    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page
