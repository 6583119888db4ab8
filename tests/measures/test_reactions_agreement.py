"""Agreement of told reactions with judged replies, by hand and by a naive re-computation."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from fcr_ml.errors import DataError
from fcr_ml.links.reactions import NEEDS_HELP as OF_LINKS
from fcr_ml.links.reactions import REACTIONS
from fcr_ml.measures.reactions_agreement import NEEDS_HELP, reaction_agreement


def _told(reactions: list[str], sure: float = 0.9) -> pd.DataFrame:
    shares = np.full((len(reactions), 6), (1 - sure) / 5)
    for row, reaction in enumerate(reactions):
        shares[row, REACTIONS.index(reaction)] = sure
    return pd.DataFrame(shares, columns=list(REACTIONS))


def test_both_rooms_mean_the_same_by_more_help() -> None:
    assert NEEDS_HELP == OF_LINKS


def test_figures_by_hand() -> None:
    judged = pd.Series(["thanks", "thanks", "still_broken", "other"])
    told = _told(["thanks", "still_broken", "still_broken", "other"])

    found = reaction_agreement(told, judged, pd.Series(list("abcd")))

    # Thanks: one found (beats both), one ties with both others.
    assert found["thanks_auc"] == pytest.approx((2 + 2 * 0.5) / 4)
    # Needs help: the one that does ties with one of three.
    assert found["needs_help_auc"] == pytest.approx(2.5 / 3)
    # F1: thanks 2/3, still broken 2/3, other 1.
    assert found["reaction_macro_f1"] == pytest.approx((2 / 3 + 2 / 3 + 1) / 3)


def test_intervals_hold_the_figure_and_widen_when_one_customer_wrote_much() -> None:
    drawn = np.random.default_rng(0)
    judged = pd.Series(drawn.choice(["thanks", "still_broken", "other"], 120))
    called = judged.where(drawn.random(120) < 0.7, "thanks")
    told = _told(called.tolist())
    alone, together = pd.Series(range(120)), pd.Series(np.arange(120) // 12)

    each = reaction_agreement(told, judged, alone)
    few = reaction_agreement(told, judged, together)

    for key in ("thanks_auc", "needs_help_auc", "reaction_macro_f1"):
        assert each[f"{key}_low"] < each[key] < each[f"{key}_high"]
        assert few[key] == each[key]
    assert reaction_agreement(told, judged, alone) == each
    assert few["thanks_auc_low"] != each["thanks_auc_low"]


def test_one_kind_alone_has_no_auc() -> None:
    found = reaction_agreement(
        _told(["thanks"] * 3), pd.Series(["thanks"] * 3), pd.Series(list("abc"))
    )

    assert np.isnan(found["thanks_auc"])
    assert np.isnan(found["thanks_auc_low"])
    assert found["reaction_macro_f1"] == 1


def test_a_reaction_without_probability_is_refused() -> None:
    with pytest.raises(DataError, match="happy"):
        reaction_agreement(_told(["thanks"]), pd.Series(["happy"]), pd.Series(["a"]))
