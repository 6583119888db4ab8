from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from importlib.resources import files
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from fcr_ml.reports import Findings, render_page, write_page
from fcr_ml.reports.page import inert_json, sections
from fcr_ml.reports.tables import Chart

from .findings_double import INJECTION, LONG_NAME, fcr_row, findings, nothing_found

_VOID = {"meta", "input", "img", "br", "hr", "link"}


class Outline(HTMLParser):
    """The page as a list of elements, every one of them closed in its turn."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[tuple[str, str]] = []
        self._open: list[str] = []
        self.feed(page)
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in _VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, text: str) -> None:
        if self._open and text.strip():
            self.texts.append((self._open[-1], text))

    def of(self, tag: str) -> list[dict[str, str | None]]:
        return [attrs for name, attrs in self.elements if name == tag]

    def text_of(self, tag: str) -> list[str]:
        return [text for name, text in self.texts if name == tag]

    @property
    def words(self) -> str:
        shown = [text for tag, text in self.texts if tag not in ("script", "style")]
        return " ".join(shown).replace("\u00a0", " ")


@pytest.fixture(scope="module")
def page() -> str:
    return render_page(findings())


@pytest.fixture(scope="module")
def outline(page: str) -> Outline:
    return Outline(page)


@pytest.fixture(scope="module")
def empty_outline() -> Outline:
    return Outline(render_page(nothing_found()))


def test_the_headline_says_the_figure_its_interval_its_count_and_its_rule(outline: Outline) -> None:
    # 71.0 % of 42,408 by hand: 30,110 resolved; 1.96 * sqrt(.71 * .29 / 42,408) = .0043.
    assert "71.0 %" in outline.words
    assert "95 % interval 70.6 – 71.4" in outline.words
    assert "Of 42,408 closed contacts, 30,110 were resolved" in outline.words
    assert "the reading ‘related’ within 7 days" in outline.words


def test_every_section_has_a_heading_and_a_link(outline: Outline) -> None:
    keys = ["headline", *(section.key for section in sections(findings()))]
    assert [attrs["id"] for attrs in outline.of("section")] == keys
    assert [a["href"] for a in outline.of("a")[1:]] == [f"#{key}" for key in keys]
    assert len(outline.of("h2")) == len(keys)
    assert len(outline.of("h1")) == len(outline.of("main")) == len(outline.of("nav")) == 1


def test_ids_are_unique_and_every_reference_leads_somewhere(outline: Outline) -> None:
    ids = [attrs["id"] for _, attrs in outline.elements if "id" in attrs]
    assert len(ids) == len(set(ids))
    for _, attrs in outline.elements:
        for name in ("aria-labelledby", "aria-controls"):
            assert attrs.get(name, ids[0]) in ids


def test_every_table_has_a_caption_a_search_and_named_rows(outline: Outline) -> None:
    tables = len(outline.of("table"))
    assert tables == 17
    assert len(outline.of("caption")) == len(outline.of("input")) == tables
    named_rows = [attrs for attrs in outline.of("th") if attrs.get("scope") == "row"]
    assert len(named_rows) == len(outline.of("tr")) - tables


def test_every_chart_is_also_in_words(outline: Outline) -> None:
    charts = [a for a in outline.of("div") if a.get("class") == "chart"]
    assert len(charts) == 6
    assert all("holds the same figures" in str(a["aria-label"]) for a in charts)
    assert {a["role"] for a in charts} == {"img"}


def test_numbers_are_written_with_separators_and_one_decimal(page: str) -> None:
    cells = re.findall(r'<t[dh][^>]*class="number"[^>]* data-order[^>]*><bdi>(.*?)</bdi>', page)
    percent = r"-?\d+\.\d\u00a0%( \(-?\d+\.\d – -?\d+\.\d\))?"
    hours = r"\d+ [hd]"
    number = r"(&lt; )?-?\d{1,3}(,\d{3})*(\.\d+)?( \(-?[\d,.]+ – -?[\d,.]+\))?"
    signed = r"[+\u2212]\d+\.\d\d"
    points, both = rf"{signed} \({signed} to {signed}\)", r"[\d,.]+ → [\d,.]+"
    kinds = f"{percent}|{number}|{hours}|{points}|{both}"
    odd = [cell for cell in cells if not re.fullmatch(kinds, cell)]
    assert len(cells) > 500
    assert odd == []


def test_nothing_is_fetched_from_outside(page: str, outline: Outline) -> None:
    for tag, attrs in outline.elements:
        assert not {"src", "srcset", "action", "data", "poster", "style"} & set(attrs), tag
        assert str(attrs.get("href", "#")).startswith("#")
    assert not outline.of("link")
    style = page[page.index("<style>") : page.index("</style>")]
    assert "url(" not in style
    assert "@import" not in style
    assert "http://" not in _without_scripts(page)
    assert "https://" not in _without_scripts(page)


def test_the_policy_allows_the_page_s_own_scripts_and_style_and_nothing_else(page: str) -> None:
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)
    assert policy is not None
    allowed = policy[1].replace("&#39;", "'")
    assert allowed.startswith("default-src 'none'; ")
    assert "unsafe" not in allowed
    inline = re.findall(r"<(?:script|style)>(.*?)</(?:script|style)>", page, re.DOTALL)
    assert len(inline) == 3
    hashes = {base64.b64encode(hashlib.sha256(t.encode()).digest()).decode() for t in inline}
    assert set(re.findall(r"'sha256-([^']+)'", allowed)) == hashes


def test_names_out_of_the_data_stay_text(page: str, outline: Outline) -> None:
    assert outline.text_of("bdi").count(INJECTION) > 3
    assert not outline.of("img")
    assert len(outline.of("script")) == 6 + 2
    assert "<img" not in _without_scripts(page)
    assert not [a for _, a in outline.elements if any(name.startswith("on") for name in a)]


def test_a_title_that_is_markup_stays_text() -> None:
    outline = Outline(render_page(replace(nothing_found(), title=f'"{INJECTION}')))
    assert f'"{INJECTION}' in outline.text_of("title")
    assert not outline.of("img")


def test_chart_data_carries_every_name_unchanged_and_cannot_end_its_element(page: str) -> None:
    specs = re.findall(r'<script type="application/json"[^>]*>(.*?)</script>', page)
    assert len(specs) == 6
    assert not any(re.search(r"[<>&]", spec) for spec in specs)
    drivers = json.loads(next(spec for spec in specs if "Excess repeats" in spec))
    segments = [row["segment"] for row in drivers["data"]["values"]]
    assert f"queue = {INJECTION}" in segments
    assert f"topic = {LONG_NAME}" in segments
    assert "topic = 发票金额不对" in segments
    assert all("$schema" not in spec for spec in specs)


def test_inert_json_gives_back_what_went_in() -> None:
    value = {"name": "</script>&\u2028'\"", "rate": 0.5}
    assert json.loads(inert_json(value)) == value
    assert not set("<>&\u2028") & set(inert_json(value))


def test_equal_findings_give_equal_bytes_whatever_theme_a_notebook_has_set(page: str) -> None:
    import altair as alt

    with alt.theme.enable("dark"):
        assert render_page(findings()) == page


def test_the_page_does_not_depend_on_the_order_of_rows(page: str) -> None:
    given = findings()
    turned = replace(
        given,
        drivers=given.drivers.iloc[::-1],
        topics=given.topics.iloc[::-1],
        flags=given.flags.iloc[::-1],
        curve=given.curve.iloc[::-1],
        calibration=given.calibration.iloc[::-1],
    )
    assert render_page(turned) == page


def test_findings_are_not_changed() -> None:
    given = findings()
    before = given.fcr.copy()
    render_page(given)
    pd.testing.assert_frame_equal(given.fcr, before)


def test_the_page_stays_under_two_megabytes(page: str) -> None:
    assert len(page.encode()) < 2_000_000


def test_what_is_not_there_is_said_in_words(empty_outline: Outline) -> None:
    for sentence in (
        "There are not enough contacts for a rate: 3 closed contacts",
        "No estimates: there are not enough contacts.",
        "No definitions: there is no closed contact under any reading.",
        "No months",
        "No curve: there are not enough closed contacts.",
        "No drivers: no segment has enough closed contacts to be looked at.",
        "No topics: the log has no notes.",
        "No groups",
        "No flags: nothing is on the list out of 2 open contacts.",
        "No model was evaluated",
        "No row was set aside.",
        "Nothing is missing from the log",
    ):
        assert sentence in empty_outline.words
    assert "0.0 %" not in empty_outline.words


def test_a_page_without_charts_carries_no_script_for_them() -> None:
    assert len(render_page(nothing_found())) < 60_000


def test_topics_can_be_missing_for_another_reason_than_notes() -> None:
    given = replace(findings(), topics=pd.DataFrame(), share_without_topic=1.0)
    assert "too few or too unlike" in Outline(render_page(given)).words


def test_long_lists_are_cut_and_the_page_says_so() -> None:
    outline = Outline(render_page(findings(flags=60, topics=210)))
    assert "The first 50 are shown" in outline.words
    assert "The 200 largest are shown." in outline.words
    assert "210 topics in 2 themes found" in outline.words


def test_the_reasons_for_having_no_topic_are_told_commonest_first(outline: Outline) -> None:
    told = "11.8 % of contacts have no topic: 7.0 % say too little, 3.0 % are like nothing else"
    assert told in outline.words.replace("\u00a0", " ")


def test_a_driver_is_called_a_contrast_and_the_segments_looked_at_are_counted(
    outline: Outline,
) -> None:
    assert "14 of 2,293 segments" in outline.words
    assert "A driver is a contrast, not a cause" in outline.words
    assert "820 (636 – 1,004)" in outline.words


def test_contacts_left_alone_and_ties_are_marked(outline: Outline) -> None:
    assert outline.text_of("span").count("left alone") == 6
    assert "tied 1 – 3" in outline.words


def test_an_open_month_is_drawn_as_a_survival_estimate_only() -> None:
    spec = _months_spec(findings())
    last = spec["data"]["values"][-1]
    assert (last["month"], last["is_open"], last["value"]) == ("2025-06", True, None)
    assert last["survival"] == pytest.approx(1 - 728 / 2_400 - 0.004)


def test_a_bin_of_the_calibration_without_contacts_is_left_out() -> None:
    given = findings()
    hollow = given.calibration.assign(
        observed=given.calibration["observed"].mask(lambda o: o > 0.5)
    )
    outline = Outline(render_page(replace(given, calibration=hollow)))
    assert "in 6 bins" in str([a.get("aria-label") for a in outline.of("div")])


def test_a_month_without_enough_contacts_leaves_a_gap() -> None:
    given = findings()
    tiny = pd.DataFrame([fcr_row("month", "2024-19", "related", "7d", 4, 1)])
    rows = pd.concat([given.fcr, tiny.astype(given.fcr.dtypes)], ignore_index=True)
    spec = _months_spec(replace(given, fcr=rows))
    assert "2024-19" not in [row["month"] for row in spec["data"]["values"]]


def test_every_colour_of_text_stands_out_from_the_paper_in_both_themes() -> None:
    style = (files("fcr_ml.reports") / "templates" / "page.css").read_text(encoding="utf-8")
    pairs = {
        name: (light, dark)
        for name, light, dark in re.findall(
            r"--(\w+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)", style
        )
    }
    for theme in (0, 1):
        for name in ("ink", "quiet", "main", "warm", "third", "fourth"):
            # WCAG 2.1, level AA for text.
            assert _contrast(pairs[name][theme], pairs["paper"][theme]) >= 4.5


def test_the_page_is_written_whole(tmp_path: Path, page: str) -> None:
    write_page(findings(), tmp_path / "new" / "page.html")
    assert (tmp_path / "new" / "page.html").read_text(encoding="utf-8") == page
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["page.html"]


def _without_scripts(page: str) -> str:
    return page[: page.index("<script>", page.index("<footer"))]


def _months_spec(given: Findings) -> dict[str, Any]:
    months = next(s for s in sections(given) if s.key == "months")
    return next(part.spec for part in months.parts if isinstance(part, Chart))


def _contrast(one: str, other: str) -> float:
    bright, dim = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
