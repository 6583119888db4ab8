"""Invented definitions, net rates and corrections for the report tests."""

from __future__ import annotations

import numpy as np
import pandas as pd


def definition_rows() -> pd.DataFrame:
    """Give a few definitions, one of them under the minimum count."""
    kinds = [
        ("any_return", "No contact of any kind", "7d", 14_419, 2_315, 194),
        ("related", "Related", "7d", 12_298, 0, 0),
        ("strict", "Strict rule", "48h", 17_870, 6_104, 532),
        ("one_touch", "One touch", "30d", 9_120, 310, 3_488),
    ]
    rows = [
        {
            "definition": definition,
            "name": name,
            "failure": "A later contact of some kind.",
            "reading": "related",
            "window": window,
            "is_main": definition == "related",
            "closed_contacts": 42_408,
            "failed_contacts": failed,
            "fcr_rate": 1 - failed / 42_408,
            "fcr_rate_low": 1 - failed / 42_408 - 0.004,
            "fcr_rate_high": 1 - failed / 42_408 + 0.004,
            "failed_only_here": here,
            "failed_only_in_main": main,
            "examples_only_here": "c-104, c-118, c-230, c-231, c-377" if here else None,
            "examples_only_in_main": "c-<b>1</b>" if main else None,
        }
        for definition, name, window, failed, here, main in kinds
    ]
    definitions = pd.DataFrame(rows)
    rates = ["fcr_rate", "fcr_rate_low", "fcr_rate_high"]
    definitions.loc[definitions["definition"] == "one_touch", rates] = np.nan
    return definitions


def net_rows() -> pd.DataFrame:
    """Give gross and net."""
    return pd.DataFrame(
        {
            "basis": ["gross", "net"],
            "closed_contacts": [42_408, 41_136],
            "fcr_rate": [0.71, 0.718],
            "fcr_rate_low": [0.706, 0.714],
            "fcr_rate_high": [0.714, 0.722],
            "left_out_rate": [0.0, 0.03],
        }
    )


def silence_rows() -> pd.DataFrame:
    """Give a correction by survey answers, and one with too few answers."""
    return pd.DataFrame(
        {
            "evidence": ["survey answers", "the agents' claims"],
            "assumes": "Assumes that those who answered are like those who did not.",
            "closed_contacts": 42_408,
            "resolved_contacts": 30_110,
            "answered_contacts": [2_408, 11],
            "denied_contacts": [301, 1],
            "corrected_fcr_rate": [0.6213, None],
            "corrected_fcr_rate_low": [0.6102, None],
            "corrected_fcr_rate_high": [0.6321, None],
        }
    )
