"""How far raters agree, with each other and with themselves."""

from toolkit.analysis.reliability.alpha import krippendorff_alpha
from toolkit.analysis.reliability.chance import cohen_kappa, fleiss_kappa, gwet_ac1
from toolkit.analysis.reliability.components import Components, components
from toolkit.analysis.reliability.groups import group_agreement
from toolkit.analysis.reliability.icc import icc
from toolkit.analysis.reliability.items import Coefficient, ItemsByRaters, Level, items_by_raters
from toolkit.analysis.reliability.raters import drift
from toolkit.analysis.reliability.reliability import Reliability, reliability

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
