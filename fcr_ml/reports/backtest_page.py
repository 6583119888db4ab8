"""What monthly retraining would have given: a page with its charts, and a table.

Enters: BACKTEST. Leaves: one self-contained page, or text for the terminal. Nothing is
computed; where there are too few contacts for a figure, that stands in its place.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from fcr_ml.frames.storage import write_text
from fcr_ml.reports import wording
from fcr_ml.reports.backtest_charts import gain_chart, precision_chart
from fcr_ml.reports.backtest_words import (
    ALL,
    HOW,
    NEVER,
    RETRAINED,
    SAME,
    TOO_FEW,
    WAYS,
    Month,
    gain_of,
    gain_told,
    is_same,
    precision,
    rows_by_month,
    told_in_words,
)
from fcr_ml.reports.figures import plain
from fcr_ml.reports.page import render_sheet
from fcr_ml.reports.screen import as_text, grid, line
from fcr_ml.reports.tables import (
    Cell,
    Chart,
    Folded,
    Part,
    Points,
    Section,
    Table,
    count_cell,
    number_cell,
    numbers,
    percent_cell,
    text_cell,
    words,
)

if TYPE_CHECKING:
    from fcr_ml.reports.screen import Block


def render_backtest(
    months: pd.DataFrame,
    page: Path,
    width: int = 100,
    colour: bool = False,
    rule: str | None = None,
) -> str:
    """Give a backtest as text: a row a month, then all months, then what it means.

    Parameters
    ----------
    months : pandas.DataFrame
        BACKTEST.
    page : pathlib.Path
        Where the page was written; named at the end.
    width : int
        Columns of the terminal.
    colour : bool
        Whether to add the codes for bold and quiet text.
    rule : str, optional
        Reading and window, such as ``related, 7 days``.
    """
    by_month = rows_by_month(months)
    rows = [_terminal_row(name, month) for name, month in by_month.items()]
    headings = ["#month", "#contacts", *(f"#{way.split()[0]}" for way in WAYS)]
    said = "Average precision of each way of ranking the month's contacts"
    title = line(f"{said} ({rule})" if rule else said, "bold")
    note = line("Gain: retrained over never retrained, 95 % interval by customer.", "dim")
    blocks: list[Block] = [
        [title, grid([*headings, "#gain (95 %)", "verdict"], rows), note],
        [line(sentence) for sentence in told_in_words(months)],
        [line(f"The page: {page}", "bold")],
    ]
    return as_text(blocks, width, colour)


def write_backtest_page(
    months: pd.DataFrame, title: str, path: Path, rule: str | None = None
) -> None:
    """Write the page of a backtest whole or not at all.

    Parameters
    ----------
    months : pandas.DataFrame
        BACKTEST.
    title : str
        Names the log.
    path : pathlib.Path
    rule : str, optional
        Reading and window, such as ``related, 7 days``.

    Raises
    ------
    StorageError
        When the place cannot be written.
    """
    write_text(render_backtest_page(months, title, rule), Path(path))


def render_backtest_page(months: pd.DataFrame, title: str, rule: str | None = None) -> str:
    """Give a backtest as one self-contained page; equal months give the same bytes."""
    return render_sheet(
        "sheet.html",
        backtest_sections(months, rule),
        kicker="What monthly retraining would have given",
        title=title,
        facts=_facts(months, rule),
        closing="Every month was ranked by what had been fitted by its first day.",
    )


def backtest_sections(months: pd.DataFrame, rule: str | None = None) -> list[Section]:
    """Give the sections of a backtest's page in their order."""
    by_month = rows_by_month(months)
    figures = Folded("Every figure of every way", _figures_table(by_month, rule))
    parts: tuple[Part, ...] = (*_charts(by_month), _table(by_month, rule), figures)
    found = Section("months", "Month by month", told_in_words(months), parts)
    return [found, Section("how", "How it was reckoned", (), (Points(HOW),))]


def _verdict(month: Month) -> str:
    value = month.get(RETRAINED, {}).get("verdict")
    return "" if pd.isna(value) else str(value)


def _named(name: str) -> str:
    return "all months" if name == ALL else name


def _terminal_row(name: str, month: Month) -> tuple[str, ...]:
    contacts = wording.count(month.get(RETRAINED, {}).get("contacts"))
    precisions = (precision(month.get(way, {})) for way in WAYS)
    return (_named(name), contacts, *precisions, gain_of(month), _verdict(month))


def _facts(months: pd.DataFrame, rule: str | None) -> str:
    names = [name for name in rows_by_month(months) if name != ALL]
    span = f"Months that begin {names[0]} to {names[-1]}" if names else "No month"
    return f"{span} · reading and window: {rule}" if rule else span


