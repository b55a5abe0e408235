"""Comparison of waves, before and after a mitigation: how much each persona's effect changed.

Both waves hold the same contrasts, and only contrasts and arms seen in both are compared, so a
change is not that of another set of questions. Each wave has its own contrast levels and its own
rater levels. Errors are clustered by scenario, which is the same in both waves, and by rater, who
is one cluster when the same rater judged both.

A smaller effect after than before is what was hoped for; whether the effect is now small is
answered by ``disparity`` of the second wave, not by the change.
"""

from collections import Counter
from dataclasses import dataclass, field, replace
from types import MappingProxyType

import numpy as np
import pandas as pd

from toolkit.analysis.disparity import (
    Asked,
    Claim,
    Saying,
    comparison,
    in_family,
    measured,
    null_estimates,
    speaks_of,
)
from toolkit.analysis.engine import Bools, Codes, Effects, cross_codes, equal_scenarios, sweep
from toolkit.analysis.findings import EXPLORATORY, Finding, findings_frame
from toolkit.analysis.frames import NULL_ARMS, Coded, Observations, coded
from toolkit.errors import AnalysisError


@dataclass(frozen=True, slots=True)
class Waves:
    """How effects changed from one wave to the next."""

    findings: tuple[Finding, ...]
    """One a persona, by name."""
    table: pd.DataFrame = field(repr=False)
    """One row a finding."""
    null_arms: tuple[Finding, ...]
    """Changes of ``paraphrase`` and ``resample``, which should have none."""
    notes: tuple[str, ...] = ()


def waves(
    before: Observations,
    after: Observations,
    *,
    margin: float | None = None,
) -> Waves:
    """Estimate the change of every persona's effect, paired by contrast.

    Estimand: the average over scenarios, each counting equally, of a persona's difference from the
    reference after, less the same before. Changes of all personas are adjusted together
    (Benjamini-Hochberg).

    Args:
        before: of one outcome and of stage confirm.
        after: of the same outcome, under the same contrasts.
        margin: the largest change that would not matter, fixed before the data.

    Raises:
        AnalysisError: if the waves are not of one outcome and scale, or share no contrast.
    """
    _require_alike(before, after)
    kept_before, kept_after, only = _paired(before, after)
    left_out = Counter(before.left_out) + Counter(after.left_out)
    both = replace(
        after,
        frame=pd.concat([kept_before, kept_after], ignore_index=True),
        left_out=MappingProxyType(dict(sorted(left_out.items()))),
        simulated=before.simulated or after.simulated,
    )
    later = np.arange(len(both.frame)) >= len(kept_before)
    data = coded(both)
    data = replace(data, block=_joined(data.block, later))
    claims = _changes(data)
    effects = _effects(data, later, claims)
    asked = Asked(plan=EXPLORATORY, margin=margin)
    known = [measured(one, effects, data, asked) for one in claims]
    nulls = known[-len(NULL_ARMS) :]
    personas = in_family(known[: -len(NULL_ARMS)], "changes", "Benjamini-Hochberg")
    say = Saying(both, data, asked, speaks_of(both.frame), null_estimates(nulls))
    findings = tuple(replace(say.finding(one), question="waves") for one in personas)
    lost = (
        f"{only[0]} contrasts were only asked before and {only[1]} only after: they are left out."
    )
    return Waves(
        findings=findings,
        table=findings_frame(findings),
        null_arms=tuple(replace(say.bare(one), question="waves") for one in nulls if one.own.any()),
        notes=(lost,) if any(only) else (),
    )


def _require_alike(before: Observations, after: Observations) -> None:
    for name in ("outcome", "scale", "bounds"):
        one, other = getattr(before, name), getattr(after, name)
        if one != other:
            raise AnalysisError(
                f"waves: got the {name} {one!r} before and {other!r} after; wanted one in both. "
                "Compare the same outcome."
            )


def _paired(
    before: Observations, after: Observations
) -> tuple[pd.DataFrame, pd.DataFrame, tuple[int, int]]:
    """Keep contrasts that both waves hold, and of each the arms that both hold."""
    first, second = before.frame, after.frame
    contrasts = set(first["contrast"].dropna()), set(second["contrast"].dropna())
    shared = contrasts[0] & contrasts[1]
    if not shared:
        raise AnalysisError(
            f"waves: got {len(contrasts[0])} contrasts before and {len(contrasts[1])} after, none "
            "of them in both; wanted the same contrasts. Send the contrasts of the first wave "
            "again."
        )
    keys = _key(first), _key(second)
    common = set(keys[0]) & set(keys[1])
    only = len(contrasts[0] - shared), len(contrasts[1] - shared)
    return first[keys[0].isin(common)], second[keys[1].isin(common)], only


def _key(frame: pd.DataFrame) -> "pd.Series[str]":
    """Name each row's contrast, endpoint, arm and persona."""
    names = ["scenario", "contrast", "endpoint", "arm", "persona"]
    rows = frame[names].astype("object").fillna("").astype("str").itertuples(index=False, name=None)
    return pd.Series(list(rows), index=frame.index, dtype="object")


def _changes(data: Coded) -> list[Claim]:
    return [
        replace(one, estimand=f"change, after less before, of the {one.estimand}")
        for one in comparison(data, "reference").claims
    ]


def _effects(data: Coded, later: Bools, claims: list[Claim]) -> Effects:
    """Fit both waves at once: every arm before, every arm after, and their difference."""
    columns = [column for one in claims for column in (one.own & ~later, one.own & later)]
    sides = [data.side * later, data.side * ~later]
    combine = np.zeros((len(columns) + len(sides), len(claims)))
    for index in range(len(claims)):
        combine[2 * index : 2 * index + 2, index] = (-1.0, 1.0)
    levels = [] if data.pairs else [data.block]
    if levels and data.rater is not None:
        levels.append(_joined(data.rater, later))
    # Within a scenario each wave counts equally, however much was rated in it.
    weight = equal_scenarios(_joined(data.scenario, later), data.weight)
    return sweep(
        np.column_stack([*columns, *sides]).astype("float64"),
        scenario=data.scenario,
        rater=data.rater,
        levels=levels,
        weight=weight,
        count=data.weight,
        combine=combine,
        own=np.column_stack([one.own for one in claims]),
    ).effects(data.value)


def _joined(codes: Codes, later: Bools) -> Codes:
    both: Codes = np.unique(cross_codes(codes, later.astype("int64")), return_inverse=True)[1]
    return both.astype("int64")
