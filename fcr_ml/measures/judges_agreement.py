"""Agreement of judges with each other.

Enters: pairs that several people judged, with the weights of their draw. Leaves: how far
every two judges agree on the pairs that both judged. Nobody is taken to be right.
"""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd

from fcr_ml.measures.agreement import by_customer
from fcr_ml.measures.pair_agreement import PAIR, RELATED, VERDICTS


def cohen_kappa(first: np.ndarray, second: np.ndarray, weights: np.ndarray) -> float:
    """Give Cohen's kappa of two judges, each pair counted by its weight.

    ``(agreed - chance) / (1 - chance)``, chance being the agreement of two judges who
    spread their verdicts like these but at random. NaN where both only ever say one.

    Notes
    -----
    Cohen, J. (1960), A coefficient of agreement for nominal scales, Educational and
    Psychological Measurement 20.

    Examples
    --------
    >>> a, b = np.array(["x", "x", "y", "y"]), np.array(["x", "y", "y", "y"])
    >>> cohen_kappa(a, b, np.ones(4))
    0.5
    """
    share = weights / weights.sum()
    agreed = share[first == second].sum()
    chance = sum(
        share[first == word].sum() * share[second == word].sum()
        for word in np.union1d(first, second)
    )
    return float((agreed - chance) / (1 - chance)) if chance < 1 - 1e-12 else float("nan")


def judges_agreement(pairs: pd.DataFrame, random_state: int = 0) -> pd.DataFrame:
    """Compare every two judges on the pairs to which both gave one of the four verdicts.

    Parameters
    ----------
    pairs : pandas.DataFrame
        ``judge``, ``contact_id``, ``follow_up_id``, ``customer_id``, ``verdict`` and
        ``sampling_weight``; of two judges, the first one's weight counts.

    Returns
    -------
    pandas.DataFrame
        ``first, second, question, pairs, agreed_rate, kappa, low, high``: the interval
        is kappa's, 95 %, by customer.
    """
    clear = pairs[pairs["verdict"].isin(VERDICTS)]
    by_judge = {str(judge): rows for judge, rows in clear.groupby("judge", sort=False)}
    rows = []
    for first, second in combinations(by_judge, 2):
        both = by_judge[first].merge(by_judge[second][[*PAIR, "verdict"]], on=PAIR)
        if both.empty:
            continue
        weights = both["sampling_weight"].to_numpy(float)
        verdicts = both[["verdict_x", "verdict_y"]].to_numpy(dtype=str).T
        for question, (one, other) in {
            "four verdicts": verdicts,
            "related or not": np.isin(verdicts, RELATED),
        }.items():
            agreed = float(np.average(one == other, weights=weights))
            columns = (one, other, weights)
            kappa = by_customer(cohen_kappa, columns, both["customer_id"], random_state)
            rows.append((first, second, question, len(both), agreed, *kappa))
    names = ["first", "second", "question", "pairs", "agreed_rate", "kappa", "low", "high"]
    return pd.DataFrame(rows, columns=names)


def samples_of_judges(pairs: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Part the pairs by judge where judges met, else take all as one sample, ``all``.

    Each judge's weights stand for all pairs. Put together, each judge counts by the
    number of pairs judged, as two estimates of one figure are averaged.
    """
    judges = pairs.groupby("judge", sort=False)
    if judges.ngroups < 2 or pairs.duplicated(PAIR).any():
        return {str(judge): rows.reset_index(drop=True) for judge, rows in judges}
    counts, sums = judges["verdict"].transform("size"), judges["sampling_weight"].transform("sum")
    return {"all": pairs.assign(sampling_weight=pairs["sampling_weight"] * counts / sums)}
