"""FCR corrected for silence: some customers give up, and nobody sees them return.

Enters: a casebook whose contacts hold survey answers or the agents' claims. Leaves:
the corrected figure beside the plain one, with what it assumes. It takes no answer
as proof about one contact; outcomes stay as they are.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from fcr_ml.engine import DuckEngine, statement
from fcr_ml.frames import Casebook
from fcr_ml.measures.fcr import main_reading, with_rates
from fcr_ml.measures.groups import casebook_engine, put_asked, put_group
from fcr_ml.measures.intervals import customer_interval, product_interval


@dataclass(frozen=True)
class _Evidence:
    """A column that can deny a resolution, and what using it assumes."""

    column: str
    name: str
    assumes: str


_EVIDENCE = (
    _Evidence(
        "csat",
        "survey answers",
        "Assumes that customers who answered are like those who did not, and that an answer "
        "below the middle of the scale means that the issue was not resolved.",
    ),
    _Evidence(
        "agent_says_resolved",
        "the agents' claims",
        "Assumes that the agents know when a contact did not resolve the issue, and say so.",
    ),
)

COLUMNS = (
    *("evidence", "assumes", "reading", "window", "closed_contacts", "resolved_contacts"),
    *("answered_contacts", "denied_contacts", "fcr_rate"),
    *("corrected_fcr_rate", "corrected_fcr_rate_low", "corrected_fcr_rate_high"),
)


def correct_for_silence(casebook: Casebook, minimum_contacts: int = 30) -> pd.DataFrame:
    """Give FCR with silent failures taken out, where the log tells any.

    Parameters
    ----------
    casebook : Casebook
        In its main reading and window. ``csat`` may be on any scale on which more
        is better; its ends are the lowest and the highest answer of the log.
    minimum_contacts : int
        Answers among the resolved contacts below which nothing is corrected.

    Returns
    -------
    pandas.DataFrame
        One row a source of answers (``csat``, ``agent_says_resolved``):
        ``evidence`` and ``assumes`` in words, ``reading``, ``window``,
        ``closed_contacts``, ``resolved_contacts`` (no return seen),
        ``answered_contacts`` of those, ``denied_contacts`` whose answer says that
        it was not resolved, the plain ``fcr_rate``, and ``corrected_fcr_rate``
        with ``corrected_fcr_rate_low`` and ``corrected_fcr_rate_high`` (95 %, by
        customer; NaN under the minimum). No row for a source that the log lacks.

    Notes
    -----
    corrected = FCR (1 - denied / answered). Both factors have an interval by
    customer, and :func:`~fcr_ml.measures.intervals.product_interval` joins them.
    Contacts with a return are left as they are.
    """
    given = [e for e in _EVIDENCE if e.column in casebook.columns("contacts")]
    with casebook_engine(casebook) as engine:
        put_asked(engine, main_reading(casebook), casebook.as_of)
        put_group(engine, casebook, "all")
        engine.run(statement("fcr_counts"), out="counts")
        plain = with_rates(engine.fetch("counts"))
        rows = [_corrected(engine, casebook, e, plain) for e in given if len(plain)]
    rows = [row for row in rows if row["answered_contacts"]]
    told = pd.DataFrame(rows, columns=list(COLUMNS))
    corrected = [name for name in COLUMNS if name.startswith("corrected")]
    told[corrected] = told[corrected].mask(told["answered_contacts"] < minimum_contacts)
    return told


def _corrected(
    engine: DuckEngine, casebook: Casebook, evidence: _Evidence, plain: pd.DataFrame
) -> dict[str, object]:
    engine.put("answers", _answers(casebook, evidence.column))
    engine.run(statement("fcr_silence"), out="silence")
    silence = engine.fetch("silence").iloc[0]
    answered, denied = silence["answered_contacts"], silence["denied_contacts"]
    denied_low, denied_high = customer_interval(
        denied,
        answered,
        silence["squared_denied"],
        silence["cross_products"],
        silence["squared_answered"],
        silence["customers"],
    )
    rates = plain.iloc[0]
    kept_rate = 1 - denied / answered if answered else float("nan")
    low, high = product_interval(
        rates["fcr_rate"],
        (rates["fcr_rate_low"], rates["fcr_rate_high"]),
        kept_rate,
        (1 - denied_high, 1 - denied_low),
    )
    return {
        "evidence": evidence.name,
        "assumes": evidence.assumes,
        "reading": rates["reading"],
        "window": rates["repeat_window"],
        "closed_contacts": int(rates["closed_contacts"]),
        "resolved_contacts": int(rates["closed_contacts"] - rates["repeated_contacts"]),
        "answered_contacts": int(answered),
        "denied_contacts": int(denied),
        "fcr_rate": rates["fcr_rate"],
        "corrected_fcr_rate": rates["fcr_rate"] * kept_rate,
        "corrected_fcr_rate_low": float(low),
        "corrected_fcr_rate_high": float(high),
    }


def _answers(casebook: Casebook, column: str) -> pd.DataFrame:
    """Give who answered, and whether the answer denies that it was resolved."""
    contacts = casebook.table("contacts", ["contact_id", column]).dropna(subset=[column])
    answers = contacts[column].astype(float)
    if column == "agent_says_resolved":
        return pd.DataFrame({"contact_id": contacts["contact_id"], "denies": answers == 0})
    middle = (answers.min() + answers.max()) / 2
    told = pd.DataFrame({"contact_id": contacts["contact_id"], "denies": answers < middle})
    # Where all gave one answer, nobody can tell which end of the scale it is.
    return told if told["denies"].any() else told.head(0)
