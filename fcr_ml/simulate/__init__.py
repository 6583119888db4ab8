"""A contact centre with known truth, in several languages, with planted drivers.

Enters: a plan. Leaves: contacts as a log would hold them and, apart from them,
the answer key. Used by tests, the demo and the notebooks; the wings never
import it.
"""

from fcr_ml.simulate.centre import SimulatedCentre, simulate_centre, write_centre
from fcr_ml.simulate.plan import DEFAULT_DRIVERS, CentrePlan, PlantedDriver

__all__ = [
    "DEFAULT_DRIVERS",
    "CentrePlan",
    "PlantedDriver",
    "SimulatedCentre",
    "simulate_centre",
    "write_centre",
]
