"""What a language module holds: the phrases from which notes are told.

Nothing enters. Leaves: the two shapes that the language modules fill. Phrases
are whole sentences that fit both a desk's note and a customer's message; the
slots in braces are filled for each customer matter by ``fcr_ml.simulate.telling``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class IssueWords:
    """How one issue is told.

    Parameters
    ----------
    symptoms : tuple of str
        What is wrong, each in other words.
    tried : tuple of str
        What the customer has already done about it.
    asks : tuple of str
        What is wanted, as an infinitive that fits the language's ask frames.
    answers : tuple of str
        What the desk did.
    """

    symptoms: tuple[str, ...]
    tried: tuple[str, ...]
    asks: tuple[str, ...]
    answers: tuple[str, ...]


@dataclass(frozen=True)
class Voice:
    """Phrases that differ between a desk's note and a customer's own message.

    Parameters
    ----------
    openings : tuple of str
        First sentences.
    ask_frames : tuple of str
        Sentences around what is wanted, slot ``{do}``.
    cues : tuple of str
        Sentences that say that this is not the first contact.
    """

    openings: tuple[str, ...]
    ask_frames: tuple[str, ...]
    cues: tuple[str, ...]


@dataclass(frozen=True)
class Language:
    """The phrases of one language.

    Parameters
    ----------
    joiner : str
        What stands between two sentences.
    money, date : str
        Patterns with the slots ``{whole}`` ``{cents}`` and ``{day}`` ``{month}``.
    months, weekdays : tuple of str
        Names, January and Monday first.
    cities : tuple of str
        Places that customers name.
    phones : tuple of str
        Fictitious numbers, slot ``{n}`` with two digits.
    desk, customer : Voice
        Notes of calls are written by the desk, all others by the customer.
    issues : mapping of str to IssueWords
        By issue.
    facts : mapping of str to tuple of str
        Sentences that name an order, invoice, code, amount, date or serial number.
    tried : tuple of str
        Things customers do whatever the issue is.
    next_cues : tuple of str
        Sentences that lead from a matter's earlier issue to its next.
    given : tuple of str
        Sentences that bring what the desk asked for.
    thanks : tuple of three tuples of str
        Openings, bodies and closings of a plain thanks.
    thin : tuple of str
        Notes that say too little.
    call_backs : tuple of str
        Notes of a call that the desk made.
    sent_again : tuple of str
        What a customer adds when sending the same message twice.
    personal : tuple of str
        Sentences with a fake phone number, mail address or card number.
    promises, questions : tuple of str
        What the desk promised; what it asked the customer for.
    """

    joiner: str
    money: str
    date: str
    months: tuple[str, ...]
    weekdays: tuple[str, ...]
    cities: tuple[str, ...]
    phones: tuple[str, ...]
    desk: Voice
    customer: Voice
    issues: Mapping[str, IssueWords]
    facts: Mapping[str, tuple[str, ...]]
    tried: tuple[str, ...]
    next_cues: tuple[str, ...]
    given: tuple[str, ...]
    thanks: tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]
    thin: tuple[str, ...]
    call_backs: tuple[str, ...]
    sent_again: tuple[str, ...]
    personal: tuple[str, ...]
    promises: tuple[str, ...]
    questions: tuple[str, ...]
