"""What calls were measured to do, for the next list.

Enters: the record of flagged contacts, what the desk did, a casebook and a plan. Leaves: the
same plan with the effect measured and, where it is shown to prevent more, the ranking by
uplift; and remarks. Before a pilot has as many contacts as it planned nothing changes.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np
import pandas as pd

from fcr_ml.frames import Casebook
from fcr_ml.risk.pilot import planned_contacts
from fcr_ml.risk.plan import FlagPlan
from fcr_ml.risk.proof import compare_arms, compared_contacts
from fcr_ml.risk.uplift import RankingsCompared, Uplift, compare_rankings, learn_uplift

GAIN, POWER = 0.04, 0.8
"""What a pilot promises where nothing else is said."""


@dataclass(frozen=True)
class MeasuredPlan(FlagPlan):
    """A plan whose list is by what a call prevents, as measured at each risk.

    Parameters
    ----------
    uplift : Uplift, optional
        Without one as :class:`~fcr_ml.risk.plan.FlagPlan`.
    """

    uplift: Uplift | None = None

    def prevented(self, risk: np.ndarray) -> np.ndarray:
        """Give the share of contacts whose return a call prevents, shape (n,)."""
        return super().prevented(risk) if self.uplift is None else self.uplift.of(risk)


def compare_if_enough(rows: pd.DataFrame, planned: float) -> RankingsCompared | None:
    """Compare both rankings once as many contacts have closed as were planned; else None.

    Parameters
    ----------
    rows : pandas.DataFrame
        From :func:`~fcr_ml.risk.proof.compared_contacts`.
    planned : float
        As in :func:`~fcr_ml.risk.proof.compare_arms`.
    """
    return compare_rankings(rows) if len(rows) >= planned else None


def as_measured(
    plan: FlagPlan,
    flagged: pd.DataFrame,
    acted: pd.DataFrame,
    casebook: Casebook,
) -> tuple[FlagPlan, list[str]]:
    """Give the plan as measured, and what was measured in words.

    Parameters
    ----------
    plan : FlagPlan
        As set.
    flagged, acted, casebook
        As in :func:`~fcr_ml.risk.proof.compare_arms`, the record of earlier nights; what
        was flagged under another reading or window is passed over.

    Returns
    -------
    tuple of FlagPlan and list of str
        The plan as set, and no word, unless the pilot is over and has shown a gain.
    """
    asked = casebook.settings
    is_asked = (flagged["reading"] == asked["reading"]) & (flagged["window"] == asked["window"])
    flagged = flagged[is_asked.to_numpy(dtype=bool)]
    if flagged.empty:
        return plan, []
    planned = planned_contacts(GAIN, POWER, float(flagged["left_alone_share"].iloc[0]))
    looks = compare_arms(flagged, acted, casebook, planned)
    latest = None if looks.empty else looks.iloc[-1]
    if latest is None or not pd.notna(latest["gain_low"]) or not latest["gain_low"] > 0:
        return plan, []
    rows = compared_contacts(flagged, acted, casebook)
    compared = compare_if_enough(rows, planned)
    if compared is None:
        return plan, []
    low, high = 100 * float(latest["gain_low"]), 100 * float(latest["gain_high"])
    counted = f"{len(rows):,} flagged contacts (gain {low:.1f} to {high:.1f} points)"
    told = []
    if plan.is_priced and 0 < float(latest["effect"]) <= 1:
        plan = replace(plan, effect=float(latest["effect"]))
        told.append(
            f"That a call prevents {latest['effect']:.0%} of repeats was measured on {counted}; "
            "the setting is not used."
        )
    if compared.is_better:
        given = {field.name: getattr(plan, field.name) for field in fields(FlagPlan)}
        plan = MeasuredPlan(**given, uplift=learn_uplift(rows))
        told.append(
            f"By what a call was measured to prevent at each risk, on {counted}: that prevents "
            "more than the order of risk."
        )
    return plan, told
