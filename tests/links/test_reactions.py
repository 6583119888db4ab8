"""Reactions inside a case: what they are in several languages, and that judgements help.

Vectors here are hand-made: one direction for each word, so that no encoder is loaded.
"""

from __future__ import annotations

import time

import numpy as np
import pandas as pd
import pytest

from fcr_ml.errors import DataError
from fcr_ml.links.reaction_seeds import seed_sentences
from fcr_ml.links.reaction_words import FEATURES, lay_out_words
from fcr_ml.links.reactions import (
    REACTIONS,
    USUAL_SHARES,
    Encode,
    ReactionModel,
    cross_fit_reactions,
    judge_reactions,
    needs_help,
)
from fcr_ml.measures.agreement import auc
from fcr_ml.notes.encoders import WordsEncoder
from fcr_ml.notes.thin import count_words

ENCODER = WordsEncoder()
TELLS = "Restart the box and wait until the lamp is green."
ASKS = "Which version do you have? Please send a screenshot."


def _replies(
    notes: list[str | None], answers: list[str | None] | str | None = None
) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "note": pd.array(notes, dtype="string"),
            "words": [count_words(note or "") for note in notes],
            "language": pd.array([None] * len(notes), dtype="string"),
            "earlier_answer": pd.array(
                answers if isinstance(answers, list) else [answers] * len(notes), dtype="string"
            ),
        }
    )


def _vectors(replies: pd.DataFrame) -> np.ndarray:
    return ENCODER.encode(replies["note"].fillna("").tolist())


def _likeliest(notes: list[str | None], answers: list[str | None] | str | None) -> list[str]:
    replies = _replies(notes, answers)
    told = judge_reactions(replies, _vectors(replies), ENCODER.encode)
    return [str(reaction) for reaction in told.idxmax(axis=1)]


TOLD = {
    "still_broken": [
        "I did all that and the heater still does not start.",
        "Ich habe es versucht, leider geht die Heizung immer noch nicht.",
        "Jag provade men värmen fungerar fortfarande inte.",
        "试过了，暖气还是不行。",
        "Tôi đã thử nhưng máy sưởi vẫn không chạy.",
        "Lo intenté pero la calefacción sigue sin funcionar.",
        "J'ai essayé mais le chauffage ne marche toujours pas.",
    ],
    "thanks": [
        "Thanks a lot, the heater is warm now!",
        "Vielen Dank, die Heizung funktioniert!",
        "Tack för hjälpen, nu fungerar värmen.",
        "谢谢，暖气好了。",
        "Cảm ơn bạn, được rồi.",
        "Muchas gracias, la calefacción funciona perfecto.",
        "Merci beaucoup, le chauffage marche.",
    ],
}


@pytest.mark.parametrize("reaction", list(TOLD))
def test_plain_replies_are_told_in_every_language(reaction: str) -> None:
    assert _likeliest(list(TOLD[reaction]), TELLS) == [reaction] * len(TOLD[reaction])


def test_information_and_questions_are_told() -> None:
    notes: list[str | None] = [
        "It is version 7.2 and the screenshot is attached.",
        "Do I have to pay for the visit of the technician?",
    ]

    assert _likeliest(notes, [ASKS, TELLS]) == ["gives_asked_information", "follow_on_question"]


def test_a_new_issue_is_rare_but_plain_words_raise_it() -> None:
    replies = _replies(
        ["Now I have another problem, the garage door is stuck.", "Still stuck."], TELLS
    )

    told = judge_reactions(replies, _vectors(replies), ENCODER.encode)["new_issue"]

    assert told[0] > 3 * told[1]
    assert told[0] > 2 * USUAL_SHARES[REACTIONS.index("new_issue")]


def test_the_same_words_are_information_only_after_a_question() -> None:
    replies = _replies(["It stands in the hall, model X20."] * 2, [ASKS, TELLS])

    told = judge_reactions(replies, _vectors(replies), ENCODER.encode)["gives_asked_information"]

    assert told[0] > 2 * told[1]


@pytest.mark.parametrize("encode", [None, ENCODER.encode])
def test_probabilities_add_to_one_whatever_is_missing(encode: Encode | None) -> None:
    replies = _replies([None, "", "Thanks!", "?" * 4_000, "1 2 3"], [ASKS, None, TELLS, None, ""])
    vectors = _vectors(replies)
    vectors[2] = np.nan

    told = judge_reactions(replies, vectors, encode)

    assert list(told.columns) == list(REACTIONS)
    assert np.allclose(told.sum(axis=1), 1)
    assert (told >= 0).all(axis=None)


