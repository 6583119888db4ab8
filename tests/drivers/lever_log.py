"""Logs with one planted lever: a subject that repeats more, and why."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from fcr_ml.frames import Casebook

from .conftest import write_rows

SUBJECT = "bill"
AGENTS, TEAMS = 24, 6


@dataclass(frozen=True)
class Mechanism:
    """What makes the subject repeat.

    Parameters
    ----------
    added : float
        What it adds to the rate of the contacts concerned.
    column, value : str
        Which contacts of the subject are concerned; empty for all.
    segment : str
        What the driver's words must hold.
    share : float
        Of the agents who lack training; 0 where none does.
    contacts : int or None
        Size of the log, where it is not that asked for.
    """

    added: float
    column: str = ""
    value: str = ""
    segment: str = "reason_code = bill"
    share: float = 0.0
    contacts: int | None = None


MECHANISMS = {
    "agents": Mechanism(0.40, share=0.4),
    "everyone": Mechanism(0.16),
    "transferred": Mechanism(0.35, "was_transferred", "yes"),
    "on hold": Mechanism(0.30, "was_on_hold", "yes"),
    "one queue": Mechanism(0.35, "queue", "Tech"),
    "one channel": Mechanism(0.35, "channel", "chat"),
    "one product": Mechanism(0.30, "product", "web"),
    "next issue": Mechanism(0.16),
    "everyone, no subject": Mechanism(0.16, segment="plan = old"),
    "too small": Mechanism(0.40, share=0.4, contacts=900),
    "half and half": Mechanism(0.22, share=0.4),
}
"""By name; 'next issue' adds returns about another topic."""

TRUE_LEVERS = {
    "agents": {"training"},
    "everyone": {"knowledge"},
    "transferred": {"transfer"},
    "on hold": {"authority"},
    "one queue": {"routing"},
    "one channel": {"channel fit"},
    "one product": {"product"},
    "next issue": {"expectation setting"},
    "everyone, no subject": {"product or process"},
    "too small": {"not enough evidence", "no driver", "training"},
    "half and half": {"not enough evidence"},
}
"""What may be named; of a log too small to tell, nothing, no driver, or what is true."""


def draw_contacts(name: str, seed: int, size: int) -> pd.DataFrame:
    """Draw closed contacts of a log in which one mechanism is at work.

    Agents belong to teams and teams to no queue; customers contact unequally often and
    differ in how often they return. The mechanism 'half and half' adds the same again to
    all contacts of the subject as its untrained agents add on average.
    """
    mechanism = MECHANISMS[name]
    size = mechanism.contacts or size
    generator = np.random.default_rng(seed)
    owner = np.repeat(np.arange(size), np.minimum(generator.zipf(2.0, size), 40))[:size]
    agent = generator.integers(0, AGENTS, size)
    reasons = ["bill", "login", "order", "device", "move", "other"]
    contacts = pd.DataFrame(
        {
            "contact_id": [f"c-{row:07d}" for row in range(size)],
            "customer_id": [f"k-{row:07d}" for row in owner],
            "channel": generator.choice(["voice", "chat", "mail"], size, p=[0.5, 0.3, 0.2]),
            "queue": generator.choice(["Money", "Access", "Tech"], size, p=[0.4, 0.3, 0.3]),
            "product": generator.choice(["phone", "web"], size),
            "reason_code": generator.choice(reasons, size),
            "team": [f"team {number % TEAMS}" for number in agent],
            "agent_id": [f"a-{number:03d}" for number in agent],
            "was_transferred": generator.choice(["yes", "no"], size, p=[0.25, 0.75]),
            "was_on_hold": generator.choice(["yes", "no"], size, p=[0.35, 0.65]),
            "plan": generator.choice(["old", "new"], size, p=[0.2, 0.8]),
            "earlier_contacts": "0",
        }
    )
    rate = generator.beta(0.2 * 3, 0.8 * 3, size)[owner] + _added(mechanism, name, contacts, agent)
    is_repeated = generator.random(size) < rate
    sure, unsure = generator.uniform(0.7, 1, size), generator.uniform(0, 0.1, size)
    contacts["repeated_probability"] = np.where(is_repeated, sure, unsure)
    contacts["follow_up_id"] = contacts["contact_id"].where(is_repeated)
    contacts["is_planted"] = is_repeated & (generator.random(size) < 0.16 / np.maximum(rate, 0.16))
    return contacts


def _added(
    mechanism: Mechanism, name: str, contacts: pd.DataFrame, agent: np.ndarray
) -> np.ndarray:
    column, value = mechanism.segment.split(" = ")
    is_concerned = (contacts[column] == value).to_numpy()
    added = np.full(len(contacts), mechanism.added)
    if mechanism.column:
        added *= (contacts[mechanism.column] == mechanism.value).to_numpy()
    if mechanism.share:
        added *= agent < mechanism.share * AGENTS
    if name == "half and half":
        added += mechanism.added * mechanism.share
    return np.where(is_concerned, added, 0.0)


def links_of(name: str, seed: int, contacts: pd.DataFrame) -> pd.DataFrame:
    """Give the links of the returns: one in five about a next issue, all planted ones too."""
    returned = contacts[contacts["follow_up_id"].notna()]
    is_next = np.random.default_rng(seed).random(len(returned)) < 0.2
    if name == "next issue":
        is_next |= (returned["is_planted"] & (returned["reason_code"] == SUBJECT)).to_numpy()
    return pd.DataFrame(
        {
            "contact_id": returned["contact_id"],
            "follow_up_id": returned["follow_up_id"],
            "hours_between": 30.0,
            "link_probability": 0.9,
            "same_issue_probability": 0.5,
            "verdict": np.where(is_next, "next_issue", "same_issue"),
            "reasons": "notes alike",
        }
    )


def write_log(folder: Path, contacts: pd.DataFrame, links: pd.DataFrame) -> Casebook:
    """Write a drawn log as a casebook."""
    kept = contacts.drop(columns="is_planted")
    return write_rows(folder, kept, tables={"links": links}, attributes={"plan": "at_start"})
