"""Notes of the simulated centre: their languages, their variety, what they hide."""

import re
from string import Formatter

import pandas as pd
import pytest

from fcr_ml.simulate import CentrePlan, simulate_centre
from fcr_ml.simulate.issues import ISSUES
from fcr_ml.simulate.tongues import LANGUAGES

SCRIPTS = {
    "en": "[a-z]",
    "zh": "[\u4e00-\u9fff]",
    "sv": "[åäö]",
    "vi": "[ạảấầđễệơưừữ]",
    "de": "[äöüß]",
}


@pytest.fixture(scope="module")
def known() -> pd.DataFrame:
    centre = simulate_centre(CentrePlan(contacts=4_000))
    return centre.contacts.merge(centre.key["issues"], on="contact_id")


def test_no_two_notes_are_alike_but_what_was_sent_twice_or_says_nothing(
    known: pd.DataFrame,
) -> None:
    told = known[known["kind"].ne("double_post") & ~known["is_thin"]]["note"].dropna()
    assert len(told) > 3_000
    assert not told.duplicated().any()


def test_a_double_post_repeats_the_earlier_note(known: pd.DataFrame) -> None:
    earlier = known.drop_duplicates("issue_id").set_index("issue_id")["note"]
    doubles = known[known["kind"].eq("double_post") & known["note"].notna()]
    doubles = doubles[doubles["issue_id"].map(known["issue_id"].value_counts()) == 2]
    first_notes = earlier.loc[doubles["issue_id"]]
    assert len(doubles) > 10
    for note, first in zip(doubles["note"], first_notes, strict=True):
        assert note.startswith(first)
    assert (doubles["note"].to_numpy() == first_notes.to_numpy()).any()


@pytest.mark.parametrize("language", list(SCRIPTS))
def test_every_language_is_written_in_its_script(known: pd.DataFrame, language: str) -> None:
    notes = known.loc[known["language"].eq(language) & ~known["is_thin"], "note"].dropna()
    in_script = notes.str.lower().str.contains(SCRIPTS[language], regex=True)
    assert len(notes) > 100
    assert in_script.mean() > 0.7
    if language != "zh":
        assert not notes.str.contains(SCRIPTS["zh"], regex=True).any()


def test_follow_ups_of_a_matter_are_told_in_other_words(known: pd.DataFrame) -> None:
    told = known[known["kind"].eq("contact") & ~known["is_thin"]].dropna(subset="note")
    repeated = told[told.duplicated("issue_id", keep=False) & told["language"].eq("en")]
    words = repeated["note"].str.lower().str.findall(r"\w+").map(set)
    shared = [
        len(set.intersection(*sets)) / len(set.union(*sets))
        for sets in words.groupby(repeated["issue_id"]).agg(list)
    ]
    assert len(shared) > 100
    assert pd.Series(shared).median() < 0.35


def test_a_matter_keeps_its_numbers(known: pd.DataFrame) -> None:
    orders = known["note"].str.extractall(r"((?:NV|KX|PT)-\d{6})")[0]
    per_matter = orders.groupby(known["issue_id"].reindex(orders.index.get_level_values(0)).array)
    assert per_matter.nunique().max() == 1
    assert per_matter.size().max() > 1


def test_thin_and_missing_notes_come_as_often_as_planned(known: pd.DataFrame) -> None:
    counted = known[known["kind"] == "contact"]
    assert counted["is_thin"].mean() == pytest.approx(0.05, abs=0.015)
    assert counted["note"].isna().mean() == pytest.approx(0.02, abs=0.01)
    assert counted.loc[counted["is_thin"], "note"].str.len().max() <= 20


def test_personal_details_are_fake_and_present(known: pd.DataFrame) -> None:
    notes = known["note"].dropna()
    mails = notes.str.extract(r"([\w.]+@[\w.]+\w)")[0].dropna()
    cards = notes.str.extract(r"(\d{4} \d{4} \d{4} \d{4})")[0].dropna()
    assert mails.str.endswith("@example.com").all()
    assert len(mails) > 20
    assert len(cards) > 20
    assert cards.map(_passes_luhn).all()
    assert notes.str.contains("7946|555|4650? ?0|2312|39200|7700|17406").sum() > 50


def _passes_luhn(card: str) -> bool:
    digits = [int(digit) for digit in card if digit.isdigit()]
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[-2::-2]]
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


def test_reason_codes_are_wrong_as_often_as_planned(known: pd.DataFrame) -> None:
    counted = known[known["kind"] == "contact"]
    right = counted["true_topic"].map(lambda topic: ISSUES[topic].reason_code)
    assert counted["reason_code"].ne(right).tolist() == counted["has_wrong_code"].tolist()
    assert counted["has_wrong_code"].mean() == pytest.approx(0.15, abs=0.02)


@pytest.mark.parametrize("language", list(LANGUAGES))
def test_every_language_tells_every_issue_without_a_phrase_twice(language: str) -> None:
    phrases = LANGUAGES[language]
    assert set(phrases.issues) == set(ISSUES)
    symptoms = [symptom for words in phrases.issues.values() for symptom in words.symptoms]
    assert len(symptoms) == len(set(symptoms)) >= 6 * len(ISSUES)
    for words in phrases.issues.values():
        assert not [slot for ask in words.asks for slot in _slots(ask)]


def _slots(text: str) -> list[str]:
    return [name for _, name, _, _ in Formatter().parse(text) if name]


def test_no_slot_is_left_open(known: pd.DataFrame) -> None:
    texts = pd.concat([known["note"], known["resolution_note"]]).dropna()
    assert not texts.str.contains(re.escape("{")).any()
    assert not texts.str.contains("  ").any()
