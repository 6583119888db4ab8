"""The west wing in one object: from cleaned contacts to a casebook."""

from fcr_ml.assembly.builder import CasebookBuilder
from fcr_ml.assembly.learnt import Learnt
from fcr_ml.assembly.timeline import TIMELINE_COLUMNS, put_timeline

__all__ = ["TIMELINE_COLUMNS", "CasebookBuilder", "Learnt", "put_timeline"]
