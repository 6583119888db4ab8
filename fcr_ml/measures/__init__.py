"""Measures: FCR with its intervals, the survival estimate, agreement with judgements.

Enters: a :class:`~fcr_ml.frames.Casebook`, or links and judged pairs. Leaves:
figures, each with its count, reading, window and interval. Nothing is fitted
here and nothing is written.
"""
