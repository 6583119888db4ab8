"""The whole of the risk room in one call: learn, test, choose, flag.

Enters: a casebook. Leaves: a :class:`RiskStudy` with the scorer that proved itself,
its evaluation, the risks of all open contacts and the desk's list. A log on which
nothing can be tested gets a counting rule and is told so.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

import pandas as pd

from fcr_ml.features import Features, build_features
from fcr_ml.features.moments import Moment
from fcr_ml.frames import Casebook
from fcr_ml.frames.conform import conform, empty
from fcr_ml.frames.drift import DRIFT, RISK_WATCH
from fcr_ml.frames.tables import FLAGS
from fcr_ml.risk.baselines import CountingRule, fit_baselines
from fcr_ml.risk.draw import LEFT_ALONE_SHARE
from fcr_ml.risk.evaluate import Evaluation, evaluate_risks
from fcr_ml.risk.flags import Scorer, flag_contacts, score_open_contacts
from fcr_ml.risk.leaks import find_leaks, find_leaks_in_labels, leak_remarks, without_leaks
from fcr_ml.risk.model import RiskModel
from fcr_ml.risk.plan import FlagPlan
from fcr_ml.risk.record import LeftOut
from fcr_ml.risk.rows import check_window, closed_rows, followed_rows
from fcr_ml.risk.split import NotEnoughContactsError, TimeSplit, split_by_time
from fcr_ml.risk.watch import (
    Watched,
    soon_probabilities,
    watch_features,
    watch_now,
    watch_past,
)

MODEL = "risk model"

# More contacts than this make the intervals no narrower that anybody could read.
_TESTED_ROWS = 200_000


@dataclass(frozen=True)
class RiskStudy:
    """What one casebook says about risk.

    Parameters
    ----------
    scorer : Scorer
        The model, or the baseline or rule that is used in its place; fitted for
        use, its probabilities on the latest closed contacts.
    evaluation : Evaluation or None
        How it, and everything it was compared with, did on the test period; None
        where the log is too small or too short for one.
    split : TimeSplit or None
        Over the closed contacts, as tested.
    scores : pandas.DataFrame
        ``contact_id`` and ``risk`` of every open contact, riskiest first.
    flags : pandas.DataFrame
        ``FLAGS``.
    features : Features
        What was known of every contact.
    remarks : tuple of str
        What a reader must know, in words.
    drift : pandas.DataFrame
        ``DRIFT``: what the scorer reads, of late against before.
    watch : pandas.DataFrame
        ``RISK_WATCH``: earlier weeks as the scorer before the test foresaw them, and last
        the contacts whose window runs now. Neither has rows where a rule is used.
    """

    scorer: Scorer
    evaluation: Evaluation | None
    split: TimeSplit | None
    scores: pd.DataFrame
    flags: pd.DataFrame
    features: Features
    remarks: tuple[str, ...]
    drift: pd.DataFrame = field(default_factory=lambda: empty(DRIFT))
    watch: pd.DataFrame = field(default_factory=lambda: empty(RISK_WATCH))


def study_risk(
    casebook: Casebook,
    capacity: int = 50,
    left_alone_share: float = LEFT_ALONE_SHARE,
    acted_on: Collection[str] = (),
    features: Features | None = None,
    plan: FlagPlan | None = None,
    left_out: LeftOut | None = None,
    moment: Moment = "end",
) -> RiskStudy:
    """Learn from closed contacts, test on the latest of them, and flag open ones.

    Parameters
    ----------
    casebook : Casebook
        The main reading and window in its settings say what is predicted.
    capacity : int
        Most rows in the desk's list.
    left_alone_share : float
        Share of contacts that are not to be helped.
    acted_on : collection of str
        Contacts that were helped because they were flagged; not learned from.
    features : Features, optional
        Of this casebook, where they are at hand already.
    plan, left_out
        As in :func:`~fcr_ml.risk.flags.flag_contacts`.
    moment : {'end', 'start', 'live'}
        When risk is asked for; that of the features where they are given. Under ``start``
        and ``live`` contacts that have begun and not ended are flagged as well, and the
        casebook's windows must begin at the start.

    Returns
    -------
    RiskStudy
        Two calls on the same casebook give the same bytes.
    """
    moment = moment if features is None else features.moment
    check_window(moment, casebook.settings["window_from"])
    known = build_features(casebook, moment=moment) if features is None else features
    rows = closed_rows(casebook, known, acted_on)
    try:
        split = split_by_time(rows)
        leaks = pd.concat(
            [find_leaks(casebook, moment=moment), find_leaks_in_labels(rows, known, split)]
        )
        rows = without_leaks(rows, known, leaks)
        models = [*fit_baselines(rows, split), RiskModel(MODEL, known.names).fit(rows, split)]
        tested = rows[split.test].tail(_TESTED_ROWS)
        risks = {model.name: model.risk(tested) for model in models}
        evaluation = evaluate_risks(tested, risks, MODEL, capacity)
        best = next(model for model in models if model.name == evaluation.chosen)
        seams = split_by_time(rows, test_share=0)
        scorer = RiskModel(best.name, best.names, best.knots, best.penalty).fit(rows, seams)
    except NotEnoughContactsError as shortage:
        listing = (capacity, left_alone_share, plan, left_out)
        return _study_by_rule(casebook, known, rows, str(shortage), listing)
    watched = Watched.of(scorer, rows, seams.calibration, seams.calibration_begins_at)
    flags = flag_contacts(casebook, known, scorer, capacity, left_alone_share, plan, left_out)
    soon = soon_probabilities(flags, known, watched, casebook.as_of)
    return RiskStudy(
        scorer,
        evaluation,
        split,
        score_open_contacts(casebook, known, scorer)[["contact_id", "risk"]],
        conform(FLAGS, flags.assign(within_48h_probability=soon)),
        known,
        (*evaluation.remarks, *leak_remarks(leaks)),
        watch_features(casebook, known, scorer),
        _watch(casebook, known, (rows, split), (best, watched), acted_on),
    )


def _watch(
    casebook: Casebook,
    features: Features,
    tested: tuple[pd.DataFrame, TimeSplit],
    scorers: tuple[RiskModel, Watched],
    acted_on: Collection[str],
) -> pd.DataFrame:
    """Tell earlier weeks by the scorer of then, and now by that of now."""
    rows, split = tested
    best, watched = scorers
    before = rows[split.fit | split.calibration]
    newer = split.calibration[split.fit | split.calibration]
    then = Watched.of(best, before, newer, split.calibration_begins_at)
    past = watch_past(casebook, then, rows[split.test].tail(_TESTED_ROWS))
    followed = followed_rows(casebook, features, casebook.as_of, acted_on)
    now = watch_now(casebook, watched, followed)
    return now if past.empty else past if now.empty else pd.concat([past, now], ignore_index=True)


def _study_by_rule(
    casebook: Casebook,
    features: Features,
    rows: pd.DataFrame,
    shortage: str,
    listing: tuple[int, float, FlagPlan | None, LeftOut | None],
) -> RiskStudy:
    rule = CountingRule().fit(rows)
    remarks = [shortage, "Until then contacts are ranked by their customer's earlier contacts."]
    scores = score_open_contacts(casebook, features, rule)[["contact_id", "risk"]]
    flags = flag_contacts(casebook, features, rule, *listing)
    if rows.empty:
        remarks[1] = "No contact has closed yet, so there is no risk to give and no list."
        scores, flags = scores.head(0), empty(FLAGS)
    return RiskStudy(rule, None, None, scores, flags, features, tuple(remarks))
