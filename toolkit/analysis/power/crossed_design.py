"""A crossed design from plain numbers: raters who meet contrasts, with or without a study."""

import numpy as np
import pandas as pd

from toolkit.analysis.engine import Codes
from toolkit.analysis.frames import NULL_ARMS, OBSERVATION_COLUMNS, declare
from toolkit.analysis.power.simulated_design import REFERENCE, Design
from toolkit.errors import AnalysisError


def crossed_design(
    *,
    raters: int,
    scenarios: int,
    contrasts: int = 1,
    swaps: int = 1,
    nulls: bool = False,
    per_rater: int | None = None,
    matched: bool = False,
    replicates: int = 1,
    paired: bool = False,
    seed: int = 1,
) -> Design:
    """Make a design from plain numbers: contrasts are dealt to raters like cards, evenly.

    Args:
        raters: how many.
        scenarios: how many.
        contrasts: of each scenario.
        swaps: personas compared with the reference in every contrast.
        nulls: also the arms ``paraphrase`` and ``resample``.
        per_rater: contrasts each rater meets; default: all of them.
        matched: True: a rater sees every arm of a contrast; False: one of them, in turn.
        replicates: replies of each arm, handed out in turn.
        paired: each arm's reply beside the reference's, left and right in turn.
        seed: of the dealing.

    Raises:
        AnalysisError: if a rater would meet a contrast twice, or a number is below 1.
    """
    met = per_rater or scenarios * contrasts
    _require_numbers((raters, scenarios, contrasts, swaps, replicates, met), scenarios * contrasts)
    rng = np.random.default_rng(seed)
    who = np.repeat(np.arange(raters), met)
    what = _dealt(raters, scenarios * contrasts, met, rng)
    labels = _labels(swaps, nulls=nulls, paired=paired)
    arm = _in_turn(what, len(labels), rng)
    if matched:
        who, what, arm = _each_arm(who, what, len(labels))
    turn = _occurrence(what * len(labels) + arm)
    replicate = turn % replicates
    kinds, personas = zip(*labels, strict=True)
    frame = pd.DataFrame(
        {
            "rater": [f"rater-{one:03d}" for one in who],
            "scenario": [f"scenario-{one:03d}" for one in what // contrasts],
            "contrast": [f"contrast-{one:04d}" for one in what],
            "arm": np.array(kinds, dtype=object)[arm],
            "persona": np.array(personas, dtype=object)[arm],
            "reply": [f"u-{c}-{a}-{k}" for c, a, k in zip(what, arm, replicate, strict=True)],
            "replicate": replicate,
            "endpoint": "assistant",
            "origin": "planned",
            "position": _occurrence(who),
            "side": np.where(turn % 2 == 0, 1.0, -1.0) if paired else 0.0,
            "weight": 1.0,
            "stage": "confirm",
            "value": 0.0,
        }
    )
    return Design(frame=declare(frame, OBSERVATION_COLUMNS), paired=paired)


def _require_numbers(numbers: tuple[int, ...], contrasts: int) -> None:
    if min(numbers) < 1:
        raise AnalysisError(
            f"design: got a number of {min(numbers)}; wanted at least 1 of everything: raters, "
            "scenarios, contrasts, swaps, replicates and contrasts a rater. Raise it."
        )
    if numbers[-1] > contrasts:
        raise AnalysisError(
            f"design: got {numbers[-1]} contrasts for each rater and {contrasts} in all; wanted "
            "no contrast twice for one rater. Lower per_rater, or add contrasts."
        )


def _labels(swaps: int, *, nulls: bool, paired: bool) -> list[tuple[str, str]]:
    """Kind and persona of each arm."""
    personas = [("swap", f"persona-{number + 1:02d}") for number in range(swaps)]
    others = [(kind, "persona-00") for kind in NULL_ARMS] if nulls else []
    reference = [] if paired else [(REFERENCE, "persona-00")]
    return [*reference, *personas, *others]


def _dealt(raters: int, contrasts: int, met: int, rng: np.random.Generator) -> Codes:
    """Contrasts of each rater in turn: those met least often so far, ties drawn."""
    times = np.zeros(contrasts, dtype=np.intp)
    hands = []
    for _ in range(raters):
        hand = np.lexsort((rng.random(contrasts), times))[:met]
        times[hand] += 1
        hands.append(rng.permutation(hand))
    return np.concatenate(hands)


def _in_turn(what: Codes, arms: int, rng: np.random.Generator) -> Codes:
    """An arm for each meeting, so that each contrast's arms are met evenly, in a drawn order."""
    order = rng.permuted(np.tile(np.arange(arms), (int(what.max()) + 1, 1)), axis=1)
    return order[what, _occurrence(what) % arms]


def _each_arm(who: Codes, what: Codes, arms: int) -> tuple[Codes, Codes, Codes]:
    """Repeat each meeting for every arm."""
    return np.repeat(who, arms), np.repeat(what, arms), np.tile(np.arange(arms), len(who))


def _occurrence(keys: Codes) -> Codes:
    """How often each key came before."""
    return np.asarray(pd.Series(keys).groupby(keys).cumcount(), dtype=np.intp)
