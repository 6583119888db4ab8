"""The languages of the simulated centre by their two-letter code.

Nothing enters. Leaves: ``LANGUAGES``.
"""

from fcr_ml.simulate.chinese import CHINESE
from fcr_ml.simulate.english import ENGLISH
from fcr_ml.simulate.german import GERMAN
from fcr_ml.simulate.swedish import SWEDISH
from fcr_ml.simulate.vietnamese import VIETNAMESE

LANGUAGES = {"en": ENGLISH, "zh": CHINESE, "sv": SWEDISH, "vi": VIETNAMESE, "de": GERMAN}
