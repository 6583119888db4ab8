"""Drivers: slices of contacts that repeat more than their mix explains.

Enters: a :class:`~fcr_ml.frames.Casebook`. Leaves: the table DRIVERS, largest
excess first, each with its interval, its false-discovery q-value and the lever it
points at; and the table CHANGES, what a difference between two periods or two groups
is made of. Units against their own mix are the table COMPARISONS, what they trade off
TRADE_OFFS, and what a lever adds, under stated assumptions, EFFECTS. A driver is never
called a cause.
"""
