"""The closing sections: what is missing, what the words mean, how to read intervals.

Enters: findings. Leaves: sections for the page's template.
"""

from __future__ import annotations

from fcr_ml.reports.findings import Findings
from fcr_ml.reports.tables import (
    Part,
    Points,
    Section,
    Table,
    Terms,
    count_cell,
    numbers,
    text_cell,
    words,
)

_DEFINITIONS = (
    ("Contact", "One handled interaction in any channel."),
    (
        "Repeat window",
        "How long after a contact a return still counts, such as 48 hours or 7 days.",
    ),
    (
        "Closed, open",
        "The contact's repeat window has run out, or still runs, as of the page's moment. An open "
        "contact is not a resolved one. Of some the customer is back already: they are repeated "
        "whenever their window closes, and flags are chosen among those without a return.",
    ),
    ("Follow-up", "A later contact of the same customer that belongs to an earlier one."),
    (
        "Repeated, resolved",
        "Repeated: a follow-up that counts came within the window. Resolved: the window closed "
        "and none was seen. Never what the agent claimed. Some customers give up: silence is "
        "not proof of resolution.",
    ),
    ("FCR, repeat rate", "Resolved over closed contacts; repeated over closed contacts."),
    ("Any return", "Reading: any later contact counts, whatever it is about."),
    ("Same code", "Reading: a later contact with the same reason code or case id counts."),
    ("Same issue", "Reading: a later contact about the very same issue counts."),
    (
        "Related",
        "Reading: the same issue counts, and so does a next issue that the first contact led to, "
        "because for the customer it is one story.",
    ),
    (
        "Strict rule",
        "Resolved only if no related contact lies in the window before it and none in the "
        "window after it.",
    ),
    ("Topic", "What the notes say it was about, found by the program."),
    (
        "Driver",
        "A segment that repeats more than its mix explains. A contrast, not a cause.",
    ),
    ("Excess repeats", "Repeats beyond what the segment's mix would give."),
    ("Lever", "What the company can change, such as knowledge, authority or routing."),
    ("Risk", "Calibrated probability that an open contact will be repeated."),
    ("Flag", "A contact put on the desk's list."),
    (
        "Left alone",
        "Drawn at random not to be helped, so that next month can show what help was worth.",
    ),
)

_READING_INTERVALS = (
    "A figure such as 71.2 % (69.8 – 72.6) is an estimate with its 95 % interval: were the count "
    "repeated on other contacts of the same kind, about 19 of 20 such intervals would hold the "
    "true rate.",
    "Two intervals that overlap widely are no evidence of a difference. Compare drivers by their "
    "own interval and q-value.",
    "A q-value is the share of false finds to expect among all segments with a q-value no larger, "
    "given how many segments were looked at.",
    "‘By link probability’ weighs every later contact by the probability that it belongs to the "
    "earlier one, in place of a yes or no. Its interval holds three doubts: which customers came, "
    "which of the likely links are true, and whether all probabilities are off together.",
    "A survival estimate also uses the contacts whose window still runs, for as long as they have "
    "been watched. It is never mixed with the rates of closed contacts.",
    "Groups below the minimum count are shown as ‘not enough contacts’, never as a rate.",
)


def missing_section(findings: Findings) -> Section:
    """Give what was left out and what the log could not tell."""
    parts: list[Part] = []
    lead: tuple[str, ...] = ()
    if findings.remarks:
        parts.append(Points(tuple(findings.remarks)))
    else:
        lead = ("Nothing is missing from the log and no part was switched off.",)
    if len(findings.set_aside):
        parts.append(_set_aside_table(findings))
    else:
        lead = (*lead, "No row was set aside.")
    return Section("missing", "What was set aside and what is missing", lead, tuple(parts))


def _set_aside_table(findings: Findings) -> Table:
    cells = tuple(
        (text_cell(row["reason"]), count_cell(row["rows"]))
        for row in findings.set_aside.to_dict("records")
    )
    headings = words("Reason") + numbers("Rows")
    return Table("set-aside-table", "Rows set aside, by reason", headings, cells)


def definitions_section() -> Section:
    """Give the words of the page with their meaning."""
    return Section("definitions", "What the words mean", (), (Terms(_DEFINITIONS),))


def intervals_section() -> Section:
    """Give how intervals, q-values and estimates are read."""
    points = Points(_READING_INTERVALS)
    return Section("intervals", "How to read the intervals", (), (points,))
