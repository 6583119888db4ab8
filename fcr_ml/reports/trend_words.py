"""What a trend says in sentences, the same on page and terminal.

Enters: rows of TREND. Leaves: text. A shift is told with its size, its interval and when
it may have begun; that something changed, never why.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from fcr_ml.reports import wording

ALARMS_TOLD = 8
"""More single periods are counted, not told one by one; the table marks them all."""


def trend_sentences(rows: pd.DataFrame) -> list[str]:
    """Give what stands out, what has shifted, and what the season does.

    Parameters
    ----------
    rows : pandas.DataFrame
        Rows of TREND of one ``by``, in order of time.
    """
    by = str(rows["by"].iloc[0])
    judged = rows[rows["is_judged"]]
    if judged.empty:
        return [
            f"There is no control chart: {rows['season'].iloc[0]} (whole in the log, windows "
            "closed, enough contacts)."
        ]
    shifts = rows[rows["shift"].notna()].to_dict("records")
    alarms = rows[rows["is_alarm"]].to_dict("records")
    told = [f"{wording.count(len(judged))} of {wording.count(len(rows))} {by}s are judged."]
    told += [_shift(row) for row in shifts]
    told += [_alarm(row) for row in alarms[:ALARMS_TOLD]]
    if rest := len(alarms) - ALARMS_TOLD if len(alarms) > ALARMS_TOLD else 0:
        told.append(f"{wording.count(rest)} more {by}s lie outside their limits.")
    if not shifts and not alarms:
        told.append(f"No {by} stands out, and no lasting shift is found.")
    elif not shifts:
        told.append("No lasting shift is found.")
    told.append(
        "Of charts of an undisturbed rate one in twenty shows anything at all. Limits and "
        "intervals are by customer and allow for what the rate varies by beyond that. A shift "
        "says that FCR has changed, not why."
    )
    return [*told, _season(judged)]


def points(value: Any) -> str:
    """Give a difference of shares in percentage points, with its sign.

    Examples
    --------
    >>> points(0.058), points(-0.0004)
    ('+5.8', '0.0')
    """
    text = f"{float(value) * 100:+.1f}"
    return "0.0" if float(text) == 0 else text.replace("-", "\u2212")


def points_interval(low: Any, high: Any) -> str:
    """Give the interval of a difference, such as ``+3.9 to +7.7``."""
    return f"{points(low)} to {points(high)}"


def state(row: dict[Any, Any]) -> str:
    """Give what is to be known of a period in a word or two."""
    words = []
    if pd.notna(row["shift"]):
        words.append(f"shift {points(row['shift'])}")
    if row["is_alarm"]:
        words.append("outside limits")
    if row["is_open"]:
        words.append("open")
    elif row["is_partial"]:
        words.append("in part")
    elif pd.isna(row["fcr_rate"]):
        words.append(str(row["remark"]))
    return ", ".join(words)


def _shift(row: dict[Any, Any]) -> str:
    direction = "higher" if row["shift"] > 0 else "lower"
    when = f"between {row['shift_earliest']} and {row['shift_latest']}"
    if row["shift_earliest"] == row["shift_latest"]:
        when = "in that very period" if row["by"] == "month" else "in that very week"
    beyond = points_interval(row["shift_beyond_mix_low"], row["shift_beyond_mix_high"])
    mix = (
        f"beside what the mix of contacts makes of it {points(row['shift_beyond_mix'])} ({beyond})"
    )
    if row["shift_beyond_mix_low"] <= 0 <= row["shift_beyond_mix_high"]:
        mix += ", so that the mix alone may explain it"
    return (
        f"From {row['period']} on FCR is {direction}: {points(row['shift'])} percentage points "
        f"({points_interval(row['shift_low'], row['shift_high'])}), begun {when} (95 %); {mix}; "
        f"p {wording.q_value(row['shift_p_value'])}."
    )


def _alarm(row: dict[Any, Any]) -> str:
    side = "above" if row["fcr_rate"] > row["centre_rate"] else "below"
    return (
        f"{row['period']} lies {side} its limits: {wording.percent(row['fcr_rate'])} of "
        f"{wording.count(row['closed_contacts'])} closed, limits "
        f"{wording.interval(row['limit_low'], row['limit_high'])}; "
        f"p {wording.q_value(row['alarm_p_value'])}."
    )


def _season(judged: pd.DataFrame) -> str:
    effect = judged["season_effect"].dropna()
    season = str(judged["season"].iloc[0])
    if effect.empty:
        return f"The log is {season}: a shift may be one."
    return (
        f"The season {season} is taken out: it moves FCR by "
        f"{points_interval(effect.min(), effect.max())} points."
    )
