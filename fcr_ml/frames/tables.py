"""The declared tables: what one row is, its key, and what every column means.

Nothing enters. Leaves: the declarations that every other room reads. Checking a
frame against them is the work of ``fcr_ml.frames.conform``, mending one that of
``fcr_ml.contacts``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

CONTRACT_VERSION = 2
"""Raised when a column changes its meaning, so that an old casebook is refused."""

Kind = Literal["text", "instant", "count", "number", "share", "flag", "vector"]
Known = Literal["at_start", "at_end", "later"]


@dataclass(frozen=True)
class Column:
    """One declared column.

    Parameters
    ----------
    kind : {'text', 'instant', 'count', 'number', 'share', 'flag', 'vector'}
        ``instant`` is UTC with microseconds, ``share`` lies between 0 and 1,
        ``vector`` is a list of 32-bit floats.
    meaning : str
        What one value says, with its unit.
    required : bool
        Whether the column must be present and never null.
    known : {'at_start', 'at_end', 'later'}
        When its value becomes known, for contacts only.
    """

    kind: Kind
    meaning: str
    required: bool = False
    known: Known = "at_end"


@dataclass(frozen=True)
class Table:
    """A declared table.

    Parameters
    ----------
    name : str
        The name used in messages and as the Parquet file's stem.
    row : str
        What one row is.
    key : tuple of str
        Columns that name a row; together never repeated.
    columns : dict of str to Column
        Every declared column, in the order in which it is written.
    keeps_others : bool
        Whether undeclared columns are kept as attributes.
    """

    name: str
    row: str
    key: tuple[str, ...]
    columns: dict[str, Column] = field(default_factory=dict)
    keeps_others: bool = False

    @property
    def required(self) -> list[str]:
        """Names of the columns that must be there and never null."""
        return [name for name, column in self.columns.items() if column.required]


def _text(meaning: str, required: bool = False, known: Known = "at_end") -> Column:
    return Column("text", meaning, required, known)


CONTACTS = Table(
    "contacts",
    "one handled interaction in any channel",
    ("contact_id",),
    {
        "contact_id": _text("key of the contact", True, "at_start"),
        "customer_id": _text("key of the customer, across channels", True, "at_start"),
        "started_at": Column("instant", "when the contact began", True, "at_start"),
        "ended_at": Column("instant", "when its handling ended; null while unanswered"),
        "channel": _text("how it came", known="at_start"),
        "queue": _text("where it waited", known="at_start"),
        "team": _text("who handles that queue"),
        "agent_id": _text("who handled it"),
        "product": _text("what it was about, by the company's own list", known="at_start"),
        "reason_code": _text("why they contacted, as coded by an agent, an IVR or a form"),
        "case_id": _text("the desk's own id of the matter"),
        "direction": _text("inbound or outbound; outbound was started by the company"),
        "language": _text("two-letter language of the customer", known="at_start"),
        "transfers": Column("count", "times it was transferred"),
        "talk_seconds": Column("number", "seconds of talk"),
        "hold_seconds": Column("number", "seconds on hold"),
        "wrap_seconds": Column("number", "seconds of work after the talk"),
        "handle_seconds": Column("number", "talk, hold and wrap together"),
        "csat": Column("number", "the customer's survey answer", known="later"),
        "agent_says_resolved": Column("flag", "what the agent claimed"),
        "not_resolvable": Column("flag", "tagged as not resolvable at first contact"),
        "note": _text("what was written about it"),
        "resolution_note": _text("what the desk answered"),
    },
    keeps_others=True,
)

NOTES = Table(
    "notes",
    "the redacted note of a contact",
    ("contact_id",),
    {
        "contact_id": _text("the contact", True),
        "note": _text("redacted plain text; null where there is none"),
        "resolution_note": _text("redacted plain text of what the desk answered"),
        "language": _text("two-letter language, given or detected; null if too short to tell"),
        "words": Column("count", "words in the note; in scripts without spaces, an estimate", True),
        "is_thin": Column("flag", "says too little to tell what it was about", True),
        "note_hash": _text("hash of the redacted note; equal notes share it"),
    },
)

TOPICS = Table(
    "topics",
    "the issue topic of a contact",
    ("contact_id",),
    {
        "contact_id": _text("the contact", True),
        "topic_id": _text("the topic; null where there is none"),
        "topic_strength": Column("share", "share of the nearest notes that vote for the topic"),
        "no_topic_reason": _text(
            "no_note, thin, not_alike, too_rare, too_few_notes or banned; null with a topic"
        ),
        "first_topic_id": _text("the topic in the first fit that saw the contact; null if none"),
        "map_x": Column("number", "place of the note on the map, 0 to 1; null without a note"),
        "map_y": Column("number", "the same, upwards"),
        "vector": Column("vector", "the note's meaning, reduced; null without a note"),
    },
)

TOPIC_CARDS = Table(
    "topic_cards",
    "a topic",
    ("topic_id",),
    {
        "topic_id": _text("key of the topic or theme; kept from fit to fit", True),
        "level": _text("topic, or theme: several topics together", True),
        "topic": _text("short readable name, unique", True),
        "terms": _text("its most telling terms, strongest first, separated by ' · '", True),
        "contacts": Column("count", "contacts in the topic", True),
        "example_contact_id": _text("the contact whose note is most central", True),
        "parent_topic_id": _text("the theme it belongs to, where there is one"),
        "first_seen_at": Column("instant", "earliest contact of the topic", True),
        "last_seen_at": Column("instant", "latest contact of the topic", True),
        "forerunners": _text("topics of the fit before that it came from, separated by ' · '"),
    },
)

TOPIC_LINEAGE = Table(
    "topic_lineage",
    "what became of a topic between two fits",
    ("topic_id", "forerunner_id"),
    {
        "topic_id": _text("the topic of this fit; null where one was retired"),
        "forerunner_id": _text("the topic of the fit before; null where one was born"),
        "event": _text("kept, split, merged, born or retired", True),
        "shared_notes": Column("count", "different notes of this log that both hold", True),
        "topic_share": Column("share", "shared notes among the topic's; null where there are none"),
        "forerunner_share": Column(
            "share", "shared among the forerunner's; null where there are none"
        ),
    },
)

EMERGING = Table(
    "emerging",
    "a topic or term that rises beyond what season and trend expect",
    ("kind", "name"),
    {
        "kind": _text("topic or term", True),
        "name": _text("the topic's name, or the term", True),
        "topic_id": _text("the topic; of a term, the topic where most of its contacts are"),
        "days": Column("count", "days up to the casebook's moment that were looked at", True),
        "contacts": Column("count", "contacts in those days, one a customer", True),
        "expected_contacts": Column("number", "contacts that season and trend expect", True),
        "ratio": Column("number", "contacts over expected", True),
        "ratio_low": Column("number", "lower end of the 95 % interval", True),
        "ratio_high": Column("number", "upper end of the 95 % interval", True),
        "q_value": Column("share", "false-discovery q-value over all that was looked at", True),
        "example_contact_id": _text("the latest contact that holds it", True),
    },
)

LINKS = Table(
    "links",
    "a contact and a later contact of the same customer, worth comparing",
    ("contact_id", "follow_up_id"),
    {
        "contact_id": _text("the earlier contact", True),
        "follow_up_id": _text("the later contact", True),
        "hours_between": Column("number", "hours from the earlier's start to the later's", True),
        "hours_since_end": Column("number", "hours from the earlier's end to the later's start"),
        "is_same_reason_code": Column("flag", "both have the same reason code; null if one lacks"),
        "is_same_case": Column("flag", "both have the same case id; null if one lacks it"),
        "is_same_topic": Column("flag", "both have the same topic; null if one lacks it"),
        "note_similarity": Column("number", "cosine of the centred note vectors, -1 to 1"),
        "shared_meaning": Column("number", "the same, as notes of one matter share it"),
        "word_similarity": Column("share", "TF-IDF cosine of the notes"),
        "prior_weight": Column("number", "log-odds of a link before any evidence"),
        "hours_weight": Column("number", "log-odds added by the hours between"),
        "customer_weight": Column("number", "log-odds added by how often the customer contacts"),
        "meaning_weight": Column("number", "log-odds added by the meaning of the notes"),
        "words_weight": Column("number", "log-odds added by the words of the notes"),
        "code_weight": Column("number", "log-odds added by the reason code"),
        "desk_weight": Column("number", "log-odds added by a common case id, or by a copy"),
        "judged_weight": Column("number", "log-odds added by judged pairs; null without"),
        "link_probability": Column("share", "probability that they belong together", True),
        "double_post_probability": Column("share", "probability of one request sent twice"),
        "same_issue_probability": Column("share", "probability of the same issue", True),
        "next_issue_probability": Column("share", "probability of the next issue"),
        "verdict": _text("double_post, same_issue, next_issue or unrelated", True),
        "reaction": _text("what a return under the same case id is; null for other returns"),
        "needs_help_probability": Column("share", "that such a return needs more help; null else"),
        "reasons": _text("the evidence that weighed most, in words", True),
    },
)

OUTCOMES = Table(
    "outcomes",
    "a contact under one reading and one window, as of the casebook's moment",
    ("contact_id", "reading", "window"),
    {
        "contact_id": _text("the contact", True),
        "reading": _text("any_return, same_code, same_issue or related", True),
        "window": _text("the repeat window, such as 7d", True),
        "is_counted": Column("flag", "belongs to the reading's count of contacts at all", True),
        "is_closed": Column("flag", "the window has run out", True),
        "outcome": _text("repeated, resolved or open", True),
        "repeated_probability": Column("share", "probability of a return that counts", True),
        "follow_up_id": _text("the first return that counts"),
        "hours_to_return": Column(
            "number", "hours from the window's beginning to that return; negative before it"
        ),
        "closes_at": Column("instant", "when the window runs out; null before the contact ends"),
        "episode_id": _text("the customer matter: its first contact's id", True),
    },
)

FCR = Table(
    "fcr",
    "first contact resolution of a group under one reading and window",
    ("group", "value", "reading", "window"),
    {
        "group": _text("the column that forms the group; 'all' for everything", True),
        "value": _text("the group's value; 'all' for everything", True),
        "reading": _text("how a return is read", True),
        "window": _text("the repeat window", True),
        "closed_contacts": Column("count", "contacts whose window has run out", True),
        "open_contacts": Column("count", "contacts whose window still runs", True),
        "repeated_contacts": Column("count", "closed contacts that were repeated", True),
        "fcr_rate": Column("share", "resolved over closed; null under the minimum count"),
        "fcr_rate_low": Column("share", "lower end of the 95 % interval"),
        "fcr_rate_high": Column("share", "upper end of the 95 % interval"),
        "expected_fcr_rate": Column("share", "the same, weighing every link by its probability"),
        "expected_fcr_rate_low": Column("share", "lower end of its 95 % interval, links in doubt"),
        "expected_fcr_rate_high": Column("share", "upper end of its 95 % interval, links in doubt"),
        "survival_fcr_rate": Column("share", "Kaplan-Meier estimate that also uses open contacts"),
        "remark": _text("'not enough contacts' under the minimum count"),
    },
)

FLAGS = Table(
    "flags",
    "an open contact put on the desk's list",
    ("contact_id",),
    {
        "rank": Column("count", "1 is the first to help", True),
        "contact_id": _text("the contact", True),
        "customer_id": _text("the customer; no customer is listed twice", True),
        "ended_at": Column("instant", "when the contact ended; null while it runs"),
        "hours_left": Column("number", "hours until its repeat window closes", True),
        "risk": Column(
            "share", "probability that it will still be repeated, after the silence so far", True
        ),
        "within_48h_probability": Column(
            "share", "probability that it is repeated within 48 hours; null from a rule"
        ),
        "topic": _text("its topic's name"),
        "channel": _text("how it came"),
        "queue": _text("where it waited"),
        "reason_1": _text("what raises its risk most", True),
        "reason_2": _text("what raises it next"),
        "reason_3": _text("what raises it third"),
        "earlier_contact_id": _text("the related earlier contact, if there is one"),
        "saving": Column("number", "what a call is expected to save; null without costs"),
        "shift": _text("the shift whose room it takes; null where none are set"),
        "call_from_at": Column(
            "instant", "no call before, for quiet hours and the shift; null if it is left alone"
        ),
        "what_to_do": _text("the lever of the driver that it belongs to"),
        "also_settle": _text("the next issue that most often follows its topic"),
        "is_left_alone": Column("flag", "drawn to be left alone, so that help can be proved", True),
        "tie_low": Column("count", "best rank among contacts of equal risk", True),
        "tie_high": Column("count", "worst rank among contacts of equal risk", True),
    },
)

CASEBOOK_TABLES = {
    table.name: table
    for table in (CONTACTS, NOTES, TOPICS, TOPIC_CARDS, TOPIC_LINEAGE, EMERGING, LINKS, OUTCOMES)
}
"""The tables that the west wing writes and the east wing reads."""