def test_no_reply_is_no_row() -> None:
    nothing = _replies([])

    told = judge_reactions(nothing, np.empty((0, 5)), None)

    assert told.shape == (0, 6)


def test_without_an_encoder_words_tell_thanks_from_trouble() -> None:
    replies = _replies(["Danke, gelöst!", "It still fails."], TELLS)

    told = judge_reactions(replies, np.full((2, 1), np.nan), None)

    assert told.idxmax(axis=1).tolist() == ["thanks", "still_broken"]


def test_needs_help_is_the_sum_of_three_reactions() -> None:
    shares = pd.DataFrame([[0.4, 0.1, 0.2, 0.1, 0.1, 0.1]], columns=list(REACTIONS))

    assert needs_help(shares) == pytest.approx([0.7])


def test_quoted_words_of_the_desk_are_not_the_customers() -> None:
    answer = "If it still does not work, we cannot help and you must call again."
    quoted = lay_out_words(_replies([f"Desk said {answer} Thanks, fixed."], answer))

    told = dict(zip(FEATURES, quoted[0], strict=True))

    assert told["thanks"] == 1
    assert told["bad_clauses"] == 0


def test_every_reaction_has_seeds_enough_in_every_language() -> None:
    seeds = pd.DataFrame(seed_sentences(), columns=["reaction", "language", "sentence"])

    counts = seeds.groupby(["language", "reaction"]).size().unstack()

    assert set(counts.columns) == set(REACTIONS)
    assert (counts.loc["en"] >= 25).all()
    assert (counts.drop("en") >= 6).all(axis=None)
    assert set(counts.index) >= {"zh", "sv", "vi", "de", "es", "fr"}
    assert not seeds["sentence"].duplicated().any()


def _desk(replies: int, seed: int) -> tuple[pd.DataFrame, pd.Series, pd.Series]:
    """Simulate replies whose wording the seeds know only in part: half end in desk slang."""
    drawn = np.random.default_rng(seed)
    slang = {
        "still_broken": ["the zork is dead", "zork blinks red", "no change on the zork"],
        "gives_asked_information": ["zork 12, slot 4", "my zork is a 77-B", "slot 9, cable 2"],
        "thanks": ["zork hums nicely", "all lamps green, bye", "the zork sings, thanks"],
        "follow_on_question": ["does the zork like rain?", "may I paint the zork?"],
    }
    seeds = pd.DataFrame(seed_sentences(), columns=["reaction", "language", "sentence"])
    known = seeds[(seeds["language"] == "en")].groupby("reaction")["sentence"].apply(list)
    reactions = drawn.choice(list(slang), replies, p=[0.4, 0.25, 0.25, 0.1])
    notes: list[str | None] = [
        f"{drawn.choice(known[reaction])} {drawn.choice(slang[reaction])}"
        if drawn.random() < 0.3
        else str(drawn.choice(slang[reaction]))
        for reaction in reactions
    ]
    answers: list[str | None] = [
        ASKS if drawn.random() < (0.8 if reaction == "gives_asked_information" else 0.3) else TELLS
        for reaction in reactions
    ]
    customers = pd.Series([f"u{place // 2}" for place in range(replies)])
    return _replies(notes, answers), pd.Series(reactions), customers


@pytest.mark.parametrize("judged", [12, 30, 60])
def test_a_few_dozen_judgements_never_hurt(judged: int) -> None:
    replies, reactions, _ = _desk(300, seed=judged)
    vectors = _vectors(replies)
    known = reactions.where(np.arange(300) < judged)
    rest = np.arange(300) >= judged
    model = ReactionModel().fit(ENCODER.encode)

    before = model.predict(replies, vectors)[rest]
    after = model.fit_judged(replies, vectors, known).predict(replies, vectors)[rest]

    for truth, told in (
        (reactions[rest] == "thanks", lambda shares: shares["thanks"]),
        (reactions[rest].isin(["still_broken", "follow_on_question"]), needs_help),
    ):
        # A hundredth is what chance moves; from sixty on they plainly help.
        assert auc(truth, told(after)) > auc(truth, told(before)) - 0.01
    truth = reactions[rest] == "thanks"
    assert judged < 60 or auc(truth, after["thanks"]) > auc(truth, before["thanks"]) + 0.02


