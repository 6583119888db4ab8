"""Open contacts, flags and months on the page: counts that agree, and the model told first."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from fcr_ml.frames.trend import TREND
from fcr_ml.reports import desk_list, figures, flag_quality, render_page, trends
from fcr_ml.reports.findings import GROUP_MEASURE, LIST_MEASURE
from fcr_ml.reports.tables import Folded, Table

from .findings_double import findings


def test_windows_that_run_and_contacts_that_could_be_called_are_two_counts() -> None:
    facts = dict(figures.headline(findings()).facts)
    running = findings().main["open_contacts"]
    assert facts["Open"] == f"{running:,}"
    assert facts["Open, without a return"] == "1,604"
    assert "Still open" not in render_page(findings())


def test_the_model_stands_beside_its_baselines_and_groups_are_folded() -> None:
    given = findings()
    more = [
        {"name": "model", "measure": f"{GROUP_MEASURE}channel: voice", "value": 0.7},
        {"name": "model", "measure": f"{LIST_MEASURE}60 (worst and best tie)", "value": 0.2},
        {"name": "prior contacts", "measure": f"{LIST_MEASURE}60 (worst and best tie)"},
    ]
    rows = pd.DataFrame(more).assign(low=0.1, high=0.9, contacts=60)
    risk = pd.concat([given.risk, rows], ignore_index=True)
    section = flag_quality.evaluation_section(replace(given, risk=risk))
    scorers, lists, groups = section.parts[:3]
    assert isinstance(scorers, Table)
    assert [row[0].text for row in scorers.rows] == ["model", "prior contacts", "same queue's rate"]
    assert [heading.title for heading in scorers.headings][1:3] == ["AUC", "Precision at 60"]
    assert isinstance(lists, Folded)
    assert lists.table.headings[1].title == "First 60"
    assert [cell.text for cell in lists.table.rows[0]] == ["model", "20.0 % (10.0 – 90.0)"]
    assert isinstance(groups, Folded)
    assert groups.table.rows[0][0].text == "channel: voice"


def test_a_month_that_the_log_covers_in_part_says_so() -> None:
    given = findings()
    month = given.groups("month")["value"].min()
    names = ["survival_fcr_rate", "survival_fcr_rate_low", "survival_fcr_rate_high"]
    trend = pd.DataFrame(
        {"by": "month", "period": [month], "is_open": False, "is_partial": True}
        | dict.fromkeys(names)
    ).reindex(columns=list(TREND.columns))
    section = trends.months_section(replace(given, trend=trend))
    table = next(part for part in section.parts if isinstance(part, Table))
    assert table.rows[0][-1].text == "in part"
    assert table.rows[1][-1].text == "closed"
    assert any(f"The log covers only a part of {month}" in told for told in section.lead)


def test_a_contact_left_alone_carries_nothing_to_do() -> None:
    flags = findings().flags.assign(what_to_do="routing (queue = Billing)")
    section = desk_list.flags_section(replace(findings(), flags=flags))
    (table,) = (part for part in section.parts if isinstance(part, Table))
    marked = [(row[-1].text, any("to do" in item for item in row[-2].items)) for row in table.rows]
    assert set(marked) == {("left alone", False), ("", True)}
