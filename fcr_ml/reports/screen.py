"""A screenful for the terminal at the end of the main job.

Enters: findings. Leaves: text of at most the width asked for. Names out of the data
are wrapped, cut only where they are very long, and cannot steer the terminal.
"""

from __future__ import annotations

from collections.abc import Sequence
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from fcr_ml.reports import wording
from fcr_ml.reports.figures import expected_cell, headline, rule_of, strict_rows
from fcr_ml.reports.findings import Findings
from fcr_ml.reports.flag_words import capacity_told, listed_told
from fcr_ml.reports.next_issues import next_issues_line
from fcr_ml.reports.repeats import no_drivers
from fcr_ml.reports.rising import rising_line
from fcr_ml.reports.risk_watch import watch_line

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table
    from rich.text import Text

    Block = list[RenderableType]

LONGEST = 120
"""Characters of a cell: three or four lines of a column, and more than most names have."""

_DRIVERS, _FLAGS, _WINDOWS = 5, 10, 3


def render_screen(
    findings: Findings, page: Path | None = None, width: int = 100, colour: bool = False
) -> str:
    """Give the findings as one screenful.

    Parameters
    ----------
    findings : Findings
    page : pathlib.Path, optional
        Where the page was written; named at the end.
    width : int
        Columns of the terminal.
    colour : bool
        Whether to add the codes for bold and quiet text.

    Returns
    -------
    str
        No line is wider than ``width``, counted in terminal cells.
    """
    blocks = [_top(findings), _readings(findings), _drivers(findings), _flags(findings)]
    if following := next_issues_line(findings):
        blocks.insert(3, [line(following)])
    if rising := rising_line(findings):
        blocks.insert(1, [line(rising)])
    if findings.remarks:
        blocks.append([line(remark) for remark in findings.remarks])
    if page is not None:
        blocks.append([line(f"The page: {page}", "bold")])
    return as_text(blocks, width, colour)


def as_text(blocks: Sequence[Block], width: int, colour: bool) -> str:
    """Draw the blocks one under the other, an empty line between them."""
    from rich.console import Console

    console = Console(
        file=StringIO(),
        width=width,
        force_terminal=colour,
        force_jupyter=False,
        color_system="standard" if colour else None,
        highlight=False,
        emoji=False,
        legacy_windows=False,
        _environ={},
    )
    texts = []
    for block in blocks:
        with console.capture() as captured:
            for part in block:
                console.print(part)
        texts.append("\n".join(text.rstrip() for text in captured.get().splitlines()))
    return "\n\n".join(texts) + "\n"


def line(text: str, style: str = "") -> Text:
    """Give a line of text taken literally, wrapped at the width."""
    from rich.text import Text

    return Text(wording.name(text), style=style, overflow="fold")


def grid(headings: Sequence[str], rows: Sequence[tuple[str, ...]]) -> Table:
    """Give a table of literal text; a heading that begins with ``#`` is set to the right.

    Numbers stay on one line; names go on below where the width does not suffice, and are
    cut after ``LONGEST`` characters.
    """
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim", pad_edge=False)
    for heading in headings:
        is_number = heading.startswith("#")
        table.add_column(
            heading.removeprefix("#"),
            justify="right" if is_number else "left",
            no_wrap=is_number,
            overflow="fold",
        )
    for row in rows:
        table.add_row(*(Text(_shortened(value), overflow="fold") for value in row))
    return table


def _shortened(value: str) -> str:
    name = wording.name(value)
    return name if len(name) <= LONGEST else f"{name[: LONGEST - 1]}…"


def _top(findings: Findings) -> Block:
    top = headline(findings)
    return [
        line(f"{findings.title}, as of {wording.instant(findings.as_of)}", "bold"),
        line(f"FCR: {top.figure} ({top.interval}). {top.sentence}"),
    ]


