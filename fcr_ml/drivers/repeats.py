"""All that is told of repeats: the drivers, and what is measured beside them.

Enters: a casebook. Leaves: drivers with what lies inside them; trend, change,
comparisons, trade-offs, effects and next issues. Large casebooks take two processes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from fcr_ml.drivers.change import measure_change
from fcr_ml.drivers.compare import compare_units
from fcr_ml.drivers.effect import measure_effects
from fcr_ml.drivers.excess import StudiedDrivers, study_drivers
from fcr_ml.drivers.numbered import read_numbered
from fcr_ml.drivers.trade_off import TradeOffs, measure_trade_offs
from fcr_ml.drivers.transitions import NextIssues, find_next_issues
from fcr_ml.frames.casebook import Casebook
from fcr_ml.measures.trend import measure_trend

MANY = 200_000
"""Contacts. With fewer, starting processes costs more than it saves."""


@dataclass(frozen=True)
class Beside:
    """What is measured beside the drivers.

    Parameters
    ----------
    trend, changes, comparisons, effects : pandas.DataFrame
        TREND, CHANGES, COMPARISONS, EFFECTS.
    trade_offs : TradeOffs
        TRADE_OFFS and the groups that their chart draws.
    following : NextIssues
        TRANSITIONS and AVOIDANCE.
    """

    trend: pd.DataFrame
    changes: pd.DataFrame
    comparisons: pd.DataFrame
    effects: pd.DataFrame
    trade_offs: TradeOffs
    following: NextIssues


def study_repeats(
    casebook: Casebook, contacts: int, **settings: Any
) -> tuple[StudiedDrivers, Beside]:
    """Give the drivers and what is measured beside them.

    Parameters
    ----------
    casebook : Casebook
        Read by each process for itself where there are two.
    contacts : int
        How many it holds.
    settings
        Keyword arguments of :func:`~fcr_ml.drivers.excess.study_drivers`.

    Returns
    -------
    tuple of StudiedDrivers and Beside
        The same from one process and from two.
    """
    agents = bool(settings.get("agents", False))
    if contacts < MANY:
        return study_drivers(casebook, **settings), measure_beside(casebook, agents)
    from joblib import Parallel, delayed

    drivers, beside = Parallel(n_jobs=2)(
        [delayed(study_drivers)(casebook, **settings), delayed(measure_beside)(casebook, agents)]
    )
    return drivers, beside


def measure_beside(casebook: Casebook, agents: bool = False) -> Beside:
    """Give what is measured beside the drivers; agents are compared only where asked for."""
    numbered = read_numbered(casebook)
    return Beside(
        trend=measure_trend(casebook, ("week", "month")),
        changes=measure_change(casebook),
        comparisons=compare_units(numbered, agents=agents),
        effects=measure_effects(numbered),
        trade_offs=measure_trade_offs(numbered),
        following=find_next_issues(casebook),
    )
