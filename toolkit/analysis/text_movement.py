"""Movement of replies: whether they move more with the persona than with the wording.

The distance between the replies of two arms of a contrast is their energy distance (G. J. Székely
and M. L. Rizzo 2013): twice the average distance between them, less the average distance within
each. It is 0 on average when both arms draw from the same replies, however much those vary, and it
needs two replicates of each. Swapping the persona, sending the same again, and rewording each have
such a distance from the reference. A persona moves replies when its distance is larger than that
of the same again, and larger than that of a rewording of the same size.

This says how much, and not for better or worse.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations, product
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd

from toolkit.analysis.engine import FEWEST_CLUSTERS, adjust, verdict_of
from toolkit.analysis.findings import ClusteredMean, Counts, Estimate, Finding, Speaks, too_few
from toolkit.analysis.frames import NULL_ARMS, require_stage
from toolkit.analysis.text_distance import Grams, distance, grams, masking
from toolkit.errors import AnalysisError

UNIT = "energy distance, in shares of words not shared"
_ROUNDING = 1e-12
"""Standard errors of distances below this are rounding."""
_SAME_ARM = ["scenario_id", "contrast_id", "arm", "persona_id"]
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


def movement(
    replies: pd.DataFrame,
    *,
    words: Sequence[str] = (),
    simulated: bool = False,
) -> Movement:
    """Compare distances between replies.

    Estimand: the average over scenarios, each counting equally, of how much farther a persona's
    replies are from the reference's than the same again is, and than a rewording is. Standard
    errors are clustered by scenario, with t on one less than their number. Tests of all personas
    are adjusted together (Benjamini-Hochberg).

    Args:
        replies: the frame ``replies``, of stage confirm; only what was answered is compared.
        words: those that carry personas, masked in every text before it is compared.
        simulated: whether any of it is.

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
    if again := int(rows.duplicated([*_SAME_ARM, "text"]).sum()):
        notes.append(
            f"{again} of {len(rows)} replies are letter for letter the same as an earlier one of "
            "their contrast and arm; where that is all of an arm, it counts once."
        )
    by_contrast = _distances(rows, masking(words))
    parts = list(by_contrast.groupby("subject", sort=True))
    raw = [_bare(part, str(persona), name) for persona, part in parts for name in NULL_ARMS]
    adjusted = adjust([one.p for one in raw], "Benjamini-Hochberg")
    family = f"movement, Benjamini-Hochberg ({sum(one.p is not None for one in raw)} claims)"
    findings = []
    for one, p in zip(raw, adjusted, strict=True):
        found = replace(one, simulated=simulated, replies=_ids(replies, by_contrast, one.subject))
        if p is not None:
            verdict = verdict_of(p, None)
            found = replace(
                found, p_adjusted=p, family=family, verdict=verdict, speaks_of=speaks_of
            )
        findings.append(found)
    table = pd.DataFrame([_row(str(persona), part, findings) for persona, part in parts])
    return Movement(tuple(findings), table, by_contrast, tuple(notes))


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
    texts = texts.assign(said=rows["text"].astype("str"))
    made = []
    keys = ["scenario_id", "contrast_id", "endpoint"]
    for (scenario, contrast, alias), part in texts.groupby(keys, observed=True, sort=True):
        groups = list(part.groupby("label", sort=True))
        arms = {str(name): _told(one) for name, one in groups}
        alike = {str(name) for name, one in groups if len(one) > 1 and one["said"].nunique() == 1}
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
                    "between": _mean(product(own, base)),
                    "replies": int(part["label"].isin([name, "reference"]).sum()),
                    **{
                        f"alike_{null}": bool(alike & {name, "reference", null})
                        for null in NULL_ARMS
                    },
                }
            )
    names = ["swap", *NULL_ARMS, "within", "within_reference", "between", "replies"]
    names += [f"alike_{null}" for null in NULL_ARMS]
    return pd.DataFrame(made, columns=["subject", "scenario", "contrast", "endpoint", *names])


def _told(arm: pd.DataFrame) -> list[Grams]:
    """Replies of one arm; those that are all letter for letter the same are one observation."""
    said = list(arm["grams"])
    return said[:1] if arm["said"].nunique() == 1 else said


def _energy(one: list[Grams], other: list[Grams]) -> float:
    if len(one) < 2 or len(other) < 2:
        return float("nan")
    return 2 * _mean(product(one, other)) - _mean_within(one) - _mean_within(other)


