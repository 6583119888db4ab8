"""Contacts that two releases have scored, of known truth."""

import numpy as np
import pandas as pd


def sigmoid(log_odds: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-log_odds))


def draw_compared(seed: int, contacts: int = 3_000, noise: float = 0.35) -> pd.DataFrame:
    """Draw contacts whose repeats both releases foresee equally well, each in its own way."""
    draw = np.random.default_rng(seed)
    truth = draw.normal(-1.2, 1.1, contacts)
    topic = draw.integers(0, 12, contacts)
    return pd.DataFrame(
        {
            "contact_id": [f"c{place:05d}" for place in range(contacts)],
            "customer_id": [f"u{owner}" for owner in draw.integers(0, contacts // 2, contacts)],
            "moment_epoch": np.arange(contacts),
            "repeated_probability": (draw.random(contacts) < sigmoid(truth)).astype(float),
            "earlier_contacts": draw.integers(0, 3, contacts).astype(float),
            "language": draw.choice(["sv", "vi", "zh"], contacts, p=[0.5, 0.3, 0.2]),
            "channel": draw.choice(["phone", "mail"], contacts),
            "champion": sigmoid(truth + draw.normal(0, noise, contacts)),
            "challenger": sigmoid(truth + draw.normal(0, noise, contacts)),
            "rule": np.full(contacts, 0.3),
            "champion_topic_id": [f"t{t}" for t in topic],
            "challenger_topic_id": [f"t{t}" for t in topic],
        }
    )


def draw_pairs(seed: int) -> pd.DataFrame:
    """Draw pairs on which both releases nearly agree."""
    draw = np.random.default_rng(seed)
    champion = draw.random(500)
    challenger = (champion + draw.normal(0, 0.03, 500)).clip(0, 1)
    return pd.DataFrame({"champion": champion, "challenger": challenger})
