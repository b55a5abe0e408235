"""Studies: the two stages, their plans and their freezes."""

from toolkit.design.studies.confirm_plan import (
    PRIVACY_MINIMUM,
    AnalysisPlan,
    ConfirmPlan,
    RatingPlan,
)
from toolkit.design.studies.confirm_stage import ConfirmStage
from toolkit.design.studies.dry_run import rehearse
from toolkit.design.studies.freeze import Freeze
from toolkit.design.studies.latent_rating import LatentRating
from toolkit.design.studies.study import Study
from toolkit.design.studies.study_check import cross_complaints
from toolkit.design.studies.study_sections import ConsentForm, DataUse, EndpointPlan, Question

__all__ = [
    "AnalysisPlan",
    "ConfirmPlan",
    "ConfirmStage",
    "ConsentForm",
    "DataUse",
    "EndpointPlan",
    "Freeze",
    "LatentRating",
    "PRIVACY_MINIMUM",
    "Question",
    "RatingPlan",
    "Study",
    "cross_complaints",
    "rehearse",
]
