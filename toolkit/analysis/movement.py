"""Does a reply move more when the persona changes than when only the wording does?

The distance between the replies of two arms of a contrast is their energy distance (G. J. Székely
and M. L. Rizzo 2013): twice the average distance between them, less the average distance within
each. It is 0 on average when both arms draw from the same replies, however much those vary, and it
needs two replicates of each. Swapping the persona, sending the same again, and rewording each have
such a distance from the reference. A persona moves replies when its distance is larger than that
of the same again, and larger than that of a rewording of the same size.

This says how much, and not for better or worse.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations, product
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd

from toolkit.analysis.engine import adjust, interval, p_value, verdict_of
from toolkit.analysis.findings import EXPLORATORY, Counts, Estimate, Finding, Speaks
from toolkit.analysis.frames import NULL_ARMS, require_stage
from toolkit.analysis.text_distance import Grams, distance, grams, masking
from toolkit.errors import AnalysisError

UNIT = "energy distance, in shares of words not shared"
_ROUNDING = 1e-12
"""Standard errors of distances below this are rounding."""
_NEEDED = ("contrast_id", "scenario_id", "arm", "persona_id", "text", "apart")


@dataclass(frozen=True, slots=True)
class Movement:
    """How far replies move with the persona, beside how far they move without one."""

    findings: tuple[Finding, ...]
    """Two a persona: beyond the same again, and beyond a rewording; each must be above 0."""
    table: pd.DataFrame = field(repr=False)
    """One row a persona: each distance with its interval, distances within one persona beside,
    and whether it ``moves_more`` than rewording."""
    by_contrast: pd.DataFrame = field(repr=False)
    """One row a persona, contrast and endpoint: the distances that were averaged."""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Average:
    """An average over scenarios, each counting equally."""

    value: float
    se: float
    scenarios: int

    def estimate(self, level: float) -> Estimate | None:
        if self.scenarios < 2:
            return None
        low, high = interval(self.value, self.se, self.scenarios - 1.0, level=level)
        return Estimate(value=self.value, low=low, high=high, level=level)


def movement(
    replies: pd.DataFrame,
    *,
    words: Sequence[str] = (),
    level: float = 0.95,
    alpha: float = 0.05,
    plan: str = EXPLORATORY,
) -> Movement:
    """Compare distances between replies.

    Estimand: the average over scenarios, each counting equally, of how much farther a persona's
    replies are from the reference's than the same again is, and than a rewording is. Standard
    errors are clustered by scenario, with t on one less than their number.

    Args:
        replies: the frame ``replies``, of stage confirm; only what was answered is compared.
        words: masked in every text before it is compared, such as ``identity_words`` gives.
        level: of intervals.
        alpha: error rate of the tests; those of all personas are adjusted together
            (Benjamini-Hochberg).
        plan: hash of the frozen plan that asks for it, or "exploratory".

    Raises:
        AnalysisError: if the frame has rows of stage explore, or not the columns needed.
    """
    require_stage(replies, "confirm")
    missing = [name for name in _NEEDED if name not in replies]
    if missing:
        raise AnalysisError(
            f"movement: got a frame without {', '.join(missing)}; wanted the frame `replies`. Pass "
            "`load_frames(record).replies`."
        )
    rows, speaks_of, notes = _usable(replies)
    if not words and len(rows):
        notes.append("No word was masked, so a reply that repeats a name moves by the name alone.")
    by_contrast = _distances(rows, masking(words))
    claims = [
        (persona, name, part)
        for persona, part in by_contrast.groupby("subject", sort=True)
        for name in NULL_ARMS
    ]
    raw = [_bare(part, str(persona), name, level) for persona, name, part in claims]
    adjusted = adjust([one.p for one in raw], "Benjamini-Hochberg")
    tested = sum(one.p is not None for one in raw)
    findings = tuple(
        _said(one, p, tested, replies, part, speaks_of=speaks_of, plan=plan, alpha=alpha)
        for one, p, (_, _, part) in zip(raw, adjusted, claims, strict=True)
    )
    return Movement(findings, _table(by_contrast, findings, level), by_contrast, tuple(notes))


def _usable(replies: pd.DataFrame) -> tuple[pd.DataFrame, Speaks, list[str]]:
    answered = replies[replies["apart"].isna()]
    rows = answered[answered["text"].notna()]
    notes = []
    if len(answered) < len(replies):
        notes.append(
            f"{len(replies) - len(answered)} of {len(replies)} replies were refused, cut off, or "
            "failed, and are left out."
        )
    if len(rows) < len(answered):
        notes.append(
            f"The record keeps no text of {len(answered) - len(rows)} of {len(replies)} replies, "
            "and they are left out."
        )
    if not rows["arm"].eq("swap").any():
        notes.append("No reply to a persona can be read, so no distances are compared.")
    planned = rows["origin"].eq("planned") if "origin" in rows else pd.Series(True, rows.index)
    if planned.all() or not planned.any():
        return rows, "in general" if planned.any() else "these situations", notes
    notes.append(
        f"{int((~planned).sum())} replies to contrasts lifted from leads are left out; pass them "
        "alone to compare them."
    )
    return rows[planned], "in general", notes


def _distances(rows: pd.DataFrame, mask: Callable[[str], str]) -> pd.DataFrame:
    """Compare every persona's replies with the reference's, contrast by contrast."""
    endpoint = rows.get("endpoint_alias", "assistant")
    arm = rows["arm"].astype("object")
    label = arm.where(arm.ne("swap"), "swap·" + rows["persona_id"].astype("object"))
    taken: list[Any] = [grams(mask(text)) for text in rows["text"]]
    texts = rows.assign(label=label, endpoint=endpoint, grams=taken)
    made = []
    keys = ["scenario_id", "contrast_id", "endpoint"]
    for (scenario, contrast, alias), part in texts.groupby(keys, observed=True, sort=True):
        arms = {str(name): list(one["grams"]) for name, one in part.groupby("label", sort=True)}
        base = arms.pop("reference", [])
        nulls = {name: _energy(arms.pop(name, []), base) for name in NULL_ARMS}
        for name, own in arms.items():
            made.append(
                {
                    "subject": name.partition("·")[2],
                    "scenario": scenario,
                    "contrast": contrast,
                    "endpoint": alias,
                    "swap": _energy(own, base),
                    **nulls,
                    "within": _mean_within(own),
                    "within_reference": _mean_within(base),
                    "between": _mean_between(own, base),
                    "replies": len(own) + len(base),
                }
            )
    names = ["swap", *NULL_ARMS, "within", "within_reference", "between", "replies"]
    return pd.DataFrame(made, columns=["subject", "scenario", "contrast", "endpoint", *names])


def _energy(one: list[Grams], other: list[Grams]) -> float:
    if len(one) < 2 or len(other) < 2:
        return float("nan")
    return 2 * _mean_between(one, other) - _mean_within(one) - _mean_within(other)


def _mean_between(one: list[Grams], other: list[Grams]) -> float:
    found = [distance(a, b) for a, b in product(one, other)]
    return float(np.mean(found)) if found else float("nan")


def _mean_within(one: list[Grams]) -> float:
    found = [distance(a, b) for a, b in combinations(one, 2)]
    return float(np.mean(found)) if found else float("nan")


def _average(values: "pd.Series[float]", scenario: "pd.Series[str]") -> _Average | None:
    """Average over scenarios; the clustered error of an average of independent groups."""
    known = values.notna()
    means = values[known].groupby(scenario[known].astype("str")).mean()
    if means.empty:
        return None
    several = len(means) > 1
    se = float(means.std(ddof=1) / np.sqrt(len(means))) if several else 0.0
    return _Average(float(means.mean()), se, len(means))


def _bare(part: pd.DataFrame, persona: str, null: str, level: float) -> Finding:
    """Estimate how much farther a swap is than a null arm; not yet adjusted."""
    found = _average(part["swap"] - part[null], part["scenario"])
    beyond = {"resample": "the same again", "paraphrase": "a rewording"}[null]
    at: Estimate | None = None
    se = p = None
    caveats: tuple[str, ...] = ()
    if found is None:
        caveats = (
            f"No contrast holds two replies each of {persona}, the reference and {null}, so how "
            "far they are apart beyond chance cannot be told.",
        )
    elif found.scenarios < 2:
        caveats = (
            f"{persona} was seen in one scenario only: this cannot generalize over scenarios, so "
            "there is no interval and no p-value.",
        )
    elif found.se <= _ROUNDING:
        caveats = (
            f"Every scenario says exactly the same of {persona}, so there is nothing to measure "
            "the difference by.",
        )
    else:
        at, se = found.estimate(level), found.se
        p = p_value(found.value, found.se, found.scenarios - 1.0)
    known = part[(part["swap"] - part[null]).notna()]
    return Finding(
        question="movement",
        outcome="words of the reply",
        subject=persona,
        estimand=f"distance of replies to {persona} from the reference's, less that of {beyond}",
        about="these personas",
        speaks_of="these situations",
        stage="confirm",
        verdict="inconclusive" if at else "not estimable",
        compared_with=null,
        unit=UNIT,
        estimate=at,
        se=se,
        se_type="clusters (scenarios)" if at else "",
        df=found.scenarios - 1.0 if at and found else None,
        p=p,
        n=Counts(
            scenarios=known["scenario"].nunique(),
            contrasts=known["contrast"].nunique(),
            personas=1,
            replies=int(known["replies"].sum()),
            observations=int(known["replies"].sum()),
        ),
        beside=_beside(part, null, level),
        caveats=tuple(caveats),
    )


def _beside(part: pd.DataFrame, null: str, level: float) -> Mapping[str, Estimate]:
    """Each distance by itself, those within one persona among them."""
    names = {
        "swap": "distance of the swap",
        null: f"distance of {null}",
        "within": "distance within this persona",
        "within_reference": "distance within the reference",
    }
    found = {says: (_average(part[name], part["scenario"])) for name, says in names.items()}
    known = {says: one.estimate(level) for says, one in found.items() if one is not None}
    return MappingProxyType({says: at for says, at in known.items() if at is not None})


def _said(
    one: Finding,
    p: float | None,
    tested: int,
    replies: pd.DataFrame,
    part: pd.DataFrame,
    *,
    speaks_of: Speaks,
    plan: str,
    alpha: float,
) -> Finding:
    return replace(
        one,
        p_adjusted=p,
        family="" if p is None else f"movement, Benjamini-Hochberg ({tested} claims)",
        verdict=one.verdict if p is None else verdict_of(p, None, alpha=alpha),
        speaks_of="these situations" if p is None else speaks_of,
        plan=plan,
        replies=_ids(replies, part, one.subject),
    )


def _ids(replies: pd.DataFrame, part: pd.DataFrame, persona: str) -> tuple[str, ...]:
    if "unit_id" not in replies:
        return ()
    here = replies["contrast_id"].isin(set(part["contrast"])) & replies["apart"].isna()
    whose = replies["arm"].ne("swap") | replies["persona_id"].eq(persona)
    return tuple(sorted(str(one) for one in replies.loc[here & whose, "unit_id"]))


def _table(by_contrast: pd.DataFrame, findings: Sequence[Finding], level: float) -> pd.DataFrame:
    rows = []
    for persona, part in by_contrast.groupby("subject", sort=True):
        own = {one.compared_with: one for one in findings if one.subject == persona}
        row: dict[str, object] = {"subject": persona}
        for name in ("swap", *NULL_ARMS, "within", "within_reference"):
            found = _average(part[name], part["scenario"])
            at = found.estimate(level) if found else None
            row |= _columns(name, at)
        for null, one in own.items():
            row |= _columns(f"beyond_{null}", one.estimate)
        row["moves_more"] = len(own) == len(NULL_ARMS) and all(
            one.estimate is not None and one.estimate.low > 0 for one in own.values()
        )
        row["scenarios"] = part["scenario"].nunique()
        row["contrasts"] = part["contrast"].nunique()
        row["replies"] = int(part["replies"].sum())
        rows.append(row)
    return pd.DataFrame(rows)


def _columns(name: str, at: Estimate | None) -> dict[str, object]:
    numbers = (np.nan,) * 3 if at is None else (at.value, at.low, at.high)
    return dict(zip((name, f"{name}_low", f"{name}_high"), numbers, strict=True))
