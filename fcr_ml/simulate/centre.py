"""The simulated contact centre: its contacts, and the truth about them.

Enters: a :class:`~fcr_ml.simulate.plan.CentrePlan`. Leaves: contacts as a log
would hold them, and apart from them the answer key. Equal plans give equal bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from fcr_ml.frames.conform import arrow_schema, conform, restore_types
from fcr_ml.frames.storage import filled_folder, write_csv, write_parquet
from fcr_ml.frames.tables import CONTACTS
from fcr_ml.simulate.answer_key import KEY_TABLES, answer_key
from fcr_ml.simulate.lives import live_through
from fcr_ml.simulate.matters import Contact
from fcr_ml.simulate.plan import CentrePlan
from fcr_ml.simulate.telling import tell_all

_AFTERWARDS = (
    "agent_id",
    "team",
    "transfers",
    "talk_seconds",
    "hold_seconds",
    "wrap_seconds",
    "handle_seconds",
    "csat",
    "agent_says_resolved",
    "not_resolvable",
    "resolution_note",
)
"""What the log cannot say of a contact that is still being handled when it ends."""


@dataclass(frozen=True)
class SimulatedCentre:
    """A contact log with known truth.

    Parameters
    ----------
    plan : CentrePlan
        What it was made from.
    contacts : pandas.DataFrame
        As declared in ``CONTACTS``, in the order of time and of ``contact_id``.
        Contacts that ended after the log have no ``ended_at`` and nothing that
        is known only then.
    key : dict of str to pandas.DataFrame
        The answer key: ``issues``, ``follow_ups``, ``drivers`` and
        ``next_issues``, as declared in ``fcr_ml.simulate.answer_key``.
    """

    plan: CentrePlan
    contacts: pd.DataFrame
    key: dict[str, pd.DataFrame]


def simulate_centre(plan: CentrePlan | None = None) -> SimulatedCentre:
    """Simulate a contact centre.

    Parameters
    ----------
    plan : CentrePlan, optional
        The default plan where there is none.

    Returns
    -------
    SimulatedCentre

    Examples
    --------
    >>> centre = simulate_centre(CentrePlan(contacts=50, days=30))
    >>> len(centre.contacts) >= 50
    True
    """
    plan = plan or CentrePlan()
    lived = live_through(plan)
    tell_all(lived, plan)
    # Sorting is stable: contacts of one second stay in the order in which they were drawn.
    lived.sort(key=lambda contact: contact.started)
    contact_ids = [f"contact-{number:07d}" for number in range(1, len(lived) + 1)]
    contacts = _contacts_table(lived, contact_ids, plan)
    return SimulatedCentre(plan, contacts, answer_key(lived, contact_ids, plan))


def write_centre(centre: SimulatedCentre, folder: Path) -> None:
    """Write a simulated centre; other files in the folder are left alone.

    Parameters
    ----------
    centre : SimulatedCentre
        What to write.
    folder : pathlib.Path
        Gets ``contacts.parquet``, ``contacts.csv`` and ``key/*.parquet``.

    Raises
    ------
    StorageError
        When the place cannot be written.
    """
    with filled_folder(Path(folder)) as beside:
        schema = arrow_schema(CONTACTS, centre.contacts)
        write_parquet([centre.contacts], beside / "contacts.parquet", schema)
        write_csv(centre.contacts, beside / "contacts.csv")
        for name, frame in centre.key.items():
            schema = arrow_schema(KEY_TABLES[name], frame)
            write_parquet([frame], beside / "key" / f"{name}.parquet", schema)


def _contacts_table(
    lived: Sequence[Contact], contact_ids: Sequence[str], plan: CentrePlan
) -> pd.DataFrame:
    rows = [_row(contact) for contact in lived]
    contacts = pd.DataFrame(rows).assign(contact_id=contact_ids)
    contacts["case_id"] = _case_ids(lived)
    for name in ("started_at", "ended_at"):
        seconds = pd.to_timedelta(contacts[name].to_numpy(), unit="s")
        contacts[name] = (plan.starts_at + seconds).as_unit("us")
    is_open = (contacts["ended_at"] >= plan.ends_at).to_numpy()
    contacts = restore_types(conform(CONTACTS, contacts), CONTACTS.columns)
    contacts.loc[is_open, ["ended_at", *_AFTERWARDS]] = pd.NA
    return contacts


def _row(contact: Contact) -> dict[str, object]:
    customer = contact.matter.customer
    worked = contact.talk_seconds + contact.hold_seconds + contact.wrap_seconds
    return {
        "customer_id": customer.customer_id,
        "started_at": contact.started,
        "ended_at": contact.ended,
        "channel": contact.channel,
        "queue": contact.queue,
        "team": contact.team,
        "agent_id": contact.agent_id,
        "product": customer.product,
        "reason_code": contact.reason_code,
        "direction": "outbound" if contact.kind == "call_back" else "inbound",
        "language": customer.language,
        "transfers": contact.transfers,
        "talk_seconds": contact.talk_seconds,
        "hold_seconds": contact.hold_seconds,
        "wrap_seconds": contact.wrap_seconds,
        "handle_seconds": worked,
        "csat": contact.csat,
        "agent_says_resolved": contact.agent_says_resolved,
        "not_resolvable": contact.is_not_resolvable,
        "note": contact.note,
        "resolution_note": contact.resolution_note,
    }


def _case_ids(lived: Sequence[Contact]) -> list[str | None]:
    """Number the cases in the order in which they were opened."""
    numbers: dict[int, str] = {}
    return [
        numbers.setdefault(id(contact.matter), f"case-{len(numbers) + 1:06d}")
        if contact.has_case
        else None
        for contact in lived
    ]
