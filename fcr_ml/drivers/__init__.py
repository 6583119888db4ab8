"""Drivers: slices of contacts that repeat more than their mix explains.

Enters: a :class:`~fcr_ml.frames.Casebook`. Leaves: the table DRIVERS, largest
excess first, each with its interval, its false-discovery q-value and the lever it
points at. A driver is never called a cause.
"""
