"""Judges with each other: by a library and by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import cohen_kappa_score

from fcr_ml.measures.judges_agreement import cohen_kappa, judges_agreement, samples_of_judges


def _judged(judge: str, rows: range, verdicts: list[str], weight: float = 1.0) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "judge": judge,
            "contact_id": [f"a{row}" for row in rows],
            "follow_up_id": [f"b{row}" for row in rows],
            "customer_id": [f"u{row}" for row in rows],
            "verdict": verdicts,
            "sampling_weight": weight,
        }
    )


def test_kappa_is_the_librarys() -> None:
    for seed in range(10):
        generator = np.random.default_rng(seed)
        first, second = generator.choice(["x", "y", "z"], (2, 40))
        weights = generator.random(40)
        theirs = cohen_kappa_score(first, second, sample_weight=weights)
        assert cohen_kappa(first, second, weights) == pytest.approx(theirs)


def test_two_judges_by_hand() -> None:
    one = _judged("one", range(5), ["same_issue"] * 2 + ["unrelated"] * 2 + ["unclear"])
    two = _judged("two", range(1, 5), ["next_issue"] + ["unrelated"] * 3)

    told = judges_agreement(pd.concat([one, two])).set_index("question")

    # What is unclear to one of them is left out: pairs 1, 2 and 3.
    assert told["pairs"].tolist() == [3, 3]
    assert told["agreed_rate"].tolist() == pytest.approx([2 / 3, 1])
    # Of four verdicts, 4/9 would agree by chance: both say 'unrelated' of two thirds.
    assert told.loc["four verdicts", "kappa"] == pytest.approx((2 / 3 - 4 / 9) / (1 - 4 / 9))
    assert told.loc["related or not", "kappa"] == pytest.approx(1)


def test_judges_of_different_pairs_are_one_sample_in_which_each_counts_by_its_pairs() -> None:
    pairs = pd.concat(
        [
            _judged("one", range(2), ["unrelated"] * 2, weight=50.0),
            _judged("two", range(2, 5), ["unrelated"] * 3, weight=1.0),
        ]
    )

    (name, sample), *others = samples_of_judges(pairs).items()

    assert (name, others) == ("all", [])
    assert sample["sampling_weight"].tolist() == pytest.approx([1] * 5)
    assert judges_agreement(pairs).empty


def test_judges_who_met_are_samples_of_their_own() -> None:
    one, two = (_judged(name, range(2), ["unrelated"] * 2, weight=3.0) for name in ("one", "two"))

    samples = samples_of_judges(pd.concat([one, two]))

    assert list(samples) == ["one", "two"]
    assert samples["two"]["sampling_weight"].tolist() == [3, 3]