def _readings(findings: Findings) -> Block:
    if findings.overall.empty:
        return [line("No figures: there is no closed contact under any reading.")]
    rows = wording.in_reading_order(findings.overall)
    windows = sorted(rows["window"].unique(), key=wording.window_seconds)
    shown = windows[:_WINDOWS]
    if findings.window in windows[_WINDOWS:]:
        shown[-1] = findings.window
    rates = {(row["reading"], row["window"]): _rate(row) for row in rows.to_dict("records")}
    cells = [
        (wording.reading(r), *(rates.get((r, w), wording.NOTHING) for w in shown))
        for r in dict.fromkeys(rows["reading"])
    ]
    headings = ["reading", *(f"#within {w}" for w in shown)]
    title = line("FCR of all contacts, with its 95 % interval", "bold")
    return [title, grid(headings, cells), *_beside(findings)]


def _beside(findings: Findings) -> Block:
    """Give the strict rule and the main figure by link probability, a line each."""
    lines = [
        f"strict rule (related, {wording.window(row['window'])} before or after): {_rate(row)}, "
        f"{wording.count(row['closed_contacts'])} closed"
        for row in strict_rows(findings)
    ]
    main = findings.main
    if main is not None and pd.notna(main.get("expected_fcr_rate")):
        lines.append(
            f"by link probability ({rule_of(findings)}): {expected_cell(main).text}, "
            f"{wording.count(main['closed_contacts'])} closed"
        )
    return [line(text) for text in lines]


def _rate(row: dict[Any, Any]) -> str:
    if pd.isna(row["fcr_rate"]):
        return "not enough contacts"
    return wording.percent_interval(row["fcr_rate"], row["fcr_rate_low"], row["fcr_rate_high"])


def _drivers(findings: Findings) -> Block:
    looked_at = wording.count(findings.segments_looked_at)
    if findings.drivers.empty:
        return [line(no_drivers(findings.segments_looked_at))]
    drivers = findings.drivers.sort_values(["rank", "segment"], kind="stable")
    title = f"Drivers of repeats ({rule_of(findings)}), {looked_at} segments looked at"
    headings = ["#rank", "segment", "#closed", "#rate", "#mix gives", "#excess repeats", "#q"]
    rows = [
        (
            wording.count(row["rank"]),
            wording.name(row["segment"]),
            wording.count(row["closed_contacts"]),
            wording.percent(row["repeat_rate"]),
            wording.percent(row["expected_repeat_rate"]),
            wording.number_interval(
                row["excess_repeats"], row["excess_repeats_low"], row["excess_repeats_high"]
            ),
            wording.q_value(row["q_value"]),
        )
        for row in drivers.head(_DRIVERS).to_dict("records")
    ]
    return [line(title, "bold"), grid(headings, rows), *_rest(len(drivers) - _DRIVERS, "driver")]


def _flags(findings: Findings) -> Block:
    open_contacts = wording.count(findings.open_contacts)
    if findings.flags.empty:
        return [line(f"No flags: nothing is on the list out of {open_contacts} open contacts.")]
    flags = findings.flags.sort_values(["rank", "contact_id"], kind="stable")
    left_alone = int(flags["is_left_alone"].astype(bool).sum())
    told = capacity_told(len(flags), left_alone, findings.open_contacts)
    title = f"Flags: {listed_told(len(flags), findings.open_contacts)}"
    headings = ["#rank", "contact", "#risk", "#hours left", "topic", "what raises it most"]
    rows = [
        (
            wording.count(row["rank"]),
            wording.name(row["contact_id"]),
            wording.percent(row["risk"]),
            wording.number(row["hours_left"], 0),
            wording.name(row.get("topic")),
            "left alone: " * bool(row["is_left_alone"]) + wording.name(row["reason_1"]),
        )
        for row in flags.head(_FLAGS).to_dict("records")
    ]
    block: Block = [line(title, "bold"), *map(line, told), grid(headings, rows)]
    block += _rest(len(flags) - _FLAGS, "flag")
    watched = watch_line(findings.risk_watch)
    return [*block, line(watched)] if watched else block


def _rest(rest: int, row: str) -> Block:
    """Say how many rows are not shown."""
    if rest <= 0:
        return []
    return [line(f"and {wording.count(rest)} more {row}{'' if rest == 1 else 's'}", "dim")]
