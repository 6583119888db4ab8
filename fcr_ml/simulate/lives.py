"""Who contacts the simulated centre, when, and about which matter.

Enters: a :class:`~fcr_ml.simulate.plan.CentrePlan`. Leaves: contacts as they
happened, matter by matter, without their words. New matters of a customer come
from a Poisson process that knows nothing of earlier ones; a follow-up comes from
the contact before it with the probability that was written there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from random import Random

from fcr_ml.simulate.handling import LIVE_CHANNELS, handle
from fcr_ml.simulate.issues import CHANNELS, ISSUES, PRODUCTS, topics_of
from fcr_ml.simulate.matters import Contact, Customer, Matter
from fcr_ml.simulate.plan import CentrePlan
from fcr_ml.simulate.rhythm import DAY, Rhythm

_KEEPS_CASE_RATE = 0.75


def live_through(plan: CentrePlan) -> list[Contact]:
    """Let customers come and contact the centre until the log is full.

    Returns
    -------
    list of Contact
        At least ``plan.contacts`` of them, all begun inside the log, in the
        order of customers and matters, not of time.
    """
    rng = Random(f"{plan.random_state} matters")
    rhythm = Rhythm(plan.starts_at.weekday())
    contacts: list[Contact] = []
    customers = 0
    while len(contacts) < plan.contacts:
        customers += 1
        customer = _draw_customer(plan, customers, rng)
        rate = plan.coincidence / (30 * DAY) * _draw_activity(plan, rng)
        for began in rhythm.draw_starts(rate, plan.days * DAY, rng):
            matter = Matter(customer, began, rng.random() < plan.case_rate)
            contacts += [
                contact
                for contact in _follow(matter, plan, rhythm, rng)
                if contact.started < plan.days * DAY
            ]
    return contacts


def _draw_customer(plan: CentrePlan, number: int, rng: Random) -> Customer:
    return Customer(
        f"customer-{number:06d}",
        rng.choices(list(plan.languages), list(plan.languages.values()))[0],
        rng.choice(list(PRODUCTS)),
        rng.choices(list(CHANNELS), list(CHANNELS.values()))[0],
        rng.randrange(100),
    )


def _draw_activity(plan: CentrePlan, rng: Random) -> float:
    """Draw how often a customer comes, 1 on average; never quite 0."""
    spread = plan.coincidence_spread
    return max(rng.gammavariate(1 / spread, spread), 1e-9) if spread > 0 else 1.0


def _follow(matter: Matter, plan: CentrePlan, rhythm: Rhythm, rng: Random) -> Iterator[Contact]:
    """Give the contacts of a matter in turn, until it rests or the log ends."""
    topic = rng.choices(*topics_of(matter.customer.product))[0]
    contact = Contact(matter, topic, matter.began, has_case=matter.has_case)
    while contact.started < plan.days * DAY:
        handle(contact, plan, rng)
        yield contact
        yield from _draw_extras(contact, plan, rhythm, rng)
        if not contact.is_repeated:
            return
        contact = _draw_follow_up(contact, plan, rhythm, rng)


def _draw_follow_up(earlier: Contact, plan: CentrePlan, rhythm: Rhythm, rng: Random) -> Contact:
    """Draw the related follow-up of a contact: when, about what, under which case."""
    follow_up = Contact(
        earlier.matter,
        earlier.topic,
        earlier.ended + rhythm.draw_delay(earlier.ended, rng),
        answered=earlier,
        has_case=earlier.has_case and rng.random() < _KEEPS_CASE_RATE,
    )
    if rng.random() < plan.next_issue_share:
        topics, shares = zip(*ISSUES[earlier.topic].next_topics, strict=True)
        follow_up.topic = rng.choices(topics, shares)[0]
    if follow_up.has_case:
        follow_up.reaction = _reaction(earlier, follow_up)
    return follow_up


def _reaction(earlier: Contact, follow_up: Contact) -> str:
    if follow_up.topic != earlier.topic:
        return "follow_on_question"
    return "gives_asked_information" if earlier.asks_information else "still_broken"


def _draw_extras(
    contact: Contact, plan: CentrePlan, rhythm: Rhythm, rng: Random
) -> Iterator[Contact]:
    """Draw what comes beside a contact and is never counted as a repeat."""
    is_live = contact.channel in LIVE_CHANNELS
    if not is_live and rng.random() < plan.double_post_rate:
        longest = min(contact.ended - contact.started, 3 * 3_600)
        started = contact.started + rng.randrange(60, longest)
        yield _beside(contact, "double_post", started, contact.ended)
    if rng.random() < plan.call_back_rate:
        started = contact.ended + rhythm.draw_delay(contact.ended, rng)
        yield _beside(contact, "call_back", started, started + rng.randrange(90, 600))
    if contact.has_case and not contact.is_repeated and rng.random() < plan.thanks_rate:
        started = contact.ended + rhythm.draw_delay(contact.ended, rng)
        thanks = _beside(contact, "thanks", started, started + rng.randrange(30, 300))
        thanks.reaction = "thanks"
        yield thanks


def _beside(contact: Contact, kind: str, started: int, ended: int) -> Contact:
    """Give an extra row of the same matter, handled by the same agent."""
    worked = 60 if kind == "double_post" else ended - started
    return replace(
        contact,
        kind=kind,
        answered=contact,
        reaction=None,
        started=started,
        ended=ended,
        channel="voice" if kind == "call_back" else contact.channel,
        transfers=contact.transfers if kind == "double_post" else 0,
        talk_seconds=worked,
        hold_seconds=0,
        wrap_seconds=30,
        asks_information=False,
        is_not_resolvable=False,
        agent_says_resolved=None,
        csat=None,
        repeat_probability=None,
        is_repeated=False,
    )
