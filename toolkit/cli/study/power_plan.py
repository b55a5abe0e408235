"""``parallax plan power``: what a confirm stage could see, by simulating it before there is data.

Loaded only when it is asked for, as it brings the analysis stack along.
"""

import argparse
from collections.abc import Iterator
from typing import Any

from toolkit.analysis import (
    Estimate,
    Needed,
    Power,
    Truth,
    needed,
    planned_design,
    power,
    sent_design,
)
from toolkit.cli.terminal import OK, say
from toolkit.cli.workspace import find_study
from toolkit.design import ConfirmStage, Outcome, Workspace

SIMULATIONS = 1000
SEED = 1
_GROWTH = (2, 4)
_SHARES = (0.5, 1.0, 1.5, 2.0)
"""Effects that are simulated, as multiples of the one asked for."""
_READ = {
    "binary": Truth(cutpoints=(1.6,), lapse=0.0),
    "number": Truth(
        cutpoints=(),
        lapse=0.0,
        scenario_sd=0.2,
        contrast_sd=0.1,
        reply_sd=0.1,
        effect_scenario_sd=0.05,
        noise_sd=0.1,
    ),
}
"""What is read by machine: about one reply in ten is 1, or numbers as sure answers between 0 and 1
have them."""


def run(args: argparse.Namespace) -> int:
    """Simulate the plan and write what it could see."""
    stage = ConfirmStage(find_study(args.study, Workspace(args.workspace)))
    if args.raters:
        rating = stage.plan.rating.model_copy(update={"raters": args.raters})
        stage.plan = stage.plan.model_copy(update={"rating": rating})
    analysis = stage.plan.analysis
    outcome = stage.primary
    truth = Truth() if outcome.rated else _READ[outcome.scale]
    whole = planned_design(stage) if outcome.rated else sent_design(stage)
    design = whole.in_general
    effect = args.effect or _usual(outcome)
    simulations, seed = args.simulations or SIMULATIONS, SEED if args.seed is None else args.seed
    found = power(
        design,
        truth,
        effects=[0.0, *(effect * share for share in _SHARES)],
        simulations=simulations,
        seed=seed,
        margin=analysis.margin,
    )
    about = _about(stage, found, leads=len(whole) - len(design))
    say(*about, "", *_seen(found, effect), "")
    more = needed(
        stage,
        truth,
        effect=effect,
        simulations=max(simulations // 3, 100),
        seed=seed,
        times=_GROWTH,
    )
    say(*_more(more))
    return OK


def _usual(outcome: Outcome) -> float:
    """An effect worth finding, for the worse: half a point, or one reply in five."""
    size = 0.5 if outcome.scale == "likert" else 0.2
    return size if outcome.favorable == "low" else -size


def _about(stage: ConfirmStage, found: Power, *, leads: int) -> Iterator[str]:
    design = found.design
    counts = [design.ratings(one) for one in design.swaps]
    frame = design.frame
    raters = frame["rater"].nunique()
    noun = f"ratings by {raters} raters" if raters else "replies, read by machine,"
    yield f"{stage.study.id}: {stage.study.title}"
    yield (
        f"  {len(design)} {noun} over {frame['scenario'].nunique()} scenarios; "
        f"{len(counts)} personas against the reference, {_span(counts)} each"
    )
    yield (
        f"  {found.simulations:,} simulations (seed {found.seed}) of the primary test on answers "
        "to this design whose true effect"
    )
    yield "  is known; how raters judge is assumed. In brackets: 99 % intervals of the simulation."
    yield "  Each figure is for a persona picked at random."
    if leads:
        yield f"  Left out: {leads} ratings of contrasts lifted from leads, tested by themselves."


def _seen(found: Power, effect: float) -> Iterator[str]:
    yield f"  {'True effect':<16}{'says it differs':<26}also after Holm over {found.family}"
    for at in sorted(set(found.table["effect"]), key=abs):
        alone, within = found.share("differs", at), found.share("differs in its family", at)
        shown = "0, error rate" if at == 0 else _signed(at)
        yield f"  {shown:<16}{_percent(alone):<26}{_percent(within)}"
    yield ""
    yield f"  Smallest effect seen with 80 % power: {_detectable(found)}"
    if found.margin is None:
        yield "  Without a margin in the analysis plan nothing is ever called equivalent."
    else:
        yield (
            f"  Where nothing differs, chance to conclude: equivalent within ±{found.margin:g}: "
            f"{_percent(found.share('equivalent', 0.0))}"
        )
    rows = found.table[found.table["effect"].eq(effect) & found.table["says"].eq("differs")]
    for word, row in _extremes(rows[rows["arm"].ne("each persona")]):
        name = str(row["arm"]).removeprefix("swap ")
        yield (
            f"  {word} ratings: {name} with {row['ratings']:g}; power at {_signed(effect)}: "
            f"{_percent(_estimate(row))}"
        )


def _span(counts: list[int]) -> str:
    few, many = min(counts), max(counts)
    return str(few) if few == many else f"{few} to {many}"


def _extremes(rows: Any) -> Iterator[tuple[str, Any]]:
    ranked = rows.sort_values("ratings", kind="stable")
    if len(ranked) > 1:
        yield "Fewest", ranked.iloc[0]
        yield "Most", ranked.iloc[-1]


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
        shown = "no such plan" if row["refused"] else _percent(_estimate(row))
        yield f"  {what:<28}{row['ratings']:>8,}{row['replies']:>9,}  {shown}"


def _estimate(row: Any) -> Estimate:
    return Estimate(value=row["share"], low=row["low"], high=row["high"], level=row["level"])


def _signed(effect: float) -> str:
    return f"{effect:+.2f}".replace("-", "−")


def _percent(share: Estimate) -> str:
    value, low, high = (f"{100 * one:.1f}" for one in (share.value, share.low, share.high))
    return f"{value} % [{low}, {high}]"
