"""Whether a risk model is still right: what its features do, and what comes back so far.

Enters: a casebook with its features, and scorers that were learned by some day. Leaves:
``DRIFT`` of what they read, and ``RISK_WATCH``: what is to be expected of the contacts
whose window runs, and for earlier weeks the same beside what came. Nothing is learned
here, and nothing switched off.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from fcr_ml.features import Features
from fcr_ml.features.described import Feature
from fcr_ml.frames import Casebook, RepeatWindow
from fcr_ml.frames.conform import conform, empty
from fcr_ml.frames.drift import DRIFT, RISK_WATCH
from fcr_ml.measures.drift import measure_drift
from fcr_ml.risk.current import current_figures, level_variance
from fcr_ml.risk.figures import plain_figures
from fcr_ml.risk.flags import Scorer
from fcr_ml.risk.model import RiskModel
from fcr_ml.risk.returns import ReturnModel

SOON_HOURS = 48
"""How soon is soon: two working days, as long as a list is usually worked on."""

WEEKS = 8
"""Earlier weeks that are told beside the present one."""

_DAY, _HOUR = 86_400, 3_600
_WEEK = 7 * _DAY
_REFERENCE_WEEKS = 13
_COMPARED = 50_000
_SHORT_LOOKS = ("_7d", "_30d", "_while_running")
_FIT_ROWS = 100_000


@dataclass(frozen=True)
class Watched:
    """A scorer, when its customers' returns come, and how sure its level is.

    Parameters
    ----------
    scorer : RiskModel
        Learned from what was known by some day.
    returns : ReturnModel
        Learned from the same, for the share of returns that is due by each hour.
    level_variance : float
        From :func:`~fcr_ml.risk.current.level_variance`, of the contacts that its level
        was set on.
    """

    scorer: RiskModel
    returns: ReturnModel
    level_variance: float = 0.0

    @classmethod
    def of(
        cls, scorer: RiskModel, closed: pd.DataFrame, newer: np.ndarray, newer_from: pd.Timestamp
    ) -> Watched:
        """Learn when returns come from closed contacts.

        Parameters
        ----------
        scorer : RiskModel
            Fitted. Its log-odds are the one feature of the return model: what is riskier
            returns sooner, as far as the log shows.
        closed : pandas.DataFrame
            From :func:`fcr_ml.risk.rows.closed_rows`, all that the scorer knew.
        newer : numpy.ndarray
            Those of them that its level was set on, as a mask.
        newer_from : pandas.Timestamp
            Where they begin.
        """
        latest = closed.tail(_FIT_ROWS)
        hours = (latest["closes_epoch"] - latest["moment_epoch"]).astype(float) / _HOUR
        followed = latest.assign(followed_hours=hours, log_odds=scorer.log_odds(latest))
        returns = ReturnModel("return model", ["log_odds"], knots=0, penalty=1.0)
        returns.fit_followed(followed, newer_from)
        level = closed[newer]
        known = {"customer_id": level["customer_id"], "risk": scorer.risk(level), "share_due": 1.0}
        known |= {"returned": level["repeated_probability"]}
        return cls(scorer, returns, level_variance(pd.DataFrame(known)))

    def due(self, rows: pd.DataFrame, hours: np.ndarray) -> np.ndarray:
        """Give the share of each contact's probable return due within hours of its moment.

        A window that began before the moment ends sooner, and with it the whole of the return.
        """
        whole = (rows["closes_epoch"] - rows["moment_epoch"]).to_numpy(np.float64) / _HOUR
        scored = rows.assign(log_odds=self.scorer.log_odds(rows))
        come = self.returns.share_due(scored, np.minimum(hours, whole))
        return np.asarray(np.clip(come / self.returns.share_due(scored, whole), 0, 1))

    def seen_by(self, followed: pd.DataFrame, epoch: int) -> pd.DataFrame:
        """Give what was known of contacts at a second, as ``current_figures`` takes it.

        A return of which only the probability is known came when others come.
        """
        hours = (followed["closes_epoch"].clip(upper=epoch) - followed["moment_epoch"]) / _HOUR
        due = self.due(followed, hours.to_numpy(np.float64))
        at = followed["return_hours"].to_numpy(np.float64)
        chance = followed["repeated_probability"].to_numpy(np.float64)
        is_back = at <= hours.to_numpy(np.float64)
        by_then = np.where(np.isnan(at), chance * due, np.where(is_back, chance, 0.0))
        return pd.DataFrame(
            {
                "customer_id": followed["customer_id"].to_numpy(object),
                "risk": np.clip(self.scorer.risk(followed), 0, 1),
                "share_due": due,
                "returned": np.clip(by_then, 0, 1),
            }
        )


def soon_probabilities(
    flags: pd.DataFrame, features: Features, watched: Watched, as_of: pd.Timestamp
) -> pd.Series:
    """Give the probability that each flagged contact is repeated within 48 hours from now.

    Parameters
    ----------
    flags : pandas.DataFrame
        ``FLAGS``; ``risk`` and ``hours_left`` are used.
    features, watched
        Of the contacts, and who gave the risk.
    as_of : pandas.Timestamp
        Now.

    Returns
    -------
    pandas.Series
        Same rows. Never more than the risk, and the risk itself where the window closes
        within 48 hours.

    Notes
    -----
    ``risk (D(s + 48) - D(s)) / (D(s + left) - D(s))``, D being the share of the return that is
    due by so many hours, s the hours since the moment and left those until the window closes:
    of the returns still to come, those that come first.
    """
    rows = features.frame.set_index("contact_id").loc[flags["contact_id"]].reset_index()
    silent = (int(as_of.timestamp()) - rows["moment_epoch"].to_numpy(np.float64)) / _HOUR
    left = flags["hours_left"].to_numpy(np.float64)
    rows = rows.assign(closes_epoch=rows["moment_epoch"] + (silent + left) * _HOUR)
    now, then = (watched.due(rows, silent + ahead) for ahead in (0, np.minimum(SOON_HOURS, left)))
    share = np.divide(then - now, 1 - now, out=np.ones(len(rows)), where=now < 1)
    soon = flags["risk"].to_numpy(np.float64) * np.clip(share, 0, 1)
    return pd.Series(np.minimum(soon.round(6), flags["risk"]), index=flags.index)


def watch_now(casebook: Casebook, watched: Watched, followed: pd.DataFrame) -> pd.DataFrame:
    """Give what is to be expected of the contacts whose window still runs.

    Parameters
    ----------
    casebook : Casebook
        Its moment is the one that is told.
    watched : Watched
        Learned by then.
    followed : pandas.DataFrame
        From :func:`fcr_ml.risk.rows.followed_rows`, until that moment.

    Returns
    -------
    pandas.DataFrame
        ``RISK_WATCH``, one row, or none where no contact is open.
    """
    now = int(casebook.as_of.timestamp())
    running = followed[(followed["closes_epoch"] > now).to_numpy(dtype=bool)]
    if running.empty:
        return empty(RISK_WATCH)
    # What was thought probable but not seen yet is part of what has come so far.
    at = running["return_hours"].to_numpy(np.float64)
    chance = running["repeated_probability"].to_numpy(np.float64)
    seen = watched.seen_by(running, now).assign(returned=np.where(np.isnan(at), 0.0, chance))
    row = current_figures(seen, watched.level_variance)
    return _rows(casebook, watched, [row | {"known_at": casebook.as_of}])


def watch_past(casebook: Casebook, watched: Watched, tested: pd.DataFrame) -> pd.DataFrame:
    """Give for earlier weeks what was to be expected then, beside what came.

    Parameters
    ----------
    casebook : Casebook
        Its moment ends the weeks.
    watched : Watched
        Learned before the tested contacts.
    tested : pandas.DataFrame
        Closed contacts that came after, from :func:`fcr_ml.risk.rows.closed_rows`.

    Returns
    -------
    pandas.DataFrame
        ``RISK_WATCH``, the earliest week first: at most eight, as of moments a week apart,
        of the contacts whose window ran at each. Links are those known by now.
    """
    window = RepeatWindow.parse(casebook.settings["window"]).seconds
    latest = int(casebook.as_of.timestamp()) - window
    begin = int(tested["moment_epoch"].min())
    rows = []
    for epoch in range(latest, begin + min(window, _WEEK), -_WEEK)[:WEEKS]:
        running = (tested["moment_epoch"] < epoch) & (tested["closes_epoch"] > epoch)
        week = tested[running.to_numpy(dtype=bool)]
        if len(week):
            then = watched.seen_by(week, epoch)
            came = plain_figures(week, {"risk": then["risk"].to_numpy(np.float64)})["risk"]
            rate = float(week["repeated_probability"].mean())
            truth = {name: came[name] for name in ("auc", "ap", "calibration_error")}
            row = current_figures(then, watched.level_variance) | truth | {"repeat_rate": rate}
            rows.append(row | {"known_at": pd.Timestamp(epoch, unit="s", tz="UTC")})
    return _rows(casebook, watched, rows[::-1])


def _rows(casebook: Casebook, watched: Watched, rows: list[dict[str, Any]]) -> pd.DataFrame:
    if not rows:
        return empty(RISK_WATCH)
    said = {
        "model": watched.scorer.name,
        "reading": casebook.settings["reading"],
        "window": casebook.settings["window"],
    }
    blank = dict.fromkeys(RISK_WATCH.columns)
    return conform(RISK_WATCH, pd.DataFrame([blank | row | said for row in rows]))


def watch_features(casebook: Casebook, features: Features, scorer: Scorer) -> pd.DataFrame:
    """Give how far columns, features and risks moved in the last window or week.

    Parameters
    ----------
    casebook : Casebook
        Its moment ends the fresh period: the longer of a repeat window and a week. The
        thirteen weeks before it are the reference.
    features : Features
        Of the same casebook. Rates so far, words, the desk's load and what a customer did
        longer ago than 30 days are left out: they follow the season, or grow with the log,
        by their making. The risk is made of them all.
    scorer : Scorer
        Its risks are compared as well.

    Returns
    -------
    pandas.DataFrame
        ``DRIFT``.
    """
    now = int(casebook.as_of.timestamp())
    seam = now - max(RepeatWindow.parse(casebook.settings["window"]).seconds, _WEEK)
    moments = features.frame["moment_epoch"]
    reference = (moments >= seam - _REFERENCE_WEEKS * _WEEK) & (moments < seam)
    fresh = (moments >= seam) & (moments < now)
    parts = [
        features.frame[mask.to_numpy(dtype=bool)].sort_values("moment_epoch").tail(_COMPARED)
        for mask in (reference, fresh)
    ]
    if not len(parts[0]) or not len(parts[1]):
        return empty(DRIFT)
    names = [*features.categories, *(f.name for f in features.described if _is_compared(f))]
    before, lately = (part.assign(risk=scorer.risk(part)) for part in parts)
    return measure_drift(before, lately, ["risk", *names])


def _is_compared(feature: Feature) -> bool:
    if feature.of or feature.group in ("desk", "calendar"):
        return False
    if feature.group == "customer":
        return feature.name.endswith(_SHORT_LOOKS)
    return feature.name != "words_log_odds" and not feature.name.startswith("meaning_")
