"""First contact resolution: the figures, by reading, window and group.

Enters: a casebook. Leaves: the table FCR, and the gross and net rates. A rate comes
with its counts and its interval; a group under the minimum count gets none.
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
    "expected_fcr_rate_low",
    "expected_fcr_rate_high",
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
    ``expected_fcr_rate`` = mean over closed contacts of 1 - repeated_probability;
    its interval holds the doubt of the links too (:func:`with_expected_rates`).
    ``survival_fcr_rate`` = Kaplan-Meier over closed and open contacts.
    """
    with casebook_engine(casebook) as engine:
        held = readings_and_windows(engine)
        parts = [_measured(engine, casebook, "all", held, minimum_contacts)]
        main = main_reading(casebook)
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
    figures = with_expected_rates(with_rates(figures), calibration_error(casebook))
    figures = figures.rename(columns={"repeat_window": "window"}).assign(group=group)
    is_small = figures["closed_contacts"] < minimum
    figures[_RATES] = figures[_RATES].mask(is_small)
    figures["remark"] = pd.Series(NOT_ENOUGH, index=figures.index, dtype="string").where(is_small)
    return figures


def _in_order(counts: pd.DataFrame, asked: pd.DataFrame) -> pd.DataFrame:
    """Bring the counts, which come by value, into the order of what was asked."""
    return asked.reset_index(drop=True).merge(counts, on=["reading", "repeat_window"])


def with_rates(counts: pd.DataFrame) -> pd.DataFrame:
    """Give counts by customer with ``fcr_rate`` and its interval; NaN where none is closed."""
    closed = counts["closed_contacts"].astype(float)
    low, high = customer_interval(
        counts["repeated_contacts"],
        closed,
        counts["squared_repeated"],
        counts["cross_products"],
        counts["squared_closed"],
        counts["customers"],
    )
    return counts.assign(
        fcr_rate=1 - counts["repeated_contacts"] / closed.where(closed > 0),
        fcr_rate_low=1 - high,
        fcr_rate_high=1 - low,
    )


def with_expected_rates(counts: pd.DataFrame, calibration_se: float = 0.0) -> pd.DataFrame:
    """Give counts with FCR by link probability and an interval that includes link error.

    Parameters
    ----------
    counts : pandas.DataFrame
        From the statement ``fcr_counts``.
    calibration_se : float
        Standard error, in log-odds, of a shift common to all link probabilities.

    Returns
    -------
    pandas.DataFrame
        With ``expected_fcr_rate``, ``expected_fcr_rate_low`` and
        ``expected_fcr_rate_high``; NaN where no contact is closed.

    Notes
    -----
    With q the probability that a closed contact was repeated, the variance of the
    rate has three parts. *Customers*: their sums of q differ. *Links*: which of them
    are true is drawn, one draw a link, so a contact adds q (1 - q). These two are
    the variance that a count of true repeats would have: weighing links never makes
    the interval narrower than knowing the truth would, so it is rather too wide for
    the rate of such customers. *Calibration*: a shift of all log-odds by its
    standard error moves the rate by mean(q (1 - q)) times that, to the first order.

    A contact's rate of change is exactly q (1 - q) with one link in doubt. With
    several it is (1 - q) times the sum of their probabilities, which is more: by
    a seventh on a desk of 39,000 contacts, by a third where two links are at 0.5.
    The interval is the score interval of
    :func:`~fcr_ml.measures.intervals.customer_interval` for the whole variance.
    """
    closed = counts["closed_contacts"].astype(float)
    closed = closed.where(closed > 0)
    shift = calibration_se * counts["drawn_variance"] / closed
    low, high = customer_interval(
        counts["expected_repeats"],
        closed,
        counts["squared_expected"] + counts["drawn_variance"],
        counts["expected_cross_products"],
        counts["squared_closed"],
        counts["customers"],
        added_variance=shift**2,
    )
    return counts.assign(
        # An exact sum of decimals, rounded where division adds noise.
        expected_fcr_rate=(1 - counts["expected_repeats"] / closed).round(12).clip(0, 1),
        expected_fcr_rate_low=1 - high,
        expected_fcr_rate_high=1 - low,
    )


def calibration_error(casebook: Casebook) -> float:
    """Give the standard error of the link probabilities in log-odds; 0 where none is told."""
    return float(casebook.settings.get("links", {}).get("calibration_se", 0.0))


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
        put_asked(engine, main_reading(casebook), casebook.as_of)
        counts = []
        for basis in ("gross", "net"):
            engine.run(statement(f"fcr_group_{basis}"), out="grouped")
            engine.run(statement("fcr_counts"), out="counts")
            counts.append(engine.fetch("counts"))
    both = with_rates(pd.concat(counts, ignore_index=True))
    both = both.rename(columns={"value": "basis", "repeat_window": "window"})
    closed = both["closed_contacts"]
    return both.assign(left_out_rate=1 - closed / closed.max())[columns]


def main_reading(casebook: Casebook) -> pd.DataFrame:
    """Give the main reading and window, the window as the outcomes write it."""
    window = str(RepeatWindow.parse(casebook.settings["window"]))
    return pd.DataFrame({"reading": [casebook.settings["reading"]], "repeat_window": [window]})
