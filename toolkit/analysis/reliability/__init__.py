"""Reliability: how far raters agree, with each other and with themselves."""

from toolkit.analysis.reliability.categorical_agreement import cohen_kappa, fleiss_kappa, gwet_ac1
from toolkit.analysis.reliability.group_agreement import group_agreement
from toolkit.analysis.reliability.icc import icc
from toolkit.analysis.reliability.items_by_raters import (
    Coefficient,
    ItemsByRaters,
    Level,
    items_by_raters,
)
from toolkit.analysis.reliability.krippendorff_alpha import krippendorff_alpha
from toolkit.analysis.reliability.rater_quality import drift
from toolkit.analysis.reliability.reliability import Reliability, reliability
from toolkit.analysis.reliability.variance_components import Components, components

__all__ = [
    "Coefficient",
    "Components",
    "ItemsByRaters",
    "Level",
    "Reliability",
    "cohen_kappa",
    "components",
    "drift",
    "fleiss_kappa",
    "group_agreement",
    "gwet_ac1",
    "icc",
    "items_by_raters",
    "krippendorff_alpha",
    "reliability",
]
