"""Silence: a few answers by hand, then simulated customers who give up."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.typing import ArrayLike

from fcr_ml.measures.intervals import customer_interval, product_interval
from fcr_ml.measures.silence import COLUMNS, correct_for_silence

from .conftest import CasebookOf, contacts_of, outcomes_of


def _contacts(answers: list[float], **columns: object) -> pd.DataFrame:
    customers = [f"k{number}" for number in range(len(answers))]
    return contacts_of(customers, ["2025-03-01"] * len(answers), csat=answers, **columns)


def test_ten_contacts_by_hand(casebook_of: CasebookOf) -> None:
    none = np.nan
    # The first two returned; of the eight others four answered, one of them low.
    answers = [1, none, 2, 3, 4, 5, none, none, none, none]
    says = [False, None, True, True, False, None, None, None, None, None]
    contacts = _contacts(answers, agent_says_resolved=says)
    outcomes = outcomes_of(contacts, [24, 48, *[none] * 8])
    told = correct_for_silence(casebook_of(contacts=contacts, outcomes=outcomes), 1)

    assert told["evidence"].tolist() == ["survey answers", "the agents' claims"]
    assert told["resolved_contacts"].tolist() == [8, 8]
    assert told["answered_contacts"].tolist() == [4, 3]
    assert told["denied_contacts"].tolist() == [1, 1]
    assert told["fcr_rate"].tolist() == [0.8, 0.8]
    assert told["corrected_fcr_rate"].tolist() == pytest.approx([0.8 * 3 / 4, 0.8 * 2 / 3])
    assert (told["corrected_fcr_rate_low"] < told["corrected_fcr_rate"]).all()
    assert (told["corrected_fcr_rate"] < told["corrected_fcr_rate_high"]).all()
    assert told[["reading", "window"]].drop_duplicates().to_numpy().tolist() == [["related", "7d"]]


@pytest.mark.parametrize("scale", [(0, 1), (1, 5), (0, 10), (-100, 100)])
def test_the_scale_may_be_any_on_which_more_is_better(
    casebook_of: CasebookOf, scale: tuple[int, int]
) -> None:
    contacts = _contacts([scale[0], *[scale[1]] * 3])
    casebook = casebook_of(contacts=contacts, outcomes=outcomes_of(contacts, [np.nan] * 4))
    assert correct_for_silence(casebook, 1)["denied_contacts"].tolist() == [1]


def test_too_few_answers_are_counted_and_correct_nothing(casebook_of: CasebookOf) -> None:
    contacts = _contacts([1.0, 5.0, 5.0])
    casebook = casebook_of(contacts=contacts, outcomes=outcomes_of(contacts, [np.nan] * 3))
    told = correct_for_silence(casebook)
    assert told["answered_contacts"].tolist() == [3]
    assert told.filter(like="corrected").isna().all(axis=None)


def test_without_answers_nothing_is_told(casebook_of: CasebookOf) -> None:
    assert correct_for_silence(casebook_of()).columns.tolist() == list(COLUMNS)
    silent = _contacts([np.nan, np.nan])
    outcomes = outcomes_of(silent, [np.nan] * 2)
    assert len(correct_for_silence(casebook_of(contacts=silent, outcomes=outcomes))) == 0
    # Five of five from everybody may be the best of five or the middle of ten.
    agreed = _contacts([5.0, 5.0])
    assert len(correct_for_silence(casebook_of(contacts=agreed, outcomes=outcomes))) == 0


def test_the_interval_holds_the_truth_at_its_stated_rate() -> None:
    # 30 % return; of the others one in eight gave up; one in five answers the survey.
    truth, size, draws = 0.7 * 7 / 8, 400, 2_000
    generator = np.random.default_rng(0)
    resolved = generator.binomial(size, 0.7, draws)
    answered = generator.binomial(resolved, 0.2)
    denied = generator.binomial(answered, 1 / 8)
    kept = 1 - denied / answered
    low, high = product_interval(
        resolved / size,
        customer_interval(*_one_each(resolved, size)),
        kept,
        customer_interval(*_one_each(answered - denied, answered)),
    )
    held = ((low <= truth) & (truth <= high)).mean()
    assert 0.93 <= held <= 0.97


def _one_each(successes: np.ndarray, trials: ArrayLike) -> Any:
    """Give the sums of customers with one contact each."""
    return successes, trials, successes, successes, trials, trials
