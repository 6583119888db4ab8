"""The map on the page: every dot comes through, and nothing that names anybody."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from fcr_ml.reports import Findings, render_page
from fcr_ml.reports.page import sections
from fcr_ml.reports.tables import NoteMap
from fcr_ml.reports.topic_map import map_section

from .findings_double import INJECTION, fcr_row, findings


def _dots(count: int = 900, languages: int = 5) -> pd.DataFrame:
    generator = np.random.default_rng(0)
    topic = generator.integers(-1, 7, count)
    month = generator.integers(1, 7, count)
    named = np.array([f"l{place}" for place in range(languages)])
    language = named[generator.integers(0, languages, count)] if languages else None
    return pd.DataFrame(
        {
            "x": generator.random(count).round(4),
            "y": generator.random(count).round(4),
            "topic_id": [f"t{number:03}" if number >= 0 else None for number in topic],
            "month": [f"2025-{number:02}" for number in month],
            "language": language,
            "outcome": generator.choice(np.array(["repeated", "resolved", None]), count),
        }
    )


def _with_map(dots: pd.DataFrame | None = None) -> Findings:
    return replace(findings(), note_map=_dots() if dots is None else dots)


def _part(given: Findings) -> NoteMap:
    section = map_section(given)
    assert section is not None
    (part,) = section.parts
    assert isinstance(part, NoteMap)
    return part


def _unpacked(part: NoteMap) -> pd.DataFrame:
    """Read the dots as the page's script does."""
    data = part.data
    wide, narrow = (
        {name: np.frombuffer(base64.b64decode(data[name]), kind) for name in names}
        for names, kind in ((("x", "y"), "<u2"), (("month", "language"), "u1"))
    )
    run = np.repeat(np.arange(len(data["runs"])), data["runs"])
    names = [topic["name"] for topic in data["topics"]] + [None]
    languages = [*data["languages"], "other"]
    return pd.DataFrame(
        {
            "x": wide["x"] / 65_535,
            "y": wide["y"] / 65_535,
            "topic": [names[place] for place in run // 3],
            "month": [data["months"][place] for place in narrow["month"]],
            "language": [languages[place] for place in narrow["language"]],
            "outcome": [("repeated", "resolved", None)[place] for place in run % 3],
        }
    )


def test_every_dot_comes_through_the_packing() -> None:
    given = _with_map()
    names = given.topics.set_index("topic_id")["topic"]
    dots = given.note_map
    common = dots["language"].value_counts().index[:4]
    expected = pd.DataFrame(
        {
            "x": dots["x"],
            "y": dots["y"],
            "topic": dots["topic_id"].map(names).astype(object),
            "month": dots["month"],
            "language": dots["language"].where(dots["language"].isin(common), "other"),
            "outcome": dots["outcome"],
        }
    )

    found = _unpacked(_part(given))

    found[["x", "y"]] = found[["x", "y"]].round(4)
    one, other = (
        sorted(table.astype(object).where(table.notna(), "none").itertuples(index=False, name=None))
        for table in (found, expected)
    )
    assert one == other


def test_a_topic_stands_out_only_with_its_whole_interval() -> None:
    given = _with_map()
    # All contacts repeat in 29.0 % of cases. Topic 0 in 17 – 23 %, 4 in 25 – 31 %, 5 in 27 – 33 %.
    sides = {topic["name"]: topic["side"] for topic in _part(given).data["topics"]}
    names = given.topics.set_index("topic_id")["topic"]
    assert [sides[names[key]] for key in ("t000", "t004", "t005")] == [-1, 0, 0]

    busy = given.topics.assign(low=given.topics["low"] + 0.2, high=given.topics["high"] + 0.2)
    raised = {topic["side"] for topic in _part(replace(given, topics=busy)).data["topics"]}
    assert raised == {1}

    few = replace(given, fcr=pd.DataFrame([fcr_row("all", "all", "related", "7d", 3, 1)]))
    assert {topic["side"] for topic in _part(few).data["topics"]} == {0}


def test_figures_come_with_count_interval_reading_and_window() -> None:
    data = _part(_with_map()).data
    first = data["topics"][0]
    assert first["figures"] == "5,200 contacts, 20.0 % (17.0 – 23.0) of 5,197 closed repeated"
    assert data["rule"] == "related, 7 days"


def test_no_contact_and_no_note_is_on_the_map() -> None:
    data = _part(_with_map()).data
    assert set(data) == {
        *("topics", "runs", "x", "y", "months", "month", "languages", "language", "rule")
    }
    assert all(set(topic) == {"name", "figures", "side"} for topic in data["topics"])
    assert "example" not in json.dumps(data)


def test_the_order_of_the_dots_does_not_matter() -> None:
    dots = _dots()
    turned = dots.iloc[::-1].reset_index(drop=True)
    assert _part(_with_map(dots)).data == _part(_with_map(turned)).data


@pytest.mark.parametrize("languages", [0, 1])
def test_one_language_is_nothing_to_colour_by(languages: int) -> None:
    assert _part(_with_map(_dots(languages=languages))).data["language"] == ""


def test_without_places_or_topics_there_is_no_map() -> None:
    assert map_section(findings()) is None
    assert map_section(replace(_with_map(), topics=pd.DataFrame())) is None
    assert map_section(_with_map(_dots().assign(topic_id=None))) is None
    assert "map" not in [section.key for section in sections(findings())]


def test_fifty_thousand_dots_add_less_than_600_kilobytes() -> None:
    given = findings()
    more = len(render_page(_with_map(_dots(50_000))).encode()) - len(render_page(given).encode())
    assert more < 600_000


def test_the_page_stays_closed_to_the_outside_and_names_stay_text() -> None:
    page = render_page(_with_map())
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)
    inline = re.findall(r"<(?:script|style)>(.*?)</(?:script|style)>", page, re.DOTALL)
    assert policy is not None
    # The charts, the map and the page, and the style.
    assert len(inline) == 4
    hashes = {base64.b64encode(hashlib.sha256(t.encode()).digest()).decode() for t in inline}
    assert set(re.findall(r"'sha256-([^']+)'", policy[1].replace("&#39;", "'"))) == hashes
    packed = re.search(
        r'<figure class="map".*?<script type="application/json">(.*?)</script>', page, re.DOTALL
    )
    assert packed is not None
    assert not re.search(r"[<>&]", packed[1])
    assert INJECTION in [topic["name"] for topic in json.loads(packed[1])["topics"]]


def test_the_map_says_how_it_is_read_without_eyes_pointer_or_script() -> None:
    page = render_page(_with_map())
    figure = page[page.index('<figure class="map"') :]
    figure = figure[: figure.index("</figure>")]
    assert "<noscript>" in figure
    assert 'role="application"' in figure
    assert 'tabindex="0"' in figure
    assert "Map of 900 notes in 7 topics. Arrow keys move it" in figure
    assert '<div class="board" hidden>' in figure
    assert 'id="topics-table"' in page
