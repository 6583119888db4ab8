"""What a call is worth, who can be called when, and how many.

Enters: costs, capacities, shifts and quiet hours from the settings. Leaves: the expected
saving of a call, and the shift that each contact can be called in. Nothing is scored here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from fcr_ml.errors import SettingsError

_DAY_MINUTES = 1_440
_PRICED = ("effect", "cost_of_repeat", "cost_of_call")


@dataclass(frozen=True)
class FlagPlan:
    """How the desk's list is made.

    Parameters
    ----------
    effect : float, optional
        Share of the repeats that a call prevents, above 0 and at most 1; an assumption
        until ``fcr proof`` has measured it.
    cost_of_repeat, cost_of_call : float, optional
        In the desk's own currency. With these three the list is by saving, and contacts
        whose call would cost more than it saves are not on it; without, it is by risk.
    queue_cost_of_repeat : mapping of str to float, optional
        What a repeat costs in a queue, where it is not ``cost_of_repeat``.
    queue_capacity : mapping of str to int, optional
        Most contacts of a queue in one shift; other queues have no limit of their own.
    shifts : tuple of str
        When calls are made, such as ``08:00-16:00``, in ``time_zone``; the list is for
        the 24 hours that follow. None: one shift, whenever.
    shift_capacity : int, optional
        Most contacts in one shift.
    quiet_hours : str, optional
        When nobody may be called, such as ``20:00-08:00``.
    time_zone : str
        The zone of shifts and quiet hours.
    experiment : str
        The draw of those left alone hangs on it; a new name draws anew.
    acted : pathlib.Path, optional
        What the desk did: CSV or Parquet with ``contact_id`` and ``acted_at``. Contacts
        that were called are not learned from and not listed again.

    Raises
    ------
    SettingsError
        When a value is impossible, or some of the three prices are given and not all.
    """

    effect: float | None = None
    cost_of_repeat: float | None = None
    cost_of_call: float | None = None
    queue_cost_of_repeat: Mapping[str, float] | None = None
    queue_capacity: Mapping[str, int] | None = None
    shifts: tuple[str, ...] = ()
    shift_capacity: int | None = None
    quiet_hours: str | None = None
    time_zone: str = "UTC"
    experiment: str = "calls"
    acted: Path | None = None

    def __post_init__(self) -> None:
        faults = [*self._price_faults(), *self._time_faults()]
        limits = {"shift_capacity": self.shift_capacity}
        limits |= {f"queue_capacity of {q}": n for q, n in (self.queue_capacity or {}).items()}
        faults += [f"{name} is {n}; give 0 or more" for name, n in limits.items() if (n or 0) < 0]
        if not self.experiment.strip():
            faults.append("experiment is empty; give it a name")
        if faults:
            raise SettingsError("flags: " + "; ".join(faults) + ".")

    @property
    def is_priced(self) -> bool:
        """Whether the list is by saving."""
        return self.effect is not None

    def saving(self, risk: np.ndarray, queues: pd.Series | None) -> np.ndarray:
        """Give what a call is expected to save.

        Parameters
        ----------
        risk : numpy.ndarray
            Shape (n,).
        queues : pandas.Series or None
            Of the same contacts.

        Returns
        -------
        numpy.ndarray
            ``risk × effect × cost_of_repeat - cost_of_call``, shape (n,); NaN without costs.

        Examples
        --------
        >>> plan = FlagPlan(effect=0.25, cost_of_repeat=40.0, cost_of_call=2.0)
        >>> plan.saving(np.array([0.5, 0.1]), None).tolist()
        [3.0, -1.0]
        """
        if self.effect is None or self.cost_of_repeat is None or self.cost_of_call is None:
            return np.full(len(risk), np.nan)
        cost = np.full(len(risk), self.cost_of_repeat)
        if queues is not None and self.queue_cost_of_repeat:
            own = queues.astype(object).map(dict(self.queue_cost_of_repeat))
            cost = own.astype(float).fillna(self.cost_of_repeat).to_numpy(float)
        return self.prevented(risk) * cost - self.cost_of_call

    def prevented(self, risk: np.ndarray) -> np.ndarray:
        """Give the share of contacts whose return a call prevents, shape (n,).

        The risk itself without an effect: the order is the same.
        """
        return risk if self.effect is None else risk * self.effect

    def call_times(self, as_of: pd.Timestamp) -> list[tuple[str | None, pd.Timestamp]]:
        """Give each shift of the next 24 hours with the first instant a call may be made.

        A shift that lies in quiet hours altogether is left out. Summer time is the zone's:
        hours are those of the clock on the wall.
        """
        if not self.shifts:
            return [(None, self._after_quiet(as_of))]
        found = []
        for shift in self.shifts:
            begin, end = _minutes(shift)
            since = (_clock(as_of, self.time_zone) - begin) % _DAY_MINUTES
            is_running = since < (end - begin) % _DAY_MINUTES
            first = as_of if is_running else _next_at(as_of, begin, self.time_zone)
            allowed = self._after_quiet(first)
            ends = _next_at(first, end, self.time_zone)
            if allowed < ends:
                found.append((shift, allowed))
        return sorted(found, key=lambda told: (told[1], str(told[0])))

    def place(
        self, closes: pd.Series, queues: pd.Series | None, as_of: pd.Timestamp, capacity: int
    ) -> list[tuple[int, str | None, pd.Timestamp]]:
        """Give the first contacts that can be called in time, each with its shift.

        Parameters
        ----------
        closes : pandas.Series
            When each window runs out, the contacts most worth a call first.
        queues : pandas.Series or None
            Of the same contacts; those without one share no limit.
        as_of : pandas.Timestamp
            UTC.
        capacity : int
            Most contacts over all shifts.

        Returns
        -------
        list of tuple
            Row, shift and first instant of a call. A contact goes into the first shift that
            has room and begins before its window closes.
        """
        shifts = self.call_times(as_of)
        names = [None] * len(closes) if queues is None else list(queues.astype(object))
        taken: dict[tuple[str | None, object], int] = {}
        placed: list[tuple[int, str | None, pd.Timestamp]] = []
        for row, (closes_at, queue) in enumerate(zip(closes, names, strict=True)):
            if len(placed) == capacity:
                break
            for shift, begin in shifts:
                if begin < closes_at and self._has_room(taken, shift, queue):
                    for key in ((shift, None), (shift, ("queue", queue))):
                        taken[key] = taken.get(key, 0) + 1
                    placed.append((row, shift, begin))
                    break
        return placed

    def _has_room(
        self, taken: Mapping[tuple[str | None, object], int], shift: str | None, queue: object
    ) -> bool:
        limit = self.shift_capacity
        if limit is not None and taken.get((shift, None), 0) >= limit:
            return False
        own = (self.queue_capacity or {}).get(str(queue))
        return own is None or taken.get((shift, ("queue", queue)), 0) < own

    def _after_quiet(self, instant: pd.Timestamp) -> pd.Timestamp:
        if self.quiet_hours is None:
            return instant
        begin, end = _minutes(self.quiet_hours)
        since = (_clock(instant, self.time_zone) - begin) % _DAY_MINUTES
        is_quiet = since < (end - begin) % _DAY_MINUTES
        return _next_at(instant, end, self.time_zone) if is_quiet else instant

    def _price_faults(self) -> list[str]:
        given = {name: getattr(self, name) for name in _PRICED}
        absent = [name for name, value in given.items() if value is None]
        faults = []
        if absent and (len(absent) < len(given) or self.queue_cost_of_repeat):
            needed = ", ".join(absent)
            faults.append(f"a saving needs effect, cost_of_repeat and cost_of_call; give {needed}")
        if self.effect is not None and not 0 < self.effect <= 1:
            faults.append(f"effect is {self.effect:g}; give a share above 0, at most 1")
        costs = {name: given[name] for name in _PRICED[1:] if given[name] is not None}
        costs |= {f"cost in {q}": c for q, c in (self.queue_cost_of_repeat or {}).items()}
        faults += [
            f"{name} is {cost:g}; give a number from 0 up"
            for name, cost in costs.items()
            if not 0 <= cost < np.inf
        ]
        return faults

    def _time_faults(self) -> list[str]:
        faults = []
        for span in (*self.shifts, *([self.quiet_hours] if self.quiet_hours else [])):
            if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d", span):
                faults.append(f"'{span}' is no span of hours; write it as 08:00-16:00")
            elif _minutes(span)[0] == _minutes(span)[1]:
                faults.append(f"'{span}' ends when it begins; write a span of hours")
        if len(set(self.shifts)) < len(self.shifts):
            faults.append("a shift is given twice; give each once")
        try:
            ZoneInfo(self.time_zone)
        except (KeyError, ValueError, OSError):
            faults.append(f"time_zone '{self.time_zone}' is unknown; write one as Europe/Stockholm")
        return faults


def _minutes(span: str) -> tuple[int, int]:
    begin, end = (int(clock[:2]) * 60 + int(clock[3:]) for clock in span.split("-"))
    return begin, end


def _clock(instant: pd.Timestamp, zone: str) -> float:
    local = instant.tz_convert(zone)
    return local.hour * 60 + local.minute + local.second / 60


def _next_at(instant: pd.Timestamp, minute: int, zone: str) -> pd.Timestamp:
    """Give the next instant at which the clock shows a minute of the day.

    2025-03-29 20:00 UTC, 08:00 in Stockholm: 2025-03-30 06:00 UTC, for the clocks went
    forward in between.
    """
    day = instant.tz_convert(zone).tz_localize(None).normalize()
    for days in (0, 1, 2):
        wall = day + pd.Timedelta(days=days, minutes=minute)
        told = wall.tz_localize(zone, nonexistent="shift_forward", ambiguous=True)
        if told > instant:
            return told.tz_convert("UTC")
    raise AssertionError("a clock shows every minute within two days")
