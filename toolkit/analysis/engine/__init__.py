"""Arithmetic on arrays: estimators and their errors, without tables and without words."""

from toolkit.analysis.engine.array_types import Bools, Codes, Floats, group_sums
from toolkit.analysis.engine.bradley_terry import Pairs, Worths, fit_worths, joined
from toolkit.analysis.engine.clustered import (
    Effects,
    Swept,
    cross_codes,
    equal_scenarios,
    sweep,
)
from toolkit.analysis.engine.confidence_sequence import confidence_sequence, evidence_against
from toolkit.analysis.engine.cr2 import CR2, BiasReduced, bias_reduced
from toolkit.analysis.engine.equivalence import (
    VERDICTS,
    Side,
    Verdict,
    equivalence_p,
    interval,
    p_value,
    verdict_of,
)
from toolkit.analysis.engine.fixed_effects import absorb
from toolkit.analysis.engine.interaction_variance import (
    Interactions,
    interactions_of,
)
from toolkit.analysis.engine.jackknife import ranges, without_each
from toolkit.analysis.engine.log_odds import Counted, by_scenario, log_odds, standard_error
from toolkit.analysis.engine.multiplicity import Method, adjust
from toolkit.analysis.engine.multiway import MultiWay, multiway
from toolkit.analysis.engine.partial_pooling import (
    FEWEST_EFFECTS,
    Contrasts,
    contrasts_between,
)
from toolkit.analysis.engine.proportions import ratio_interval, wilson, zero_event_bound
from toolkit.analysis.engine.scenario_effects import ScenarioEffects, scenario_effects
from toolkit.analysis.engine.shrinkage import shrink
from toolkit.analysis.engine.sign_flip import SIGN_FLIP, sign_flip
from toolkit.analysis.engine.small_samples import (
    FEWEST_CLUSTERS,
    Working,
    sparse_indicators,
    two_way,
)

__all__ = [
    "BiasReduced",
    "Bools",
    "CR2",
    "Codes",
    "Contrasts",
    "Counted",
    "Effects",
    "FEWEST_CLUSTERS",
    "FEWEST_EFFECTS",
    "Floats",
    "Interactions",
    "Method",
    "MultiWay",
    "Pairs",
    "SIGN_FLIP",
    "ScenarioEffects",
    "Side",
    "Swept",
    "VERDICTS",
    "Verdict",
    "Working",
    "Worths",
    "absorb",
    "adjust",
    "bias_reduced",
    "by_scenario",
    "confidence_sequence",
    "contrasts_between",
    "cross_codes",
    "equal_scenarios",
    "equivalence_p",
    "evidence_against",
    "fit_worths",
    "group_sums",
    "interactions_of",
    "interval",
    "joined",
    "log_odds",
    "multiway",
    "p_value",
    "ranges",
    "ratio_interval",
    "scenario_effects",
    "shrink",
    "sign_flip",
    "sparse_indicators",
    "standard_error",
    "sweep",
    "two_way",
    "verdict_of",
    "wilson",
    "without_each",
    "zero_event_bound",
]
