"""How often a finished pilot shows that lists by uplift prevent more than lists by risk.

Enters: nothing. Leaves: a table over drawn pilots in which a call prevents the same share of
every risk, none, or much of the middling risks and nothing of the high ones.

    PYTHONPATH=. python benchmarks/uplift.py [PILOTS]
"""

from __future__ import annotations

import sys

import numpy as np
import pandas as pd

from fcr_ml.risk.uplift import compare_rankings
from tests.risk.test_uplift import drawn

CONTACTS = 10_000


def main(pilots: int) -> None:
    """Print what is shown, by what was planted."""
    rows = []
    for kind in ("the same", "none", "some"):
        told = [compare_rankings(drawn(CONTACTS, 1_000 + seed, kind)) for seed in range(pilots)]
        rows.append(
            {
                "a call helps": kind,
                "uplift shown better": np.mean([one.is_better for one in told]),
                "risk shown better": np.mean([one.high < 0 for one in told]),
                "qini by uplift": np.mean([one.by_uplift for one in told]),
                "qini by risk": np.mean([one.by_risk for one in told]),
            }
        )
    print(f"{pilots} pilots a line, {CONTACTS:,} contacts, three in ten left alone")
    print(pd.DataFrame(rows).round(4).to_string(index=False))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100)
