"""The declared table of the trend: FCR by week and month with its control chart.

Nothing enters. Leaves: one declaration, in the manner of :mod:`fcr_ml.frames.tables`.
"""

from __future__ import annotations

from fcr_ml.frames.tables import Column, Table

RUNNING_RATE = 0.01
"""A period is open while more than so many windows still run for each that has closed; a
few contacts that were answered months late do not open an old one again."""

_LOW, _HIGH = "lower end of the 95 % interval", "upper end of the 95 % interval"

TREND = Table(
    "trend",
    "a week or month, its FCR, and whether it stands out or begins a lasting shift",
    ("by", "group", "value", "period"),
    {
        "by": Column("text", "week or month", True),
        "group": Column("text", "the column the contacts are restricted by; 'all' if none", True),
        "value": Column("text", "its value; 'all' if none", True),
        "period": Column("text", "the ISO week, 2025-W07, or the month, 2025-02; UTC", True),
        "begins_at": Column("instant", "its first moment", True),
        "ends_at": Column("instant", "the first moment after it", True),
        "closed_contacts": Column("count", "contacts begun in it whose window has closed", True),
        "open_contacts": Column("count", "those whose window still runs", True),
        "repeated_contacts": Column("count", "repeated among the closed", True),
        "fcr_rate": Column("share", "resolved over closed; null under the minimum count"),
        "fcr_rate_low": Column("share", _LOW),
        "fcr_rate_high": Column("share", _HIGH),
        "is_open": Column("flag", "windows still run in it; judge it by the estimate", True),
        "survival_fcr_rate": Column("share", "of an open period: estimate with open contacts"),
        "survival_fcr_rate_low": Column("share", _LOW),
        "survival_fcr_rate_high": Column("share", _HIGH),
        "followed_hours": Column(
            "number", "as far as enough of its contacts were followed; then as contacts before"
        ),
        "is_partial": Column("flag", "the log covers less than nine tenths of it", True),
        "is_judged": Column("flag", "whether it is held against the others", True),
        "mix_fcr_rate": Column("share", "FCR that its mix gives at the rates of the whole log"),
        "level_fcr_rate": Column("share", "the level it belongs to, season taken out"),
        "season_effect": Column("number", "what the season adds; null without a season"),
        "centre_rate": Column("share", "its FCR as the other periods give it"),
        "limit_low": Column("share", "lower limit of the control chart"),
        "limit_high": Column("share", "upper limit of the control chart"),
        "is_alarm": Column("flag", "whether it lies outside its limits beyond chance", True),
        "alarm_p_value": Column("share", "share of undisturbed charts that show as much"),
        "shift": Column("number", "where a lasting shift begins: what it adds to FCR"),
        "shift_low": Column("number", _LOW),
        "shift_high": Column("number", _HIGH),
        "shift_p_value": Column("share", "share of undisturbed charts that show as much"),
        "shift_earliest": Column("text", "the earliest period it may have begun, at 95 %"),
        "shift_latest": Column("text", "the latest period it may have begun, at 95 %"),
        "shift_beyond_mix": Column("number", "the shift without what the mix makes of it"),
        "shift_beyond_mix_low": Column("number", _LOW),
        "shift_beyond_mix_high": Column("number", _HIGH),
        "season": Column("text", "the season taken out, or why none is", True),
        "reading": Column("text", "how a return is read", True),
        "window": Column("text", "the repeat window", True),
        "remark": Column("text", "why it is not judged, or has no rate"),
    },
)
