"""The main figure beside its doubts and other definitions, as the page shows them."""

from __future__ import annotations

import re
from dataclasses import replace

import pandas as pd
import pytest

from fcr_ml.reports import render_page, render_screen
from fcr_ml.reports.reconciliation import reconciliation_section

from .findings_double import findings


@pytest.fixture(scope="module")
def page() -> str:
    return render_page(findings()).replace("\u00a0", " ")


@pytest.fixture(scope="module")
def words(page: str) -> str:
    return re.sub(r"<[^>]+>", " ", page[: page.index("<footer")])


def test_the_main_figure_stands_beside_its_doubts(words: str) -> None:
    # 71.0 % less 1.1 points, and half as much again as 1.96 * sqrt(.71 * .29 / 42,408).
    assert "69.9 % (69.3 – 70.5)" in words
    assert "Without the 3.0 % of closed contacts tagged as not resolvable" in words
    assert "71.8 % (71.4 – 72.2)" in words
    assert "Of 30,110 resolved contacts, 2,408 have an answer, and 301 of those" in words
    assert "62.1 % (61.0 – 63.2)" in words
    assert "not enough answers" in words


def test_every_definition_says_its_window_count_and_difference(page: str, words: str) -> None:
    assert "One log, four definitions</h2>" in page
    table = page[page.index('id="definitions-table"') : page.index('id="examples-table"')]
    strict = next(row for row in table.split("<tr") if "Strict rule" in row)
    for figure in ("48 hours", "42,408", "57.9 % (57.5 – 58.3)", "17,870", "6,104", "532"):
        assert figure in strict
    assert "Related" in next(row for row in table.split("<tr") if row.startswith(' class="main"'))
    # By hand: 12,298 + 6,104 - 532 = 17,870.
    assert "Its 12,298, plus the former" in words
    assert "not enough contacts" in table
    assert "c-104, c-118, c-230, c-231, c-377" in words


def test_the_strict_rule_closes_the_table_of_readings(page: str) -> None:
    table = page[page.index('id="readings-table"') : page.index('id="verdicts-table"')]
    assert "strict rule" in table.split("<tr")[-1]


def test_the_window_says_which_share_of_repeats_it_misses(words: str) -> None:
    # By hand: 1 - ln(169) / ln(721) = 0.220.
    missed = "It misses 22.0 % (21.0 – 23.0) of the 14,200 repeats that come within 30 days"
    assert missed in words


def test_ids_are_text_and_never_markup(page: str) -> None:
    assert "c-&lt;b&gt;1&lt;/b&gt;" in page
    assert "<b>" not in page


def test_a_casebook_without_the_strict_window_shows_the_readings_alone() -> None:
    definitions = findings().definitions
    given = replace(findings(), definitions=definitions[definitions["definition"] != "strict"])
    assert "strict rule" not in render_screen(given)
    assert "One log, three definitions" in reconciliation_section(given).title


def test_a_curve_without_what_it_misses_is_still_drawn() -> None:
    curve = findings().curve
    plain = curve[[name for name in curve.columns if "missed" not in str(name)]]
    page = render_page(replace(findings(), curve=pd.DataFrame(plain)))
    assert "How much the window decides" in page
    assert "It misses" not in page
