"""How the desk handles a contact: where it lands, who takes it, how long it takes.

Enters: a contact with its matter, topic and start. Leaves: the same contact with
its end and, written on it at that moment, its true repeat probability. None of
it looks at what happens afterwards.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from math import log
from random import Random

from fcr_ml.simulate.issues import AGENTS_PER_TEAM, CHANNELS, ISSUES, QUEUES, TEAMS
from fcr_ml.simulate.matters import Contact
from fcr_ml.simulate.plan import CentrePlan, PlantedDriver

LIVE_CHANNELS = ("voice", "chat")
"""Handled while the customer waits; the others are answered hours later."""

_MISROUTED_RATE = 0.1
_HIGHEST_PROBABILITY = 0.95


def handle(contact: Contact, plan: CentrePlan, rng: Random) -> None:
    """Let the desk handle a contact from its start to its end."""
    contact.channel = _draw_channel(contact, rng)
    _route(contact, plan, rng)
    _spend_time(contact, rng)
    contact.asks_information = contact.has_case and rng.random() < 0.2
    contact.is_not_resolvable = rng.random() < 0.03
    contact.repeat_probability = repeat_probability(contact, plan)
    # Agents sense what is going to come back, but only through what is known at the end.
    contact.agent_says_resolved = rng.random() < 0.95 - 0.4 * contact.repeat_probability
    contact.is_repeated = rng.random() < contact.repeat_probability
    if rng.random() < 0.08:
        low, high = (1, 4) if contact.is_repeated else (3, 5)
        contact.csat = rng.randint(low, high)


def repeat_probability(contact: Contact, plan: CentrePlan) -> float:
    """Give the probability that a related follow-up begins within 7 days of the end."""
    lean = ISSUES[contact.topic].lean
    base = plan.base_repeat_rate * (1 + plan.issue_spread * lean)
    extra = sum(driver.extra_repeat_probability for driver in drivers_of(contact, plan))
    return min(base + extra, _HIGHEST_PROBABILITY)


def drivers_of(contact: Contact, plan: CentrePlan) -> Iterator[PlantedDriver]:
    """Give the planted drivers whose conditions all hold for a contact."""
    values = {
        "channel": contact.channel,
        "queue": contact.queue,
        "team": contact.team,
        "product": contact.matter.customer.product,
        "reason_code": contact.reason_code,
        "was_transferred": "yes" if contact.transfers else "no",
    }
    for driver in plan.drivers:
        if all(values[column] == value for column, value in driver.conditions):
            yield driver


def _draw_channel(contact: Contact, rng: Random) -> str:
    if rng.random() < 0.7:
        return contact.matter.customer.channel
    return rng.choice(list(CHANNELS))


def _route(contact: Contact, plan: CentrePlan, rng: Random) -> None:
    """Set reason code, queue, transfers, team and agent."""
    right_code = ISSUES[contact.topic].reason_code
    contact.has_wrong_code = rng.random() < plan.wrong_code_rate
    contact.reason_code = _other(QUEUES, right_code, rng) if contact.has_wrong_code else right_code
    contact.queue = QUEUES[right_code]
    is_misrouted = rng.random() < _MISROUTED_RATE
    if is_misrouted:
        contact.queue = _other(TEAMS, contact.queue, rng)
    is_handed_on = rng.random() < plan.transfer_rate * (3 if is_misrouted else 1)
    contact.transfers = is_handed_on + (is_handed_on and rng.random() < 0.2)
    contact.team = rng.choice(TEAMS[contact.queue])
    number = rng.randrange(AGENTS_PER_TEAM) + 1
    contact.agent_id = f"agent-{contact.team.lower().replace(' ', '-')}-{number}"


def _other(names: Iterable[str], name: str, rng: Random) -> str:
    return rng.choice([other for other in names if other != name])


def _spend_time(contact: Contact, rng: Random) -> None:
    """Set the seconds of work and the moment at which the handling ends."""
    is_voice = contact.channel == "voice"
    handed_on = contact.transfers
    contact.talk_seconds = int(rng.lognormvariate(log(300 if is_voice else 420), 0.5))
    contact.talk_seconds += 120 * handed_on
    if is_voice and rng.random() < 0.3 + 0.4 * bool(handed_on):
        contact.hold_seconds = int(rng.lognormvariate(log(70), 0.6))
    contact.wrap_seconds = int(rng.lognormvariate(log(60), 0.4))
    if contact.channel in LIVE_CHANNELS:
        waited = int(rng.expovariate(1 / 120))
        work = contact.talk_seconds + contact.hold_seconds + contact.wrap_seconds
        contact.ended = contact.started + waited + work
    else:
        hours = min(max(rng.lognormvariate(log(6), 0.8), 0.25), 48)
        contact.ended = contact.started + int(3_600 * hours)
