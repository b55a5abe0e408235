"""``parallax plan power``: what a confirm stage could see, by simulating it before there is data.

Loaded only when it is asked for, as it brings the analysis stack along.
"""

import argparse
from collections.abc import Iterator
from dataclasses import replace
from math import isfinite

from toolkit.analysis import Estimate, Needed, Power, Truth, needed, planned_design, power
from toolkit.cli.terminal import OK, say
from toolkit.cli.workspace import find_study
from toolkit.design import ConfirmStage, Outcome, Workspace

SIMULATIONS = 1000
SEED = 1
_GROWTH = (2, 4)
_SHARES = (0.5, 1.0, 1.5, 2.0)
"""Effects that are simulated, as multiples of the one asked for."""


def run(args: argparse.Namespace) -> int:
    """Simulate the plan and write what it could see."""
    stage = ConfirmStage(find_study(args.study, Workspace(args.workspace)))
    if args.raters:
        rating = stage.plan.rating.model_copy(update={"raters": args.raters})
        stage.plan = stage.plan.model_copy(update={"rating": rating})
    outcome = stage.primary
    truth, whole = _assumed(outcome), planned_design(stage)
    design = whole.in_general
    effect = args.effect or _usual(outcome)
    simulations, seed = args.simulations or SIMULATIONS, SEED if args.seed is None else args.seed
    found = power(
        design,
        truth,
        effects=[0.0, *(effect * share for share in _SHARES)],
        simulations=simulations,
        seed=seed,
        margin=stage.plan.analysis.margin if _known_spread(outcome) else None,
        side=outcome.side(stage.plan.analysis.direction),
    )
    say(*_about(stage, found, leads=len(whole) - len(design)), "", *_seen(found, effect, stage))
    fewer = max(simulations // 3, 100)
    more = needed(stage, truth, effect=effect, simulations=fewer, seed=seed, times=_GROWTH)
    say("", *_more(more))
    return OK


def _known_spread(outcome: Outcome) -> bool:
    """Whether the declaration tells how far answers can lie apart, as that of a count does not."""
    return isfinite(outcome.bounds[1] - outcome.bounds[0])


def _assumed(outcome: Outcome) -> Truth:
    """How answers are assumed to spread, for want of any, on the outcome's declared scale.

    Of what a machine reads about one reply in ten is 1, and a number within bounds lies as close
    together as sure answers do. A number without bounds is simulated in units of its own noise.
    """
    low, high = outcome.bounds
    usual = Truth() if outcome.rated else Truth(lapse=0.0)
    if outcome.scale == "binary":
        return replace(usual, cutpoints=(1.6,))
    if outcome.scale == "likert" and high - low != len(usual.cutpoints):
        cuts = round(high - low)
        return replace(usual, cutpoints=tuple(3 * (at + 1) / (cuts + 1) - 2 for at in range(cuts)))
    if outcome.scale != "number":
        return usual
    noise = 0.1 * (high - low) if _known_spread(outcome) else 1.0
    return Truth(
        cutpoints=(),
        lapse=0.0,
        scenario_sd=2 * noise,
        contrast_sd=noise,
        reply_sd=noise,
        effect_scenario_sd=0.5 * noise,
        noise_sd=noise,
    )


def _usual(outcome: Outcome) -> float:
    """An effect worth finding: half a point, or a fifth of the room there is.

    It is for the worse; upward where neither end is good.
    """
    size = 0.5 if outcome.scale == "likert" or not _known_spread(outcome) else 0.2
    if outcome.scale == "number" and _known_spread(outcome):
        size *= outcome.bounds[1] - outcome.bounds[0]
    return -size if outcome.favorable == "high" else size


def _about(stage: ConfirmStage, found: Power, *, leads: int) -> Iterator[str]:
    design, outcome = found.design, stage.primary
    counts = [design.ratings(one) for one in design.swaps]
    few, many = min(counts), max(counts)
    frame = design.frame
    raters = frame["rater"].nunique()
    noun = f"ratings by {raters} raters" if raters else "replies, read by machine,"
    yield f"{stage.study.id}: {stage.study.title}"
    yield (
        f"  {len(design)} {noun} over {frame['scenario'].nunique()} scenarios; "
        f"{len(counts)} personas against the reference, "
        f"{few if few == many else f'{few} to {many}'} each"
    )
    yield (
        f"  {found.simulations:,} simulations (seed {found.seed}) of the primary test on answers "
        "to this design whose true effect"
    )
    yield "  is known; how raters judge is assumed. In brackets: 99 % intervals of the simulation."
    yield "  Each figure is for a persona picked at random."
    if not _known_spread(outcome):
        yield (
            f"  Nothing bounds {outcome.name}, so effects are in standard deviations of a single "
            f"answer"
        )
        yield f"  and not in {outcome.unit}; a margin is left out."
    if leads:
        yield f"  Left out: {leads} ratings of contrasts lifted from leads, tested by themselves."


def _seen(found: Power, effect: float, stage: ConfirmStage) -> Iterator[str]:
    outcome, direction = stage.primary, stage.plan.analysis.direction
    yield f"  {'True effect':<16}{'says it differs':<26}also after Holm over {found.family}"
    for at in sorted(set(found.table["effect"]), key=abs):
        alone, within = found.share("differs", at), found.share("differs in its family", at)
        shown = "0, error rate" if at == 0 else _signed(at)
        yield f"  {shown:<16}{_percent(alone):<26}{_percent(within)}"
    yield ""
    yield f"  Smallest effect seen with 80 % power: {_detectable(found)}"
    if found.margin is not None:
        what = f"equivalent within ±{found.margin:g}"
        if direction:
            what = f"not {direction} by {found.margin:g} or more"
        yield (
            f"  Where nothing differs, chance to conclude: {what}: "
            f"{_percent(found.share('equivalent', 0.0))}"
        )
    elif _known_spread(outcome):
        yield "  Without a margin in the analysis plan nothing is ever called equivalent."
    by_ratings = sorted(found.design.swaps, key=found.design.ratings)
    for word, arm in zip(("Fewest", "Most"), by_ratings[:: len(by_ratings) - 1 or 1], strict=False):
        yield (
            f"  {word} ratings: {arm.removeprefix('swap ')} with {found.design.ratings(arm)}; "
            f"power at {_signed(effect)}: {_percent(found.share('differs', effect, arm))}"
        )


def _detectable(found: Power) -> str:
    size = found.detectable()
    if size is None:
        return f"none up to {found.table['effect'].abs().max():g}; it is larger."
    high = f"{size.high:.2f}" if size.high < float("inf") else "more"
    return f"{size.value:.2f} [{size.low:.2f}, {high}], between those above"


def _more(found: Needed) -> Iterator[str]:
    yield (
        f"  What more would bring, at a true effect of {_signed(found.effect)} "
        f"({found.simulations:,} simulations each)"
    )
    yield f"  {'':<28}{'ratings':>8}{'replies':>9}  says it differs"
    for _, row in found.table.iterrows():
        what = row["more"] if row["times"] == 1 else f"{row['times']} × the {row['more']}"
        share = Estimate(value=row["share"], low=row["low"], high=row["high"])
        shown = "no such plan" if row["refused"] else _percent(share)
        yield f"  {what:<28}{row['ratings']:>8,}{row['replies']:>9,}  {shown}"


def _signed(effect: float) -> str:
    return f"{effect:+.2f}".replace("-", "−")


def _percent(share: Estimate) -> str:
    value, low, high = (f"{100 * one:.1f}" for one in (share.value, share.low, share.high))
    return f"{value} % [{low}, {high}]"
