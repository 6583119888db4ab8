"""Carriers: whose contacts carry a phrase, so that nobody's own name or habit is shown.

Enters: who wrote and who handled each note, and which notes hold which phrase. Leaves: the
phrases that several customers carry and that are not one agent's own. What it will not do:
know a personal name by its looks; that is tried in phrase_quality.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

FEWEST_CUSTOMERS = 5
"""What fewer customers' contacts carry may tell who one of them is, and is not shown."""
FEWEST_CONTACTS, ONE_AGENT = 5, 0.9
"""A phrase of so many contacts at least, so many of them one agent's, is likely that agent's
own name or habit."""
SPECIALIST = 0.8
"""An agent who handles so much of a phrase's topics handles all their phrases: who carries
one tells nothing there."""


@dataclass(frozen=True)
class Carriers:
    """The customer and the agent of each note.

    Attributes
    ----------
    customers, agents : numpy.ndarray
        Shape (n,), int from 0; -1 where the agent is not known.
    """

    customers: np.ndarray
    agents: np.ndarray

    @classmethod
    def unknown(cls, count: int) -> Carriers:
        """Take each note for a customer's of its own, by no known agent."""
        return cls(np.arange(count), np.full(count, -1))

    def of(self, rows: np.ndarray | list[int]) -> Carriers:
        """Give those of some notes."""
        return Carriers(self.customers[rows], self.agents[rows])


def read_carriers(contacts: pd.DataFrame) -> Carriers:
    """Tell the customer and the agent of each contact.

    Parameters
    ----------
    contacts : pandas.DataFrame
        CONTACTS. Without customers each contact is a customer of its own, without agents
        none is known.
    """
    unknown = Carriers.unknown(len(contacts))
    customers, agents = unknown.customers, unknown.agents
    if "customer_id" in contacts:
        customers = pd.factorize(contacts["customer_id"], use_na_sentinel=False)[0]
    if "agent_id" in contacts:
        agents = pd.factorize(contacts["agent_id"])[0]
    return Carriers(customers, agents)


def may_be_shown(
    phrases: np.ndarray, rows: np.ndarray, count: int, carriers: Carriers, topics: np.ndarray
) -> np.ndarray:
    """Tell the phrases that may stand on a page.

    Parameters
    ----------
    phrases, rows : numpy.ndarray
        Int: which phrase is in which note, each pair once.
    count : int
        Number of phrases.
    carriers : Carriers
        Of all notes.
    topics : numpy.ndarray
        Topic of each note, int from 0.

    Returns
    -------
    numpy.ndarray
        Shape (count,): True where at least five customers' contacts carry the phrase, and
        not nine in ten of them are one agent's. That agent may carry it where four in five
        contacts of its topics are theirs in any case.

    Examples
    --------
    >>> six = Carriers.unknown(6)
    >>> held = np.array([0, 0, 0, 0, 0, 1]), np.arange(6)
    >>> may_be_shown(*held, 2, six, np.zeros(6, dtype=int)).tolist()
    [True, False]
    """
    width = carriers.customers.max(initial=0) + 1
    pairs = np.unique(phrases * width + carriers.customers[rows])
    customers = np.bincount(pairs // width, minlength=count)
    return (customers >= FEWEST_CUSTOMERS) & ~_is_one_agents(phrases, rows, count, carriers, topics)


def _is_one_agents(
    phrases: np.ndarray, rows: np.ndarray, count: int, carriers: Carriers, topics: np.ndarray
) -> np.ndarray:
    is_known = carriers.agents[rows] >= 0
    phrases, rows = phrases[is_known], rows[is_known]
    if not len(rows):
        return np.zeros(count, dtype=bool)
    by_agent = _table(phrases, carriers.agents[rows], count)
    known = np.asarray(by_agent.sum(axis=1)).ravel()
    agent = np.asarray(by_agent.argmax(axis=1)).ravel()
    most = by_agent.max(axis=1).toarray().ravel()
    # The agent's share of the topics that the phrase's contacts are in.
    told = np.flatnonzero(carriers.agents >= 0)
    of_topics = _table(topics[told], carriers.agents[told], int(topics.max()) + 1)
    sizes = np.asarray(of_topics.sum(axis=1)).ravel()[topics[rows]]
    own = np.asarray(of_topics[topics[rows], agent[phrases]]).ravel() / sizes
    usual = np.bincount(phrases, own, count) / np.maximum(known, 1)
    return (known >= FEWEST_CONTACTS) & (most >= ONE_AGENT * known) & (usual < SPECIALIST)


def _table(places: np.ndarray, agents: np.ndarray, count: int) -> Any:
    """Count by place and agent, as a sparse matrix."""
    from scipy.sparse import csr_matrix

    cells = (np.ones(len(places)), (places, agents))
    return csr_matrix(cells, shape=(count, int(agents.max()) + 1))
