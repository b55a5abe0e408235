"""Which words replies use more for one persona than for the reference of the same texts.

Words are compared within scenarios, because a scenario has words of its own, and words that carry
a persona are masked in every text first. The text is compared word by word: what a sentence does
with a word is for people to read.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from toolkit.analysis.disparity import codes_of
from toolkit.analysis.engine import Counted, adjust, log_odds, standard_error
from toolkit.analysis.findings import EXPLORATORY, Counts, Estimate, Finding, Speaks
from toolkit.analysis.frames import require_stage
from toolkit.analysis.text_distance import MASKED, masking
from toolkit.errors import AnalysisError

Floats = NDArray[np.float64]
Exchange = Literal["scenario", "contrast"]
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_NEEDED = ("stage", "apart", "text", "arm", "persona_id", "contrast_id", "scenario_id", "unit_id")
LEAST_CLUSTERS = 5
"""A word seen in fewer scenarios (or contrasts) is not tested."""


@dataclass(frozen=True, slots=True)
class Words:
    """Words that tell a persona's replies from the reference's."""

    findings: tuple[Finding, ...]
    """One for each word that differs, strongest first; for a persona without any, one that is
    inconclusive or not estimable."""
    table: pd.DataFrame = field(repr=False)
    """``subject word log_odds low high z p p_adjusted count reference_count per_1000
    reference_per_1000 clusters contrasts``, by strength; z is ``log_odds`` in standard errors."""
    notes: tuple[str, ...]
    """What was suppressed and what was not masked."""


def tokens(text: str) -> list[str]:
    """Take a text as its words, in lower case.

    A word is a run of letters of any script, with single apostrophes or hyphens inside; digits,
    punctuation and what was masked are none.
    """
    return [one.casefold() for one in _WORD.findall(text)]


def words(
    replies: pd.DataFrame,
    *,
    mask: Mapping[str, Iterable[str]],
    seed: int,
    subjects: Sequence[str] | None = None,
    exchange: Exchange = "scenario",
    prior: float = 50.0,
    minimum: int = 10,
    draws: int = 1000,
    alpha: float = 0.05,
    level: float = 0.95,
    plan: str = EXPLORATORY,
    simulated: bool = False,
) -> Words:
    """Compare the words of each persona's replies with those of the reference.

    Estimand: the difference of a word's log odds between both arms' replies to the same contrasts,
    averaged over scenarios by what each tells. Each scenario's counts carry a Dirichlet prior in
    proportion to its words under all arms (B. L. Monroe, M. P. Colaresi and K. M. Quinn 2008).
    Standard errors come from drawing whole scenarios, or contrasts, again with replacement, and are
    never below those of independent words; t with one degree of freedom less than there are
    clusters with the word. Benjamini-Hochberg over all
    words of all subjects. Assumes that the units exchanged are independent.

    Args:
        replies: ``Frames.replies`` of stage confirm; those kept apart are not read.
        mask: persona to the words that carry it (``identity_words``); all are masked in all texts.
        seed: of the draws.
        subjects: personas or null arms; None: every persona.
        exchange: what is drawn again. With contrasts, the answer speaks of these scenarios only.
        prior: how many words the prior counts for in each scenario.
        minimum: a word counted less often than this, both arms together, is suppressed.
        draws: how many times.
        alpha: the share of false words expected among those that differ.
        level: of the intervals, each word by itself.
        plan: hash of the frozen plan that asks for it.
        simulated: whether any of it is.

    Raises:
        AnalysisError: if rows are of the wrong stage or columns are missing.
    """
    rows = _rows(replies, masking([one for several in mask.values() for one in several]))
    named = _named(rows) if subjects is None else list(subjects)
    rng = np.random.default_rng(seed)
    parts = [
        _compare(rows, one, exchange, prior=prior, minimum=minimum, draws=draws, rng=rng)
        for one in named
    ]
    table = _adjusted(pd.concat([part.table for part in parts]) if parts else _empty(), level)
    asked = _Asked(alpha, level, plan, exchange, simulated)
    findings = [one for part in parts for one in _findings(part, table, rows, asked)]
    notes = _notes(parts, masked=any(mask.values()), minimum=minimum, exchange=exchange)
    return Words(tuple(findings), table, tuple(notes))


@dataclass(frozen=True, slots=True)
class _Part:
    subject: str
    table: pd.DataFrame
    suppressed: int
    contrasts: tuple[str, ...]
    """Those with both arms."""
    why: str = ""


@dataclass(frozen=True, slots=True)
class _Asked:
    alpha: float
    level: float
    plan: str
    exchange: Exchange
    simulated: bool


def _notes(
    parts: Sequence[_Part], *, masked: bool, minimum: int, exchange: Exchange
) -> Iterator[str]:
    if not parts:
        yield "No reply to a persona can be read, so no words are compared."
    elif not masked:
        yield "No word was masked, so names may tell personas apart."
    suppressed = sum(part.suppressed for part in parts)
    if suppressed:
        yield (
            f"{suppressed} words were suppressed: counted fewer than {minimum} times, or in fewer "
            f"than {LEAST_CLUSTERS} {exchange}s."
        )


def _rows(replies: pd.DataFrame, mask: Callable[[str], str]) -> pd.DataFrame:
    missing = [one for one in _NEEDED if one not in replies]
    if missing:
        raise AnalysisError(
            f"words: got a frame without {', '.join(missing)}; wanted the replies of the confirm "
            "stage. Pass `Frames.replies`."
        )
    require_stage(replies, "confirm")
    rows = replies[replies["apart"].isna() & replies["text"].notna()].reset_index(drop=True)
    arm = rows["arm"].astype("object")
    said = [tokens(mask(str(one)).replace(MASKED, " ")) for one in rows["text"]]
    return rows.assign(
        subject=arm.mask(arm.eq("swap"), rows["persona_id"].astype("object")),
        contrast=rows["contrast_id"].astype("str"),
        scenario=rows["scenario_id"].astype("str"),
        said=pd.Series(said, index=rows.index, dtype="object"),
    )


def _named(rows: pd.DataFrame) -> list[str]:
    return sorted(set(rows.loc[rows["arm"].eq("swap"), "subject"]))


def _compare(
    rows: pd.DataFrame,
    subject: str,
    exchange: Exchange,
    *,
    prior: float,
    minimum: int,
    draws: int,
    rng: np.random.Generator,
) -> _Part:
    own, base = rows["subject"].eq(subject), rows["subject"].eq("reference")
    both = sorted(set(rows.loc[own, "contrast"]) & set(rows.loc[base, "contrast"]))
    rows = rows[rows["contrast"].isin(both)].sort_values("contrast", kind="stable")
    scenarios = rows["scenario"].nunique()
    clusters = scenarios if exchange == "scenario" else len(both)
    if clusters and scenarios < 2:
        why = (
            f"Replies of both {subject} and the reference are to one scenario only, so nothing "
            "can be generalized over scenarios and no word is tested. Send more scenarios."
        )
        return _Part(subject, _empty(), 0, tuple(both), why)
    if clusters < LEAST_CLUSTERS:
        why = (
            f"{clusters} {exchange}s have replies of both {subject} and the reference; wanted at "
            f"least {LEAST_CLUSTERS} to compare words. Send more {exchange}s."
        )
        return _Part(subject, _empty(), 0, tuple(both), why)
    known, counted = _counted(rows, subject)
    seen = counted.own + counted.base
    per_cluster = seen if exchange == "contrast" else _summed(seen, counted.scenario)
    present = (per_cluster > 0).sum(axis=0)
    shown = (seen.sum(axis=0) >= minimum) & (present >= LEAST_CLUSTERS)
    error = standard_error(counted, prior, by_contrast=exchange == "contrast", draws=draws, rng=rng)
    totals = counted.own.sum(), counted.base.sum()
    table = pd.DataFrame(
        {
            "subject": subject,
            "word": known,
            "log_odds": log_odds(counted, prior),
            "se": error,
            "count": counted.own.sum(axis=0).astype("int64"),
            "reference_count": counted.base.sum(axis=0).astype("int64"),
            "per_1000": 1000 * counted.own.sum(axis=0) / max(totals[0], 1),
            "reference_per_1000": 1000 * counted.base.sum(axis=0) / max(totals[1], 1),
            "clusters": present,
            "contrasts": (seen > 0).sum(axis=0),
        }
    )[shown]
    return _Part(subject, table, int((~shown & (seen.sum(axis=0) > 0)).sum()), tuple(both))


def _counted(rows: pd.DataFrame, subject: str) -> tuple[list[str], Counted]:
    known = sorted({word for one in rows["said"] for word in one})
    place = {word: index for index, word in enumerate(known)}
    contrast = codes_of(rows["contrast"])
    size, of = int(contrast.max()) + 1, rows.groupby("contrast")["scenario"].first()
    scenario = codes_of(of)
    own, base, every = (np.zeros((size, len(known))) for _ in range(3))
    for code, arm, said in zip(contrast, rows["subject"], rows["said"], strict=True):
        at = np.bincount([place[one] for one in said], minlength=len(known))
        every[code] += at
        if arm == subject:
            own[code] += at
        elif arm == "reference":
            base[code] += at
    return known, Counted(own, base, scenario, _summed(every, scenario))


def _summed(counts: Floats, scenario: NDArray[np.intp]) -> Floats:
    made = np.zeros((int(scenario.max()) + 1, counts.shape[1]))
    np.add.at(made, scenario, counts)
    return made


def _adjusted(table: pd.DataFrame, level: float) -> pd.DataFrame:
    df = np.maximum(table["clusters"].to_numpy("float64") - 1, 1)
    value, se = table["log_odds"].to_numpy("float64"), table["se"].to_numpy("float64")
    half = stats.t.ppf((1 + level) / 2, df) * se
    z = value / np.where(se > 0, se, 1)
    p = 2 * stats.t.sf(np.abs(z), df)
    made = table.assign(low=value - half, high=value + half, z=z, p=p)
    made["p_adjusted"] = np.array(adjust(list(p), "Benjamini-Hochberg"), dtype="float64")
    order = made.assign(size=-made["z"].abs()).sort_values(["subject", "size", "word"])
    return order[list(_COLUMNS)].reset_index(drop=True)


def _findings(part: _Part, table: pd.DataFrame, rows: pd.DataFrame, asked: _Asked) -> list[Finding]:
    mine = table[table["subject"].eq(part.subject)]
    behind = rows[
        rows["contrast"].isin(part.contrasts) & rows["subject"].isin([part.subject, "reference"])
    ]
    told = Finding(
        question="words",
        outcome="words of the reply",
        subject=part.subject,
        estimand="difference of the log odds of a word from the reference's replies",
        about="these personas",
        speaks_of=_speaks(behind, asked.exchange),
        stage="confirm",
        verdict="not estimable",
        compared_with="reference",
        unit="log odds ratio",
        n=Counts(
            scenarios=behind["scenario"].nunique(),
            contrasts=len(part.contrasts),
            personas=1,
            replies=behind["unit_id"].nunique(),
            observations=len(behind),
        ),
        plan=asked.plan,
        caveats=(part.why or "No word is counted often enough to be compared.",),
        replies=tuple(sorted(set(behind["unit_id"].astype("str")))),
        simulated=asked.simulated,
    )
    differ = mine[mine["p_adjusted"].le(asked.alpha)]
    if len(differ):
        return [_of_word(told, one, asked, differs=True) for _, one in differ.iterrows()]
    return [_of_word(told, one, asked, differs=False) for _, one in mine.head(1).iterrows()] or [
        told
    ]


def _of_word(told: Finding, word: "pd.Series[float]", asked: _Asked, *, differs: bool) -> Finding:
    name = str(word["word"])
    counts = f"{word['count']:.0f} times, in the reference's {word['reference_count']:.0f} times"
    caveat = f"The replies say {name!r} {counts}."
    if not differs:
        caveat = f"No word differs; the furthest apart is {name!r}. {caveat}"
    at = [float(word[one]) for one in ("log_odds", "low", "high")]
    return replace(
        told,
        estimand=f"difference of the log odds of {name!r} from the reference's replies",
        verdict="differs" if differs else "inconclusive",
        estimate=Estimate(value=at[0], low=at[1], high=at[2], level=asked.level),
        se=float(word["log_odds"] / word["z"]) if word["z"] else None,
        se_type=f"bootstrap of {asked.exchange}s",
        df=float(word["clusters"] - 1),
        p=float(word["p"]),
        p_adjusted=float(word["p_adjusted"]),
        family="words of all subjects, Benjamini-Hochberg",
        caveats=(caveat,),
    )


def _speaks(rows: pd.DataFrame, exchange: Exchange) -> Speaks:
    planned = "origin" in rows and len(rows) > 0 and bool(rows["origin"].eq("planned").all())
    return "in general" if planned and exchange == "scenario" else "these situations"


_COLUMNS = (
    "subject",
    "word",
    "log_odds",
    "low",
    "high",
    "z",
    "p",
    "p_adjusted",
    "count",
    "reference_count",
    "per_1000",
    "reference_per_1000",
    "clusters",
    "contrasts",
)


def _empty() -> pd.DataFrame:
    names = [*_COLUMNS, "se"]
    text = {"subject": "str", "word": "str"}
    return pd.DataFrame({one: pd.Series(dtype=text.get(one, "float64")) for one in names})
