"""The declared tables of next issues: which topic leads to which, and how often to none.

Nothing enters. Leaves: two declarations, apart from :mod:`fcr_ml.frames.tables` because
each is read by one room of the east wing alone.
"""

from __future__ import annotations

from fcr_ml.frames.tables import Column, Table

TRANSITIONS = Table(
    "transitions",
    "a topic and the next issue that follows it beyond coincidence",
    ("topic_id", "next_topic_id"),
    {
        "topic_id": Column("text", "the topic of the contact", True),
        "topic": Column("text", "its name", True),
        "next_topic_id": Column("text", "the topic of the next issue", True),
        "next_topic": Column("text", "its name", True),
        "compared_contacts": Column("count", "closed contacts of the topic, as compared", True),
        "followed_contacts": Column(
            "count", "those whose customer next came about the other", True
        ),
        "followed_customers": Column("count", "customers of those contacts", True),
        "before_contacts": Column("count", "those whose customer came about it just before", True),
        "later_contacts": Column("count", "those whose customer did so weeks later; null unseen"),
        "expected_contacts": Column("number", "followed by coincidence: the larger of both", True),
        "lift": Column("number", "followed over expected, half a contact added to both", True),
        "lift_low": Column("number", "lower end of the 95 % interval", True),
        "lift_high": Column("number", "upper end of the 95 % interval", True),
        "excess_contacts": Column("number", "followed beyond coincidence", True),
        "excess_contacts_low": Column("number", "lower end of the 95 % interval", True),
        "excess_contacts_high": Column("number", "upper end of the 95 % interval", True),
        "excess_rate": Column("share", "excess over compared contacts", True),
        "excess_rate_low": Column("share", "lower end of the 95 % interval", True),
        "excess_rate_high": Column("share", "upper end of the 95 % interval", True),
        "median_hours": Column("number", "from the window's beginning to the next issue", True),
        "quarter_hours": Column("number", "within which a quarter of them came", True),
        "three_quarter_hours": Column("number", "within which three quarters came", True),
        "next_topic_contacts": Column("count", "contacts of the next topic, as compared", True),
        "spared_rate": Column("share", "share of the next topic's contacts this makes", True),
        "spared_rate_low": Column("share", "lower end of the 95 % interval", True),
        "spared_rate_high": Column("share", "upper end of the 95 % interval", True),
        "q_value": Column("share", "false-discovery q-value over all pairs looked at", True),
        "reading": Column("text", "always next_issue: a return about another topic", True),
        "window": Column("text", "the repeat window", True),
    },
)

AVOIDANCE = Table(
    "avoidance",
    "a topic and how many of its contacts no next issue follows beyond coincidence",
    ("topic_id",),
    {
        "topic_id": Column("text", "the topic", True),
        "topic": Column("text", "its name", True),
        "compared_contacts": Column("count", "closed contacts of the topic, as compared", True),
        "followed_contacts": Column("count", "those next followed by another topic", True),
        "expected_contacts": Column("number", "as many by coincidence: weeks later; null unseen"),
        "avoidance_rate": Column("share", "1 - beyond coincidence over compared; null if unknown"),
        "avoidance_rate_low": Column("share", "lower end of the 95 % interval"),
        "avoidance_rate_high": Column("share", "upper end of the 95 % interval"),
        "remark": Column("text", "'not enough contacts', or 'log too short'"),
        "reading": Column("text", "always next_issue: a return about another topic", True),
        "window": Column("text", "the repeat window", True),
    },
)
