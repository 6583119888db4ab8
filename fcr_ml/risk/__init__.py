"""Which open contacts will be repeated: rows, model, baselines, evaluation, flags."""

from fcr_ml.risk.flags import flag_contacts
from fcr_ml.risk.model import RiskModel
from fcr_ml.risk.study import RiskStudy, study_risk

__all__ = ["RiskModel", "RiskStudy", "flag_contacts", "study_risk"]
