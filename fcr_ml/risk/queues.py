"""Queues that a plan names and the log does not have.

Enters: a plan and a casebook. Leaves: remarks. A name that is misspelt limits nothing and
prices nothing, which nobody would see in the list.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence

from fcr_ml.frames import Casebook
from fcr_ml.risk.plan import FlagPlan


def unknown_queues(plan: FlagPlan, casebook: Casebook) -> list[str]:
    """Give a warning for each setting that names queues of which the log has no contact.

    Parameters
    ----------
    plan : FlagPlan
        Its ``queue_capacity`` and ``queue_cost_of_repeat`` name queues.
    casebook : Casebook
        Every contact counts, closed ones too.

    Returns
    -------
    list of str
        What is not known, what comes of it, and the nearest names there are.
    """
    named = {
        "queue_capacity": (plan.queue_capacity, "they have no limit of their own"),
        "queue_cost_of_repeat": (plan.queue_cost_of_repeat, "cost_of_repeat counts for them"),
    }
    if not any(given for given, _ in named.values()):
        return []
    known = _queues(casebook)
    warnings = []
    for setting, (given, consequence) in named.items():
        absent = sorted(set(given or {}) - set(known))
        if absent:
            told = "; ".join(_near(name, known) for name in absent)
            warnings.append(
                f"{setting}: {len(absent)} of {len(given or {})} queues are not in the log, so "
                f"{consequence}: {told}."
            )
    return warnings


def _queues(casebook: Casebook) -> list[str]:
    queues = casebook.table("contacts", ["queue"])["queue"].dropna().unique()
    return sorted(map(str, queues))


def _near(name: str, known: Sequence[str]) -> str:
    """Name the nearest queue, capitals aside, or all where they are few."""
    folded = {queue.casefold(): queue for queue in known}
    near = difflib.get_close_matches(name.casefold(), list(folded), n=1, cutoff=0.5)
    if near:
        return f"'{name}' (the nearest is '{folded[near[0]]}')"
    if not known:
        return f"'{name}' (the log has no queue)"
    few = ", ".join(f"'{queue}'" for queue in known[:5])
    return f"'{name}' (the log has {few}{' and others' if len(known) > 5 else ''})"
