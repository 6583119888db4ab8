"""A night's list: learn, flag under a plan, and say what to do about each contact.

Enters: a casebook, settings, and what is known of drivers, next issues and earlier
nights. Leaves: a :class:`~fcr_ml.risk.study.RiskStudy` whose flags are complete.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

from fcr_ml.features import Features
from fcr_ml.frames import Casebook
from fcr_ml.frames.conform import conform, empty
from fcr_ml.frames.flagged import ACTED, FLAGGED
from fcr_ml.frames.tables import FLAGS
from fcr_ml.risk.advice import advise
from fcr_ml.risk.flags import Scorer, flag_contacts
from fcr_ml.risk.plan import FlagPlan
from fcr_ml.risk.record import LeftOut, read_acted, who_is_left_out
from fcr_ml.risk.study import RiskStudy, study_risk


def study_night(
    casebook: Casebook,
    risk: Mapping[str, Any],
    plan: FlagPlan,
    drivers: pd.DataFrame | None = None,
    transitions: pd.DataFrame | None = None,
    flagged: pd.DataFrame | None = None,
) -> RiskStudy:
    """Study risk and give the desk's list under a plan.

    Parameters
    ----------
    casebook : Casebook
        Its moment decides what is open, and which calls are known.
    risk : mapping
        Keyword arguments of :func:`~fcr_ml.risk.study.study_risk`.
    plan : FlagPlan
        Contacts in its ``acted`` that were called by then are neither learned from nor
        listed.
    drivers, transitions : pandas.DataFrame, optional
        DRIVERS and TRANSITIONS, for what to do.
    flagged : pandas.DataFrame, optional
        FLAGGED of earlier nights: customers of contacts left alone are left out.

    Returns
    -------
    RiskStudy
    """
    left_out = _left_out(casebook, plan, flagged)
    studied = study_risk(casebook, **risk, acted_on=left_out.contacts, plan=plan, left_out=left_out)
    flags = _advised(studied.flags, studied.features, drivers, transitions)
    return replace(studied, flags=flags)


def list_night(
    casebook: Casebook,
    features: Features,
    scorer: Scorer,
    risk: Mapping[str, Any],
    plan: FlagPlan,
    drivers: pd.DataFrame | None = None,
    transitions: pd.DataFrame | None = None,
    flagged: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Give the desk's list under a plan by a scorer that was fitted before.

    Parameters
    ----------
    casebook, plan, drivers, transitions, flagged
        As in :func:`study_night`.
    features : Features
        Of the casebook, as the scorer knows them.
    scorer : Scorer
        Fitted.
    risk : mapping
        ``capacity`` and ``left_alone_share`` are used; nothing is learned.

    Returns
    -------
    pandas.DataFrame
        ``FLAGS``.
    """
    given = {n: risk[n] for n in ("capacity", "left_alone_share") if n in risk}
    left_out = _left_out(casebook, plan, flagged)
    flags = flag_contacts(casebook, features, scorer, **given, plan=plan, left_out=left_out)
    return _advised(flags, features, drivers, transitions)


def _left_out(casebook: Casebook, plan: FlagPlan, flagged: pd.DataFrame | None) -> LeftOut:
    acted = empty(ACTED) if plan.acted is None else read_acted(plan.acted)
    record = empty(FLAGGED) if flagged is None else flagged
    return who_is_left_out(record, acted, casebook.as_of)


def _advised(
    flags: pd.DataFrame,
    features: Features,
    drivers: pd.DataFrame | None,
    transitions: pd.DataFrame | None,
) -> pd.DataFrame:
    """Say what to do about each contact of a list."""
    if flags.empty:
        return flags
    known = features.frame.drop(columns="topic", errors="ignore")
    known = known[known["contact_id"].isin(flags["contact_id"])].set_index("contact_id")
    listed = flags[["contact_id", "topic"]].join(known, on="contact_id", how="left")
    return conform(FLAGS, flags.assign(**advise(listed, drivers, transitions)))
