"""One simulated centre, carried through the whole house once."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest

from fcr_ml.analysis import analyze_contacts
from fcr_ml.frames import Casebook
from fcr_ml.reports.findings import Findings
from fcr_ml.simulate import CentrePlan, SimulatedCentre, simulate_centre, write_centre


@dataclass(frozen=True)
class Studied:
    """A centre, what was found in it, and what is true of it."""

    centre: SimulatedCentre
    casebook: Casebook
    findings: Findings

    def key(self, name: str) -> pd.DataFrame:
        """Give a table of the answer key."""
        return self.centre.key[name]


def study(plan: CentrePlan, folder: Path, **casebook: object) -> Studied:
    """Simulate, write and analyze a centre."""
    centre = simulate_centre(plan)
    write_centre(centre, folder / "centre")
    settings = {"casebook": {"cache_folder": folder / "cache"} | casebook}
    source = str(folder / "centre" / "contacts.parquet")
    findings = analyze_contacts([source], folder / "results", settings)
    return Studied(centre, Casebook.open(folder / "results" / "casebook"), findings)


@pytest.fixture(scope="session")
def studied(tmp_path_factory: pytest.TempPathFactory) -> Studied:
    return study(CentrePlan(), tmp_path_factory.mktemp("truth"))


@pytest.fixture(scope="session")
def pairs(studied: Studied) -> pd.DataFrame:
    """Give the candidate pairs between contacts that count, with their truth.

    Pairs under one case id are left out: the desk itself has tied those.
    """
    links = studied.casebook.table("links")
    issues = studied.key("issues").set_index("contact_id")
    first, second = links["contact_id"], links["follow_up_id"]
    counted = issues["kind"].eq("contact")
    ends = pd.DataFrame(
        {
            "both": counted.loc[first].to_numpy() & counted.loc[second].to_numpy(),
            "is_related": issues["issue_id"].loc[first].to_numpy()
            == issues["issue_id"].loc[second].to_numpy(),
        }
    )
    is_tied = links["is_same_case"].fillna(False).to_numpy(bool)
    return pd.concat([links, ends], axis=1)[ends["both"] & ~is_tied]
