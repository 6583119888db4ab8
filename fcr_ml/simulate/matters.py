"""Customers, their matters and their contacts while they are being simulated.

Nothing enters. Leaves: the three shapes that the other modules of this room
fill. They become rows of the contacts and of the answer key at the end.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Customer:
    """What stays the same from contact to contact.

    Parameters
    ----------
    number : int
        Two digits from which phone number and mail address are made.
    """

    customer_id: str
    language: str
    product: str
    channel: str
    number: int


@dataclass(eq=False)
class Matter:
    """A customer matter: what ties its contacts together.

    Parameters
    ----------
    customer : Customer
        Whose matter it is.
    began : int
        Seconds from the log's beginning to the first contact.
    has_case : bool
        Whether the desk opened a case.
    facts : dict of str to str
        Order number, error code and the like, drawn when it is first told.
    used : set of str
        Phrases in which it has been told so far.
    named_fact : str
        The kind of number that was named last.
    """

    customer: Customer
    began: int
    has_case: bool
    facts: dict[str, str] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)
    named_fact: str = ""


@dataclass(eq=False)
class Contact:
    """A contact on its way to becoming a row.

    Parameters
    ----------
    kind : {'contact', 'double_post', 'thanks', 'call_back'}
        Only the first kind is counted as a contact and as a repeat.
    started, ended : int
        Seconds from the log's beginning.
    repeat_probability : float or None
        Known when it ends; None for kinds that are not counted.
    answered : Contact or None
        The contact of the same matter that it follows.
    """

    matter: Matter
    topic: str
    started: int
    kind: str = "contact"
    answered: Contact | None = None
    reaction: str | None = None
    has_case: bool = False
    ended: int = 0
    channel: str = ""
    queue: str = ""
    team: str = ""
    agent_id: str = ""
    reason_code: str = ""
    has_wrong_code: bool = False
    transfers: int = 0
    talk_seconds: int = 0
    hold_seconds: int = 0
    wrap_seconds: int = 0
    asks_information: bool = False
    is_not_resolvable: bool = False
    agent_says_resolved: bool | None = None
    csat: int | None = None
    repeat_probability: float | None = None
    is_repeated: bool = False
    note: str | None = None
    is_thin: bool = False
    resolution_note: str | None = None
