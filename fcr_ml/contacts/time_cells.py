"""One column of times on its way to instants: wall-clock times as they are written.

Enters: a column as text, as numbers or typed. Leaves: wall-clock times, those
without a zone marked, and the dates whose day and month only other rows can tell
apart. Zones and refusals are the business of ``fcr_ml.contacts.times``.
"""

from __future__ import annotations

import re

import pandas as pd

from fcr_ml.contacts.parts import as_text
from fcr_ml.contacts.values import ABSENT_WORDS, null_words

_EMPTY_TIMES = (*ABSENT_WORDS, "0000-00-00", "0000-00-00 00:00:00", "nat")

_ISO = (
    r"\d{4}-\d{2}-\d{2}"
    r"(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}(?::?\d{2})?)?)?"
)
_CLOCK = (
    r"(?:(?:,?\s+|[T_])(?:at\s+)?(?P<hour>\d{1,2})[:.h](?P<minute>\d{2})"
    r"(?:[:.](?P<second>\d{2}(?:[.,]\d+)?))?\s*(?P<half>[AaPp])?(?:\.?[Mm]\.?)?)?"
    r"\s*(?P<zone>Z|UTC|GMT|[+-]\d{2}:?\d{2})?"
)
_NUMERIC = re.compile(
    rf"^(?P<a>\d{{1,2}})(?P<mark>[-/.])(?P<b>\d{{1,2}})[-/.](?P<year>\d{{4}}|\d\d){_CLOCK}$"
)
_DATES = (
    re.compile(
        rf"^(?P<year>\d{{4}})[-/.年](?P<month>\d{{1,2}})[-/.月](?P<day>\d{{1,2}})日?{_CLOCK}$"
    ),
    re.compile(
        r"^(?P<year>(?:19|20)\d\d)(?P<month>[01]\d)(?P<day>[0-3]\d)"
        r"(?:T?(?P<hour>[0-2]\d)(?P<minute>[0-5]\d)(?P<second>[0-5]\d)?)?(?P<zone>Z)?$"
    ),
    re.compile(
        r"^(?:[A-Za-z]{3,9},?\s+)?(?P<day>\d{1,2})[-\s](?P<name>[A-Za-z]{3,9})\.?[-,\s]+"
        rf"(?P<year>\d{{4}}|\d\d){_CLOCK}$"
    ),
    re.compile(
        r"^(?:[A-Za-z]{3,9},\s+)?(?P<name>[A-Za-z]{3,9})\.?\s+(?P<day>\d{1,2}),?\s+"
        rf"(?P<year>\d{{4}}){_CLOCK}$"
    ),
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")

# Seconds from 1973 on, then milli-, micro- and nanoseconds of the same years.
_NUMBER = r"(?:\d{5}|\d{9,11}|\d{13})(?:\.\d+)?|\d{16}|\d{19}"
_EPOCH_UNITS = ((1e8, 1e11, 1), (1e11, 1e14, 10**3), (1e14, 1e17, 10**6), (1e17, 1e20, 10**9))
# Days since 1899-12-30: 20,000 is 1954, 80,000 is 2119.
_SHEET_DAYS = (20_000, 80_000)
_SHEET_ZERO = pd.Timestamp("1899-12-30")


class TimeCells:
    """Wall-clock times of a column, and what is not settled about them.

    Parameters
    ----------
    values : pandas.Series
        Text, numbers, or typed times.

    Attributes
    ----------
    wall : pandas.Series
        Without a zone: UTC where the cell says so, local where ``is_naive``.
    is_naive : pandas.Series
        Whether the cell is a time without a zone.
    is_filled : pandas.Series
        Whether the cell says anything.
    numeric : pandas.DataFrame
        Parts of dates such as 03/04/2025, until :meth:`read_ordered`.
    """

    def __init__(self, values: pd.Series) -> None:
        self.wall = pd.Series(pd.NaT, index=values.index, dtype="datetime64[us]")
        self.is_naive = pd.Series(False, index=values.index)
        self.text = pd.Series(pd.NA, index=values.index, dtype="string")
        self.numeric = pd.DataFrame()
        if pd.api.types.is_datetime64_any_dtype(values):
            self._read_typed(values)
        else:
            self.text = null_words(as_text(values).str.strip(), _EMPTY_TIMES)
            self.is_filled = self.text.notna()
            self._read_iso()
            self._read_epochs()
            self._read_dates()

    def _read_typed(self, values: pd.Series) -> None:
        self.is_filled = values.notna()
        if isinstance(values.dtype, pd.DatetimeTZDtype):
            self.wall = values.dt.tz_convert("UTC").dt.tz_localize(None).dt.as_unit("us")
        else:
            self.wall = values.dt.as_unit("us")
            self.is_naive = self.is_filled.copy()

    def _unread(self) -> pd.Series:
        return self.text[self.is_filled & self.wall.isna()]

    def _keep(self, wall: pd.Series, is_naive: pd.Series) -> None:
        wall = wall.dropna()
        self.wall.loc[wall.index] = wall.astype("datetime64[us]")
        self.is_naive.loc[wall.index] = is_naive[wall.index].astype(bool)

    def _read_iso(self) -> None:
        is_iso = self.text.str.fullmatch(_ISO).fillna(False).astype(bool)
        iso = self.text[is_iso]
        has_zone = iso.str.contains(r"(?:Z|:\d\d(?:\.\d+)?[+-][\d:]+)$", regex=True).astype(bool)
        read = pd.to_datetime(iso, format="ISO8601", utc=True, errors="coerce")
        self._keep(read.dt.tz_localize(None), ~has_zone)

    def _read_epochs(self) -> None:
        unread = self._unread()
        is_number = unread.str.fullmatch(_NUMBER).fillna(False).astype(bool)
        numbers = pd.to_numeric(unread[is_number]).astype("float64")
        for low, high, ticks in _EPOCH_UNITS:
            epochs = numbers[(numbers >= low) & (numbers < high)]
            microseconds = (epochs * (1e6 / ticks)).round().astype("int64")
            self._keep(microseconds.astype("datetime64[us]"), _none(epochs))
        days = numbers[(numbers >= _SHEET_DAYS[0]) & (numbers < _SHEET_DAYS[1])]
        # A spreadsheet keeps fractions of days; a tenth of a second is all that is in them.
        tenths = (days * 864_000).round().astype("int64") * 100_000
        offset = tenths.astype("timedelta64[us]")
        self._keep(_SHEET_ZERO.as_unit("us") + offset, ~_none(days))

    def _read_dates(self) -> None:
        unread = self._unread()
        if unread.empty:
            return
        self.numeric = unread.str.extract(_NUMERIC).dropna(subset=["year"])
        unread = unread.drop(self.numeric.index)
        for pattern in _DATES:
            if len(unread):
                parts = unread.str.extract(pattern).dropna(subset=["year"])
                self._keep_parts(parts)
                unread = unread.drop(parts.index)

    def read_ordered(self, day_first: bool | None) -> None:
        """Read dates such as 13/04/2025 once day and month are told apart."""
        if self.numeric.empty:
            return
        is_dotted = self.numeric["mark"] == "."
        # Points between the numbers are used where the day stands first, nowhere else.
        first_is_day = is_dotted | (day_first is not False)
        parts = self.numeric.assign(
            day=self.numeric["a"].where(first_is_day, self.numeric["b"]),
            month=self.numeric["b"].where(first_is_day, self.numeric["a"]),
        )
        self._keep_parts(parts)

    def _keep_parts(self, parts: pd.DataFrame) -> None:
        if len(parts):
            self._keep(_assembled(parts), parts["zone"].isna())


def _none(values: pd.Series) -> pd.Series:
    return pd.Series(False, index=values.index)


def _assembled(parts: pd.DataFrame) -> pd.Series:
    """Give wall-clock times from the texts of their parts, in UTC where they name a zone."""
    parts = parts.reindex(
        columns=["year", "month", "name", "day", "hour", "minute", "second", "half", "zone"]
    ).astype("string")
    year = parts["year"].astype("int64")
    year = year.where(year >= 100, year + 2_000)
    named = parts["name"].str.lower().str[:3].map({m: n for n, m in enumerate(_MONTHS, start=1)})
    month = pd.to_numeric(parts["month"]).astype("Float64").fillna(named.astype("Float64"))
    hour = pd.to_numeric(parts["hour"]).astype("Float64").fillna(0)
    half = parts["half"].str.lower()
    hour = hour.mask((half == "p").fillna(False), hour % 12 + 12)
    hour = hour.mask((half == "a").fillna(False), hour % 12)
    second = parts["second"].str.replace(",", ".", regex=False)
    dates = pd.to_datetime(
        pd.DataFrame({"year": year, "month": month.fillna(0), "day": parts["day"].astype("int64")}),
        errors="coerce",
    )
    minutes = hour * 60 + pd.to_numeric(parts["minute"]).astype("Float64").fillna(0)
    seconds = minutes * 60 + pd.to_numeric(second).astype("Float64").fillna(0)
    # 24:00 and beyond are no times of day; they stay unread.
    is_time = (seconds < 86_400).to_numpy(dtype=bool)
    microseconds = ((seconds - _zone_seconds(parts["zone"])) * 1e6).round().astype("int64")
    return dates.astype("datetime64[us]").where(is_time) + microseconds.astype("timedelta64[us]")


def _zone_seconds(zones: pd.Series) -> pd.Series:
    """Give the offsets from UTC in seconds: +02:00 is 7,200, a zone by name 0."""
    parts = zones.str.extract(r"^([+-])(\d\d):?(\d\d)$")
    seconds = parts[1].astype("Float64") * 3_600 + parts[2].astype("Float64") * 60
    return seconds.mask((parts[0] == "-").fillna(False), -seconds).fillna(0)
