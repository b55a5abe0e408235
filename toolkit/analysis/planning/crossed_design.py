"""A crossed design from plain numbers: raters who meet contrasts, with or without a study."""

import numpy as np
import pandas as pd

from toolkit.analysis.engine import Codes
from toolkit.analysis.frames import NULL_ARMS, OBSERVATION_COLUMNS, declare
from toolkit.analysis.planning.simulated_design import REFERENCE, Design
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
    _require_numbers(raters, scenarios, contrasts, swaps, replicates, met)
    rng = np.random.default_rng(seed)
    who = np.repeat(np.arange(raters), met)
    what = _dealt(raters, scenarios * contrasts, met, rng)
    labels = _labels(swaps, nulls=nulls, paired=paired)
    if matched:
        who, what = np.repeat(who, len(labels)), np.repeat(what, len(labels))
        arm = np.tile(np.arange(len(labels)), raters * met)
    else:
        arm = _in_turn(what, len(labels), rng)
    frame = _framed(who, what, arm, labels, contrasts, replicates, paired=paired)
    return Design(frame=declare(frame, OBSERVATION_COLUMNS), paired=paired)


def _framed(
    who: Codes,
    what: Codes,
    arm: Codes,
    labels: list[tuple[str, str]],
    contrasts: int,
    replicates: int,
    *,
    paired: bool,
) -> pd.DataFrame:
    """Name what was dealt; replies and sides are handed out in turn."""
    turn = _occurrence(what * len(labels) + arm)
    replicate = turn % replicates
    kinds, personas = zip(*labels, strict=True)
    return pd.DataFrame(
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


def _require_numbers(*numbers: int) -> None:
    *_, met = numbers
    if min(numbers) < 1:
        raise AnalysisError(
            f"design: got a number of {min(numbers)}; wanted at least 1 of everything: raters, "
            "scenarios, contrasts, swaps, replicates and contrasts a rater. Raise it."
        )
    if met > numbers[1] * numbers[2]:
        raise AnalysisError(
            f"design: got {met} contrasts for each rater and {numbers[1] * numbers[2]} in all; "
            "wanted no contrast twice for one rater. Lower per_rater, or add contrasts."
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


def _occurrence(keys: Codes) -> Codes:
    """How often each key came before."""
    order = np.argsort(keys, kind="stable")
    ordered = keys[order]
    first = np.searchsorted(ordered, ordered)
    times = np.empty(len(keys), dtype=np.intp)
    times[order] = np.arange(len(keys)) - first
    return times
