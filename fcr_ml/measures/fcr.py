"""First contact resolution: the figures, by reading, window and group.

Enters: a casebook. Leaves: the table FCR, the gross and net rates, and the strict
two-sided rule. A rate comes with its counts and its interval; a group under the
minimum count gets none.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from fcr_ml.engine import DuckEngine, statement
from fcr_ml.frames import Casebook, RepeatWindow
from fcr_ml.frames.conform import conform
from fcr_ml.frames.tables import FCR
from fcr_ml.measures.groups import (
    GROUPS,
    casebook_engine,
    put_asked,
    put_group,
    readings_and_windows,
)
from fcr_ml.measures.intervals import customer_interval
from fcr_ml.measures.survival import survival_rates

NOT_ENOUGH = "not enough contacts"

_NOTHING_KNOWN = {"not given", "no topic"}
"""A group with no other values says nothing: the log lacks what would form it."""

_RATES = [
    "fcr_rate",
    "fcr_rate_low",
    "fcr_rate_high",
    "expected_fcr_rate",
    "survival_fcr_rate",
]


def measure_fcr(
    casebook: Casebook,
    groups: Sequence[str] = GROUPS,
    minimum_contacts: int = 30,
) -> pd.DataFrame:
    """Give first contact resolution, overall and by group.

    Everything together is told under every reading and window of the casebook;
    the groups under its main window, in its main reading and in 'related'.

    Parameters
    ----------
    casebook : Casebook
        With contacts and outcomes; topics and notes where there are any.
    groups : sequence of str
        From :data:`~fcr_ml.measures.groups.GROUPS` or any column of the
        contacts. A declared column that the log lacks, or has no value of, is
        passed over.
    minimum_contacts : int
        Closed contacts below which a group is 'not enough contacts' and has no
        rate.

    Returns
    -------
    pandas.DataFrame
        The table FCR: 'all' first, then the groups in the order given, values
        in alphabetical order. A contact without a value counts under 'not
        given' ('no topic' for topics).

    Notes
    -----
    ``fcr_rate`` = resolved over closed, its interval by customer
    (:func:`~fcr_ml.measures.intervals.customer_interval`).
    ``expected_fcr_rate`` = mean over closed contacts of 1 - repeated_probability.
    ``survival_fcr_rate`` = Kaplan-Meier over closed and open contacts.
    """
    with casebook_engine(casebook) as engine:
        held = readings_and_windows(engine)
        parts = [_measured(engine, casebook, "all", held, minimum_contacts)]
        main = _main(casebook)
        is_main = held["reading"].isin([*main["reading"], "related"])
        is_main &= held["repeat_window"].isin(main["repeat_window"])
        parts += [
            _measured(engine, casebook, group, held[is_main], minimum_contacts) for group in groups
        ]
    return conform(FCR, pd.concat(parts, ignore_index=True))


def _measured(
    engine: DuckEngine, casebook: Casebook, group: str, asked: pd.DataFrame, minimum: int
) -> pd.DataFrame:
    if len(asked) == 0 or not put_group(engine, casebook, group):
        return pd.DataFrame(columns=list(FCR.columns))
    put_asked(engine, asked, casebook.as_of)
    engine.run(statement("fcr_counts"), out="counts")
    counts = _in_order(engine.fetch("counts"), asked)
    if set(counts["value"]) <= _NOTHING_KNOWN:
        return pd.DataFrame(columns=list(FCR.columns))
    engine.run(statement("fcr_times"), out="times")
    survival = survival_rates(engine.fetch("times"))
    figures = counts.merge(survival, how="left", on=["reading", "repeat_window", "value"])
    figures = with_rates(figures).rename(columns={"repeat_window": "window"}).assign(group=group)
    is_small = figures["closed_contacts"] < minimum
    figures[_RATES] = figures[_RATES].mask(is_small)
    figures["remark"] = pd.Series(NOT_ENOUGH, index=figures.index, dtype="string").where(is_small)
    return figures


def _in_order(counts: pd.DataFrame, asked: pd.DataFrame) -> pd.DataFrame:
    """Bring the counts, which come by value, into the order of what was asked."""
    return asked.reset_index(drop=True).merge(counts, on=["reading", "repeat_window"])


def with_rates(counts: pd.DataFrame) -> pd.DataFrame:
    """Give the counts of the statement ``fcr_counts`` with their rates beside them.

    Adds ``fcr_rate``, its interval, and ``expected_fcr_rate``; NaN where no
    contact is closed.
    """
    closed = counts["closed_contacts"].astype(float)
    low, high = customer_interval(
        counts["repeated_contacts"],
        closed,
        counts["squared_repeated"],
        counts["cross_products"],
        counts["squared_closed"],
        counts["customers"],
    )
    closed = closed.where(closed > 0)
    return counts.assign(
        fcr_rate=1 - counts["repeated_contacts"] / closed,
        fcr_rate_low=1 - high,
        fcr_rate_high=1 - low,
        # An exact sum of decimals, rounded where division adds noise.
        expected_fcr_rate=(1 - counts["repeated_probability"] / closed).round(12).clip(0, 1),
    )


def gross_and_net(casebook: Casebook) -> pd.DataFrame:
    """Give FCR over all contacts and over those resolvable at first contact.

    Parameters
    ----------
    casebook : Casebook
        In its main reading and window. A contact without the tag counts as
        resolvable.

    Returns
    -------
    pandas.DataFrame
        Rows 'gross' and 'net' of ``basis``, with ``reading``, ``window``,
        ``closed_contacts``, ``repeated_contacts``, ``fcr_rate``,
        ``fcr_rate_low``, ``fcr_rate_high`` and ``left_out_rate``, the share of
        closed contacts left out. Empty where the log has no ``not_resolvable``.
    """
    columns = ["basis", "reading", "window", "closed_contacts", "repeated_contacts"]
    columns += ["fcr_rate", "fcr_rate_low", "fcr_rate_high", "left_out_rate"]
    if "not_resolvable" not in casebook.columns("contacts"):
        return pd.DataFrame(columns=columns)
    with casebook_engine(casebook) as engine:
        put_asked(engine, _main(casebook), casebook.as_of)
        counts = []
        for basis in ("gross", "net"):
            engine.run(statement(f"fcr_group_{basis}"), out="grouped")
            engine.run(statement("fcr_counts"), out="counts")
            counts.append(engine.fetch("counts"))
    both = with_rates(pd.concat(counts, ignore_index=True))
    both = both.rename(columns={"value": "basis", "repeat_window": "window"})
    closed = both["closed_contacts"]
    return both.assign(left_out_rate=1 - closed / closed.max())[columns]


def strict_fcr(casebook: Casebook, window: str = "48h") -> dict[str, object]:
    """Give FCR under the strict two-sided rule.

    A contact is first-contact resolved only if no related contact lies in the
    window before it and none in the window after it.

    Parameters
    ----------
    casebook : Casebook
        With links, and outcomes under the reading 'related' and this window.
    window : str
        48 hours by the rule.

    Returns
    -------
    dict
        ``reading``, ``window``, ``closed_contacts``, ``fcr_rate``,
        ``fcr_rate_low``, ``fcr_rate_high``; the rates are None where no contact
        is closed, as when the casebook was built without this window.
    """
    asked = pd.DataFrame({"reading": ["related"], "repeat_window": [window]})
    with casebook_engine(casebook) as engine:
        put_asked(engine, asked, casebook.as_of)
        put_group(engine, casebook, "all")
        from_start = int(casebook.settings["window_from"] == "start")
        seconds = RepeatWindow.parse(window).seconds
        strict = statement("fcr_strict", window_seconds=seconds, from_start=from_start)
        engine.run(strict, out="counts")
        counts = engine.fetch("counts")
    told: dict[str, object] = {"reading": "related", "window": window, "closed_contacts": 0}
    if len(counts) == 0:
        return told | dict.fromkeys(("fcr_rate", "fcr_rate_low", "fcr_rate_high"))
    rates = with_rates(counts).iloc[0]
    return told | {
        "closed_contacts": int(rates["closed_contacts"]),
        **{name: float(rates[name]) for name in ("fcr_rate", "fcr_rate_low", "fcr_rate_high")},
    }


def _main(casebook: Casebook) -> pd.DataFrame:
    """Give the main reading and window, the window as the outcomes write it."""
    window = str(RepeatWindow.parse(casebook.settings["window"]))
    return pd.DataFrame({"reading": [casebook.settings["reading"]], "repeat_window": [window]})
