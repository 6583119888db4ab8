"""What customers of the simulated company contact it about, and where that goes.

Nothing enters. Leaves: the company's issues, products, queues and channels, as
plain declarations. How often anything happens is the plan's business.
"""

from __future__ import annotations

from dataclasses import dataclass

PRODUCTS = {
    "Fibre 500": "fibre",
    "Fibre 1000": "fibre",
    "Mobile Plus": "mobile",
    "Mobile Prepaid": "mobile",
    "Nova Phone": "device",
    "Nova Tablet": "device",
}
"""Products and the kind that decides which issues they can have."""

CHANNELS = {"voice": 0.42, "chat": 0.24, "email": 0.2, "web": 0.14}
"""Channels and the share of customers who prefer each."""

QUEUES = {
    "Billing": "Billing desk",
    "Orders": "Orders desk",
    "Access": "Technical desk",
    "App": "Technical desk",
    "Connection": "Technical desk",
    "Contract": "Customer care",
}
"""Reason codes and the queue that takes each."""

TEAMS = {
    "Billing desk": ("Billing A", "Billing B"),
    "Orders desk": ("Orders A", "Orders B"),
    "Technical desk": ("Technical A", "Technical B", "Technical C"),
    "Customer care": ("Care A", "Care B"),
}
"""Queues and their teams."""

AGENTS_PER_TEAM = 8

_EVERY_KIND = ("fibre", "mobile", "device")


@dataclass(frozen=True)
class Issue:
    """Something that customers contact the company about.

    Parameters
    ----------
    topic : str
        Its name in the answer key.
    reason_code : str
        The right code; several issues share one.
    weight : float
        How often it comes up, against 1 for an ordinary issue.
    lean : float
        Between -1 (repeats least) and 1 (repeats most); the plan's
        ``issue_spread`` says how much this matters.
    facts : tuple of str
        Kinds of numbers that belong to it.
    next_topics : tuple of (str, float)
        What its next issue is about; the shares add up to 1.
    kinds : tuple of str
        Kinds of product that can have it.
    """

    topic: str
    reason_code: str
    weight: float
    lean: float
    facts: tuple[str, ...]
    next_topics: tuple[tuple[str, float], ...]
    kinds: tuple[str, ...] = _EVERY_KIND


_ALL = (
    Issue(
        "wrong bill amount",
        "Billing",
        1.2,
        0.2,
        ("invoice", "amount", "date"),
        (("invoice copy", 0.7), ("cancel contract", 0.3)),
    ),
    Issue(
        "refund missing",
        "Orders",
        1.6,
        0.8,
        ("order", "amount", "date"),
        (("invoice copy", 0.8), ("wrong bill amount", 0.2)),
        ("device",),
    ),
    Issue(
        "late delivery",
        "Orders",
        1.8,
        0.1,
        ("order", "date"),
        (("parcel damaged", 0.5), ("refund missing", 0.5)),
        ("device",),
    ),
    Issue(
        "parcel damaged",
        "Orders",
        1.3,
        -0.3,
        ("order", "date", "serial"),
        (("refund missing", 1.0),),
        ("device",),
    ),
    Issue("password reset", "Access", 1.0, -0.5, ("date",), (("login code missing", 1.0),)),
    Issue("login code missing", "Access", 1.0, -0.1, ("code", "date"), (("app crash", 1.0),)),
    Issue(
        "app crash",
        "App",
        1.2,
        0.5,
        ("code", "date"),
        (("password reset", 0.6), ("login code missing", 0.4)),
    ),
    Issue(
        "slow internet",
        "Connection",
        2.2,
        0.7,
        ("code", "date"),
        (("router without light", 0.5), ("cancel contract", 0.5)),
        ("fibre",),
    ),
    Issue(
        "router without light",
        "Connection",
        1.6,
        0.4,
        ("serial", "code", "date"),
        (("slow internet", 0.8), ("wrong bill amount", 0.2)),
        ("fibre",),
    ),
    Issue(
        "SIM activation",
        "Connection",
        2.0,
        0.0,
        ("serial", "order", "code"),
        (("roaming charges", 0.8), ("login code missing", 0.2)),
        ("mobile",),
    ),
    Issue(
        "roaming charges",
        "Billing",
        1.6,
        -0.1,
        ("invoice", "amount"),
        (("wrong bill amount", 0.6), ("cancel contract", 0.4)),
        ("mobile",),
    ),
    Issue(
        "cancel contract",
        "Contract",
        0.9,
        -0.4,
        ("date", "invoice"),
        (("wrong bill amount", 0.7), ("invoice copy", 0.3)),
    ),
    Issue("change of address", "Contract", 0.8, -0.7, ("invoice",), (("invoice copy", 1.0),)),
    Issue("invoice copy", "Billing", 0.8, -0.6, ("invoice",), (("change of address", 1.0),)),
)

ISSUES = {issue.topic: issue for issue in _ALL}
"""The issues by topic."""


def topics_of(product: str) -> tuple[list[str], list[float]]:
    """Give the topics that a product can have, and their weights."""
    possible = [issue for issue in _ALL if PRODUCTS[product] in issue.kinds]
    return [issue.topic for issue in possible], [issue.weight for issue in possible]
