"""What a contact's moment knows of the past: of its customer, its kind and the desk.

Enters: contacts with moments and labels, from :mod:`fcr_ml.features.moments`, and
an engine. Leaves: counts, waiting times and repeat rates so far. Every question
about time is asked in SQL, strictly before the moment; labels enter only when
their window has run out.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from fcr_ml.engine import DuckEngine, statement

_DAY = 86_400
_TIMES = [
    "started_epoch",
    "ended_epoch",
    "moment_epoch",
    "code_epoch",
    "closes_epoch",
    "repeats_millionths",
]

PRIOR_CONTACTS = 20
"""Weight of the overall rate in every rate so far, in closed contacts. Twenty is
about where a rate near 0.2 has a standard error of half its size."""


LATELY_DAYS = 60
"""Days of closed windows behind a rate lately: long enough for a few hundred contacts."""


class Past:
    """The contacts as the engine knows them, and what may be asked of their past.

    Parameters
    ----------
    engine : DuckEngine
        Runs the statements.
    contacts : pandas.DataFrame
        From :func:`fcr_ml.features.moments.read_contacts`.
    rated : mapping of str to str
        The stem of a rate's name, to the column whose values have rates.
    at_opening : bool
        Whether a contact's reason code and case id are known from its start on, and not
        only once it has ended.
    """

    def __init__(
        self,
        engine: DuckEngine,
        contacts: pd.DataFrame,
        rated: Mapping[str, str],
        at_opening: bool = False,
    ) -> None:
        self._engine = engine
        self.coded = "started_epoch" if at_opening else "ended_epoch"
        self.rated = list(rated)
        keys = {stem: contacts[column] for stem, column in rated.items()}
        keys["desk"] = pd.Series("desk", index=contacts.index)
        if "case_id" in contacts.columns:
            keys["case"] = contacts["case_id"]
        if "reason_code" in contacts.columns:
            # A separator that no log uses, so that two keys never run into one.
            pair = contacts["customer_id"] + "\x1f" + contacts["reason_code"]
            keys["customer and reason code"] = pair
        # A log's own column names need not be plain, so the engine counts them.
        self._columns = {stem: f"key_{place}" for place, stem in enumerate(keys)}
        named = {self._columns[stem]: key for stem, key in keys.items()}
        nothing = pd.Series(None, index=contacts.index, dtype="string")
        for name in ("reason_code", "topic_id"):
            named[name] = contacts.get(name, nothing)
        # Numbers in the place of ids and names: windows over them take a fraction of the time.
        ordered = contacts.sort_values("contact_id", kind="stable")
        self._ids = pd.Index(ordered["contact_id"], dtype=object, name="contact_id")
        numbered = {name: _numbers(key.loc[ordered.index]) for name, key in named.items()}
        times = ordered.assign(code_epoch=ordered[self.coded])[_TIMES].reset_index(drop=True)
        engine.put(
            "moments",
            times.assign(
                contact_id=np.arange(len(ordered)),
                customer_id=_numbers(ordered["customer_id"]),
                **numbered,
            ),
        )

    def has(self, key: str) -> bool:
        """Say whether the log has the column behind a key."""
        return key in self._columns

    def counts(
        self, key: str, clock: str, days: tuple[int, int], point: str = "moment_epoch"
    ) -> pd.DataFrame:
        """Count other contacts of the same key known by the moment, or by the contact's start.

        Returns
        -------
        pandas.DataFrame
            By ``contact_id``: ``in_short`` and ``in_long``, within as many days,
            and ``ever``. Contacts without the key are not there.
        """
        short, long = (span * _DAY for span in days)
        column = self._columns[key]
        return self._ask(
            "features_counts", key=column, clock=clock, point=point, short=short, long=long
        )

    def closed(self, key: str) -> pd.DataFrame:
        """Give ``closed_contacts`` and their ``repeats`` of the same key by ``contact_id``."""
        closed = self._ask("features_rates", key=self._columns[key])
        return closed.assign(repeats=closed.pop("repeats_millionths") / 1_000_000)

    def closed_lately(self, key: str, days: int) -> pd.DataFrame:
        """Give the same of windows that ran out in the last days."""
        closed = self._ask("features_recent", key=self._columns[key], span=days * _DAY)
        return closed.assign(repeats=closed.pop("repeats_millionths") / 1_000_000)

    def since(self, key: str) -> pd.Series:
        """Give the hours since the latest contact of the same key became known."""
        asked = self._ask("features_same_before", key=self._columns[key], clock=self.coded)
        return asked["seconds"] / 3_600

    def previous(self) -> pd.DataFrame:
        """Give what is known of the customer's previous contact, by ``contact_id``."""
        return self._ask("features_previous")

    def _ask(self, name: str, **parameters: int | str) -> pd.DataFrame:
        answered = self._engine.ask(statement(name, **parameters))
        rows = answered.pop("contact_id").to_numpy(dtype=np.intp)
        # The very same index where all are told: frames of equal ones need no matching.
        ids = self._ids if len(rows) == len(self._ids) else self._ids[rows]
        return answered.astype(np.float64).set_index(ids)


