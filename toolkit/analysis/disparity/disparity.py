"""Disparity, the primary test: who is treated differently, by how much, and how sure.

Estimand: for each persona, the average over scenarios of the difference between replies to that
persona and replies to its contrast's reference (or the average of all personas), as raters like
these judge them in situations like these. Each scenario counts equally.

Method: least squares of the outcome on contrast, rater and persona. Standard errors are clustered
by rater and by scenario at once and corrected for few clusters: see ``clustered``.
What is assumed is that raters and scenarios can stand for others like them, not that ratings have
equal distances or equal variances. A pair's value already compares two replies, so contrasts and
raters have no level in it; the side on which the persona's reply stood has.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from numbers import Real
from typing import Literal, get_args

import numpy as np
import pandas as pd

from toolkit.analysis.disparity.claims import Asked, in_family, measured
from toolkit.analysis.disparity.comparison import comparison, unseen
from toolkit.analysis.disparity.disparity_findings import Beside, Saying, null_estimates
from toolkit.analysis.disparity.factor_claims import factor_claims
from toolkit.analysis.disparity.scenario_cells import CELL_COLUMNS, cells
from toolkit.analysis.engine import SIGN_FLIP, Verdict
from toolkit.analysis.findings import EXPLORATORY, Finding, Speaks, findings_frame, require_shares
from toolkit.analysis.frames import (
    NULL_ARMS,
    Coded,
    CompareWith,
    Observations,
    coded,
    require_observations,
)
from toolkit.design import Direction
from toolkit.errors import AnalysisError

Family = Literal["personas", "factors"]
_WITHIN: Mapping[Direction | None, Verdict] = {
    None: "equivalent",
    "worse": "not worse",
    "better": "not better",
}
"""What a difference within the margin is called."""


@dataclass(frozen=True, slots=True)
class Disparity:
    """What the primary test says about one outcome."""

    findings: tuple[Finding, ...]
    """Of planned contrasts first, personas before factors, each by name; then of leads."""
    table: pd.DataFrame = field(repr=False)
    """One row a finding, in their order."""
    by_scenario: pd.DataFrame = field(repr=False)
    """One row a persona and scenario: its effect there, with its interval and n; see ``cells``."""
    null_arms: tuple[Finding, ...]
    """``paraphrase`` and ``resample`` against the reference; each is tested by itself."""
    notes: tuple[str, ...] = ()
    """Plain sentences about the whole."""


def disparity(
    observations: Observations,
    *,
    margin: float | None = None,
    direction: Direction | None = None,
    compare_with: CompareWith = "reference",
    family: Family = "personas",
    factors: Sequence[str] = (),
    level: float = 0.95,
    alpha: float = 0.05,
    plan: str = EXPLORATORY,
    primary: bool = True,
    seed: int = 0,
) -> Disparity:
    """Compare every persona with the reference, or with the average of all.

    Contrasts lifted from leads were chosen for what had been seen in them. They are compared by
    themselves, speak of these situations only, and are outside the planned family.

    Args:
        observations: of one outcome and of stage confirm.
        margin: the largest difference that would not matter, on the outcome's own scale, fixed
            before the data; without it nothing is called equivalent.
        direction: "worse" or "better" when a difference beyond the margin would matter on that side
            alone, fixed before the data too: what keeps off it is *not worse*, or *not better*. Not
            for an outcome whose either end would harm somebody, nor chosen once answers were seen.
        compare_with: "reference": each contrast's own; "grand_mean": the average of all personas,
            each counting equally.
        family: which claims share the error rate by Holm when this is the primary outcome; all
            others are adjusted by Benjamini-Hochberg.
        factors: factors compared besides single personas, as columns of ``observations.people``.
        level: of intervals.
        alpha: error rate of the tests.
        plan: hash of the frozen plan that asks for it, or "exploratory".
        primary: False for an outcome that the plan does not name as its primary one.
        seed: of the sign patterns drawn where there are more than 12 scenarios.

    Raises:
        AnalysisError: if the observations are of stage explore, or not what was wanted.
    """
    require_observations(observations, "disparity")
    _require_direction(direction, observations, margin)
    asked = Asked(
        plan=plan or EXPLORATORY,
        margin=margin,
        side=observations.of.side(direction),
        within=_WITHIN[direction],
        level=level,
        alpha=alpha,
        seed=seed,
        compare_with=compare_with,
        factors=tuple(factors),
        holm=family if primary else "",
    )
    _require_asked(asked, family)
    parts: list[Disparity] = []
    absent = _absent(observations)
    for part, speaks_of in _by_origin(observations):
        parts.append(_compare(part, asked, speaks_of=speaks_of, absent=absent))
        asked, absent = replace(asked, holm=""), set()
    return _together(observations, parts)


def _together(observations: Observations, parts: Sequence[Disparity]) -> Disparity:
    findings = [one for part in parts for one in part.findings]
    shown = [part.by_scenario for part in parts]
    return Disparity(
        findings=tuple(findings),
        table=_table(findings),
        by_scenario=pd.concat(shown, ignore_index=True)
        if shown
        else pd.DataFrame(columns=list(CELL_COLUMNS)),
        null_arms=tuple(one for part in parts for one in part.null_arms),
        notes=tuple(dict.fromkeys(_notes(observations, parts))),
    )


def _require_asked(asked: Asked, family: str) -> None:
    margin, compare_with = asked.margin, asked.compare_with
    if not (margin is None or (isinstance(margin, Real) and margin > 0)):
        raise AnalysisError(
            f"disparity: got a margin of {margin!r}; wanted one above 0, or none. Give the largest "
            "difference that would not matter."
        )
    known = {"compare_with": (compare_with, CompareWith), "family": (family, Family)}
    for argument, (name, names) in known.items():
        if name not in get_args(names):
            raise AnalysisError(
                f"disparity: got {argument}={name!r}; wanted one of "
                f"{', '.join(repr(one) for one in get_args(names))}. Choose one."
            )
    require_shares("disparity", level=asked.level, alpha=asked.alpha)


def _require_direction(
    direction: Direction | None, observations: Observations, margin: float | None
) -> None:
    if direction is None:
        return
    got = f"disparity: got direction={direction!r}"
    if direction not in get_args(Direction):
        known = " or ".join(repr(one) for one in get_args(Direction))
        raise AnalysisError(f"{got}; wanted {known}, or none. Choose one, or leave it out.")
    if margin is None:
        raise AnalysisError(
            f"{got} and no margin; wanted both. Give the largest difference that would not matter "
            "on that side, or leave direction out."
        )
    if observations.of.favorable is None:
        raise AnalysisError(
            f"{got} for {observations.outcome!r}, of which neither end is good to get; wanted an "
            "outcome with favorable high or low. Leave direction out."
        )


def _absent(observations: Observations) -> set[str]:
    """Personas that are described and of whom nothing was observed."""
    seen = {str(one) for one in observations.frame["persona"].unique()}
    return {str(one) for one in observations.people.index} - seen


def _by_origin(observations: Observations) -> list[tuple[Observations, Speaks]]:
    """Planned contrasts speak in general; whatever is not known to be planned does not."""
    planned = observations.frame["origin"].eq("planned").fillna(False).to_numpy(dtype="bool")
    parts: list[tuple[Observations, Speaks]] = []
    if planned.any():
        parts.append((observations.where(planned), "in general"))
    if not planned.all():
        parts.append((observations.where(~planned), "these situations"))
    return parts


def _compare(
    observations: Observations,
    asked: Asked,
    *,
    speaks_of: Speaks,
    absent: set[str],
) -> Disparity:
    data = coded(observations)
    asks = comparison(data, asked.compare_with)
    swept = data.sweep(asks.columns, combine=asks.combine, own=asks.own)
    effects = swept.effects(data.value)
    known = [measured(one, effects, data, asked) for one in asks.claims]
    personas, nulls = known[: -len(NULL_ARMS)], known[-len(NULL_ARMS) :]
    personas = in_family(
        [*personas, *unseen(data, asked.compare_with, absent)],
        "personas",
        asked.method("personas"),
    )
    personas.sort(key=lambda one: one.subject)
    of_factors, notes = factor_claims(data, observations.people, asked)
    of_factors = in_family(of_factors, "factor levels", asked.method("factors"))
    beside = Beside(data, swept, effects, observations, asked)
    say = Saying(observations, data, asked, speaks_of, null_estimates(nulls))
    findings = [
        *(say.finding(one, beside) for one in personas),
        *(say.finding(one) for one in of_factors),
    ]
    table = cells(personas, beside.by_scenario, data, level=asked.level, alpha=asked.alpha)
    return Disparity(
        findings=tuple(findings),
        table=pd.DataFrame(),
        by_scenario=table.assign(speaks_of=speaks_of),
        null_arms=tuple(say.bare(one) for one in nulls if one.own.any()),
        notes=(*_references(data, asked.compare_with), *notes),
    )


def _references(data: Coded, compare_with: CompareWith) -> list[str]:
    """Say who the reference is where contrasts do not agree on it."""
    here = np.isin(data.block, np.unique(data.block[data.arm == "swap"]))
    rows = here & (data.arm == "reference")
    seen = pd.Series(data.contrast[rows]).groupby(data.persona[rows])
    contrasts = seen.nunique().sort_values(ascending=False, kind="stable")
    if compare_with != "reference" or len(contrasts) < 2:
        return []
    said = ", ".join(f"{who} in {count}" for who, count in contrasts.items())
    return [
        f"The reference is not one persona. Of {int(contrasts.sum())} contrasts it is {said}: each "
        "persona is compared with whoever it is in the contrasts it shares."
    ]


def _table(findings: Sequence[Finding]) -> pd.DataFrame:
    ranges = {
        f"{name}_{end}": [
            pair[place] if (pair := getattr(one, name)) else np.nan for one in findings
        ]
        for name in ("without_one_scenario", "without_one_rater")
        for place, end in enumerate(("low", "high"))
    }
    return findings_frame(findings).assign(
        **ranges, sign_flip_p=[one.tests.get(SIGN_FLIP, np.nan) for one in findings]
    )


def _notes(observations: Observations, parts: Sequence[Disparity]) -> list[str]:
    if not parts:
        return [f"Nothing was observed of {observations.outcome!r}, so nothing is compared."]
    notes = [*observations.notes, *(note for part in parts for note in part.notes)]
    if not any(part.findings for part in parts):
        notes.append(
            f"No persona was swapped in, so nobody is compared on {observations.outcome!r}."
        )
    return notes
