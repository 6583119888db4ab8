"""What rises is said with its count, its expectation and its interval, or not at all."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from fcr_ml.frames.conform import conform, empty
from fcr_ml.frames.tables import EMERGING
from fcr_ml.reports import Findings, render_page, render_screen
from fcr_ml.reports.rising import rising_line, rising_section
from fcr_ml.reports.tables import Table

from .findings_double import AS_OF, INJECTION, findings


def rises() -> Findings:
    """Give findings with a topic that rises and two terms, one never seen before."""
    given = findings()
    topic = given.topics.iloc[0]
    common = {"days": 7, "example_contact_id": "c-1", "topic_id": topic["topic_id"]}
    columns = ["kind", "name", "contacts", "expected_contacts", "ratio", "ratio_low", "ratio_high"]
    rows = [
        ("topic", topic["topic"], 40, 12.5, 3.2, 2.1, 4.9),
        ("term", "gateway timeout", 14, 0.1, 140.0, 24.0, 180_000.0),
        ("term", INJECTION, 9, 2.25, 4.0, 1.9, 9.0),
    ]
    emerging = pd.DataFrame(rows, columns=columns).assign(q_value=[0.01, 0.0002, 0.04], **common)
    return replace(given, emerging=conform(EMERGING, emerging))


def test_a_rise_is_told_with_count_expectation_interval_and_place() -> None:
    section = rising_section(rises())
    assert section is not None
    assert section.lead[0].startswith("1 topic and 2 terms rise beyond")
    (table,) = section.parts
    assert isinstance(table, Table)
    texts = [[cell.text for cell in row] for row in table.rows]
    name = rises().topics["topic"].iloc[0]
    assert texts[0] == [name, "40", "12.5", "3.2 (2.1 – 4.9)", "0.010", "–"]
    assert texts[1] == [
        *("gateway timeout", "14", "0.1", "140.0 (at least 24.0)", "< 0.001"),
        name,
    ]
    assert table.rows[1][0].note == "term, last 7 days"


def test_the_page_holds_the_section_and_escapes_its_names() -> None:
    page = render_page(rises())
    assert '<section id="rising"' in page
    assert "140.0 (at least 24.0)" in page
    assert INJECTION not in page


def test_the_screen_gives_one_line_the_surest_first() -> None:
    line = rising_line(rises())
    assert line is not None
    assert line.startswith("Rising now: gateway timeout (14 contacts in 7 days, 0.1 expected), ")
    assert "Rising now: gateway timeout" in render_screen(rises())


def test_nothing_rising_is_said_on_the_page_alone() -> None:
    quiet = replace(findings(), emerging=empty(EMERGING))
    section = rising_section(quiet)
    assert section is not None
    assert section.lead[0].startswith("Nothing rises")
    assert section.parts == ()
    assert rising_line(quiet) is None
    short = replace(quiet, first_contact_at=AS_OF - pd.Timedelta(days=20))
    assert "too short" in rising_section(short).lead[0]  # type: ignore[union-attr]


def test_where_rises_were_not_looked_for_nothing_is_said() -> None:
    assert rising_section(findings()) is None
    assert rising_line(findings()) is None
    assert rising_section(replace(rises(), share_without_topic=None)) is None
