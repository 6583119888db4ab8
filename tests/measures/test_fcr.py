"""FCR: ten contacts counted by hand, then what must hold for any."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from fcr_ml.errors import SettingsError
from fcr_ml.frames.tables import FCR
from fcr_ml.measures.fcr import gross_and_net, measure_fcr

from .conftest import AS_OF, CasebookOf, contacts_of, outcomes_of


def _ten_contacts() -> pd.DataFrame:
    days = ["01", "02", "03", "04", "05", "06", "07", "08"]
    started = [f"2025-03-{day} 12:00" for day in days]
    return contacts_of(
        ["a", "a", "b", "c", "d", "e", "f", "g", "h", "i"],
        [*started, "2025-03-30 12:00", "2025-03-31 12:00"],
        channel=["voice"] * 6 + ["chat"] * 3 + [None],
        transfers=[0, 1, 2, 0, 0, 0, 0, 0, 0, None],
        not_resolvable=[True, None, False, False, False, False, False, True, False, False],
    )


def _ten_outcomes(contacts: pd.DataFrame) -> pd.DataFrame:
    never = np.nan
    related = [24, never, 72, never, never, never, 200, never, 5, never]
    anything = [24, 24, 24, never, never, never, 200, never, 5, never]
    return pd.concat(
        [
            outcomes_of(contacts, related),
            outcomes_of(contacts, related, window="48h"),
            outcomes_of(contacts, anything, reading="any_return"),
        ]
    )


def _row(figures: pd.DataFrame, **keys: str) -> Any:
    found = figures
    for name, value in keys.items():
        found = found[found[name] == value]
    assert len(found) == 1
    return found.iloc[0]


def test_ten_contacts_by_hand(casebook_of: CasebookOf) -> None:
    contacts = _ten_contacts()
    casebook = casebook_of(contacts=contacts, outcomes=_ten_outcomes(contacts))
    figures = measure_fcr(casebook, minimum_contacts=1)
    week = _row(figures, group="all", reading="related", window="7d")
    # Eight are closed; contacts 0 and 2 returned inside 7 days, contact 6 after.
    assert (week["closed_contacts"], week["open_contacts"], week["repeated_contacts"]) == (8, 2, 2)
    assert week["fcr_rate"] == pytest.approx(6 / 8)
    assert week["expected_fcr_rate"] == pytest.approx(6 / 8)
    assert week["fcr_rate_low"] < 6 / 8 < week["fcr_rate_high"]
    two_days = _row(figures, group="all", reading="related", window="48h")
    assert two_days["repeated_contacts"] == 1
    any_return = _row(figures, group="all", reading="any_return", window="7d")
    assert any_return["fcr_rate"] == pytest.approx(5 / 8)


def test_groups_by_hand(casebook_of: CasebookOf) -> None:
    contacts = _ten_contacts()
    casebook = casebook_of(contacts=contacts, outcomes=_ten_outcomes(contacts))
    figures = measure_fcr(casebook, minimum_contacts=1)
    voice = _row(figures, group="channel", value="voice")
    assert (voice["closed_contacts"], voice["repeated_contacts"]) == (6, 2)
    handed_on = _row(figures, group="was_transferred", value="yes")
    assert (handed_on["closed_contacts"], handed_on["repeated_contacts"]) == (2, 1)
    unknown = _row(figures, group="channel", value="not given")
    assert (unknown["closed_contacts"], unknown["open_contacts"]) == (0, 1)
    assert pd.isna(unknown["fcr_rate"])
    assert list(figures.loc[figures["group"] == "month", "value"]) == ["2025-03"]
    # The log has no queue, product, language, reason code or topics.
    assert set(figures["group"]) == {"all", "channel", "month", "was_transferred"}


def test_links_are_weighed_beside_the_count(casebook_of: CasebookOf) -> None:
    contacts = contacts_of(["a", "b"], ["2025-03-01", "2025-03-01"])
    outcomes = outcomes_of(contacts, [24, np.nan])
    outcomes["repeated_probability"] = [0.7, 0.2]
    figures = measure_fcr(casebook_of(contacts=contacts, outcomes=outcomes), [], 1)
    assert figures.loc[0, "fcr_rate"] == pytest.approx(0.5)
    assert figures.loc[0, "expected_fcr_rate"] == pytest.approx(1 - 0.45)


def test_uncounted_contacts_count_nowhere(casebook_of: CasebookOf) -> None:
    contacts = _ten_contacts()
    outcomes = outcomes_of(contacts, [24] * 10)
    outcomes["is_counted"] = [True] * 4 + [False] * 6
    figures = measure_fcr(casebook_of(contacts=contacts, outcomes=outcomes), [], 1)
    assert figures[["closed_contacts", "open_contacts"]].iloc[0].sum() == 4


def test_a_small_group_has_no_rate(casebook_of: CasebookOf) -> None:
    contacts = _ten_contacts()
    casebook = casebook_of(contacts=contacts, outcomes=_ten_outcomes(contacts))
    figures = measure_fcr(casebook, minimum_contacts=8)
    voice = _row(figures, group="channel", value="voice")
    assert voice["remark"] == "not enough contacts"
    assert voice["closed_contacts"] == 6
    rates = [name for name in figures.columns if "_rate" in name]
    assert len(rates) == 7
    assert voice[rates].isna().all()
    everything = _row(figures, group="all", reading="related", window="7d")
    assert pd.isna(everything["remark"])


def test_groups_add_up_and_rows_may_come_in_any_order(casebook_of: CasebookOf) -> None:
    # Every contact lies in exactly one value of a group, and a sum knows no order.
    for seed in range(3):
        generator = np.random.default_rng(seed)
        size = 400
        customers = [f"k{k}" for k in generator.integers(0, 150, size)]
        days = generator.integers(0, 90, size)
        started = [str(AS_OF - pd.Timedelta(days=int(day) + 1)) for day in days]
        channel = generator.choice(["voice", "chat", "mail"], size)
        contacts = contacts_of(customers, started, channel=channel)
        outcomes = outcomes_of(contacts, generator.exponential(300, size))
        outcomes["repeated_probability"] = generator.random(size)
        figures = measure_fcr(casebook_of(contacts=contacts, outcomes=outcomes))
        counts = ["closed_contacts", "open_contacts", "repeated_contacts"]
        for group in ("channel", "month"):
            of_group = figures.loc[figures["group"] == group, counts].sum()
            assert of_group.equals(figures.loc[figures["group"] == "all", counts].iloc[0])
        shuffled = casebook_of(
            contacts=contacts.sample(frac=1, random_state=seed),
            outcomes=outcomes.sample(frac=1, random_state=seed + 1),
        )
        pd.testing.assert_frame_equal(measure_fcr(shuffled), figures, check_exact=True)


def test_groups_under_another_main_reading_show_related_too(casebook_of: CasebookOf) -> None:
    contacts = _ten_contacts()
    casebook = casebook_of(
        contacts=contacts,
        outcomes=_ten_outcomes(contacts),
        settings={"reading": "any_return", "window": "168h"},
    )
    figures = measure_fcr(casebook, ["channel"], 1)
    by_channel = figures[figures["group"] == "channel"]
    assert set(by_channel["reading"]) == {"any_return", "related"}
    assert set(by_channel["window"]) == {"7d"}


def test_an_unknown_group_is_refused(casebook_of: CasebookOf) -> None:
    contacts = _ten_contacts()
    casebook = casebook_of(contacts=contacts, outcomes=_ten_outcomes(contacts))
    with pytest.raises(SettingsError, match="'shoe_size' is not a column"):
        measure_fcr(casebook, ["shoe_size"])


def test_an_empty_casebook_gives_an_empty_table(casebook_of: CasebookOf) -> None:
    figures = measure_fcr(casebook_of())
    assert len(figures) == 0
    assert list(figures.columns) == list(FCR.columns)


def test_gross_and_net_by_hand(casebook_of: CasebookOf) -> None:
    contacts = _ten_contacts()
    both = gross_and_net(casebook_of(contacts=contacts, outcomes=_ten_outcomes(contacts)))
    assert both["basis"].tolist() == ["gross", "net"]
    assert both["closed_contacts"].tolist() == [8, 6]
    # Contacts 0 (repeated) and 7 (resolved) are tagged: 1 of 6 repeats remains.
    assert both["fcr_rate"].tolist() == pytest.approx([6 / 8, 5 / 6])
    assert both["left_out_rate"].tolist() == pytest.approx([0, 2 / 8])


def test_without_the_tag_there_is_no_net_rate(casebook_of: CasebookOf) -> None:
    contacts = _ten_contacts().drop(columns="not_resolvable")
    assert len(gross_and_net(casebook_of(contacts=contacts))) == 0
