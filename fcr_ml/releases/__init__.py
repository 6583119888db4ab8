"""A release: everything one month fitted, in one folder; and which of them is in use."""
