"""The plan of a simulated contact centre: every knob, with its unit and meaning.

Enters: numbers and names. Leaves: a checked :class:`CentrePlan`; what does not
make sense is refused in one message. Nothing is drawn here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields

import pandas as pd

from fcr_ml.errors import SettingsError
from fcr_ml.simulate.issues import CHANNELS, PRODUCTS, QUEUES, TEAMS
from fcr_ml.simulate.tongues import LANGUAGES

LEVERS = (
    "knowledge",
    "training",
    "authority",
    "escalation",
    "routing",
    "transfer",
    "channel fit",
    "expectation setting",
    "product",
)
"""What the company can change."""

CONDITION_VALUES: dict[str, tuple[str, ...]] = {
    "channel": tuple(CHANNELS),
    "queue": tuple(TEAMS),
    "team": tuple(team for teams in TEAMS.values() for team in teams),
    "product": tuple(PRODUCTS),
    "reason_code": tuple(QUEUES),
    "was_transferred": ("yes", "no"),
}
"""Columns that a driver may be planted on, and their values. All are as logged,
wrong codes included; ``was_transferred`` is yes where ``transfers`` is 1 or more."""


@dataclass(frozen=True)
class PlantedDriver:
    """A segment of contacts that repeats more because the plan says so.

    Parameters
    ----------
    conditions : tuple of (str, str)
        Column and value; all must hold. See ``CONDITION_VALUES``.
    extra_repeat_probability : float
        Added to the repeat probability of each contact in the segment.
    lever : str
        What the company could change about it, one of ``LEVERS``.

    Examples
    --------
    >>> PlantedDriver((("channel", "chat"),), 0.1, "channel fit").segment
    'channel = chat'
    """

    conditions: tuple[tuple[str, str], ...]
    extra_repeat_probability: float
    lever: str

    @property
    def segment(self) -> str:
        """The segment in words."""
        return " + ".join(f"{column} = {value}" for column, value in self.conditions)


DEFAULT_DRIVERS = (
    PlantedDriver((("was_transferred", "yes"),), 0.22, "transfer"),
    PlantedDriver((("product", "Fibre 1000"),), 0.20, "product"),
    PlantedDriver((("channel", "chat"), ("reason_code", "Billing")), 0.30, "channel fit"),
)
"""Strong enough to stand out: 10 to 12 standard errors each under the default plan."""

_SHARES = (
    "next_issue_share",
    "transfer_rate",
    "case_rate",
    "thanks_rate",
    "call_back_rate",
    "double_post_rate",
    "wrong_code_rate",
    "thin_note_rate",
    "missing_note_rate",
    "detail_rate",
    "cue_rate",
    "personal_detail_rate",
)


@dataclass(frozen=True)
class CentrePlan:
    """How a simulated contact centre behaves.

    Parameters
    ----------
    contacts : int
        About how many contacts to make.
    days : int
        Length of the log in days, at least 15 so that some windows close.
    start_at : str
        First day of the log, UTC.
    languages : mapping of str to float
        Two-letter language and its weight among customers.
    drivers : tuple of PlantedDriver
        Segments that repeat more; may be empty.
    base_repeat_rate : float
        Repeat probability of a contact about an ordinary issue in no segment.
    issue_spread : float
        How much the base differs between issues: an issue's base is
        ``base_repeat_rate * (1 + issue_spread * lean)`` with a lean between -1
        and 1. 0 makes all issues alike.
    next_issue_share : float
        Share of follow-ups that are about the next issue, not the same one.
    coincidence : float
        New matters that an average customer brings in 30 days, unrelated to
        anything before.
    coincidence_spread : float
        Squared coefficient of variation of that number between customers
        (gamma distribution). 0 makes all customers alike.
    transfer_rate : float
        Share of contacts transferred at least once, when well routed; a tenth of
        contacts is not, and those are transferred three times as often.
    case_rate : float
        Share of matters that get a case id.
    thanks_rate : float
        Share of contacts with a case id and no follow-up after which the
        customer writes again only to give thanks.
    call_back_rate : float
        Share of contacts after which the desk calls the customer back.
    double_post_rate : float
        Share of e-mail and web contacts that the customer sends twice.
    wrong_code_rate : float
        Share of contacts with a wrong reason code.
    thin_note_rate, missing_note_rate : float
        Share of contacts whose note says next to nothing, or that have none.
    detail_rate : float
        Share of notes that name an order, an error code or the like; it is the
        same one in every note of a matter, but not every note names it.
    cue_rate : float
        Share of follow-ups with wording such as "again"; a tenth of that in
        notes that follow nothing.
    personal_detail_rate : float
        Share of notes with a fake phone number, mail address or card number.
    random_state : int
        Seed of everything that is drawn.

    Raises
    ------
    SettingsError
        When values do not make sense. All faults at once.
    """

    contacts: int = 6_000
    days: int = 180
    start_at: str = "2025-01-06"
    languages: Mapping[str, float] = field(
        default_factory=lambda: {"en": 0.5, "zh": 0.15, "sv": 0.15, "vi": 0.12, "de": 0.08}
    )
    drivers: tuple[PlantedDriver, ...] = DEFAULT_DRIVERS
    base_repeat_rate: float = 0.14
    issue_spread: float = 0.5
    next_issue_share: float = 0.25
    coincidence: float = 0.25
    coincidence_spread: float = 1.0
    transfer_rate: float = 0.09
    case_rate: float = 0.35
    thanks_rate: float = 0.15
    call_back_rate: float = 0.015
    double_post_rate: float = 0.04
    wrong_code_rate: float = 0.15
    thin_note_rate: float = 0.05
    missing_note_rate: float = 0.02
    detail_rate: float = 0.6
    cue_rate: float = 0.35
    personal_detail_rate: float = 0.08
    random_state: int = 0

    def __post_init__(self) -> None:
        """Refuse a plan that does not make sense."""
        faults = [*_number_faults(self), *_language_faults(self), *_driver_faults(self)]
        if faults:
            raise SettingsError("simulation plan: " + "; ".join(faults) + ".")

    @property
    def starts_at(self) -> pd.Timestamp:
        """The first moment of the log."""
        return pd.Timestamp(self.start_at, tz="UTC").normalize()

    @property
    def ends_at(self) -> pd.Timestamp:
        """The first moment after the log."""
        return self.starts_at + pd.Timedelta(days=self.days)


def _number_faults(plan: CentrePlan) -> Iterator[str]:
    known = {knob.name: getattr(plan, knob.name) for knob in fields(plan)}
    for name, least in {"contacts": 1, "days": 15, "random_state": 0}.items():
        if not isinstance(known[name], int) or known[name] < least:
            yield f"{name} is {known[name]}; give a whole number of at least {least}"
    for name in _SHARES:
        if not 0 <= known[name] <= 1:
            yield f"{name} is {known[name]}; give a share between 0 and 1"
    if not 0 <= plan.base_repeat_rate <= 0.5:
        yield f"base_repeat_rate is {plan.base_repeat_rate}; give a share of at most 0.5"
    if not 0 <= plan.issue_spread <= 1:
        yield f"issue_spread is {plan.issue_spread}; give a number between 0 and 1"
    if plan.coincidence <= 0 or plan.coincidence_spread < 0:
        yield "coincidence must be above 0 and coincidence_spread not below 0; raise them"
    if plan.thin_note_rate + plan.missing_note_rate > 1:
        yield "thin_note_rate and missing_note_rate together exceed 1; lower one"
    try:
        plan.starts_at.date()
    except ValueError:
        yield f"start_at '{plan.start_at}' is no date; give one such as 2025-01-06"


def _language_faults(plan: CentrePlan) -> Iterator[str]:
    unknown = sorted(set(plan.languages) - set(LANGUAGES))
    if unknown:
        yield f"languages has no phrases for {', '.join(unknown)}; use {', '.join(LANGUAGES)}"
    weights = plan.languages.values()
    if not plan.languages or min(weights) < 0 or sum(weights) <= 0:
        yield "languages needs weights of 0 or more, one of them above 0; set them"


def _driver_faults(plan: CentrePlan) -> Iterator[str]:
    for driver in plan.drivers:
        name = f"driver '{driver.segment}'"
        if not driver.conditions:
            yield "a driver has no conditions; give at least one column and value"
        for column, value in driver.conditions:
            if column not in CONDITION_VALUES:
                yield f"{name} uses '{column}'; use one of {', '.join(CONDITION_VALUES)}"
            elif value not in CONDITION_VALUES[column]:
                yield f"{name}: use one of {', '.join(CONDITION_VALUES[column])}"
        if not 0 < driver.extra_repeat_probability <= 0.9:
            extra = driver.extra_repeat_probability
            yield f"{name} adds {extra}; give a probability above 0, at most 0.9"
        if driver.lever not in LEVERS:
            yield f"{name} has the lever '{driver.lever}'; use one of {', '.join(LEVERS)}"
