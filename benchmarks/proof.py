"""How often proof finds a planted gain under weekly looks, and one where there is none.

Enters: nothing. Leaves: a table of simulated pilots: share that showed a gain, when, and
how often the interval missed the truth at any look; beside it the same with 1.96.

    python -m benchmarks.proof [PILOTS]
"""

from __future__ import annotations

import sys

import numpy as np

from fcr_ml.risk.pilot import multiplier, plan_pilot, planned_contacts
from fcr_ml.risk.proof import MINIMUM_CONTACTS, gain_and_error

A_WEEK = 1_000
REPEAT_RATE = 0.35
REACHED = 0.8  # of those to be called, the share that is reached


def draw_pilot(draw: np.random.Generator, weeks: int, share: float, gain: float) -> tuple:
    """Draw a pilot whose customers return alike: contacts in the order of closing."""
    n = weeks * A_WEEK
    customers = draw.integers(0, n // 2, n)
    # A customer's own rate: mean 0.35, standard deviation 0.2.
    own = draw.beta(1.64, 3.05, n // 2)
    alone = draw.random(n) < share
    # What a call prevents, in proportion to the customer's own rate.
    kept = 1 - np.where(alone | (draw.random(n) >= REACHED), 0.0, gain / REPEAT_RATE / REACHED)
    return draw.random(n) < own[customers] * kept, alone, customers


def look_weekly(pilot: tuple, planned: float, gain: float) -> tuple[int, bool, bool]:
    """Give the first week that shows a gain (0: none), and whether any look missed the truth.

    The second is by this interval, the third by 1.96 standard errors at every look.
    """
    returned, alone, customers = pilot
    first, missed, naive = 0, False, False
    for week in range(1, len(returned) // A_WEEK + 1):
        seen = slice(0, week * A_WEEK)
        if min(alone[seen].sum(), (~alone[seen]).sum()) < MINIMUM_CONTACTS:
            continue
        found, error = gain_and_error(returned[seen], alone[seen], customers[seen])
        reach = float(multiplier(week * A_WEEK, planned)) * error
        first = first or (week if found - reach > 0 else 0)
        missed |= abs(found - gain) > reach
        naive |= abs(found - gain) > 1.96 * error
    return first, missed, naive


def main(pilots: int = 400) -> None:
    """Simulate pilots with and without a gain and print what was found."""
    print("share  gain  power  contacts  weeks  pilots  shown  median week  missed  with 1.96")
    for share in (0.1, 0.3, 0.5):
        planned = planned_contacts(0.04, 0.8, share)
        pilot = plan_pilot(0.04, 0.8, share, REPEAT_RATE, A_WEEK)
        weeks = int(np.ceil(pilot.contacts / A_WEEK))
        for gain in (0.04, 0.0):
            draw = np.random.default_rng([int(share * 10), int(gain * 100)])
            looks = [
                look_weekly(draw_pilot(draw, weeks, share, gain), planned, gain)
                for _ in range(pilots)
            ]
            firsts = np.array([first for first, _, _ in looks])
            shown = firsts[firsts > 0]
            missed, naive = (np.mean([look[k] for look in looks]) for k in (1, 2))
            median = f"{np.median(shown):.0f}" if len(shown) else "-"
            print(
                f"{share:5.0%} {gain:5.2f}   0.80  {pilot.contacts:8,}  {pilot.weeks:5}  {pilots:6}"
                f"  {len(shown) / pilots:5.1%}  {median:>11}  {missed:6.1%}  {naive:9.1%}"
            )


if __name__ == "__main__":
    main(*(int(text) for text in sys.argv[1:]))
