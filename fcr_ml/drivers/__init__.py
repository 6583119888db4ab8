"""Drivers: slices of contacts that repeat more than their mix explains.

Enters: a :class:`~fcr_ml.frames.Casebook`. Leaves: the table DRIVERS, largest
excess first, each with its interval, its false-discovery q-value and the lever it
points at; and the table CHANGES, what a difference between two periods or two groups
is made of. A driver is never called a cause.
"""
