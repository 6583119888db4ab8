"""What monthly retraining would have given: a page with its charts, and a table.

Enters: BACKTEST. Leaves: one self-contained page, or text for the terminal. Nothing is
computed; where there are too few contacts for a figure, that stands in its place.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from fcr_ml.frames.backtest import BACKTEST
from fcr_ml.frames.conform import conform
from fcr_ml.frames.storage import write_text
from fcr_ml.reports import wording
from fcr_ml.reports.backtest_charts import gain_chart, precision_chart
from fcr_ml.reports.comparisons import signed_interval
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

RETRAINED, NEVER, RULE = "retrained", "never retrained", "rule of thumb"
WAYS = (RETRAINED, NEVER, RULE)
ALL = "all"

TOO_FEW, SAME = "not enough contacts", "same release"

Row = dict[Any, Any]
Month = dict[str, Row]

HOW = (
    "Retrained: at the first day of each month a challenger was fitted, judged on the months "
    "before, and taken into use where the verdict said promote. What was in use ranked the month.",
    "Never retrained: the release of the first month ranked every month.",
    "Rule of thumb: the simple rule that did best beside the release in use, such as the repeat "
    "rate so far of a reason code.",
    "Every way ranks the same contacts by what was known when they ended, and nothing later. Only "
    "closed contacts count; each counts as repeated with the probability of its links.",
    "Average precision is the mean share of repeats among the contacts ranked as high, over the "
    "repeats; a draw would give the share of repeats among all. Caught: share of the repeats "
    "among the riskiest tenth.",
    "Gain: average precision less that of never retraining, with its 95 % interval by customer.",
)


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
    by_month = _by_month(months)
    rows = [_terminal_row(name, month) for name, month in by_month.items()]
    headings = ["month", "#contacts", *(f"#{way.split()[0]}" for way in WAYS)]
    said = "Average precision of each way of ranking the month's contacts"
    title = line(f"{said} ({rule})" if rule else said, "bold")
    note = line("Gain: retrained over never retrained, 95 % interval by customer.", "dim")
    blocks: list[Block] = [
        [title, grid([*headings, "gain (95 %)", "verdict"], rows), note],
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
    by_month = _by_month(months)
    figures = Folded("Every figure of every way", _figures_table(by_month, rule))
    parts: tuple[Part, ...] = (*_charts(by_month), _table(by_month, rule), figures)
    found = Section("months", "Month by month", told_in_words(months), parts)
    return [found, Section("how", "How it was reckoned", (), (Points(HOW),))]


def told_in_words(months: pd.DataFrame) -> tuple[str, ...]:
    """Say what all months together mean, for one who reads nothing else."""
    by_month = _by_month(months)
    every = by_month.get(ALL, {})
    retrained, never, rule = (every.get(way, {}) for way in WAYS)
    count = len([name for name in by_month if name != ALL])
    contacts = wording.count(retrained.get("contacts", 0))
    span = f"{contacts} contacts of {count} {'month' if count == 1 else 'months'}"
    if pd.isna(retrained.get("average_precision")):
        return (f"Not enough contacts for a figure: {span}, and not both repeated and resolved.",)
    if len(set(_releases(months, RETRAINED))) < 2:
        return (
            "Nothing was promoted after the first month, so retraining and never retraining are "
            f"the same: average precision {_precision(retrained)} on {span}, "
            f"{_precision(rule)} for the rule of thumb.",
        )
    return (
        f"{_judged(retrained)}: average precision {_precision(retrained)} against "
        f"{_precision(never)}, a difference of {_gain_told(retrained)} on {span}; "
        f"{_precision(rule)} for the rule of thumb.",
    )


def _judged(row: Row) -> str:
    if row["gain_low"] > 0:
        return "Retraining every month finds repeats better than never retraining"
    if row["gain_high"] < 0:
        return "Retraining every month finds repeats worse than never retraining"
    return "Retraining every month is not shown to find repeats better than never retraining"


def _by_month(months: pd.DataFrame) -> dict[str, Month]:
    """Give the rows by month and way, the earliest first and all months last."""
    rows = conform(BACKTEST, months).to_dict("records")
    names = sorted({row["month"] for row in rows}, key=lambda name: (name == ALL, name))
    return {name: {row["way"]: row for row in rows if row["month"] == name} for name in names}


def _releases(months: pd.DataFrame, way: str) -> list[str]:
    of_way = months[(months["way"] == way) & (months["month"] != ALL)]
    return of_way.sort_values("month")["release"].dropna().tolist()


def _is_same(month: Month) -> bool:
    """Say whether retraining and never retraining used one release."""
    names = [month.get(way, {}).get("release") for way in (RETRAINED, NEVER)]
    return bool(pd.notna(names[0]) and names[0] == names[1])


def _precision(row: Row) -> str:
    return wording.number(row.get("average_precision"), 3)


def _gain(month: Month) -> str:
    row = month.get(RETRAINED, {})
    if pd.isna(row.get("average_precision")):
        return TOO_FEW
    if _is_same(month):
        return SAME
    return _gain_told(row)


def _gain_told(row: Row) -> str:
    return signed_interval(row["gain"], row["gain_low"], row["gain_high"], 3)


def _verdict(month: Month) -> str:
    value = month.get(RETRAINED, {}).get("verdict")
    return "" if pd.isna(value) else str(value)


def _named(name: str) -> str:
    return "all months" if name == ALL else name


def _terminal_row(name: str, month: Month) -> tuple[str, ...]:
    contacts = wording.count(month.get(RETRAINED, {}).get("contacts"))
    precisions = (_precision(month.get(way, {})) for way in WAYS)
    return (_named(name), contacts, *precisions, _gain(month), _verdict(month))


def _facts(months: pd.DataFrame, rule: str | None) -> str:
    names = [name for name in _by_month(months) if name != ALL]
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
            "figure": f"{_precision(row)}, {wording.count(row['contacts'])} contacts",
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
            "figure": f"{_gain(by_month[name])}, {wording.count(row['contacts'])} contacts",
        }
        for place, name in enumerate(names)
        for way, row in by_month[name].items()
        if way == RETRAINED and pd.notna(row["gain"]) and not _is_same(by_month[name])
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
    if way == NEVER or (way == RETRAINED and _is_same(month)):
        return Cell(wording.NOTHING if way == NEVER else SAME)
    return Cell(_gain_told(row), plain(row["gain"]))
