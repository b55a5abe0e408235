"""Names as a sample: what is said of a group of names, beyond the names that were used.

Where many names carry a group, each name is a persona of its own and the group a factor of theirs.
Estimand: the average difference between replies to names of a level and replies to names of the
others, by raters like these, in situations like these, *for names like these*. Names, raters and
situations are all drawn from many that there could have been, and the standard error takes in all
three at once (H. H. Clark 1973; C. M. Judd, J. Westfall, D. A. Kenny 2012; see ``multiway``).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from toolkit.analysis.disparity import FEWEST, counts_between, replies_of
from toolkit.analysis.engine import (
    Codes,
    MultiWay,
    Swept,
    adjust,
    interval,
    multiway,
    p_value,
    verdict_of,
)
from toolkit.analysis.findings import (
    EXPLORATORY,
    Estimate,
    Finding,
    findings_frame,
    require_shares,
    too_few,
)
from toolkit.analysis.frames import Coded, Observations, coded, require_observations
from toolkit.errors import AnalysisError

NOT_FOR_NAMES = (
    "Not where one name stands for each group, nor where names of the groups differ in more than "
    "the group, as in how common they are: that difference would be the group's."
)
_HOW = "clusters of names, raters and scenarios"
_HOW_UNRATED = "clusters of names and scenarios"


@dataclass(frozen=True, slots=True)
class AcrossNames:
    """What a factor's levels differ by, for names like these."""

    findings: tuple[Finding, ...]
    """The first of two levels against the second; of more, each against all others."""
    table: pd.DataFrame = field(repr=False)
    """One row a finding, as ``findings_frame``."""
    notes: tuple[str, ...]
    """Who is left out, and when this is not to be used."""


@dataclass(frozen=True)
class NameDesign:
    """One comparison of groups made ready, whatever the outcome."""

    swept: Swept
    over: MultiWay
    names: tuple[int, int]
    """How many names each side has."""


def across_names(
    observations: Observations,
    factor: str,
    *,
    level: float = 0.95,
    alpha: float = 0.05,
    plan: str = EXPLORATORY,
) -> AcrossNames:
    """Compare the levels of a factor that many names carry, for names like these.

    Not where one name stands for each group, nor where names of the groups differ in more than the
    group, as in how common they are: that difference would be the group's.

    Args:
        observations: of one outcome and of stage confirm; every name is a persona.
        factor: the group, a column of ``observations.people``.
        level: of intervals.
        alpha: error rate, shared by Holm where there are several claims.
        plan: hash of the frozen plan that asks for it.

    Raises:
        AnalysisError: if the observations are of stage explore, not what was wanted, or nobody is
            described by the factor.
    """
    require_observations(observations, "names")
    require_shares("names", level=level, alpha=alpha)
    if not isinstance(factor, str) or factor not in observations.people.columns:
        known = ", ".join(str(one) for one in observations.people.columns) or "none"
        raise AnalysisError(
            f"names: got the factor {factor!r}; wanted one that the personas are described by: "
            f"{known}. Name one of these, or pass people= with such a column."
        )
    seen = observations.in_general
    if seen.frame.empty:
        return AcrossNames((), findings_frame([]), (f"Nothing was observed of {seen.outcome!r}.",))
    data, bare = coded(seen), _bare(seen, plan)
    people = data.subjects if data.pairs else data.everybody
    held = observations.people[factor].reindex(list(people)).dropna().astype("str")
    unknown = [one for one in people if one not in held.index]
    notes = [f"{factor} is not known of {', '.join(unknown)}: left out."] if unknown else []
    names = sorted(set(held))
    if len(names) < 2:
        notes.append(f"Nothing is said about {factor}: the names do not have two levels of it.")
        names = []
    found = [
        _compared(data, held, f"{factor}: {one}", replace(bare, compared_with=other), level=level)
        for one in (names[:1] if len(names) == 2 else names)
        for other in (f"{factor}: {names[1] if len(names) == 2 else 'all others'}",)
    ]
    made = _adjusted(found, factor, alpha)
    return AcrossNames(made, findings_frame(made), (*observations.notes, *notes, NOT_FOR_NAMES))


