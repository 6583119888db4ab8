"""How often a watched model is told to be off, with and without a planted shift.

    python benchmarks/risk_watch.py

Enters: nothing; contacts are drawn. Leaves: by shift and number of open contacts, how often
each verdict is given and how often the true figure lies in its interval; and in how many
tables of features chance alone passes a limit.
"""

from __future__ import annotations

from collections import Counter

import numpy as np
import pandas as pd

from fcr_ml.measures.drift import measure_drift
from fcr_ml.risk.current import current_figures
from fcr_ml.risk.metrics import Ranking

LOGS = 150


def draw_contacts(
    seed: int, n: int, times: float, is_broken: bool
) -> tuple[pd.DataFrame, np.ndarray]:
    """Draw open contacts, two a customer, and what comes of them in the end."""
    draw = np.random.default_rng(seed)
    risk = 1 / (1 + np.exp(1.3 - 0.9 * draw.normal(size=n)))
    true = np.minimum((draw.permutation(risk) if is_broken else risk) * times, 0.98)
    due = np.sqrt(draw.uniform(0, 1, n))
    repeated = draw.random(n) < true
    known = {"customer_id": draw.integers(0, n // 2, n), "risk": risk, "share_due": due}
    by_now = (repeated & (draw.random(n) < due)).astype(float)
    return pd.DataFrame(known | {"returned": by_now}), repeated.astype(float)


def verdicts(n: int, times: float = 1.0, is_broken: bool = False) -> None:
    """Print how often each verdict is given, and how often intervals hold the truth."""
    said: Counter[str] = Counter()
    held: Counter[str] = Counter()
    for seed in range(LOGS):
        rows, repeated = draw_contacts(seed, n, times, is_broken)
        told = current_figures(rows)
        said[told["verdict"]] += 1
        ranking = Ranking.of(rows["risk"].to_numpy(), repeated)
        truth = {"auc": ranking.auc(), "ap": ranking.average_precision()}
        for name, value in truth.items():
            held[name] += told[f"expected_{name}_low"] <= value <= told[f"expected_{name}_high"]
    shares = {name: round(count / LOGS, 3) for name, count in (said | held).items()}
    print(f"{n:,} contacts, rate times {times:g}, broken {is_broken}: {shares}")


def quiet_tables(n: int, m: int, customers_each: int) -> None:
    """Print in how many tables of five columns any index passes its limit by chance."""

    def period(size: int, draw: np.random.Generator, mark: str) -> pd.DataFrame:
        whose = draw.integers(0, max(size // customers_each, 2), size)
        own = draw.normal(size=(size, 5))[whose]
        texts = pd.DataFrame(np.floor(2 * own[:, 3:])).astype(str).add_prefix("text")
        known = pd.DataFrame(own[:, :3]).add_prefix("number").join(texts)
        return known.assign(customer_id=[f"{mark}{who}" for who in whose])

    over = 0
    for seed in range(LOGS):
        draw = np.random.default_rng(seed)
        before, after = period(n, draw, "a"), period(m, draw, "b")
        names = [name for name in before.columns if name != "customer_id"]
        told = measure_drift(before, after, names)
        over += bool((told["psi"] > told["psi_limit"]).any())
    print(f"{n:,} and {m:,} contacts, {customers_each} a customer: {over / LOGS:.3f} of tables")


if __name__ == "__main__":
    for contacts in (300, 1_500):
        verdicts(contacts)
    verdicts(1_500, times=2.0)
    verdicts(1_500, is_broken=True)
    for each in (1, 4):
        quiet_tables(3_000, 300, each)
        quiet_tables(3_000, 1_000, each)
