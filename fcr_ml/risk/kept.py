"""Scorers as plain numbers and words, for a release to keep.

Enters: a fitted scorer, or what was kept of one. Leaves: the other.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fcr_ml.risk.baselines import CountingRule
from fcr_ml.risk.model import RiskModel

_KINDS: dict[str, type[RiskModel] | type[CountingRule]] = {
    "model": RiskModel,
    "counting rule": CountingRule,
}


def scorer_to_dict(scorer: RiskModel | CountingRule) -> dict[str, Any]:
    """Give a fitted model, baseline or counting rule as plain numbers and words."""
    kind = "counting rule" if isinstance(scorer, CountingRule) else "model"
    return {"kind": kind, **scorer.to_dict()}


def scorer_from_dict(kept: Mapping[str, Any]) -> RiskModel | CountingRule:
    """Give the scorer that :func:`scorer_to_dict` described; it scores to the same bits."""
    return _KINDS[kept["kind"]].from_dict(dict(kept))
