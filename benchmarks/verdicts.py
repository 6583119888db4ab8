"""How often the verdict of a month is right, over many pairs of releases of known worth.

Enters: how many pairs and contacts. Leaves: outcomes of equal pairs, of pairs of which the
challenger is better by some average precision, and of planted faults.

    python -m benchmarks.verdicts [PAIRS] [CONTACTS]
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable

import numpy as np
import pandas as pd

from fcr_ml.backtest.verdict import judge_challenger
from tests.backtest.compared_rows import draw_compared, draw_pairs, sigmoid


def _odds(risks: pd.Series) -> np.ndarray:
    return np.log(risks / (1 - risks)).to_numpy(float)


def _worse_champion(noise: float) -> Callable[[pd.DataFrame, np.random.Generator], pd.DataFrame]:
    def plant(compared: pd.DataFrame, draw: np.random.Generator) -> pd.DataFrame:
        odds = _odds(compared["champion"])
        shrunk = 1.21 / (1.21 + noise**2)
        worse = (odds + 1.2 + draw.normal(0, noise, len(odds))) * shrunk - 1.2
        return compared.assign(champion=sigmoid(worse))

    return plant


def _shuffled(compared: pd.DataFrame, draw: np.random.Generator) -> pd.DataFrame:
    return compared.assign(challenger=draw.permutation(compared["challenger"].to_numpy()))


def _miscalibrated(compared: pd.DataFrame, draw: np.random.Generator) -> pd.DataFrame:
    return compared.assign(challenger=sigmoid(_odds(compared["challenger"]) + 0.7))


def _ruined_language(compared: pd.DataFrame, draw: np.random.Generator) -> pd.DataFrame:
    is_vi = (compared["language"] == "vi").to_numpy()
    ruined = compared["challenger"].to_numpy().copy()
    ruined[is_vi] = draw.permutation(ruined[is_vi])
    return compared.assign(challenger=ruined)


def _leak(compared: pd.DataFrame, draw: np.random.Generator) -> pd.DataFrame:
    knows = 0.9 * compared["repeated_probability"] + 0.1 * compared["challenger"]
    return compared.assign(challenger=knows)


def _scrambled(compared: pd.DataFrame, draw: np.random.Generator) -> pd.DataFrame:
    topics = draw.permutation(compared["challenger_topic_id"].to_numpy())
    return compared.assign(challenger_topic_id=topics)


PLANTED: dict[str, Callable[[pd.DataFrame, np.random.Generator], pd.DataFrame]] = {
    "equal": lambda compared, draw: compared,
    "challenger better, noise 0.6 in the champion": _worse_champion(0.6),
    "challenger better, noise 1.0 in the champion": _worse_champion(1.0),
    "shuffled labels": _shuffled,
    "leaked feature": _leak,
    "broken calibration": _miscalibrated,
    "one language ruined": _ruined_language,
    "topics scrambled": _scrambled,
}


def main(pairs: int = 100, contacts: int = 3_000) -> None:
    """Judge and print."""
    for name, plant in PLANTED.items():
        outcomes: Counter[str] = Counter()
        gains, failed = [], Counter[str]()
        for seed in range(pairs):
            compared = plant(draw_compared(seed, contacts), np.random.default_rng(10_000 + seed))
            verdict = judge_challenger(compared, draw_pairs(seed))
            outcomes[verdict.outcome] += 1
            gains.append(verdict.figures["gain"]["value"])
            failed.update(gate.name for gate in verdict.gates if not gate.is_passed)
        told = ", ".join(f"{outcome} {count}" for outcome, count in outcomes.most_common())
        refused = ", ".join(f"{gate} {count}" for gate, count in failed.most_common(3))
        print(f"{name}: {told}; gain {np.mean(gains):+.3f}; gates failed: {refused or 'none'}")


if __name__ == "__main__":
    main(*(int(text) for text in sys.argv[1:]))
