"""Figures and names as a reader sees them, the same on page and screen.

Enters: one value. Leaves: text. A missing value becomes an en dash, never a zero.
"""

from __future__ import annotations

import unicodedata
from typing import Any

import pandas as pd

from fcr_ml.errors import SettingsError
from fcr_ml.frames import READINGS, RepeatWindow

NOTHING = "–"

_VERDICTS = {
    "double_post": "double post",
    "same_issue": "same issue",
    "next_issue": "next issue",
    "unrelated": "unrelated",
}


def count(value: Any) -> str:
    """Give a whole number with thousands separators.

    Examples
    --------
    >>> count(40801)
    '40,801'
    """
    return NOTHING if pd.isna(value) else f"{round(float(value)):,}"


def sort_key(value: float | str) -> float | str:
    """Give what a column is sorted by, numbers to nine figures: more are noise of the machine.

    Examples
    --------
    >>> sort_key(0.1 + 0.2), sort_key("late")
    (0.3, 'late')
    """
    return float(f"{value:.9g}") if isinstance(value, float) else value


def number(value: Any, digits: int = 1) -> str:
    """Give a number with thousands separators, fixed decimals and the sign for minus.

    Examples
    --------
    >>> number(-1204.25)
    '−1,204.2'
    """
    return NOTHING if pd.isna(value) else f"{float(value):,.{digits}f}".replace("-", "−")


def percent(value: Any) -> str:
    """Give a share as a percentage with one decimal.

    Examples
    --------
    >>> percent(0.712)
    '71.2 %'
    """
    return NOTHING if pd.isna(value) else f"{number(100 * float(value))} %"


def interval(low: Any, high: Any) -> str:
    """Give an interval of shares in percent, such as ``69.8 – 72.6``."""
    if pd.isna(low) or pd.isna(high):
        return "not known"
    return _between(100 * float(low), 100 * float(high), 1)


def _between(low: Any, high: Any, digits: int) -> str:
    """Give both ends; a dash beside a minus would be misread."""
    dash = "to" if float(low) < 0 else "–"
    return f"{number(low, digits)} {dash} {number(high, digits)}"


def percent_interval(value: Any, low: Any, high: Any) -> str:
    """Give a share with its interval.

    Examples
    --------
    >>> percent_interval(0.712, 0.698, 0.726)
    '71.2 % (69.8 – 72.6)'
    """
    if pd.isna(value) or pd.isna(low) or pd.isna(high):
        return percent(value)
    return f"{percent(value)} ({interval(low, high)})"


def number_interval(value: Any, low: Any, high: Any, digits: int = 0) -> str:
    """Give a number with its interval, such as ``1,204 (980 – 1,430)``."""
    if pd.isna(value) or pd.isna(low) or pd.isna(high):
        return number(value, digits)
    return f"{number(value, digits)} ({_between(low, high, digits)})"


def q_value(value: Any) -> str:
    """Give a q-value with three decimals, or say that it is smaller."""
    if pd.isna(value):
        return NOTHING
    return "< 0.001" if float(value) < 0.001 else f"{float(value):.3f}"


def instant(value: Any, zone: str = "UTC") -> str:
    """Give a moment to the minute, with its zone.

    Examples
    --------
    >>> instant(pd.Timestamp("2025-07-01T06:00Z"), "Europe/Stockholm")
    '2025-07-01 08:00 Europe/Stockholm'
    """
    if pd.isna(value):
        return NOTHING
    moment = pd.Timestamp(value)
    local = moment if moment.tz is None or zone == "UTC" else moment.tz_convert(zone)
    return f"{local:%Y-%m-%d %H:%M} {zone}"


def day(value: Any) -> str:
    """Give the day of a moment."""
    return NOTHING if pd.isna(value) else pd.Timestamp(value).strftime("%Y-%m-%d")


def hours(value: Any) -> str:
    """Give a window's length: minutes below an hour, hours up to 48, then days.

    Examples
    --------
    >>> hours(168), hours(6), hours(1 / 6)
    ('7 d', '6 h', '10 min')
    """
    if pd.isna(value):
        return NOTHING
    if float(value) < 1:
        return f"{float(value) * 60:.3g} min"
    return f"{float(value):g} h" if float(value) <= 48 else f"{float(value) / 24:.3g} d"


def name(value: Any) -> str:
    """Give a name out of the data, without characters that steer what shows it.

    Control characters, lone surrogates and turns of the writing direction become
    spaces; the joiners that some scripts need stay.
    """
    if pd.isna(value):
        return NOTHING
    return "".join(" " if _steers(character) else character for character in str(value))


def _steers(character: str) -> bool:
    turns = ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI")
    is_control = unicodedata.category(character) in ("Cc", "Cs")
    return is_control or unicodedata.bidirectional(character) in turns


def reading(value: str) -> str:
    """Give a reading in words."""
    return value.replace("_", " ")


def verdict(value: str) -> str:
    """Give a verdict on a pair in words."""
    return _VERDICTS.get(value, value)


def window(value: str) -> str:
    """Give a repeat window in words; one that is not understood stays as it is.

    Examples
    --------
    >>> window("7d"), window("48h")
    ('7 days', '48 hours')
    """
    try:
        text = str(RepeatWindow.parse(value))
    except SettingsError:
        return value
    unit = {"d": "day", "h": "hour", "m": "minute"}[text[-1]]
    length = int(text[:-1])
    return f"{length:,} {unit}" if length == 1 else f"{length:,} {unit}s"


def window_seconds(value: str) -> int:
    """Give the length by which windows are ordered; unknown ones come first."""
    try:
        return RepeatWindow.parse(value).seconds
    except SettingsError:
        return 0


def reading_place(value: str) -> int:
    """Give the place of a reading among the four; unknown ones come last."""
    return READINGS.index(value) if value in READINGS else len(READINGS)


def in_reading_order(rows: pd.DataFrame) -> pd.DataFrame:
    """Order FCR rows by reading, then by the length of the window."""
    places = pd.DataFrame(
        {
            "reading": rows["reading"].map(reading_place),
            "window": rows["window"].map(window_seconds),
        },
        index=rows.index,
    )
    return rows.loc[places.sort_values(["reading", "window"], kind="stable").index]
