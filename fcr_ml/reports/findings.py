"""Everything that a page or a screen shows, gathered by whoever ran the job.

Enters: finished figures with their counts and intervals. Leaves: one frozen object,
its frames checked for the columns that the page reads. Nothing is computed.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

from fcr_ml.errors import DataError
from fcr_ml.frames.changes import CHANGES
from fcr_ml.frames.comparisons import COMPARISONS, TRADE_OFFS
from fcr_ml.frames.contrasts import CONTRAST_EXAMPLES, CONTRASTS
from fcr_ml.frames.drift import DRIFT, RISK_WATCH
from fcr_ml.frames.drivers import DRIVERS
from fcr_ml.frames.effects import EFFECTS
from fcr_ml.frames.levers import LEVERS
from fcr_ml.frames.next_issues import AVOIDANCE, TRANSITIONS
from fcr_ml.frames.tables import EMERGING, FCR, FLAGS, TOPIC_CARDS
from fcr_ml.frames.trend import TREND
from fcr_ml.reports.explain import LinkExplanation

_NEEDED: dict[str, list[str]] = {
    "set_aside": ["reason", "rows"],
    "fcr": [*FCR.required, "fcr_rate", "fcr_rate_low", "fcr_rate_high"],
    "curve": ["reading", "hours", "repeat_rate", "closed_contacts"],
    "drivers": DRIVERS.required,
    "levers": LEVERS.required,
    "contrasts": CONTRASTS.required,
    "contrast_examples": CONTRAST_EXAMPLES.required,
    "topics": [*TOPIC_CARDS.required, "closed_contacts", "repeat_rate", "low", "high"],
    "verdicts": ["verdict", "pairs", "expected_pairs"],
    "risk": ["name", "measure", "value", "low", "high", "contacts"],
    "definitions": [
        *(
            "definition",
            "name",
            "failure",
            "window",
            "is_main",
            "closed_contacts",
            "failed_contacts",
        ),
        *("fcr_rate", "fcr_rate_low", "fcr_rate_high", "failed_only_here", "failed_only_in_main"),
        *("examples_only_here", "examples_only_in_main"),
    ],
    "net": ["left_out_rate", "closed_contacts", "fcr_rate", "fcr_rate_low", "fcr_rate_high"],
    "silence": [
        *("evidence", "assumes", "closed_contacts", "resolved_contacts", "answered_contacts"),
        *("denied_contacts", "corrected_fcr_rate"),
        *("corrected_fcr_rate_low", "corrected_fcr_rate_high"),
    ],
    "calibration": ["predicted", "observed", "contacts", "low", "high"],
    "flags": FLAGS.required,
    "note_map": ["x", "y", "topic_id", "month", "language", "outcome"],
    "languages": ["language", "contacts", "no_topic_rate", "purity_rate", "link_auc"],
    "emerging": EMERGING.required,
    "changes": CHANGES.required,
    "transitions": TRANSITIONS.required,
    "avoidance": AVOIDANCE.required,
    "comparisons": COMPARISONS.required,
    "trade_offs": TRADE_OFFS.required,
    "trade_groups": ["units", "handle_minutes_excess", "excess_rate"],
    "effects": EFFECTS.required,
    "trend": list(TREND.columns),
    "drift": DRIFT.required,
    "risk_watch": list(RISK_WATCH.columns),
}


GROUP_MEASURE, LIST_MEASURE = "AUC, ", "share of repeats in the first "
"""How measures of one group of contacts, and of lists of one length, begin in ``risk``."""


@dataclass(frozen=True)
class Findings:
    """What one run of the main job found.

    Parameters
    ----------
    title : str
        Heading of the page.
    as_of : pandas.Timestamp
        The moment whose knowledge was used, UTC.
    reading, window : str
        The main reading and repeat window.
    contacts, customers : int
        Counts after cleaning.
    set_aside : pandas.DataFrame
        ``reason, rows``: what cleaning left out.
    remarks : list of str
        Plain sentences: what is missing, switched off or to be warned of.
    first_contact_at, last_contact_at : pandas.Timestamp
        Earliest and latest beginning of a contact, UTC.
    fcr : pandas.DataFrame
        ``FCR`` rows: group ``all`` under every reading and window, and groups
        such as ``month`` (values ``2025-03``), ``queue`` and ``channel``.
    curve : pandas.DataFrame
        ``reading, hours, repeat_rate, closed_contacts``: the repeat rate by the
        length of the window; ``low, high`` as well where there is an interval, and
        ``longest_repeated_contacts, missed_rate, missed_rate_low,
        missed_rate_high``, the share of repeats that the window misses.
    definitions : pandas.DataFrame
        What ``reconcile_definitions`` gives, one row a definition.
    net : pandas.DataFrame
        What ``gross_and_net`` gives; the last row is net. Empty without the tag.
    silence : pandas.DataFrame
        What ``correct_for_silence`` gives; empty where nobody answered.
    drivers : pandas.DataFrame
        ``DRIVERS`` rows.
    segments_looked_at : int
        How many segments the q-values stand for.
    levers : pandas.DataFrame
        ``LEVERS`` rows, in the order of the drivers.
    contrasts : pandas.DataFrame
        ``CONTRASTS`` rows, in the order of the drivers.
    contrast_examples : pandas.DataFrame
        ``CONTRAST_EXAMPLES`` rows; empty without notes.
    more_drivers : bool
        Whether the list of drivers was cut at its longest.
    topics : pandas.DataFrame
        ``TOPIC_CARDS`` rows with ``theme, closed_contacts, repeat_rate, low, high``
        under the main reading and window.
    share_without_topic : float or None
        Share of contacts without a topic; None when the log has no notes.
    no_topic_rates : dict of str to float
        Share of contacts by the reason for having no topic.
    verdicts : pandas.DataFrame
        ``verdict, pairs, expected_pairs``.
    examples : list of LinkExplanation
        Links that show what makes a verdict.
    risk : pandas.DataFrame
        ``name, measure, value, low, high, contacts``: the model and its
        baselines, measured on later contacts.
    calibration : pandas.DataFrame
        ``predicted, observed, contacts, low, high``, one row a bin.
    risk_remark : str
        One sentence on the evaluation, or why there is none.
    flags : pandas.DataFrame
        ``FLAGS`` rows.
    open_contacts : int
        Contacts whose window still runs under the main reading, and whose customer is not
        back: those that could be called.
    note_map : pandas.DataFrame
        What ``placed_notes`` gives, one row a dot; empty without notes.
    languages : pandas.DataFrame
        What ``language_parity`` gives, the whole log first; empty without notes.
    emerging : pandas.DataFrame
        ``EMERGING`` rows; without columns where rises were not looked for.
    changes : pandas.DataFrame
        ``CHANGES`` rows of one comparison; without columns where there was none.
    transitions : pandas.DataFrame
        ``TRANSITIONS`` rows.
    avoidance : pandas.DataFrame
        ``AVOIDANCE`` rows, every topic.
    pairs_looked_at : int
        How many pairs of topics the q-values of the transitions stand for.
    trend : pandas.DataFrame
        ``TREND`` rows of weeks and months; without columns where none was measured.
    later_weeks : int or None
        How many weeks later coincidence was counted too; None in a log too short.
    comparisons : pandas.DataFrame
        ``COMPARISONS`` rows; empty where the log has no queue, channel or team.
    trade_offs, trade_groups : pandas.DataFrame
        ``TRADE_OFFS`` rows, and units in groups as ``measure_trade_offs`` gives them.
    effects : pandas.DataFrame
        ``EFFECTS`` rows; empty where the log tells of no lever.
    drift, risk_watch : pandas.DataFrame
        ``DRIFT`` and ``RISK_WATCH`` rows; empty where a rule stands in for a model.

    Raises
    ------
    DataError
        When a frame that has rows lacks columns; all of them at once.
    """

    title: str
    as_of: pd.Timestamp
    reading: str
    window: str
    contacts: int
    customers: int
    set_aside: pd.DataFrame
    remarks: list[str]
    first_contact_at: pd.Timestamp
    last_contact_at: pd.Timestamp
    fcr: pd.DataFrame
    curve: pd.DataFrame
    definitions: pd.DataFrame
    net: pd.DataFrame
    silence: pd.DataFrame
    drivers: pd.DataFrame
    segments_looked_at: int
    topics: pd.DataFrame
    share_without_topic: float | None
    verdicts: pd.DataFrame
    examples: list[LinkExplanation]
    risk: pd.DataFrame
    calibration: pd.DataFrame
    risk_remark: str
    flags: pd.DataFrame
    open_contacts: int
    no_topic_rates: dict[str, float] = field(default_factory=dict)
    note_map: pd.DataFrame = field(default_factory=pd.DataFrame)
    languages: pd.DataFrame = field(default_factory=pd.DataFrame)
    emerging: pd.DataFrame = field(default_factory=pd.DataFrame)
    changes: pd.DataFrame = field(default_factory=pd.DataFrame)
    transitions: pd.DataFrame = field(default_factory=pd.DataFrame)
    avoidance: pd.DataFrame = field(default_factory=pd.DataFrame)
    levers: pd.DataFrame = field(default_factory=pd.DataFrame)
    contrasts: pd.DataFrame = field(default_factory=pd.DataFrame)
    contrast_examples: pd.DataFrame = field(default_factory=pd.DataFrame)
    trend: pd.DataFrame = field(default_factory=pd.DataFrame)
    pairs_looked_at: int = 0
    later_weeks: int | None = None
    comparisons: pd.DataFrame = field(default_factory=pd.DataFrame)
    trade_offs: pd.DataFrame = field(default_factory=pd.DataFrame)
    trade_groups: pd.DataFrame = field(default_factory=pd.DataFrame)
    effects: pd.DataFrame = field(default_factory=pd.DataFrame)
    more_drivers: bool = False
    drift: pd.DataFrame = field(default_factory=pd.DataFrame)
    risk_watch: pd.DataFrame = field(default_factory=pd.DataFrame)

    def __post_init__(self) -> None:
        """Refuse frames that lack what the page reads."""
        faults = []
        for name, needed in _NEEDED.items():
            frame: pd.DataFrame = getattr(self, name)
            lacking = [column for column in needed if column not in frame.columns]
            if len(frame) and lacking:
                faults.append(f"{name} lacks {', '.join(lacking)}")
        if faults:
            raise DataError(f"findings: {'; '.join(faults)}. Give every frame its columns.")

    @property
    def main(self) -> pd.Series | None:
        """The FCR row of all contacts under the main reading and window."""
        rows = self.overall
        if len(rows):
            rows = rows[(rows["reading"] == self.reading) & (rows["window"] == self.window)]
        return rows.iloc[0] if len(rows) else None

    @property
    def overall(self) -> pd.DataFrame:
        """The FCR rows of all contacts, one a reading and window."""
        return self.fcr[self.fcr["group"] == "all"] if len(self.fcr) else self.fcr

    def groups(self, *names: str) -> pd.DataFrame:
        """Give the FCR rows of some groups under the main reading and window.

        Without names: every group but ``all``, ``month`` and ``topic``, which the
        page shows elsewhere.
        """
        if self.fcr.empty:
            return self.fcr
        is_main = (self.fcr["reading"] == self.reading) & (self.fcr["window"] == self.window)
        if names:
            return self.fcr[is_main & self.fcr["group"].isin(names)]
        return self.fcr[is_main & ~self.fcr["group"].isin(["all", "month", "topic"])]
