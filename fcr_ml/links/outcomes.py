"""Outcomes: every contact repeated, resolved or open under each reading and window.

Enters: the timeline on the engine and the links. Leaves: OUTCOMES. A contact whose
window still runs is open and never counts as resolved; one that has not ended has
no window yet. Under the readings that weigh links, a return that only thanks, or gives
what the desk had asked for, is no repeat.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from fcr_ml.engine import DuckEngine, statement
from fcr_ml.frames.window import READINGS, RepeatWindow
from fcr_ml.links.episodes import form_episodes
from fcr_ml.links.reactions import NEEDS_HELP

_CERTAIN = 1 - 1e-6
"""The logarithm of the chance to miss needs a chance above nothing."""


def tell_outcomes(
    engine: DuckEngine,
    links: pd.DataFrame,
    windows: Sequence[RepeatWindow],
    as_of_epoch: int,
) -> pd.DataFrame:
    """Tell the outcome of every contact under every reading and window.

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

    Returns
    -------
    pandas.DataFrame
        OUTCOMES, ordered by reading, window, start and contact id.
    """
    timeline = engine.fetch("timeline").sort_values(["started_epoch", "contact_id"])
    episodes = form_episodes(timeline["contact_id"], links).to_numpy()
    copies = set(links.loc[links["verdict"] == "double_post", "follow_up_id"])
    thanks = set(links.loc[links["reaction"].eq("thanks").fillna(False), "follow_up_id"])
    returns = links[
        ~links["follow_up_id"].isin(copies)
        & (links["reaction"].isna() | links["reaction"].isin(NEEDS_HELP))
    ]
    inbound = timeline["is_inbound"].to_numpy() == 1
    is_aside = timeline["contact_id"].isin(copies | thanks).to_numpy()
    parts = []
    for reading in READINGS:
        _put_returns(engine, reading, returns)
        counted = inbound & ~is_aside if reading in ("same_issue", "related") else inbound
        for window in windows:
            part = _outcomes_of(engine, window, as_of_epoch)
            parts.append(
                part.assign(
                    reading=reading, window=str(window), is_counted=counted, episode_id=episodes
                )
            )
    return pd.concat(parts, ignore_index=True)


def _put_returns(engine: DuckEngine, reading: str, returns: pd.DataFrame) -> None:
    if reading in ("any_return", "same_code"):
        same_code = int(reading == "same_code")
        engine.run(statement("returns_by_position", same_code=same_code), out="returns")
        return
    column = "same_issue_probability" if reading == "same_issue" else "link_probability"
    link = returns[column].astype(float)
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
                "is_return": (link >= 0.5).astype("int64"),
            }
        ),
    )


def _outcomes_of(engine: DuckEngine, window: RepeatWindow, as_of_epoch: int) -> pd.DataFrame:
    engine.run(
        statement("outcomes", window_seconds=window.seconds, as_of_epoch=as_of_epoch),
        out="outcomes_part",
    )
    part = engine.fetch("outcomes_part")
    is_closed = part["is_closed"] == 1
    is_repeated = part["is_repeated"] == 1
    closes = pd.to_datetime(part["closes_epoch"].astype("float64"), unit="s", utc=True)
    return pd.DataFrame(
        {
            "contact_id": part["contact_id"],
            "is_closed": is_closed,
            "outcome": np.select([is_repeated, is_closed], ["repeated", "resolved"], "open"),
            "repeated_probability": part["repeated_probability"].round(6).clip(0, 1),
            "follow_up_id": part["follow_up_id"],
            "hours_to_return": part["hours_to_return"].round(4),
            "closes_at": closes.dt.as_unit("us"),
        }
    )
