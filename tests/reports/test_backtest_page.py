"""Backtests whose months are known, in the terminal and on their page."""

from __future__ import annotations

import itertools
import json
import re
from pathlib import Path

import pandas as pd
import pytest

from fcr_ml.backtest import course
from fcr_ml.frames.backtest import BACKTEST
from fcr_ml.frames.conform import empty
from fcr_ml.reports import backtest_words
from fcr_ml.reports.backtest_charts import precision_chart
from fcr_ml.reports.backtest_page import render_backtest, render_backtest_page, write_backtest_page
from fcr_ml.reports.backtest_words import told_in_words

from .retraining_double import backtest, backtest_row
from .test_page import Outline

PAGE = Path("backtest/backtest.html")


def cells(text: str) -> list[list[str]]:
    return [re.split(r"\s{2,}", line.strip()) for line in text.splitlines()]


def test_the_ways_are_those_of_the_course() -> None:
    assert backtest_words.WAYS == course.WAYS
    assert backtest_words.ALL == course.ALL


def test_the_table_has_a_row_a_month_and_all_months_last() -> None:
    text = render_backtest(backtest(), PAGE, rule="related, 7 days")

    rows = cells(text)
    assert rows[2] == ["2025-06-01", "1,200", "0.300", "0.300", "0.250", "same release", "promote"]
    gain = "+0.030 (+0.010 to +0.050)"
    assert rows[3] == ["2025-07-01", "1,200", "0.340", "0.310", "0.250", gain, "promote"]
    assert rows[4] == ["all months", "2,400", "0.335", "0.305", "0.250", gain]
    assert "(related, 7 days)" in text
    assert max(map(len, text.splitlines())) <= 100
    assert text.endswith(f"The page: {PAGE}\n")


@pytest.mark.parametrize(
    ("low", "high", "judged"),
    [
        (0.01, 0.05, "finds repeats better than never"),
        (-0.01, 0.05, "is not shown to find repeats better"),
        (-0.05, -0.01, "finds repeats worse than never"),
    ],
)
def test_one_sentence_says_what_it_means(low: float, high: float, judged: str) -> None:
    (sentence,) = told_in_words(backtest(low, high))

    assert judged in sentence
    assert "0.335 against 0.305" in sentence
    assert "2,400 contacts of 2 months; 0.250 for the rule of thumb." in sentence


def test_where_nothing_was_promoted_both_are_said_to_be_the_same() -> None:
    same = backtest().assign(
        release=lambda rows: rows["release"].where(rows["release"].isna(), "a")
    )

    assert told_in_words(same)[0].startswith("Nothing was promoted after the first month")
    assert "+0.030" not in "\n".join(render_backtest(same, PAGE).splitlines()[:4])


def test_too_few_contacts_and_no_month_are_said_and_drawn_as_nothing() -> None:
    ways = ("retrained", "never retrained", "rule of thumb")
    months = ("2025-06-01", "all")
    few = pd.DataFrame(
        [backtest_row(m, way, None, None, contacts=3, repeats=0.0) for m in months for way in ways]
    )

    assert "not enough contacts" in render_backtest(few, PAGE)
    assert told_in_words(few)[0].startswith("Not enough contacts for a figure: 3 contacts of 1 mon")
    assert Outline(render_backtest_page(few, "log")).of("figure") == []
    assert "0 contacts of 0 months" in render_backtest(empty(BACKTEST), PAGE)
    assert "No month" in render_backtest_page(empty(BACKTEST), "log")


def test_the_page_has_charts_tables_and_rules_and_asks_for_nothing(tmp_path: Path) -> None:
    write_backtest_page(backtest(), "log <b>", tmp_path / "page.html", "related, 7 days")
    text = (tmp_path / "page.html").read_text(encoding="utf-8")
    page = Outline(text)

    assert text == render_backtest_page(backtest().sample(frac=1), "log <b>", "related, 7 days")
    assert "reading and window: related, 7 days" in page.words
    assert "Months that begin 2025-06-01 to 2025-07-01" in page.words
    assert "Never retrained: the release of the first month" in page.words
    assert "log <b>" not in text
    charts = dict(re.findall(r'id="(chart-\w+)-spec">(.+?)</script>', text))
    values = [json.loads(spec)["data"]["values"] for spec in charts.values()]
    assert [len(rows) for rows in values] == [6, 1]
    assert values[1][0]["figure"] == "+0.030 (+0.010 to +0.050), 1,200 contacts"


def test_names_at_the_line_ends_never_lie_over_each_other() -> None:
    ways = ["a", "b", "c"]
    records = [
        {"month": "m", "place": 0, "way": way, "value": value, "figure": ""}
        for way, value in zip(ways, (0.30, 0.30, 0.301), strict=True)
    ]
    spec = precision_chart([*records, {**records[0], "place": 1, "value": None}], ways, ["m", "n"])
    low, high = spec["layer"][0]["encoding"]["y"]["scale"]["domain"]
    named = sorted(row["value"] for row in spec["layer"][-1]["data"]["values"])

    pixels = [(value - low) / (high - low) * spec["height"] for value in named]
    assert len(pixels) == 3
    assert min(b - a for a, b in itertools.pairwise(pixels)) > 14.9
    assert pixels[-1] <= spec["height"]
