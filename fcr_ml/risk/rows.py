"""Contacts to learn from and contacts to score.

Enters: a casebook and its features. Leaves: the closed contacts with their label,
in the order of their moments, and the open ones that a desk could still help, those that
still run among them where risk is asked for earlier than at the end. A
contact whose customer was back before it ended belongs to neither: at its moment
there was nothing left to predict. Nor does a return that had begun by then, and is
thought unrelated rather than related, count in the label.
"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pandas as pd

from fcr_ml.errors import SettingsError
from fcr_ml.features import Features
from fcr_ml.features.moments import Moment, check_moment, epochs, main_outcomes
from fcr_ml.frames import Casebook, RepeatWindow

_HOUR = 3_600
_NO_REPEATS = ("thanks", "gives_asked_information", "other")


def check_window(moment: Moment, window_from: str) -> None:
    """Refuse to ask for risk before a window begins.

    Raises
    ------
    SettingsError
        When the moment is ``start`` or ``live`` and windows begin at a contact's end: a
        contact that still runs then has no window yet, and could neither be learned from
        nor flagged.
    """
    check_moment(moment)
    if moment != "end" and window_from != "start":
        raise SettingsError(
            f"risk: moment '{moment}' needs windows that begin when a contact starts, and these "
            "begin when it ends; a contact that still runs has none. Analyze the log with "
            "--window-from start, or leave moment at 'end'."
        )


def closed_rows(
    casebook: Casebook, features: Features, acted_on: Collection[str] = ()
) -> pd.DataFrame:
    """Give the contacts whose outcome is known, with features and label.

    Parameters
    ----------
    casebook : Casebook
        Its main reading and window make the label.
    features : Features
        Of the same casebook.
    acted_on : collection of str
        Contacts that somebody helped because they were flagged. They are left
        out: their outcome says what the help did, not what the risk was.

    Returns
    -------
    pandas.DataFrame
        By moment and ``contact_id``: the features' frame with ``closes_epoch``,
        ``repeated_probability``, of a return after the moment, ``is_repeated``, and
        ``return_hours`` from the moment to the return that counts, null without one.
        Counted inbound contacts that ended, and whose customer had not returned by then.
    """
    rows = _with_outcomes(casebook, features)
    is_label = rows["is_closed"].to_numpy(dtype=bool) & ~rows["contact_id"].isin(acted_on)
    rows = _after_moment(casebook, features, rows[is_label])
    rows = rows.drop(columns=["is_closed", "outcome", "return_epoch", "closes_at"])
    return rows.reset_index(drop=True)


def followed_rows(
    casebook: Casebook, features: Features, until: pd.Timestamp, acted_on: Collection[str] = ()
) -> pd.DataFrame:
    """Give every contact whose moment came before a day, as far as it was followed by then.

    Parameters
    ----------
    casebook, features, acted_on
        As in :func:`closed_rows`.
    until : pandas.Timestamp
        UTC; what came later is not known.

    Returns
    -------
    pandas.DataFrame
        As :func:`closed_rows` gives it, open contacts too, with ``followed_hours`` from
        the moment. A return later than ``until`` is none.
    """
    rows = _with_outcomes(casebook, features)
    known = int(until.timestamp())
    is_there = (rows["moment_epoch"] < known) & ~rows["contact_id"].isin(acted_on)
    rows = _after_moment(casebook, features, rows[is_there.to_numpy(dtype=bool)])
    followed = (rows["closes_epoch"].clip(upper=known) - rows["moment_epoch"]) / _HOUR
    is_later = (rows["return_hours"] > followed).to_numpy(dtype=bool)
    rows = rows.assign(
        followed_hours=followed.astype(float),
        return_hours=rows["return_hours"].mask(is_later),
        repeated_probability=rows["repeated_probability"].mask(is_later, 0.0),
        is_repeated=rows["is_repeated"] & ~is_later,
    )
    rows = rows.drop(columns=["is_closed", "outcome", "return_epoch", "closes_at"])
    return rows.reset_index(drop=True)


def _after_moment(casebook: Casebook, features: Features, rows: pd.DataFrame) -> pd.DataFrame:
    """Leave out whose customer was back by the moment, and what had begun by then."""
    rows = rows[(rows["return_epoch"].isna() | ~_is_back(rows)).to_numpy(dtype=bool)]
    missed = _missed_by_then(casebook) if features.moment == "end" else pd.Series(dtype=float)
    by_then = rows["contact_id"].map(missed).astype(float).fillna(1.0)
    after = 1 - (1 - rows["repeated_probability"]) / by_then
    hours = (rows["return_epoch"] - rows["moment_epoch"]).astype("Float64") / _HOUR
    return rows.assign(
        repeated_probability=after.clip(0, 1), return_hours=hours.to_numpy(float, na_value=np.nan)
    )


def returned_within(rows: pd.DataFrame, hours: float) -> np.ndarray:
    """Give the probability that each contact's customer was back within some hours, shape (n,).

    Where a return is only probable and its hour is not known, it came when others did.
    """
    chance = rows["repeated_probability"].to_numpy(np.float64)
    at = rows["return_hours"].to_numpy(np.float64)
    is_known = ~np.isnan(at)
    known = chance[is_known].sum()
    usual = chance[at <= hours].sum() / known if known > 0 else 1.0
    return np.where(is_known, np.where(at <= hours, chance, 0.0), chance * usual)


def open_rows(casebook: Casebook, features: Features) -> pd.DataFrame:
    """Give the contacts that can still be helped before their window closes.

    Returns
    -------
    pandas.DataFrame
        By moment and ``contact_id``: the features' frame with ``closes_at``.
        Counted inbound contacts whose moment has come, whose window still runs as of the
        casebook's and whose customer has not returned. At the moments ``start`` and ``live``
        a contact that has not ended is one of them.
    """
    rows = _with_outcomes(casebook, features)
    is_open = ~rows["is_closed"].to_numpy(dtype=bool) & (rows["outcome"] == "open").to_numpy()
    rows = rows[is_open & (rows["closes_at"] > casebook.as_of).to_numpy()]
    return rows.drop(
        columns=["is_closed", "outcome", "return_epoch", "repeated_probability", "is_repeated"]
    ).reset_index(drop=True)


def _with_outcomes(casebook: Casebook, features: Features) -> pd.DataFrame:
    """Join features and main outcomes: counted, inbound, window begun."""
    outcomes = main_outcomes(casebook)
    begun = outcomes["is_counted"].to_numpy(dtype=bool) & outcomes["closes_at"].notna().to_numpy()
    outcomes = outcomes[begun]
    closes = epochs(outcomes["closes_at"])
    begins = closes - RepeatWindow.parse(casebook.settings["window"]).seconds
    labels = pd.DataFrame(
        {
            "contact_id": outcomes["contact_id"].astype(object),
            "closes_at": outcomes["closes_at"],
            "closes_epoch": closes.astype("int64"),
            "is_closed": outcomes["is_closed"].astype(bool),
            "outcome": outcomes["outcome"].astype(object),
            "is_repeated": outcomes["outcome"] == "repeated",
            "repeated_probability": outcomes["repeated_probability"].astype(float),
            "return_epoch": begins + outcomes["hours_to_return"] * _HOUR,
        }
    ).astype({"return_epoch": "Float64", "is_repeated": bool})
    rows = features.frame.merge(labels, on="contact_id", how="inner")
    rows = rows[rows["contact_id"].isin(_inbound(casebook)) & _runs_on(rows)]
    return rows.sort_values(["moment_epoch", "contact_id"], ignore_index=True)


def _is_back(rows: pd.DataFrame) -> pd.Series:
    """Say whose customer had returned by the moment of prediction."""
    return (rows["return_epoch"] <= rows["moment_epoch"]).fillna(False).astype(bool)


def _missed_by_then(casebook: Casebook) -> pd.Series:
    """Give the chance that no return begun by the moment counts, by ``contact_id``.

    Only the readings that weigh returns have such: under the others, a customer who
    has returned is back.
    """
    weights = {"same_issue": "same_issue_probability", "related": "link_probability"}
    weight = weights.get(casebook.settings["reading"])
    if weight is None or "links" not in casebook.table_names:
        return pd.Series(dtype=float)
    columns = ["contact_id", "follow_up_id", "hours_since_end", "verdict", "reaction"]
    links = casebook.table("links", [*columns, "needs_help_probability", weight])
    begun = links["hours_since_end"].le(0).fillna(False)
    # Copies, thanks and asked-for information are in no outcome, so they are in none before.
    copies = links.loc[links["verdict"] == "double_post", "follow_up_id"]
    aside = links["follow_up_id"].isin(copies) | links["reaction"].isin(_NO_REPEATS)
    links = links[(begun & ~aside).to_numpy(dtype=bool)]
    counts = links[weight].astype(float) * links["needs_help_probability"].astype(float).fillna(1.0)
    return (1 - counts).groupby(links["contact_id"].astype(object)).prod()


def _runs_on(rows: pd.DataFrame) -> pd.Series:
    """Say whose window runs beyond the moment; one that begins at the start may not."""
    return rows["closes_epoch"] > rows["moment_epoch"]


def _inbound(casebook: Casebook) -> pd.Series:
    contacts = casebook.table("contacts", ["contact_id", "direction"])
    is_outbound = contacts["direction"].str.lower() == "outbound"
    return contacts["contact_id"][~is_outbound.fillna(False).to_numpy(dtype=bool)].astype(object)
