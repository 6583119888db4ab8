"""Next issues are told with counts, coincidence and intervals, or not at all."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pandas as pd

from fcr_ml.frames.conform import conform, empty
from fcr_ml.frames.next_issues import AVOIDANCE, TRANSITIONS
from fcr_ml.reports import Findings, render_page, render_screen
from fcr_ml.reports.next_issue_list import render_next_issues
from fcr_ml.reports.next_issues import cards, next_issues_line, next_issues_section
from fcr_ml.reports.tables import Chart, Folded, Table

from .findings_double import INJECTION, findings


def transition(number: int, then: int, excess: float, **given: object) -> dict[str, object]:
    """Give a pair whose figures follow from its excess out of 200 contacts."""
    row: dict[str, object] = {
        "topic_id": f"t{number:03}",
        "topic": f"topic {number}",
        "next_topic_id": f"t{then:03}",
        "next_topic": f"topic {then}",
        "compared_contacts": 200,
        "followed_contacts": int(excess) + 4,
        "followed_customers": int(excess) + 2,
        "before_contacts": 4,
        "later_contacts": 3,
        "expected_contacts": 4,
        "lift": 6.5,
        "lift_low": 3.25,
        "lift_high": 13.0,
        "median_hours": 26.4,
        "quarter_hours": 0.5,
        "three_quarter_hours": 60.0,
        "next_topic_contacts": 400,
        "q_value": 0.0004,
        "reading": "next_issue",
        "window": "7d",
    }
    for end, times in (("", 1.0), ("_low", 0.5), ("_high", 1.5)):
        row[f"excess_contacts{end}"] = excess * times
        row[f"excess_rate{end}"] = excess * times / 200
        row[f"spared_rate{end}"] = excess * times / 400
    return row | given


def avoidance_rows() -> pd.DataFrame:
    """Give one topic with a rate and one with too few contacts."""
    common = {"followed_contacts": 40, "expected_contacts": 10, "reading": "next_issue"}
    rate = {"avoidance_rate": 0.85, "avoidance_rate_low": 0.8, "avoidance_rate_high": 0.9}
    rows = [
        {"topic_id": "t000", "topic": "topic 0", "compared_contacts": 200, **rate},
        {"topic_id": "t001", "topic": INJECTION, "compared_contacts": 12},
    ]
    rows[1]["remark"] = "not enough contacts"
    return conform(AVOIDANCE, pd.DataFrame(rows).assign(window="7d", **common))


def following(*rows: dict[str, object]) -> Findings:
    """Give findings with some next issues among ninety pairs looked at."""
    return replace(
        findings(),
        transitions=conform(TRANSITIONS, pd.DataFrame(list(rows))),
        avoidance=avoidance_rows(),
        pairs_looked_at=90,
        later_weeks=3,
    )


def test_a_card_says_what_to_settle_as_well_and_what_it_would_spare() -> None:
    section = next_issues_section(following(transition(0, 1, 40.0)))
    assert section.lead[0].startswith("1 of 90 pairs of topics goes beyond coincidence")
    assert "just before and 3 weeks later" in section.lead[1]
    assert "does not prove" in section.lead[1]
    _, table, folded = section.parts
    assert isinstance(table, Table)
    assert isinstance(folded, Folded)
    (row,) = table.rows
    assert [cell.text for cell in row] == [
        "topic 0",
        "topic 1",
        "44",
        "4",
        "20.0 % (10.0 – 30.0)",
        "6.5 (3.2 – 13.0)",
        "10.0 % (5.0 – 15.0)",
        "< 0.001",
    ]
    assert row[0].note == "200 compared"
    assert row[1].note == "after 26 h, half of them 30 min – 2.5 d"
    assert row[6].note == "of 400 contacts"
    texts = [[cell.text for cell in row] for row in folded.table.rows]
    assert texts[0] == ["topic 0", "200", "40", "10", "85.0 % (80.0 – 90.0)"]
    assert texts[1][-1] == "not enough contacts"


def test_a_topic_has_at_most_three_cards_and_the_largest_topic_comes_first() -> None:
    rows = [transition(0, then, 10.0 + then) for then in (1, 2, 3, 4)]
    shown = cards(following(*rows, transition(5, 6, 12.0), transition(7, 8, 90.0)).transitions)
    pairs = list(zip(shown["topic_id"], shown["next_topic_id"], strict=True))
    assert pairs == [
        ("t007", "t008"),
        *(("t000", f"t00{then}") for then in (4, 3, 2)),
        ("t005", "t006"),
    ]


def test_the_chart_draws_the_first_pairs_of_many_and_writes_a_name_once() -> None:
    rows = [transition(n, (n + 1) % 250, (300.0 - n) / 3) for n in range(250)]
    rows += [transition(0, 5, 299.5 / 3)]
    chart = next_issues_section(following(*rows)).parts[0]
    assert isinstance(chart, Chart)
    drawn = chart.spec["data"]["values"]
    assert len(drawn) == 12
    assert [r["is_named"] for r in drawn if r["topic"] == "topic 0"] == [True, False]
    assert all(0 < r["place"] < 1 and 0 < r["next_place"] < 1 for r in drawn)
    assert "http" not in json.dumps(chart.spec)


def test_the_page_holds_the_section_and_escapes_its_names() -> None:
    page = render_page(following(transition(0, 1, 40.0, topic=INJECTION)))
    assert '<section id="next-issues"' in page
    assert INJECTION not in page


def test_the_screen_gives_the_first_pair_with_its_count_and_interval() -> None:
    found = following(transition(0, 1, 40.0), transition(2, 3, 20.0))
    line = next_issues_line(found)
    assert line == (
        "Next issues (7 days): when you solve ‘topic 0’, also settle ‘topic 1’. It follows "
        "20.0 % (10.0 – 30.0) of 200 closed contacts beyond coincidence, after 26 h by the "
        "median; 1 more on the page."
    )
    assert "Next issues (7 days)" in render_screen(found)


def test_the_list_of_the_terminal_keeps_to_its_width(tmp_path: Path) -> None:
    found = following(transition(0, 1, 40.0, topic="a very long name " * 9)).transitions
    text = render_next_issues(found, avoidance_rows(), 90, width=80, csv=tmp_path / "next.csv")
    # The path stands in a line of its own, and may be as long as it is.
    lines = text.split("\n\nThe pairs:")[0].splitlines()
    assert "1 of 90 pairs of topics" in lines[0]
    assert max(map(len, lines)) <= 80
    assert "44 of 200" in text
    assert "next.csv" in text.replace("\n", "")


def test_where_nothing_was_found_it_is_said_why() -> None:
    none = replace(following(transition(0, 1, 9.0)), transitions=empty(TRANSITIONS))
    told = {
        "none of 90 pairs of topics was found to go beyond coincidence": none,
        "no pair of topics has enough customers": replace(none, pairs_looked_at=0),
        "no topics whose closed contacts": replace(none, avoidance=empty(AVOIDANCE)),
        "the log has no notes": replace(none, share_without_topic=None),
    }
    for words, quiet in told.items():
        section = next_issues_section(quiet)
        assert words in section.lead[0]
        assert not [part for part in section.parts if isinstance(part, Chart | Table)]
        assert next_issues_line(quiet) is None
    text = render_next_issues(empty(TRANSITIONS), avoidance_rows(), 90, width=80)
    assert text.strip() == (
        "No next issues: none of 90 pairs of topics was found to go beyond coincidence."
    )


def test_a_log_too_short_to_look_later_says_so() -> None:
    short = replace(following(transition(0, 1, 40.0)), later_weeks=None)
    assert "too short to look some weeks later" in next_issues_section(short).lead[1]
    assert render_page(short)
