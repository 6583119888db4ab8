"""What the map of the notes shows: places, and what may be said of each without naming it.

Enters: a casebook whose notes were given places. Leaves: one row a dot, without ids and
without a word of any note.
"""

from __future__ import annotations

import pandas as pd

from fcr_ml.engine import statement
from fcr_ml.frames import Casebook
from fcr_ml.measures.fcr import main_reading
from fcr_ml.measures.groups import casebook_engine, put_asked

COLUMNS = ("x", "y", "topic_id", "month", "language", "outcome")


def placed_notes(casebook: Casebook) -> pd.DataFrame:
    """Give every note that has a place on the map.

    Parameters
    ----------
    casebook : Casebook
        In its main reading and window.

    Returns
    -------
    pandas.DataFrame
        ``x, y`` from 0 to 1; ``topic_id``, null without a topic; ``month`` such as
        ``2025-03``; ``language``, null where it is not known; ``outcome``,
        ``repeated`` or ``resolved``, null while open. Ordered by what is shown, so
        that no row leads back to a contact. Empty without notes or places.
    """
    has_places = "topics" in casebook.table_names and "map_x" in casebook.columns("topics")
    if not has_places or "notes" not in casebook.table_names:
        return pd.DataFrame(columns=list(COLUMNS))
    with casebook_engine(casebook) as engine:
        put_asked(engine, main_reading(casebook), casebook.as_of)
        return engine.ask(statement("note_map"))[list(COLUMNS)]
