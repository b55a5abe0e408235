"""Interim looks at a study by an anytime-valid confidence sequence.

Looked at after every rater, the answer is about these scenarios alone, however many raters there
are. To speak in general, release scenarios in random blocks, have each rated fully and by raters of
its own, and look after each block. Where raters come back from block to block, the answer is about
these raters alone, however many scenarios there are.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import pandas as pd

from toolkit.analysis.disparity import against_reference, counts_of, replies_of, speaks_of
from toolkit.analysis.engine import (
    FEWEST_CLUSTERS,
    confidence_sequence,
    evidence_against,
    verdict_of,
)
from toolkit.analysis.findings import Estimate, Finding, too_few
from toolkit.analysis.frames import Frames, Observations
from toolkit.errors import AnalysisError

Over = Literal["raters", "scenario blocks"]
_COLUMN = {"raters": "rater", "scenario blocks": "scenario"}
_ESTIMANDS = {
    "raters": "mean difference from the reference, by raters like these, in these contrasts",
    "scenario blocks": "mean difference from the reference, over scenarios like these",
}
_BY_THESE = "mean difference from the reference, by these raters, over scenarios like these"


@dataclass(frozen=True, slots=True)
class Interim:
    """What a look says."""

    finding: Finding
    path: pd.DataFrame = field(repr=False)
    """``n unit difference estimate low high``: one row a unit, in order."""
    stop: bool
    """Whether a verdict is reached."""
    says: str
    """Stop or go on, in one or two plain sentences."""


def interim(
    observations: Observations,
    subject: str,
    *,
    over: Over,
    order: Sequence[str],
    margin: float | None = None,
    claims: int = 1,
    alpha: float = 0.05,
    test: Literal["confidence sequence", "t-test"] = "confidence sequence",
) -> Interim:
    """Look at one arm's difference from the reference, at any time and as often as wanted.

    Estimand: over raters, the mean difference that raters like these make on these contrasts; over
    scenario blocks, the mean difference over scenarios like these. Each unit gives one number: a
    rater's mean in the arm less their mean in the reference, in contrasts that have both; or the
    mean over a scenario's contrasts of that difference. Assumes that who rates which arm was left
    to chance, that units come in random order, and of scenarios that each was rated fully before
    the look. Raters who come back from block to block make it a sequence about these raters, which
    is not said in general: what they lean to is in every block, and in 200 scenarios rated by the
    same 12 raters it was found to differ from no effect in 17 % of studies.

    A betting confidence sequence gives the interval. *Differs* when it leaves out 0, *equivalent*
    when the one of level ``1 - 2 alpha`` lies within the margin; both hold their error rate at all
    looks together.

    Args:
        observations: of stage confirm.
        subject: a persona's id, ``paraphrase`` or ``resample``.
        over: what is sampled one after another.
        order: ids of raters or scenarios as each was finished (``finished_order``).
        margin: the largest difference that would not matter; None: nothing is called equivalent.
        claims: how many subjects share the error rate; each is tested at ``alpha / claims``.
        alpha: the error rate.
        test: only a confidence sequence can be looked at again; a t-test is refused.

    Raises:
        AnalysisError: if rows are of the wrong stage, there is no such arm, the order misses a
            unit, or a t-test is asked for.
    """
    _require_sequence(test)
    rows = against_reference(observations, subject)
    units = _unit_differences(rows, over, order)
    path = _path(units, _bounds(observations), 1 - alpha / claims)
    finding = _finding(observations, subject, rows, path, over, margin, claims, alpha / claims)
    reached = finding.verdict not in ("inconclusive", "not estimable")
    return Interim(finding, path, stop=reached, says=_says(finding, len(path), over))


def finished_order(frames: Frames, over: Over) -> tuple[str, ...]:
    """List raters or scenarios in the order in which the last thing was said about each.

    Args:
        frames: of stage confirm.
        over: raters or scenario blocks.
    """
    name = "participant_id" if over == "raters" else "scenario_id"
    said = pd.concat([one[[name, "at"]] for one in (frames.item_ratings, frames.choices)])
    last = said.dropna().astype({name: "str"}).groupby(name)["at"].max().reset_index()
    return tuple(last.sort_values(["at", name])[name])


def _unit_differences(rows: pd.DataFrame, over: Over, order: Sequence[str]) -> pd.DataFrame:
    """Give one difference a rater or scenario, in order: ``unit difference``.

    Units without both the arm and the reference have none and are left out; of pairs, each value
    is a difference already.

    Raises:
        AnalysisError: if the order misses a unit.
    """
    column = _COLUMN[over]
    paired = bool(rows["own"].all())
    rows = rows[rows[column].notna()].astype({column: "str", "contrast": "str"})
    _require_order(rows[column], order, over)
    keys = [column] if over == "raters" else [column, "contrast"]
    weighed = rows.assign(total=rows["value"] * rows["weight"])
    sums = weighed.groupby([*keys, "own"])[["total", "weight"]].sum()
    means = (sums["total"] / sums["weight"]).unstack("own").reindex(columns=[True, False])
    each = means[True] if paired else (means[True] - means[False]).dropna()
    if over == "scenario blocks":
        each = each.groupby(level=0).mean()
    found = [one for one in order if one in each.index]
    return pd.DataFrame({"unit": found, "difference": each.reindex(found).to_numpy("float64")})


def _require_sequence(test: str) -> None:
    if test != "confidence sequence":
        raise AnalysisError(
            f"interim: got test={test!r} for an interim look; wanted 'confidence sequence', "
            "because a t-test after every rater finds differences that are not there in 23 to 35 % "
            "of studies. Leave test= out, or wait for the last rating and run `disparity`."
        )


def _require_order(units: "pd.Series[str]", order: Sequence[str], over: Over) -> None:
    missing = sorted(set(units) - set(order))
    if missing or len(set(order)) < len(order):
        what = f"no place for {missing[0]!r}" if missing else "one of them twice"
        raise AnalysisError(
            f"interim: got an order of {len(order)} {over} with {what}; wanted each once, as they "
            "were finished. Take `finished_order`, or list them by hand."
        )


def _bounds(observations: Observations) -> tuple[float, float]:
    low, high = observations.bounds
    if observations.of.paired:
        return low, high
    return low - high, high - low


def _path(units: pd.DataFrame, bounds: tuple[float, float], level: float) -> pd.DataFrame:
    made = confidence_sequence(units["difference"], bounds, level=level)
    return pd.DataFrame({"n": made.n, **units, **made._asdict()})


def _finding(
    observations: Observations,
    subject: str,
    rows: pd.DataFrame,
    path: pd.DataFrame,
    over: Over,
    margin: float | None,
    claims: int,
    alpha: float,
) -> Finding:
    again = _coming_back(rows, over)
    fixed = over == "raters" or again > 0
    bare = Finding(
        question="interim",
        outcome=observations.outcome,
        subject=subject,
        estimand=_BY_THESE if again else _ESTIMANDS[over],
        about="these personas",
        speaks_of="these situations" if fixed else speaks_of(rows),
        stage="confirm",
        compared_with="reference",
        unit=observations.of.unit,
        margin=margin,
        n=counts_of(rows),
        left_out=observations.left_out,
        replies=replies_of(rows["reply"]),
        simulated=observations.simulated,
    )
    if len(path) < FEWEST_CLUSTERS:
        return replace(bare, caveats=(_too_few(path, over),))
    raters = bare.n.raters if observations.rated else None
    if why := too_few(subject, scenarios=bare.n.scenarios, raters=raters):
        return replace(bare, caveats=(why,))
    value, low, high = (float(path[name].iloc[-1]) for name in ("estimate", "low", "high"))
    made = replace(
        bare,
        verdict="inconclusive",
        estimate=Estimate(value=value, low=low, high=high, level=1 - alpha),
        se_type=f"confidence sequence over {len(path)} {over}",
        caveats=_caveats(rows, over, again),
    )
    bounds = _bounds(observations)
    won = evidence_against(path["difference"], bounds, level=1 - alpha)[-1]
    p, within = min(1.0, 1 / float(won)), None
    if margin is not None:
        narrow = confidence_sequence(path["difference"], bounds, level=1 - 2 * alpha)
        inside = narrow.low[-1] > -margin and narrow.high[-1] < margin
        within = 0.0 if inside else 1.0
    family: dict[str, Any] = {
        "p_adjusted": min(1.0, p * claims),
        "family": f"{claims} claims, Bonferroni",
    }
    return replace(
        made,
        p=p,
        verdict=verdict_of(p, within, alpha=alpha),
        **(family if claims > 1 else {}),
    )


def _too_few(path: pd.DataFrame, over: Over) -> str:
    seen = {
        "raters": "raters so far judged both this arm and the reference",
        "scenario blocks": "scenarios so far have both this arm and the reference rated",
    }[over]
    return (
        f"{len(path)} {seen}: too few for an interval. Go on until at least {FEWEST_CLUSTERS} have."
    )


def _coming_back(rows: pd.DataFrame, over: Over) -> int:
    """Count the raters who judged in more than one block."""
    if over == "raters":
        return 0
    seen = rows[["rater", "scenario"]].dropna().drop_duplicates()
    return int((seen["rater"].value_counts() > 1).sum())


def _caveats(rows: pd.DataFrame, over: Over, again: int) -> tuple[str, ...]:
    if over == "raters":
        return (
            "A sequence over raters speaks of these scenarios only: more raters never make it "
            "speak of others.",
        )
    rated = "It holds if scenarios were released at random and each was rated fully."
    if not again:
        return (rated,)
    return (
        rated,
        f"{again} of {rows['rater'].nunique()} raters judged in more than one scenario. What such "
        "raters lean to never averages out over scenarios, so this is said of these raters and not "
        "in general. Give each block raters of its own, or run `disparity` after the last rating.",
    )


def _says(finding: Finding, units: int, over: Over) -> str:
    if finding.estimate is None:
        return f"Go on. {finding.caveats[0]}"
    at = f"{finding.estimate.text()} after {units} {over}"
    if finding.verdict == "inconclusive":
        margin = "" if finding.margin is None else " and one beyond the margin"
        return (
            f"Go on: the difference is {at}, which leaves room for none{margin}. "
            "Looking again costs nothing."
        )
    words = {
        "differs": "the persona's replies differ",
        "equivalent": "the difference is equivalent within the margin",
        "real but negligible": "the difference is real but within the margin",
    }[finding.verdict]
    return f"You may stop: {words}, by {at}. That holds at whatever look it was seen first."
