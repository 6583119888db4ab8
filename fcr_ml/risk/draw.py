"""Who is left alone, so that help can be proved.

Enters: contact ids, a share and the name of an experiment. Leaves: yes or no for each,
the same every night. Nothing of the contact but its id is looked at.
"""

from __future__ import annotations

import hashlib

_SALT = "fcr_ml: left alone"

LEFT_ALONE_SHARE = 0.1
"""Share of contacts left alone unless the settings say otherwise."""


def is_left_alone(contact_id: str, share: float, experiment: str = "calls") -> bool:
    """Say whether a contact is drawn to be left alone.

    Parameters
    ----------
    contact_id : str
        The contact.
    share : float
        Share of contacts that are drawn, at least 0 and below 1. Who is drawn under a
        smaller share is drawn under a larger one.
    experiment : str
        Two experiments draw independently of each other, and of everything else that is
        made of a hash of the same id.

    Returns
    -------
    bool
        The first eight bytes of the SHA-256 of a salt, the experiment and the id, as a
        fraction of their range, lie below the share.

    Examples
    --------
    >>> is_left_alone("c1", 0.0), is_left_alone("c1", 0.9999)
    (False, True)
    """
    # The separator is in no id, so no two pairs of experiment and id run into one.
    said = "\x1f".join((_SALT, experiment, contact_id))
    digest = hashlib.sha256(said.encode("utf-8")).digest()
    return int.from_bytes(digest[:8], "big") / 2**64 < share