def _numbers(names: pd.Series) -> pd.Series:
    """Give each name a number; null stays null."""
    codes = pd.Series(pd.factorize(names)[0], dtype="Int64")
    return codes.mask(codes < 0)


def customer_history(past: Past) -> pd.DataFrame:
    """Give what was known of each contact's customer.

    Returns
    -------
    pandas.DataFrame
        By ``contact_id``, every contact that has ended. Earlier contacts began
        strictly before this one did, those while running from then to its moment;
        same-reason and same-case counts are of those that had ended by the moment.
    """
    recent = past.counts("customer", "started_epoch", (7, 30), point="started_epoch")
    older = past.counts("customer", "started_epoch", (90, 365), point="started_epoch")
    by_now = past.counts("customer", "started_epoch", (7, 30))
    history = past.previous()
    history["earlier_contacts_7d"] = recent["in_short"]
    history["earlier_contacts_30d"] = recent["in_long"]
    history["earlier_contacts_365d"] = older["in_long"]
    history["earlier_contacts"] = older["ever"]
    history["contacts_while_running"] = by_now["ever"] - older["ever"]
    history["hours_since_previous"] = history.pop("seconds_since_previous") / 3_600
    if past.has("customer and reason code"):
        same = past.counts("customer and reason code", past.coded, (7, 30))
        history["earlier_same_reason_code_7d"] = same["in_short"]
        history["earlier_same_reason_code_30d"] = same["in_long"]
        history["earlier_same_reason_code"] = same["ever"]
        if past.coded == "started_epoch":
            history["hours_since_same_reason_code"] = past.since("customer and reason code")
    else:
        history = history.drop(columns="is_previous_reason_code")
    if not past.has("topic"):
        history = history.drop(columns="is_previous_topic")
    if past.has("case"):
        history["earlier_in_case"] = past.counts("case", past.coded, (7, 30))["ever"]
    return history


def desk_history(past: Past) -> pd.DataFrame:
    """Give how busy the desk, and the contact's queue, was.

    Returns
    -------
    pandas.DataFrame
        By ``contact_id``: contacts begun in the 24 hours before the moment,
        over the daily mean of the 30 days before it; NaN where those had none. The
        same of the reason code over 7 days: many at once are an outage.
    """
    loads = {}
    for key in ("desk", "queue"):
        if past.has(key):
            counts = past.counts(key, "started_epoch", (1, 30))
            a_day = counts["in_long"] / 30
            loads[f"{key}_load"] = counts["in_short"] / a_day.where(a_day > 0)
    if past.has("reason_code"):
        counts = past.counts("reason_code", past.coded, (1, 7))
        loads["reason_code_contacts_24h"] = counts["in_short"]
        a_day = counts["in_long"] / 7
        loads["reason_code_load"] = counts["in_short"] / a_day.where(a_day > 0)
    return pd.DataFrame(loads)


def rates_so_far(past: Past) -> pd.DataFrame:
    """Give smoothed repeat rates so far, one for each rated column.

    Returns
    -------
    pandas.DataFrame
        By ``contact_id``: ``desk_repeat_rate``, the rate of everything closed
        by the moment; ``{stem}_repeat_rate``, (repeats + 20 × desk rate) /
        (closed + 20) over closed contacts of the same value; ``{stem}_closed``,
        their number. NaN where the value is missing or nothing has closed yet.
    """
    desk = past.closed("desk")
    overall = desk["repeats"] / desk["closed_contacts"].where(desk["closed_contacts"] > 0)
    rates = {"desk_repeat_rate": overall}
    if past.has("topic"):
        recent = past.closed_lately("topic", LATELY_DAYS).reindex(desk.index)
        repeats = recent["repeats"] + PRIOR_CONTACTS * overall
        rates["topic_lately_rate"] = repeats / (recent["closed_contacts"] + PRIOR_CONTACTS)
    for stem in past.rated:
        closed = past.closed(stem).reindex(desk.index)
        repeats = closed["repeats"] + PRIOR_CONTACTS * overall
        rates[f"{stem}_repeat_rate"] = repeats / (closed["closed_contacts"] + PRIOR_CONTACTS)
        rates[f"{stem}_closed"] = closed["closed_contacts"]
    return pd.DataFrame(rates)