def _charts(by_month: dict[str, Month]) -> tuple[Part, ...]:
    names = [name for name in by_month if name != ALL]
    records = [
        {
            "month": name,
            "place": place,
            "way": way,
            "value": plain(row["average_precision"]),
            "figure": f"{precision(row)}, {wording.count(row['contacts'])} contacts",
        }
        for place, name in enumerate(names)
        for way, row in by_month[name].items()
    ]
    if all(record["value"] is None for record in records):
        return ()
    labels = _labels(names)
    said = (
        f"Lines: average precision of {', '.join(WAYS)} in {len(names)} months. The table below "
        "holds the same figures."
    )
    drawn = Chart("chart-precision", precision_chart(records, list(WAYS), labels), said)
    gains = _gain_records(by_month, names)
    if not gains:
        return (drawn,)
    said = (
        f"Dots with 95 % intervals: what retraining gained over never retraining in {len(gains)} "
        "months; none where both were one release. The table below holds the same figures."
    )
    return (drawn, Chart("chart-gain", gain_chart(gains, labels), said))


def _gain_records(by_month: dict[str, Month], names: Sequence[str]) -> list[dict[str, Any]]:
    return [
        {
            "month": name,
            "place": place,
            "value": plain(row["gain"]),
            "low": plain(row["gain_low"]),
            "high": plain(row["gain_high"]),
            "figure": f"{gain_of(by_month[name])}, {wording.count(row['contacts'])} contacts",
        }
        for place, name in enumerate(names)
        for way, row in by_month[name].items()
        if way == RETRAINED and pd.notna(row["gain"]) and not is_same(by_month[name])
    ]


def _labels(names: Sequence[str]) -> list[str]:
    """Name months by year and month, or by the day where they do not begin on the first."""
    is_first = all(name.endswith("-01") for name in names)
    return [name[:7] if is_first else name for name in names]


def _table(by_month: dict[str, Month], rule: str | None) -> Table:
    rows = tuple(_month_cells(name, month) for name, month in by_month.items())
    caption = "Average precision of three ways of ranking the same contacts"
    ways = (way[0].upper() + way[1:] for way in WAYS)
    headings = words("Month") + numbers("Contacts", "Repeats", *ways, "Gain (95 % interval)")
    return Table(
        "months-table",
        f"{caption} ({rule})" if rule else caption,
        headings + words("Release in use", "Verdict"),
        rows,
        main_row=list(by_month).index(ALL) if ALL in by_month else None,
    )


def _month_cells(name: str, month: Month) -> tuple[Cell, ...]:
    retrained = month.get(RETRAINED, {})
    return (
        Cell(_named(name), name),
        count_cell(retrained.get("contacts")),
        number_cell(retrained.get("repeats")),
        *(number_cell(month.get(way, {}).get("average_precision"), 3) for way in WAYS),
        _gain_cell(RETRAINED, month),
        text_cell(retrained.get("release")),
        Cell(_verdict(month)),
    )


def _figures_table(by_month: dict[str, Month], rule: str | None) -> Table:
    rows = tuple(
        _cells(name, way, month) for name, month in by_month.items() for way in WAYS if way in month
    )
    caption = "Each way's figures on the same contacts"
    headings = words("Month", "Way") + numbers("Contacts", "Repeats", "Average precision")
    headings += numbers("Gain (95 % interval)", "AUC", "Brier score", "Calibration error")
    return Table(
        "figures-table",
        f"{caption} ({rule})" if rule else caption,
        headings + numbers("Caught in the riskiest tenth") + words("Release"),
        rows,
    )


def _cells(name: str, way: str, month: Month) -> tuple[Cell, ...]:
    row = month[way]
    figures = [number_cell(row[n], 3) for n in ("auc", "brier_score", "calibration_error")]
    return (
        Cell(_named(name), name),
        Cell(way, WAYS.index(way)),
        count_cell(row["contacts"]),
        number_cell(row["repeats"]),
        number_cell(row["average_precision"], 3),
        _gain_cell(way, month),
        *figures,
        percent_cell(row["caught_rate"]),
        text_cell(row["release"]),
    )


def _gain_cell(way: str, month: Month) -> Cell:
    row = month[way]
    if pd.isna(row["average_precision"]):
        return Cell(TOO_FEW)
    if way == NEVER or (way == RETRAINED and is_same(month)):
        return Cell(wording.NOTHING if way == NEVER else SAME)
    return Cell(gain_told(row), plain(row["gain"]))
