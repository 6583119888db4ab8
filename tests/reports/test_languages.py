"""Languages on the page."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from fcr_ml.reports import render_page
from fcr_ml.reports.languages import languages_section
from fcr_ml.reports.tables import Table

from .findings_double import findings

_RATES = ("no_topic_rate", "purity_rate", "link_probability", "same_topic_rate", "link_auc")


def _language(name: str, contacts: int, **figures: float) -> dict[str, object]:
    row: dict[str, object] = {"language": name, "contacts": contacts, "noted_contacts": contacts}
    for figure in _RATES:
        value = figures.get(figure, 0.5)
        row |= {figure: value, f"{figure}_low": value - 0.05, f"{figure}_high": value + 0.05}
    return row | {
        "coded_contacts": contacts,
        "commonest_code_rate": 0.25,
        "topics": 4 if name not in ("all", "other") else None,
        "shared_topics": 3 if name not in ("all", "other") else None,
        "other_languages_rate": 0.3,
        "mix_rate": 0.4,
        "pairs": contacts // 2,
        "near_pairs": contacts // 4,
        "known_pairs": contacts // 5,
        "link_truth": "same case id",
    }


def _languages() -> pd.DataFrame:
    few = dict.fromkeys(_RATES, np.nan)
    return pd.DataFrame(
        [
            _language("all", 9_120),
            _language("en", 7_000),
            _language("sv", 2_100, no_topic_rate=0.62, link_auc=0.4),
            _language("other", 20, **few),
        ]
    )


def _section(languages: pd.DataFrame) -> tuple[str, Table, Table]:
    section = languages_section(replace(findings(), languages=languages))
    assert section is not None
    topics, links = section.parts
    assert isinstance(topics, Table)
    assert isinstance(links, Table)
    return " ".join(section.lead), topics, links


def test_languages_stand_side_by_side_with_counts_and_intervals() -> None:
    _, topics, links = _section(_languages())

    swedish = [cell.text for cell in topics.rows[2]]
    assert swedish[:4] == ["sv", "2,100", "2,100", "62.0 % (57.0 – 67.0)"]
    assert swedish[6:] == ["3 of 4", "30.0 %"]
    notes = [cell.note for cell in topics.rows[2]]
    assert notes[5:] == ["without topics 25.0 %", "", "by mix alone 40.0 %"]
    assert links.rows[2][-1].text == "0.40 (0.35 – 0.45)"
    assert "same case id" in links.caption


def test_a_language_is_named_where_its_interval_lies_on_the_worse_side() -> None:
    lead, _, _ = _section(_languages())
    assert "More notes without a topic than in the whole log: sv." in lead
    assert "Links that rank pairs less well: sv." in lead
    assert "Topics that agree less" not in lead

    alike = _languages().iloc[[0, 1, 1]].reset_index(drop=True)
    alike.loc[2, "language"] = "de"
    lead = _section(alike)[0]
    assert "No language stands out as worse in 6 comparisons." in lead
    assert (
        "Compared with the whole log, so many languages each: notes without a topic of 2, "
        "agreement of topics with reason codes of 2, ranking of pairs by links of 2."
    ) in lead
    assert "Not enough" not in lead


def test_what_could_not_be_compared_is_named_with_its_count() -> None:
    languages = _languages()
    languages.loc[2, ["purity_rate", "purity_rate_low", "purity_rate_high"]] = np.nan
    languages.loc[2, "coded_contacts"] = 12
    languages.loc[1:2, ["link_auc", "link_auc_low", "link_auc_high"]] = np.nan

    lead, _, _ = _section(languages)

    assert "notes without a topic of 2, " in lead
    assert "reason codes of 1, ranking of pairs by links of 0." in lead
    assert "Not enough contacts to tell, agreement of topics with reason codes: sv (12)." in lead
    assert "Not enough pairs to tell, ranking of pairs by links: en (1,400), sv (420)." in lead
    assert "Languages too rare for a row (20 contacts) are not compared." in lead


def test_where_nothing_could_be_compared_nobody_is_said_not_to_stand_out() -> None:
    languages = _languages()
    for figure in ("no_topic_rate", "purity_rate", "link_auc"):
        languages.loc[1:, [figure, f"{figure}_low", f"{figure}_high"]] = np.nan

    lead, _, _ = _section(languages)

    assert "Not enough contacts to tell whether a language stands out" in lead
    assert "No language" not in lead
    # Nor where the whole log has no figure to be compared with.
    bare = _languages()
    bare.loc[0, ["no_topic_rate", "purity_rate", "link_auc"]] = np.nan
    assert "No language" not in _section(bare)[0]


def test_of_many_languages_with_too_few_contacts_six_are_named() -> None:
    few = [_language(f"l{n}", 31) for n in range(9)]
    languages = pd.concat([_languages().iloc[:3], pd.DataFrame(few)], ignore_index=True)
    languages.loc[3:, ["purity_rate", "purity_rate_low", "purity_rate_high"]] = np.nan

    lead, _, _ = _section(languages)

    assert "reason codes: l0 (31), l1 (31), l2 (31), l3 (31), l4 (31), l5 (31), 3 more." in lead


def test_topics_that_keep_a_language_to_itself_are_told_though_not_tested() -> None:
    languages = _languages()
    languages.loc[2, ["other_languages_rate", "mix_rate"]] = [0.1, 0.77]

    lead, _, _ = _section(languages)

    assert "not tested: sv (10.0 % where the mix gives 77.0 %)." in lead
    assert "not tested" not in _section(_languages())[0]


def test_too_few_contacts_are_said_and_never_shown_as_a_rate() -> None:
    _, topics, links = _section(_languages())
    assert topics.rows[3][3].text == "not enough contacts"
    assert topics.rows[3][6].text == "–"
    assert [cell.text for cell in links.rows[3]][2::2] == ["not enough pairs"] * 3


def test_one_language_has_nothing_to_be_compared_with() -> None:
    assert languages_section(findings()) is None
    one = _languages().iloc[[0, 1, 3]]
    assert languages_section(replace(findings(), languages=one)) is None
    assert 'id="languages"' not in render_page(findings())
    assert 'id="languages"' in render_page(replace(findings(), languages=_languages()))


def test_without_a_truth_the_table_says_so() -> None:
    languages = _languages().assign(link_truth=None, link_auc=np.nan)
    _, _, links = _section(languages)
    assert "Neither case ids nor reason codes can tell" in links.caption