def test_cross_fitting_never_sees_its_own_part() -> None:
    replies, reactions, customers = _desk(60, seed=1)
    vectors = _vectors(replies)
    model = ReactionModel().fit(ENCODER.encode)
    own = (customers == customers[0]).to_numpy()
    lied = reactions.where(~own, "other")

    honest = cross_fit_reactions(model, replies, vectors, reactions, customers)
    after_a_lie = cross_fit_reactions(model, replies, vectors, lied, customers)

    # The lie about a customer's replies reaches those of others, never their own.
    assert np.allclose(honest[own], after_a_lie[own])
    assert not np.allclose(honest[~own], after_a_lie[~own])


def test_cross_fitting_leaves_the_model_without_judgements() -> None:
    replies, reactions, customers = _desk(40, seed=2)
    vectors = _vectors(replies)
    model = ReactionModel().fit(None)
    before = model.predict(replies, vectors)

    cross_fit_reactions(model, replies, vectors, reactions, customers)

    pd.testing.assert_frame_equal(model.predict(replies, vectors), before)


def test_one_customer_alone_is_told_without_judgements() -> None:
    replies, reactions, _ = _desk(10, seed=3)
    vectors = _vectors(replies)
    model = ReactionModel().fit(None)

    told = cross_fit_reactions(model, replies, vectors, reactions, pd.Series(["u"] * 10))

    pd.testing.assert_frame_equal(told, model.predict(replies, vectors))


def test_two_runs_give_the_same_and_nothing_given_is_changed() -> None:
    replies, reactions, customers = _desk(50, seed=4)
    vectors = _vectors(replies)
    given, were = replies.copy(), vectors.copy()

    told = [
        cross_fit_reactions(
            ReactionModel().fit(ENCODER.encode), replies, vectors, reactions, customers
        )
        for _ in range(2)
    ]

    pd.testing.assert_frame_equal(told[0], told[1], check_exact=True)
    pd.testing.assert_frame_equal(replies, given)
    assert (vectors == were).all()


def test_a_judgement_of_no_reaction_is_refused() -> None:
    replies = _replies(["Thanks", "It fails"])

    with pytest.raises(DataError, match=r"1 of 2 .*happy"):
        ReactionModel().fit(None).fit_judged(
            replies, np.full((2, 1), np.nan), pd.Series(["thanks", "happy"])
        )


def test_many_replies_are_read_in_parts_as_few_are(monkeypatch: pytest.MonkeyPatch) -> None:
    replies, _, _ = _desk(60, seed=7)
    whole = lay_out_words(replies)
    monkeypatch.setattr("fcr_ml.notes.side_by_side.MANY", 50)
    monkeypatch.setattr("fcr_ml.notes.side_by_side.PART", 25)

    assert (lay_out_words(replies) == whole).all()


def test_many_replies_take_seconds() -> None:
    replies, _, _ = _desk(4_000, seed=5)
    vectors = _vectors(replies)
    began = time.process_time()

    judge_reactions(replies, vectors, ENCODER.encode)

    assert time.process_time() - began < 4


def test_a_reply_is_told_the_same_in_any_company() -> None:
    replies, reactions, _ = _desk(40, seed=6)
    vectors = _vectors(replies)
    model = ReactionModel().fit(ENCODER.encode).fit_judged(replies, vectors, reactions)

    alone = model.predict(replies.iloc[[7]], vectors[[7]])

    pd.testing.assert_frame_equal(alone, model.predict(replies, vectors).iloc[[7]])


def test_few_replies_all_alike_are_still_told() -> None:
    replies = _replies(["Thank you, it works!", "It still fails."] * 5, TELLS)
    reactions = pd.Series(["thanks", "still_broken"] * 5)
    customers = pd.Series(range(10))
    model = ReactionModel().fit(ENCODER.encode)

    told = cross_fit_reactions(model, replies, _vectors(replies), reactions, customers)

    # Ten notes of two kinds differ in one direction; the rest is noise and must not be weighed.
    assert told.idxmax(axis=1).tolist() == reactions.tolist()
