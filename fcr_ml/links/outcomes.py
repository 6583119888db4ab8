"""Outcomes: every contact repeated, resolved or open under each reading and window.

Enters: the timeline on the engine and the links. Leaves: OUTCOMES. A contact whose
window still runs is open and never counts as resolved; one that has not ended has
no window yet. Under the readings that weigh links, a return that only thanks, or gives
what the desk had asked for, is no repeat; the probability of one weighs every return
with its chance of needing more help.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from fcr_ml.engine import DuckEngine, statement
from fcr_ml.frames.window import READINGS, RepeatWindow
from fcr_ml.links.episodes import form_episodes
from fcr_ml.links.reactions import NEEDS_HELP

_BY_POSITION = {"any_return": 0, "same_code": 1, "same_case": 2}
_WEIGHTS = {
    "same_issue": "same_issue_probability",
    "related": "link_probability",
    "needs_help": "is_same_case",
}
_CERTAIN = 1 - 1e-6
"""The logarithm of the chance to miss needs a chance above nothing."""


def tell_outcomes(
    engine: DuckEngine,
    links: pd.DataFrame,
    windows: Sequence[RepeatWindow],
    as_of_epoch: int,
    readings: Sequence[str] = READINGS,
) -> Iterator[pd.DataFrame]:
    """Tell the outcome of every contact under every reading and window.

    There are as many rows as contacts, readings and windows multiplied, so they are
    told reading by reading and window by window and never lie in memory together.

    Parameters
    ----------
    engine : DuckEngine
        Holds ``timeline``, in which a request sent twice already has the end of
        whichever copy was answered first.
    links : pandas.DataFrame
        LINKS.
    windows : sequence of RepeatWindow
        At least one.
    as_of_epoch : int
        The moment whose knowledge is used, in epoch seconds.
    readings : sequence of str
        The four readings, and those of ``CASE_READINGS`` where they are asked about.

    Yields
    ------
    pandas.DataFrame
        OUTCOMES of one reading and window, ordered by start and contact id.
    """
    timeline = engine.ask(
        "SELECT contact_id, is_inbound FROM timeline ORDER BY started_epoch, contact_id"
    )
    episodes = form_episodes(timeline["contact_id"], links).to_numpy()
    copies = set(links.loc[links["verdict"] == "double_post", "follow_up_id"])
    thanks = set(links.loc[links["reaction"].eq("thanks").fillna(False), "follow_up_id"])
    returns = links[~links["follow_up_id"].isin(copies)]
    inbound = timeline["is_inbound"].to_numpy() == 1
    is_aside = timeline["contact_id"].isin(copies | thanks).to_numpy()
    for reading in readings:
        _put_returns(engine, reading, returns)
        counted = inbound if reading in _BY_POSITION else inbound & ~is_aside
        for window in windows:
            part = _outcomes_of(engine, window, as_of_epoch)
            yield part.assign(
                reading=reading, window=str(window), is_counted=counted, episode_id=episodes
            )


def _put_returns(engine: DuckEngine, reading: str, returns: pd.DataFrame) -> None:
    if reading in _BY_POSITION:
        same_code = _BY_POSITION[reading]
        engine.run(statement("returns_by_position", same_code=same_code), out="returns")
        return
    link = returns[_WEIGHTS[reading]].astype(float).fillna(0.0)
    is_help = returns["reaction"].isna() | returns["reaction"].isin(NEEDS_HELP)
    probability = (link * returns["needs_help_probability"].astype(float).fillna(1.0)).clip(
        0, _CERTAIN
    )
    engine.put(
        "returns",
        pd.DataFrame(
            {
                "contact_id": returns["contact_id"],
                "follow_up_id": returns["follow_up_id"],
                "follow_up_epoch": returns["follow_up_epoch"],
                "log_miss": (np.log1p(-probability) * 1e9).round().astype("int64"),
                "is_return": ((link >= 0.5) & is_help).astype("int64"),
            }
        ),
    )


def _outcomes_of(engine: DuckEngine, window: RepeatWindow, as_of_epoch: int) -> pd.DataFrame:
    part = engine.ask(statement("outcomes", window_seconds=window.seconds, as_of_epoch=as_of_epoch))
    closes = pd.to_datetime(part["closes_epoch"].astype("float64"), unit="s", utc=True)
    return part.drop(columns="closes_epoch").assign(
        repeated_probability=part["repeated_probability"].round(6).clip(0, 1),
        hours_to_return=part["hours_to_return"].round(4),
        closes_at=closes.dt.as_unit("us"),
    )


def answered_with_copy(contacts: pd.DataFrame, links: pd.DataFrame) -> pd.DataFrame:
    """Let a request sent twice end when either copy was answered first.

    The copies are not counted, so without this a matter would be lost whenever
    the desk answered the second copy and closed the first.
    """
    doubles = links[links["verdict"] == "double_post"]
    if "ended_at" not in contacts.columns or doubles.empty:
        return contacts
    ended = contacts.set_index("contact_id")["ended_at"]
    of_copy = doubles["follow_up_id"].map(ended).groupby(doubles["contact_id"]).min()
    own = contacts["ended_at"]
    copied = contacts["contact_id"].map(of_copy)
    return contacts.assign(ended_at=own.where(own <= copied, copied).fillna(own))
