"""The words: notes and resolution notes of simulated contacts, in their language.

Enters: contacts in the order in which each matter happened. Leaves: the same
contacts with notes. The contacts of one matter share its numbers and dates but
are told in other words; contacts of other customers with the same issue draw on
the same phrases, so that words alone do not tell what belongs together.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import count
from random import Random

from fcr_ml.simulate.issues import ISSUES
from fcr_ml.simulate.language import Language, Voice
from fcr_ml.simulate.matters import Contact, Matter
from fcr_ml.simulate.plan import CentrePlan
from fcr_ml.simulate.rhythm import DAY
from fcr_ml.simulate.tongues import LANGUAGES

_TEST_CARDS = (
    "4111 1111 1111 1111",
    "4242 4242 4242 4242",
    "5555 5555 5555 4444",
    "4012 8888 8888 1881",
    "6011 1111 1111 1117",
)
"""Numbers that payment companies publish for tests; they pass the Luhn check."""

_MAIL_NAMES = ("kim", "alex", "robin", "sam", "lin", "mika", "toni", "jo")

_PLAIN_TRIES = 8
"""Drawn this often before an order number is put in to make a note its own."""


class Teller:
    """Tells contacts, no two alike except what was sent twice or says nothing.

    Parameters
    ----------
    plan : CentrePlan
        How often notes are thin, missing, detailed and so on.
    """

    def __init__(self, plan: CentrePlan) -> None:
        self._plan = plan
        self._rng = Random(f"{plan.random_state} words")
        self._starts_at = plan.starts_at.to_pydatetime()
        self._told: set[str] = set()

    def tell(self, contact: Contact) -> None:
        """Write the note and the resolution note of a contact."""
        language = LANGUAGES[contact.matter.customer.language]
        if not contact.matter.facts:
            contact.matter.facts = self._draw_facts(contact.matter, language)
        slots = contact.matter.facts | self._moments(contact, language)
        contact.resolution_note = self._resolution(contact, language, slots)
        if contact.kind == "contact":
            self._tell_contact(contact, language, slots)
        elif contact.kind == "double_post":
            self._tell_again(contact, language)
        else:
            contact.note = self._unlike_others(contact, language, slots)

    def _tell_contact(self, contact: Contact, language: Language, slots: dict[str, str]) -> None:
        drawn = self._rng.random() - self._plan.missing_note_rate
        if drawn < 0:
            return
        contact.is_thin = drawn < self._plan.thin_note_rate
        if contact.is_thin:
            contact.note = self._rng.choice(language.thin)
        else:
            contact.note = self._unlike_others(contact, language, slots)

    def _tell_again(self, contact: Contact, language: Language) -> None:
        """Repeat the earlier note word for word, or nearly."""
        if contact.answered is not None:
            contact.note, contact.is_thin = contact.answered.note, contact.answered.is_thin
        if contact.note and self._rng.random() < 0.4:
            contact.note += language.joiner + self._rng.choice(language.sent_again)

    def _unlike_others(self, contact: Contact, language: Language, slots: dict[str, str]) -> str:
        """Draw notes until one has not been told before."""
        for drawn in count():
            sentences = self._sentences(contact, language)
            if drawn >= _PLAIN_TRIES:
                sentences.append(self._rng.choice(language.facts["order"]))
            note = _join(sentences, language, slots)
            if contact.channel == "chat" and self._rng.random() < 0.3:
                note = note[0].lower() + note[1:].rstrip(".。")
            if note not in self._told:
                break
        self._told.add(note)
        contact.matter.used.update(sentences)
        return note

    def _sentences(self, contact: Contact, language: Language) -> list[str]:
        if contact.kind == "thanks":
            return [self._rng.choice(phrases) for phrases in language.thanks]
        if contact.kind == "call_back":
            return [self._rng.choice(language.call_backs)]
        voice = language.desk if contact.channel == "voice" else language.customer
        opening = self._fresh(voice.openings, contact.matter)
        if contact.reaction == "gives_asked_information":
            return [opening, *self._given(contact, language)]
        sentences = [opening, *self._cue(contact, language, voice), *self._story(contact, language)]
        if self._happens(0.6):
            ask = self._rng.choice(language.issues[contact.topic].asks)
            sentences.append(self._rng.choice(voice.ask_frames).replace("{do}", ask))
        if self._happens(self._plan.personal_detail_rate):
            sentences.append(self._rng.choice(language.personal))
        return sentences

    def _story(self, contact: Contact, language: Language) -> list[str]:
        """Say what is wrong, and beside it some of the details in any order."""
        words = language.issues[contact.topic]
        symptom, other_symptom = (self._fresh(words.symptoms, contact.matter) for _ in range(2))
        beside = []
        if self._happens(0.25) and other_symptom != symptom:
            beside.append(other_symptom)
        if self._happens(self._plan.detail_rate):
            beside.append(self._fact(contact, language))
        if self._happens(0.4):
            beside.append(self._fresh((*words.tried, *language.tried), contact.matter))
        self._rng.shuffle(beside)
        return [symptom, *beside]

    def _given(self, contact: Contact, language: Language) -> list[str]:
        sentences = [self._rng.choice(language.given), self._fact(contact, language)]
        if self._happens(0.5):
            symptoms = language.issues[contact.topic].symptoms
            sentences.append(self._fresh(symptoms, contact.matter))
        return sentences

    def _cue(self, contact: Contact, language: Language, voice: Voice) -> list[str]:
        """Give a sentence such as "same thing again", or nothing.

        Some first contacts have one too: a customer may have tried elsewhere.
        """
        earlier = contact.answered
        if not self._happens(self._plan.cue_rate * (1 if earlier else 0.1)):
            return []
        is_next_issue = earlier is not None and earlier.topic != contact.topic
        cues = language.next_cues if is_next_issue else voice.cues
        return [self._fresh(cues, contact.matter)]

    def _fact(self, contact: Contact, language: Language) -> str:
        """Name a number of the matter, often the one that was named before."""
        matter = contact.matter
        if not (matter.named_fact and self._happens(0.8)):
            matter.named_fact = self._rng.choice(ISSUES[contact.topic].facts)
        return self._rng.choice(language.facts[matter.named_fact])

    def _fresh(self, phrases: Sequence[str], matter: Matter) -> str:
        """Choose a phrase, half the time only among those the matter was not told in yet."""
        unused = [phrase for phrase in phrases if phrase not in matter.used]
        return self._rng.choice(unused if unused and self._happens(0.5) else phrases)

    def _happens(self, share: float) -> bool:
        return self._rng.random() < share

    def _resolution(
        self, contact: Contact, language: Language, slots: dict[str, str]
    ) -> str | None:
        """Say what the desk did; extra rows have nothing to say."""
        if contact.kind != "contact":
            return None
        if contact.asks_information:
            return _join([self._rng.choice(language.questions)], language, slots)
        sentences = [self._rng.choice(language.issues[contact.topic].answers)]
        if self._happens(0.25):
            sentences.append(self._rng.choice(language.promises))
        return _join(sentences, language, slots)

    def _moments(self, contact: Contact, language: Language) -> dict[str, str]:
        """Give the times that differ from note to note."""
        moment = self._moment(contact.started)
        soon = moment + timedelta(days=self._rng.randint(1, 4))
        return {
            "time": f"{moment:%H:%M}",
            "this_weekday": language.weekdays[moment.weekday()],
            "next_weekday": language.weekdays[soon.weekday()],
        }

    def _moment(self, seconds: int) -> datetime:
        return self._starts_at + timedelta(seconds=seconds)

    def _draw_facts(self, matter: Matter, language: Language) -> dict[str, str]:
        """Draw what fills the slots in all notes of a matter."""
        rng, customer = self._rng, matter.customer
        days = rng.randint(2, 9)
        noticed = self._moment(matter.began - days * DAY)
        billed = noticed - timedelta(days=31)
        moves = self._moment(matter.began + rng.randint(10, 25) * DAY)
        money = {"whole": str(rng.randint(12, 240)), "cents": f"{rng.randrange(100):02d}"}
        name = _MAIL_NAMES[customer.number % len(_MAIL_NAMES)]
        phone = language.phones[customer.number % len(language.phones)]
        return {
            "product": customer.product,
            "order": f"{rng.choice(('NV', 'KX', 'PT'))}-{rng.randrange(100_000, 1_000_000)}",
            "invoice": f"R{noticed.year}-{rng.randrange(10_000, 100_000)}",
            "code": f"{rng.choice('EFHX')}{rng.randrange(100, 1_000)}",
            "serial": f"{rng.choice('ABCD')}{rng.randrange(10**7, 10**8)}",
            "amount": language.money.format(**money),
            "date": _date(noticed, language),
            "move_date": _date(moves, language),
            "weekday": language.weekdays[noticed.weekday()],
            "month": language.months[billed.month - 1],
            "days": str(days),
            "city": rng.choice(language.cities),
            "phone": phone.format(n=f"{customer.number:02d}"),
            "mail": f"{name}.{customer.number:02d}@example.com",
            "card": rng.choice(_TEST_CARDS),
        }


def tell_all(contacts: Iterable[Contact], plan: CentrePlan) -> None:
    """Write the notes of all contacts, each matter in its own order."""
    teller = Teller(plan)
    for contact in contacts:
        teller.tell(contact)


def _date(moment: datetime, language: Language) -> str:
    return language.date.format(day=moment.day, month=language.months[moment.month - 1])


def _join(sentences: Sequence[str], language: Language, slots: dict[str, str]) -> str:
    """Fill the slots and join what is there; each sentence begins with a capital."""
    filled = [sentence.format_map(slots) for sentence in sentences if sentence]
    return language.joiner.join(sentence[0].upper() + sentence[1:] for sentence in filled)
