"""Latent-variable model of answers, and the true effect that follows from it.

A rater's answer rests on a latent value ::

    latent = rater + scenario + contrast + reply + effect(arm)
             + scenario x arm + rater x arm + noise

where every term but the effects is drawn anew for each simulation, normal around 0. Cutpoints turn
it into 0 or 1, or into 1 to K. Of two replies the better one is whichever is higher by more than
``tie``; whatever both share, cancels. So the true effect of an arm on the outcome's own scale is
known exactly, and any test can be held against it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

import numpy as np
from scipy import optimize

from toolkit.analysis.engine import Codes, Floats
from toolkit.analysis.frames import Observations, undeclared_outcome
from toolkit.analysis.power.simulated_design import REFERENCE, Design
from toolkit.design import LatentRating, Scale
from toolkit.errors import AnalysisError

_FARTHEST = 50.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth(LatentRating):
    """How answers to a design come about: the latent model of ratings, with an effect for each arm.

    Effects of an arm vary over scenarios and over raters, each arm's by itself.
    """

    effects: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    """Label of an arm to its latent effect against the reference; 0 for any other."""
    persona_sd: float = 0.0
    """How much the effects of personas vary, besides ``effects``; drawn with each simulation."""

    def with_effects(self, effects: Mapping[str, float]) -> "Truth":
        """The same with other latent effects."""
        return replace(self, effects=MappingProxyType(dict(effects)))


def draw(
    design: Design, truth: Truth, rng: np.random.Generator, *, outcome: str = "simulated"
) -> Observations:
    """Draw one set of observations of a design.

    Args:
        design: who rates what.
        truth: how answers come about.
        rng: source of all randomness; ``np.random.default_rng(seed)``.
        outcome: what to call it.
    """
    scale, bounds = scale_of(design, truth)
    return Observations(
        of=undeclared_outcome(outcome, scale, bounds, rated=design.data.rater is not None),
        frame=design.frame.assign(value=draw_values(design, truth, rng, simulations=1)[:, 0]),
        people=design.people,
        simulated=True,
        plan=design.plan,
    )


def draw_values(
    design: Design, truth: Truth, rng: np.random.Generator, *, simulations: int
) -> Floats:
    """Draw the values alone, many simulations at a time; shape (observations, simulations).

    Args:
        design: who rates what.
        truth: how answers come about.
        rng: source of all randomness.
        simulations: how many to draw, each with raters, scenarios and replies of its own.
    """
    latent = _latent(design, truth, rng, simulations=simulations)
    return _answered(truth, latent, rng, paired=design.paired)


def scale_of(design: Design, truth: Truth) -> tuple[Scale, tuple[float, float]]:
    """Name the scale of what is drawn, and its lowest and highest value.

    Args:
        design: a paired one gives preferences, whatever the truth.
        truth: its cutpoints tell the scale: none ``number``, one ``binary``, more ``likert``
            from 1.
    """
    if design.paired:
        return "preference", (-1.0, 1.0)
    if not truth.cutpoints:
        return "number", (-np.inf, np.inf)
    if len(truth.cutpoints) == 1:
        return "binary", (0.0, 1.0)
    return "likert", (1.0, 1.0 + len(truth.cutpoints))


def true_effect(design: Design, truth: Truth, arm: str) -> float:
    """Compute the average effect of an arm against the reference, on the outcome's own scale.

    The average runs over raters, scenarios, contrasts, replies and, with ``persona_sd``, personas
    as ``truth`` draws them: the estimand of the primary test when it speaks in general. The sum of
    all terms is normal and the answer a sum of normal probabilities.

    Args:
        design: names the arms, and says whether replies are compared in pairs.
        truth: how answers come about.
        arm: its label, such as ``swap amara-okafor``.

    Raises:
        AnalysisError: if the design has no such arm.
    """
    _require_arm(design, arm)
    if design.paired:
        return truth.expected_preference(truth.effects.get(arm, 0.0), _slope_sd(truth, arm))
    there = truth.expected_points(truth.effects.get(arm, 0.0), _slope_sd(truth, arm))
    return there - truth.expected_points(truth.effects.get(REFERENCE, 0.0))


def latent_effect(design: Design, truth: Truth, arm: str, effect: float) -> float:
    """Find the latent effect whose true effect on the outcome's own scale is ``effect``.

    Args:
        design: as for ``true_effect``.
        truth: every other part of it; its own effect of ``arm`` is not read.
        arm: as for ``true_effect``.
        effect: in points, as a risk difference, or as a net share of preferences.

    Raises:
        AnalysisError: if no latent effect has so large a true effect.
    """

    def gap(latent: float) -> float:
        there = truth.with_effects({**truth.effects, arm: latent})
        return true_effect(design, there, arm) - effect

    low, high = reach(design, truth, arm)
    if low == effect == high:
        # Answers that are all alike show no effect, whatever is planted.
        return 0.0
    if not low < effect < high:
        raise AnalysisError(
            f"simulation: got an effect of {effect:+.2f}; wanted one that these answers can show, "
            f"between {low:+.2f} and {high:+.2f}. Plant a smaller one."
        )
    if not np.isfinite(low):
        # Nothing bends the scale of a number.
        return effect
    return float(optimize.brentq(gap, -_FARTHEST, _FARTHEST, xtol=1e-12))


def reach(design: Design, truth: Truth, arm: str) -> tuple[float, float]:
    """Give the lowest and highest true effect that answers could show; infinite for numbers.

    Args:
        design: as for ``true_effect``.
        truth: every other part of it.
        arm: as for ``true_effect``.
    """
    if not design.paired and not truth.cutpoints:
        return -np.inf, np.inf
    low, high = (
        true_effect(design, truth.with_effects({**truth.effects, arm: latent}), arm)
        for latent in (-_FARTHEST, _FARTHEST)
    )
    return low, high


def planted(design: Design, truth: Truth, effects: Mapping[str, float]) -> Truth:
    """Plant effects given on the outcome's own scale; any other arm has none.

    Args:
        design: as for ``true_effect``.
        truth: every other part of it.
        effects: label of an arm to its true effect.

    Raises:
        AnalysisError: if there is no such arm, or an effect is larger than answers can show.
    """
    clear = truth.with_effects({})
    # Arms without a slope of their own need another latent effect for the same true one.
    alike: dict[tuple[float, float], str] = {}
    for arm, effect in effects.items():
        _require_arm(design, arm)
        alike.setdefault((effect, _slope_sd(truth, arm)), arm)
    found = {key: latent_effect(design, clear, arm, key[0]) for key, arm in alike.items()}
    return clear.with_effects(
        {arm: found[effect, _slope_sd(truth, arm)] for arm, effect in effects.items()}
    )


def arm_cells(design: Design, groups: Codes) -> Codes:
    """Number the cells of groups by arms from 0; -1 for arms whose effect cannot vary.

    Args:
        design: names the arm of each observation.
        groups: its rater or its scenario, shape (n,).
    """
    varying = np.array([_varies(one) for one in design.arms])[design.arm]
    cells = np.unique(groups * len(design.arms) + design.arm, return_inverse=True)[1]
    return np.where(varying, cells, -1)


def _latent(design: Design, truth: Truth, rng: np.random.Generator, *, simulations: int) -> Floats:

    def term(sd: float, codes: Codes | None) -> Floats | float:
        if sd == 0 or codes is None:
            return 0.0
        levels = np.zeros((int(codes.max()) + 2, simulations))
        levels[:-1] = sd * rng.standard_normal((len(levels) - 1, simulations))
        # Code -1 reads the last level, which is 0: no deviation.
        return levels[codes]

    data, shape = design.data, (len(design), simulations)
    latent = truth.noise_sd * rng.standard_normal(shape)
    latent += np.array([truth.effects.get(one, 0.0) for one in design.arms])[design.arm][:, None]
    latent += term(truth.reply_sd, design.reply)
    latent += term(truth.effect_scenario_sd, arm_cells(design, data.scenario))
    if data.rater is not None:
        latent += term(truth.effect_rater_sd, arm_cells(design, data.rater))
    swapped = np.isin(design.labels, design.swaps)
    latent += term(truth.persona_sd, np.where(swapped, design.arm, -1))
    if design.paired:
        latent -= term(truth.reply_sd, design.beside)
        return latent + truth.order_effect * data.side[:, None]
    latent += term(truth.severity_sd, data.rater)
    latent += term(truth.scenario_sd, data.scenario)
    latent += term(truth.contrast_sd, data.contrast)
    return latent


def _answered(truth: Truth, latent: Floats, rng: np.random.Generator, *, paired: bool) -> Floats:
    if paired:
        chosen = np.where(np.abs(latent) <= truth.tie, 0.0, np.sign(latent))
        chosen[rng.random(latent.shape) < truth.neither] = 0.0
        guessed = np.array([-1.0, 1.0, 0.0, 0.0])
    elif not truth.cutpoints:
        return latent
    else:
        first = 0.0 if len(truth.cutpoints) == 1 else 1.0
        chosen = first + np.searchsorted(truth.cutpoints, latent)
        guessed = first + np.arange(len(truth.cutpoints) + 1)
    if truth.lapse:
        lapsed = rng.random(latent.shape) < truth.lapse
        chosen[lapsed] = rng.choice(guessed, int(lapsed.sum()))
    return chosen


def _varies(arm: str) -> bool:
    """Whether the effect of an arm can vary: a resample is the reference once more."""
    return arm not in (REFERENCE, "resample")


def _slope_sd(truth: Truth, arm: str) -> float:
    spread = np.hypot(truth.effect_scenario_sd, truth.effect_rater_sd) if _varies(arm) else 0.0
    return float(np.hypot(spread, truth.persona_sd if arm.startswith("swap ") else 0.0))


def _require_arm(design: Design, arm: str) -> None:
    if arm in design.arms and arm != REFERENCE:
        return
    raise AnalysisError(
        f"simulation: got the arm {arm!r}; wanted one that this design compares with its "
        f"reference: {', '.join(design.arms[1:])}. Name one of these."
    )
