"""The engine: statements written once, run by DuckDB in process."""

from fcr_ml.engine.duck import DuckEngine
from fcr_ml.engine.statements import statement

__all__ = ["DuckEngine", "statement"]
