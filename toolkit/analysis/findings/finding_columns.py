"""The columns of a table of findings."""

from toolkit.analysis.engine import VERDICTS
from toolkit.analysis.frames import STAGE, Column

FINDING_COLUMNS: tuple[Column, ...] = (
    Column("question", "str", "which analysis"),
    Column("outcome", "str", "what was observed"),
    Column("subject", "str", "whom or what it is about"),
    Column("compared_with", "str", "the reference, or what stands in its place"),
    Column("estimate", "float64", "on the natural scale; missing when not estimable", "see unit"),
    Column("low", "float64", "lower end of the interval", "see unit"),
    Column("high", "float64", "upper end of the interval", "see unit"),
    Column("level", "float64", "level of the interval", "share"),
    Column("unit", "str", "unit of the estimate"),
    Column("se", "float64", "standard error", "see unit"),
    Column("df", "float64", "degrees of freedom of the test"),
    Column("p", "float64", "two-sided p of no difference"),
    Column("p_adjusted", "float64", "the same, adjusted within its family"),
    Column("margin", "float64", "largest difference that would not matter", "see unit"),
    Column("verdict", "category", "what may be said", categories=VERDICTS),
    Column("speaks_of", "str", "these situations, or situations in general"),
    Column("about", "str", "these personas, this factor, all personas, or the raters"),
    Column("raters", "Int64", "it rests on", "raters"),
    Column("scenarios", "Int64", "it rests on", "scenarios"),
    Column("replies", "Int64", "it rests on", "replies"),
    Column("observations", "Int64", "it rests on", "ratings, choices or replies"),
    Column("plan", "str", "hash of the frozen plan that asked for it, or exploratory"),
    Column("simulated", "bool", "any of it comes from simulated raters"),
    STAGE,
    Column("contrasts", "Int64", "it rests on", "contrasts"),
    Column("personas", "Int64", "it rests on", "personas"),
    Column("spread", "float64", "standard deviation of the effect over scenarios", "see unit"),
    Column("spread_low", "float64", "lower end of its 95 % interval", "see unit"),
    Column("spread_high", "float64", "upper end of its 95 % interval", "see unit"),
    Column("needs", "str", "inconclusive: how many more of what"),
    Column("caveats", "str", "plain sentences"),
    Column("estimand", "str", "what the number estimates"),
)
"""Columns of ``findings_frame``, in order."""
