"""Glossary of the columns of result tables."""

from collections.abc import Mapping
from types import MappingProxyType

import pandas as pd

from toolkit.analysis.findings import FINDING_COLUMNS
from toolkit.analysis.frames import Column, Dtype
from toolkit.design import FACTORS

_RATE, _EFFECT, _APART = "share", "on the outcome's own scale", "share of words not shared"

GLOSSARY: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "adjusted": ("mean rating once rater, arm and contrast are allowed for", _EFFECT),
        "after": ("variance once main effects are taken out", _EFFECT),
        "alike_paraphrase": ("an arm, or the rewordings, said one thing letter for letter", ""),
        "alike_resample": ("an arm, or the same again, said one thing letter for letter", ""),
        "arm": ("which text with whose cues", ""),
        "before": ("variance before", _EFFECT),
        "between": ("average distance between replies of both", _APART),
        "beyond_paraphrase": ("how much farther than a rewording moves replies", _APART),
        "beyond_resample": ("how much farther than the same again moves replies", _APART),
        "cannot_tell": ("guesses that named nobody", "guesses"),
        "clusters": ("situations in which the word was said", "situations"),
        "contrast": ("the contrast", ""),
        "contrasts": ("contrasts in which the word was said", "contrasts"),
        "count": ("how often the word was said to the persona", "words"),
        "design_effect": ("variance against that of independent observations", "ratio"),
        "df": ("degrees of freedom", ""),
        "difference": ("between these and the others", _EFFECT),
        "effect": ("difference from the reference, in this situation", _EFFECT),
        "effective_n": ("independent observations that would say as much", "observations"),
        "endpoint": ("who answered", ""),
        "estimate": ("the number", "see measure"),
        "events": ("how often it happened", "observations"),
        "expected": ("guesses that would be right by chance", "guesses"),
        "from_position": ("first place in the rater's list, from 0", "items"),
        "guess": ("whether the persona was guessed", ""),
        "guesses": ("how many", "guesses"),
        "high": ("upper end of the interval", "see the estimate"),
        "how": ("how the interval was had", ""),
        "index": ("Bang's blinding index: 0 guessing, 1 all right", "index"),
        "items": ("judged by two raters or more", "items"),
        "judgments": ("it rests on", "judgments"),
        "level": ("level of the interval", _RATE),
        "low": ("lower end of the interval", "see the estimate"),
        "log_odds": ("difference of the log odds of the word from the reference's", "log odds"),
        "measure": ("which coefficient", ""),
        "method": ("how the interval was had", ""),
        "moves_more": ("farther than both null arms, each with its whole interval", ""),
        "n": ("it rests on", "observations"),
        "named": ("guesses that named a persona", "guesses"),
        "observations": ("it rests on", "observations"),
        "of": ("what the coefficient is about", ""),
        "of_all": ("all that it is a share of", "observations"),
        "others": ("observations of the reference it is compared with", "observations"),
        "outcome": ("what was observed", ""),
        "p": ("two-sided p of no difference", ""),
        "p_adjusted": ("the same, adjusted within its family", ""),
        "paraphrase": ("distance of a rewording from the reference", _APART),
        "part": ("which random factor", ""),
        "per_1000": ("how often it was said, of 1,000 words to the persona", "words"),
        "persona": ("whose cues", ""),
        "rate": ("how often it happened, of all", _RATE),
        "rater": ("pseudonym of the rater", ""),
        "raters": ("it rests on", "raters"),
        "ratings": ("it rests on", "ratings"),
        "ratio": ("rate of the favorable outcome against the reference's", "ratio"),
        "reference_count": ("how often the word was said to the reference", "words"),
        "reference_per_1000": ("how often, of 1,000 words to the reference", "words"),
        "reference_rate": ("rate of the reference in the same contrasts", _RATE),
        "resample": ("distance of the same again from the reference", _APART),
        "residual": ("what the stratum has beyond its main effects, drawn toward 0", _EFFECT),
        "right": ("guesses that named the persona", "guesses"),
        "says": ("in a sentence", ""),
        "scenario": ("the situation", ""),
        "scenarios": ("it rests on", "scenarios"),
        "se": ("standard error", "see the estimate"),
        "from_points": ("lower end of the class", _EFFECT),
        "to_points": ("upper end of the class", _EFFECT),
        "severity": ("how far the rater lies from the average, drawn toward 0", _EFFECT),
        "share": ("of the subject's weight that lies in this situation", _RATE),
        "shrunken": ("the effect drawn towards the average, as far as it is noise", _EFFECT),
        "speaks_of": ("these situations, or situations in general", ""),
        "stratum": ("the combination of factor levels", ""),
        "subject": ("whom or what it is about", ""),
        "stands_out": ("found among all cells shown, at a false-discovery rate of 5 %", ""),
        "suppressed": ("too few people to be shown by itself: its numbers are missing", ""),
        "swap": ("distance of the persona's replies from the reference's", _APART),
        "to_position": ("last place in the rater's list", "items"),
        "value": ("what was observed", _EFFECT),
        "verdict": ("what may be said", ""),
        "within": ("average distance among the persona's own replies", _APART),
        "within_reference": ("average distance among the reference's own replies", _APART),
        "word": ("a word of the replies, in lower case; cues are masked", ""),
        "wrong": ("guesses that named somebody else", "guesses"),
        "z": ("the same in standard errors", "standard errors"),
    }
)
"""Name of a column to what it means, and its unit; ends of an interval have those of its middle."""
_ENDS = {"high": "upper", "low": "lower"}


def described(frame: pd.DataFrame) -> tuple[Column, ...]:
    """Describe the columns of a result table, in their order."""
    return tuple(
        Column(str(name), _dtype(dtype), *meaning_of(str(name)))
        for name, dtype in zip(frame.columns, frame.dtypes, strict=True)
    )


def meaning_of(name: str) -> tuple[str, str]:
    """Say what a column means, and its unit; of one that nobody explained, its name in words."""
    stem, _, end = name.rpartition("_")
    if stem in GLOSSARY and end in _ENDS:
        return f"{_ENDS[end]} end of its interval", GLOSSARY[stem][1]
    known = {one.name: (one.meaning, one.unit) for one in FINDING_COLUMNS}
    if name in FACTORS:
        return FACTORS[name].meaning.rstrip("."), ""
    return GLOSSARY.get(name) or known.get(name) or (name.replace("_", " "), "")


def _dtype(kind: object) -> Dtype:
    if isinstance(kind, pd.CategoricalDtype):
        return "category"
    if pd.api.types.is_bool_dtype(kind):  # type: ignore[arg-type]
        return "bool"
    if pd.api.types.is_integer_dtype(kind):  # type: ignore[arg-type]
        return "Int64"
    return "float64" if pd.api.types.is_float_dtype(kind) else "str"  # type: ignore[arg-type]