def _mean_within(one: list[Grams]) -> float:
    return _mean(combinations(one, 2))


def _mean(pairs: Iterable[tuple[Grams, Grams]]) -> float:
    found = [distance(a, b) for a, b in pairs]
    return float(np.mean(found)) if found else float("nan")


def _average(values: "pd.Series[float]", part: pd.DataFrame) -> ClusteredMean | None:
    """Average over scenarios, each counting equally; the error is that of independent groups."""
    means = values.dropna().groupby(part["scenario"].astype("str")).mean().to_numpy()
    if not len(means):
        return None
    several = len(means) > 1
    se = float(means.std(ddof=1) / np.sqrt(len(means))) if several else 0.0
    return ClusteredMean(float(means.mean()), se, len(means) - 1.0, len(means), len(means))


def _estimate(values: "pd.Series[float]", part: pd.DataFrame) -> Estimate | None:
    """Give an average with its interval; None from too few scenarios."""
    found = _average(values, part)
    return found.estimate() if found and found.raters >= FEWEST_CLUSTERS else None


def _bare(part: pd.DataFrame, persona: str, null: str) -> Finding:
    """Estimate how much farther a swap is than a null arm; not yet adjusted."""
    beyond = {"resample": "the same again", "paraphrase": "a rewording"}[null]
    apart = part["swap"] - part[null]
    found, known = _average(apart, part), part[apart.notna()]
    replies = int(known["replies"].sum())
    names = {
        "swap": "distance of the swap",
        null: f"distance of {null}",
        "within": "distance within this persona",
        "within_reference": "distance within the reference",
    }
    beside = {says: _estimate(part[name], part) for name, says in names.items()}
    bare = Finding(
        question="movement",
        outcome="words of the reply",
        subject=persona,
        estimand=f"distance of replies to {persona} from the reference's, less that of {beyond}",
        about="these personas",
        stage="confirm",
        compared_with=null,
        unit=UNIT,
        n=Counts.of(known, personas=1, replies=replies, observations=replies),
        beside=MappingProxyType({says: at for says, at in beside.items() if at}),
    )
    alike = int(part[f"alike_{null}"].sum())
    if found is None and alike:
        why = (
            f"In {alike} of {len(part)} contrasts all replies of {persona}, of the reference or of "
            f"{null} are letter for letter the same, as from a cache or at temperature 0. An arm "
            "without variation is one observation, so what lies beyond chance cannot be told."
        )
    elif found is None:
        why = (
            f"No contrast holds two replies each of {persona}, the reference and {null}, so how "
            "far they are apart beyond chance cannot be told."
        )
    elif few := too_few(persona, scenarios=found.raters):
        why = few
    elif found.se <= _ROUNDING:
        why = (
            f"Every scenario says exactly the same of {persona}, so there is nothing to measure "
            "the difference by."
        )
    else:
        how = {"se_type": "clusters (scenarios)", "verdict": "inconclusive"}
        return replace(bare, **{**found.tested(), **how})
    return replace(bare, caveats=(why,))


def _ids(replies: pd.DataFrame, by_contrast: pd.DataFrame, persona: str) -> tuple[str, ...]:
    if "unit_id" not in replies:
        return ()
    contrasts = by_contrast.loc[by_contrast["subject"].eq(persona), "contrast"]
    here = replies["contrast_id"].isin(set(contrasts)) & replies["apart"].isna()
    whose = replies["arm"].ne("swap") | replies["persona_id"].eq(persona)
    return tuple(sorted(replies.loc[here & whose, "unit_id"].astype("str")))


def _row(persona: str, part: pd.DataFrame, findings: Sequence[Finding]) -> dict[str, object]:
    own = [one for one in findings if one.subject == persona]
    row: dict[str, object] = {"subject": persona}
    for name in ("swap", *NULL_ARMS, "within", "within_reference"):
        row |= _columns(name, _estimate(part[name], part))
    for one in own:
        row |= _columns(f"beyond_{one.compared_with}", one.estimate)
    return {
        **row,
        "moves_more": all(one.estimate is not None and one.estimate.low > 0 for one in own),
        "scenarios": part["scenario"].nunique(),
        "contrasts": part["contrast"].nunique(),
        "replies": int(part["replies"].sum()),
    }


def _columns(name: str, at: Estimate | None) -> dict[str, object]:
    numbers = (np.nan,) * 3 if at is None else (at.value, at.low, at.high)
    return dict(zip((name, f"{name}_low", f"{name}_high"), numbers, strict=True))
