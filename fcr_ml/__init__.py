"""Find why customers have to contact a company again, and whom to help next."""

__version__ = "0.1.0"