def _adjusted(found: Sequence[Finding], factor: str, alpha: float) -> tuple[Finding, ...]:
    """Give the claims about one factor their verdicts, Holm's among them."""
    adjusted = adjust([one.p for one in found], "Holm")
    tested = sum(one.p is not None for one in found)
    family = f"levels of {factor}, Holm ({tested} claim{'' if tested == 1 else 's'})"
    return tuple(
        one
        if p is None
        else replace(one, p_adjusted=p, verdict=verdict_of(p, None, alpha=alpha), family=family)
        for one, p in zip(found, adjusted, strict=True)
    )


def name_design(data: Coded, inside: Sequence[str], outside: Sequence[str]) -> NameDesign:
    """Make the comparison of two groups of names ready.

    Args:
        data: the observations.
        inside: names of one group.
        outside: names of the other.
    """
    sent = [np.isin(data.persona, side) for side in (inside, outside)]
    own = [one & data.compared for one in sent]
    rest = ~(sent[0] | sent[1])
    columns = own if data.pairs else [*sent, rest] if rest.any() else sent
    combine = np.zeros((len(columns), 2))
    combine[:2] = [[1.0, 1.0], [-1.0, -1.0]]
    swept = data.sweep(columns, combine=combine, own=own)
    names: Codes = pd.factorize(data.persona, sort=True)[0].astype("int64")
    ways = [names, data.scenario, *([] if data.rater is None else [data.rater])]
    return NameDesign(swept, multiway(swept, 0, ways), (len(inside), len(outside)))


def _compared(
    data: Coded, held: "pd.Series[str]", subject: str, bare: Finding, *, level: float
) -> Finding:
    name = subject.partition(": ")[2]
    inside, outside = (list(held.index[one]) for one in (held.eq(name), held.ne(name)))
    made = name_design(data, inside, outside)
    own, other = (np.isin(data.persona, side) & data.compared for side in (inside, outside))
    these = f"replies to names whose {subject.replace(': ', ' is ', 1)}"
    bare = replace(
        bare,
        subject=subject,
        estimand=f"average difference of {these} from replies to other names, for names like these",
        n=counts_between(data, own, own | other),
        replies=replies_of(data.reply[own | other]),
    )
    effects = made.swept.effects(data.value)
    value, se = float(effects.estimate[0]), _se(made, data)
    why = next(_why_not(made, subject, bare.compared_with, data), "")
    if not why and not se > 1e-9 * max(float(np.ptp(data.value)), 1e-300):
        why = f"The model leaves no error at all in what is compared with {subject}."
    if why:
        return replace(bare, caveats=(why,))
    low, high = interval(value, se, made.over.df, level=level)
    return replace(
        bare,
        verdict="inconclusive",
        estimate=Estimate(value=value, low=low, high=high, level=level),
        se=se,
        se_type=_HOW if data.rater is not None else _HOW_UNRATED,
        df=made.over.df,
        p=p_value(value, se, made.over.df),
    )


def _se(made: NameDesign, data: Coded) -> float:
    left = made.swept.residuals(data.value)[:, None]
    return float(np.sqrt(made.over.variance(left)[0]))


def _why_not(made: NameDesign, subject: str, other: str, data: Coded) -> Iterator[str]:
    """Say why a comparison cannot be had, the first reason first."""
    for who, count in zip((subject, other), made.names, strict=True):
        if count < FEWEST:
            some = f"{count} name{'' if count == 1 else 's'}"
            yield f"{who} has {some}: it takes {FEWEST} a group to speak of names like these."
    if not made.swept.estimable[0]:
        yield f"{subject} cannot be told from the raters, contrasts or sides that it came with."
    fewest = made.swept.scenarios[:2].min(), made.swept.raters[:2].min()
    raters = None if data.rater is None else int(fewest[1])
    if why := too_few(subject, scenarios=int(fewest[0]), raters=raters):
        yield why


def _bare(seen: Observations, plan: str) -> Finding:
    return Finding(
        question="names",
        outcome=seen.outcome,
        about="this factor",
        speaks_of="in general" if seen.frame["origin"].eq("planned").all() else "these situations",
        stage="confirm",
        unit=seen.of.unit,
        left_out=seen.left_out,
        plan=plan,
        simulated=seen.simulated,
    )
