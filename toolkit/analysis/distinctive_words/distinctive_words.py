"""Distinctive words: those that replies use more for one persona than for the reference.

Words are compared within scenarios, because a scenario has words of its own, and words that carry
a persona are masked in every text first. The text is compared word by word: what a sentence does
with a word is for people to read.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
from scipy import stats

from toolkit.analysis.disparity import codes_of
from toolkit.analysis.engine import Counted, Floats, adjust, group_sums, log_odds, standard_error
from toolkit.analysis.findings import Counts, Estimate, Finding
from toolkit.analysis.frames import require_stage
from toolkit.analysis.text_distance import MASKED, masking
from toolkit.errors import AnalysisError

_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_NEEDED = ("stage", "apart", "text", "arm", "persona_id", "contrast_id", "scenario_id", "unit_id")
_COLUMNS = [
    *("subject", "word", "log_odds", "low", "high", "z", "p", "p_adjusted", "count"),
    *("reference_count", "per_1000", "reference_per_1000", "clusters", "contrasts"),
]
_ALPHA = 0.05
"""Share of false words expected among those that differ."""
LEAST_TIMES = 10
"""A word counted less often, in both arms together, is suppressed."""
LEAST_SCENARIOS = 5
"""A word seen in fewer scenarios is not tested."""


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
    mask: Sequence[str],
    seed: int,
    prior: float = 50.0,
    draws: int = 1000,
    simulated: bool = False,
) -> Words:
    """Compare the words of each persona's replies with those of the reference.

    Estimand: the difference of a word's log odds between both arms' replies to the same contrasts,
    averaged over scenarios by what each tells. Each scenario's counts carry a Dirichlet prior in
    proportion to its words under all arms (B. L. Monroe, M. P. Colaresi and K. M. Quinn 2008).
    Standard errors come from drawing whole scenarios again with replacement, and are never below
    those of independent words; t with one degree of freedom less than there are scenarios with the
    word. Benjamini-Hochberg over all words of all personas. Assumes that scenarios are independent.

    Args:
        replies: ``Frames.replies`` of stage confirm; those kept apart are not read.
        mask: words that carry personas, masked in all texts.
        seed: of the draws.
        prior: how many words the prior counts for in each scenario.
        draws: how many times.
        simulated: whether any of it is.

    Raises:
        AnalysisError: if rows are of the wrong stage or columns are missing.
    """
    rows = _rows(replies, masking(mask))
    personas = sorted(set(rows.loc[rows["arm"].eq("swap"), "subject"]))
    rng = np.random.default_rng(seed)
    parts = [_compare(rows, one, prior=prior, draws=draws, rng=rng) for one in personas]
    table = _adjusted(pd.concat([part.table for part in parts]) if parts else _empty())
    findings = [one for part in parts for one in _findings(part, table, rows, simulated)]
    return Words(tuple(findings), table, tuple(_notes(parts, masked=any(mask))))


@dataclass(frozen=True, slots=True)
class _Part:
    subject: str
    contrasts: tuple[str, ...]
    """Those with both arms."""
    table: pd.DataFrame
    suppressed: int = 0
    why: str = "No word is counted often enough to be compared."
    """What is said where no word is."""


def _notes(parts: Sequence[_Part], *, masked: bool) -> Iterator[str]:
    if not parts:
        yield "No reply to a persona can be read, so no words are compared."
    elif not masked:
        yield "No word was masked, so names may tell personas apart."
    if suppressed := sum(part.suppressed for part in parts):
        yield (
            f"{suppressed} words were suppressed: counted fewer than {LEAST_TIMES} times, or in "
            f"fewer than {LEAST_SCENARIOS} scenarios."
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


def _compare(
    rows: pd.DataFrame, subject: str, *, prior: float, draws: int, rng: np.random.Generator
) -> _Part:
    own, base = rows["subject"].eq(subject), rows["subject"].eq("reference")
    both = sorted(set(rows.loc[own, "contrast"]) & set(rows.loc[base, "contrast"]))
    rows = rows[rows["contrast"].isin(both)].sort_values("contrast", kind="stable")
    scenarios = rows["scenario"].nunique()
    if scenarios == 1:
        why = (
            f"Replies of both {subject} and the reference are to one scenario only, so nothing "
            "can be generalized over scenarios and no word is tested. Send more scenarios."
        )
        return _Part(subject, tuple(both), _empty(), why=why)
    if scenarios < LEAST_SCENARIOS:
        why = (
            f"{scenarios} scenarios have replies of both {subject} and the reference; wanted at "
            f"least {LEAST_SCENARIOS} to compare words. Send more scenarios."
        )
        return _Part(subject, tuple(both), _empty(), why=why)
    known, counted = _counted(rows, subject)
    seen = counted.own + counted.base
    present = (group_sums(counted.scenario, seen) > 0).sum(axis=0)
    shown = (seen.sum(axis=0) >= LEAST_TIMES) & (present >= LEAST_SCENARIOS)
    counts = counted.own.sum(axis=0), counted.base.sum(axis=0)
    table = pd.DataFrame(
        {
            "subject": subject,
            "word": known,
            "log_odds": log_odds(counted, prior),
            "se": standard_error(counted, prior, draws=draws, rng=rng),
            "count": counts[0].astype("int64"),
            "reference_count": counts[1].astype("int64"),
            "per_1000": 1000 * counts[0] / max(counts[0].sum(), 1),
            "reference_per_1000": 1000 * counts[1] / max(counts[1].sum(), 1),
            "clusters": present,
            "contrasts": (seen > 0).sum(axis=0),
        }
    )[shown]
    return _Part(subject, tuple(both), table, int((~shown & (seen.sum(axis=0) > 0)).sum()))


def _counted(rows: pd.DataFrame, subject: str) -> tuple[list[str], Counted]:
    known = sorted({word for one in rows["said"] for word in one})
    contrast = codes_of(rows["contrast"])
    scenario = codes_of(rows.groupby("contrast")["scenario"].first())
    said = rows.assign(contrast=contrast)[["contrast", "subject", "said"]].explode("said").dropna()
    word = pd.Index(known).get_indexer(said["said"])

    def of(*subjects: str) -> Floats:
        kept = said["subject"].isin(subjects).to_numpy()
        made = np.zeros((len(scenario), len(known)))
        np.add.at(made, (said["contrast"].to_numpy()[kept], word[kept]), 1)
        return made

    every = group_sums(scenario, of(*set(said["subject"])))
    return known, Counted(of(subject), of("reference"), scenario, every)


def _adjusted(table: pd.DataFrame) -> pd.DataFrame:
    df = np.maximum(table["clusters"].to_numpy("float64") - 1, 1)
    value, se = table["log_odds"].to_numpy("float64"), table["se"].to_numpy("float64")
    half = stats.t.ppf(0.975, df) * se
    z = value / np.where(se > 0, se, 1)
    p = 2 * stats.t.sf(np.abs(z), df)
    made = table.assign(low=value - half, high=value + half, z=z, p=p, size=-np.abs(z))
    made["p_adjusted"] = np.array(adjust(list(p), "Benjamini-Hochberg"), dtype="float64")
    return made.sort_values(["subject", "size", "word"])[_COLUMNS].reset_index(drop=True)


def _findings(
    part: _Part, table: pd.DataFrame, rows: pd.DataFrame, simulated: bool
) -> list[Finding]:
    rows = rows[rows["contrast"].isin(part.contrasts)]
    behind = rows[rows["subject"].isin([part.subject, "reference"])]
    planned = "origin" in behind and len(behind) > 0 and behind["origin"].eq("planned").all()
    bare = Finding(
        question="words",
        outcome="words of the reply",
        subject=part.subject,
        estimand="difference of the log odds of a word from the reference's replies",
        about="these personas",
        speaks_of="in general" if planned else "these situations",
        stage="confirm",
        compared_with="reference",
        unit="log odds ratio",
        n=Counts(
            scenarios=behind["scenario"].nunique(),
            contrasts=len(part.contrasts),
            personas=1,
            replies=behind["unit_id"].nunique(),
            observations=len(behind),
        ),
        caveats=(part.why,),
        replies=tuple(sorted(set(behind["unit_id"].astype("str")))),
        simulated=simulated,
    )
    mine = table[table["subject"].eq(part.subject)]
    differ = mine["p_adjusted"].le(_ALPHA)
    told = mine[differ] if differ.any() else mine.head(1)
    return [_of_word(bare, one, bool(differ.any())) for _, one in told.iterrows()] or [bare]


def _of_word(bare: Finding, word: "pd.Series[float]", differs: bool) -> Finding:
    name = str(word["word"])
    counts = f"{word['count']:.0f} times, in the reference's {word['reference_count']:.0f} times"
    caveat = f"The replies say {name!r} {counts}."
    if not differs:
        caveat = f"No word differs; the furthest apart is {name!r}. {caveat}"
    value, low, high = (float(word[one]) for one in ("log_odds", "low", "high"))
    return replace(
        bare,
        estimand=f"difference of the log odds of {name!r} from the reference's replies",
        verdict="differs" if differs else "inconclusive",
        estimate=Estimate(value=value, low=low, high=high),
        se=float(word["log_odds"] / word["z"]) if word["z"] else None,
        se_type="bootstrap of scenarios",
        df=float(word["clusters"] - 1),
        p=float(word["p"]),
        p_adjusted=float(word["p_adjusted"]),
        family="words of all subjects, Benjamini-Hochberg",
        caveats=(caveat,),
    )


def _empty() -> pd.DataFrame:
    text = {"subject": "str", "word": "str"}
    return pd.DataFrame(
        {one: pd.Series(dtype=text.get(one, "float64")) for one in (*_COLUMNS, "se")}
    )
