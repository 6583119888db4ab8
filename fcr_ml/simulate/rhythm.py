"""When contacts begin: the hour, the day of the week, and delays.

Enters: a plan and a random source. Leaves: whole seconds from the log's
beginning. Hours are UTC; no customer lives in another zone.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import exp, log
from random import Random

DAY = 86_400
WEEK = 7 * DAY

_HOURS = (1, 1, 1, 1, 1, 2, 4, 8, 14, 18, 18, 16, 14, 14, 15, 15, 14, 12, 9, 7, 5, 4, 2, 1)
_WEEKDAYS = (1.0, 0.95, 0.9, 0.9, 0.85, 0.45, 0.35)
_SHARE_KEPT = sum(_HOURS) / 24 / max(_HOURS) * sum(_WEEKDAYS) / 7

_MEAN_DELAY = 3 * DAY
_SHORTEST_DELAY = 600


class Rhythm:
    """The week of a centre.

    Parameters
    ----------
    first_weekday : int
        Weekday on which the log begins, 0 for Monday.
    """

    def __init__(self, first_weekday: int) -> None:
        self._first_weekday = first_weekday

    def draw_starts(self, rate: float, seconds: int, rng: Random) -> Iterator[int]:
        """Draw the moments of a Poisson process that follows the week.

        Parameters
        ----------
        rate : float
            Moments per second, averaged over a week.
        seconds : int
            Length of the log.
        rng : random.Random
            Source of randomness.

        Notes
        -----
        Thinning (Lewis and Shedler 1979): moments come at the rate of the
        busiest hour and are kept in proportion to the hour they fall into.
        """
        moment = rng.expovariate(rate / _SHARE_KEPT)
        while moment < seconds:
            if self._is_kept(int(moment), rng):
                yield int(moment)
            moment += rng.expovariate(rate / _SHARE_KEPT)

    def draw_delay(self, moment: int, rng: Random) -> int:
        """Draw how long after a moment a follow-up begins, always under 7 days.

        The delay is exponential, cut off at 7 days. An hour in which few
        contact the centre is drawn again, ten times at most, so that a follow-up
        is never lost and the probability that there is one stays exact.
        """
        for _ in range(10):
            share = rng.random() * (1 - exp(-(WEEK - _SHORTEST_DELAY) / _MEAN_DELAY))
            delay = int(_SHORTEST_DELAY - _MEAN_DELAY * log(1 - share))
            if self._is_kept(moment + delay, rng):
                break
        return delay

    def _is_kept(self, moment: int, rng: Random) -> bool:
        weekday = (self._first_weekday + moment // DAY) % 7
        hour = moment % DAY // 3_600
        return rng.random() < _HOURS[hour] / max(_HOURS) * _WEEKDAYS[weekday]
