"""Personas, contrasts and arms named in a caller's own table."""

from collections.abc import Hashable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from toolkit.analysis.frames.column import ARMS, named, text_of
from toolkit.analysis.frames.table_check import listed, refusal
from toolkit.design import Scale
from toolkit.rendering import plain_spelling


def arms_of(
    arms: "pd.Series[Any] | None", who: "pd.Categorical[str]", *, scale: Scale, reference: object
) -> "pd.Categorical[str]":
    """Say the arm of each row: as its column says, or by who the reference is.

    Args:
        arms: the column of arms, shape (n,); None: rows about ``reference`` are the
            reference's, or of pairs a resample, and all others are swaps.
        who: the persona of each row, shape (n,).
        scale: of the values; of a ``preference`` nobody need be named as reference.
        reference: the persona everybody else is compared with, as the table names it; None when
            ``arms`` says it, or of pairs.

    Raises:
        AnalysisError: if neither or both say it, or what is said is not there.
    """
    if arms is not None:
        return _named_arms(arms, reference)
    # In a pair somebody always stands beside the reference, so nobody has to say who it is.
    if reference is None and scale != "preference":
        raise refusal(
            "got neither a reference nor a column of arms",
            "to know whom everybody is compared with",
            f"Add reference= with one of {listed(who.categories)}.",
        )
    known = who.categories == ("" if reference is None else plain_spelling(text_of(reference)))
    if not known.any() and scale != "preference":
        if not len(who):
            raise refusal(
                "got a table in which no row is complete",
                f"the reference {reference!r} and others to compare with it",
                "Check what was read.",
            )
        raise refusal(
            f"got the reference {reference!r}, whom no row is about",
            f"one of {listed(who.categories)}",
            "Name the persona as the table does.",
        )
    alike = ARMS.index("resample" if scale == "preference" else "reference")
    arm = np.where(known, alike, ARMS.index("swap")).astype("int64")
    return pd.Categorical.from_codes(arm[who.codes], categories=pd.Index(ARMS))


def contrasts_of(
    contrasts: "pd.Series[Any] | None", scenarios: "pd.Series[Any]"
) -> "pd.Categorical[str]":
    """Name the contrast of each row; one that stands in several scenarios is several.

    Args:
        contrasts: the column of contrasts, shape (n,); None: one a scenario.
        scenarios: the column of scenarios, shape (n,).
    """
    if contrasts is None:
        return named(scenarios)
    within, which = named(scenarios), named(contrasts)
    both = within.codes.astype("int64") * len(which.categories) + which.codes
    codes, pairs = pd.factorize(both)
    scenario, contrast = np.divmod(pairs, max(len(which.categories), 1))
    several = np.bincount(contrast, minlength=len(which.categories)) > 1
    names = [
        f"{within.categories[one]}: {which.categories[of]}" if several[of] else which.categories[of]
        for one, of in zip(scenario, contrast, strict=True)
    ]
    return named(
        pd.Series(pd.Categorical.from_codes(codes, categories=pd.Index(names, dtype="str")))
    )


def people_of(
    who: "pd.Categorical[str]",
    rows: pd.DataFrame,
    *,
    factors: Sequence[Hashable],
    people: pd.DataFrame | None,
) -> pd.DataFrame:
    """Say each persona's factors: index ``persona``, one column a factor.

    Args:
        who: the persona of each row, shape (n,).
        rows: the same n rows of the caller's table.
        factors: its columns that describe the persona, one value a persona; empty when
            ``people`` is given.
        people: one row a persona (index), one column a factor; None: read ``factors`` off the
            rows.

    Raises:
        AnalysisError: if a persona has two values of a factor, or two rows.
    """
    index = pd.Index(sorted(who.categories), name="persona", dtype="str")
    if people is not None:
        return _given(people, index, factors)
    made = {text_of(factor): _factor(who, rows[factor], factor) for factor in factors}
    return pd.DataFrame(made, index=index)


def _named_arms(arms: "pd.Series[Any]", reference: object) -> "pd.Categorical[str]":
    if reference is not None:
        raise refusal(
            f"got the reference {reference!r} and a column of arms",
            "one of the two",
            "Leave reference= out: the arm says which rows are the reference's.",
        )
    found = named(arms).categories
    other = [one for one in found if one not in ARMS]
    if other:
        raise refusal(
            f"got the arms {listed(other)}",
            f"nothing but {listed(ARMS)}",
            "Map the column to these names.",
        )
    return named(arms, ARMS)


def _factor(
    who: "pd.Categorical[str]", values: "pd.Series[Any]", factor: Hashable
) -> "pd.Series[Any]":
    of = pd.DataFrame({"persona": who, "level": named(values)}).drop_duplicates().dropna()
    twice = of["persona"][of["persona"].duplicated()]
    if len(twice):
        persona = str(twice.iloc[0])
        levels = of["level"][of["persona"].eq(persona)].astype("str")
        raise refusal(
            f"got the persona {persona!r} with {listed(sorted(levels))} as {text_of(factor)}",
            "one value a persona",
            "Name a column that describes the persona, and not the row.",
        )
    return of.astype("str").set_index("persona")["level"]


def _given(
    people: pd.DataFrame, index: "pd.Index[str]", factors: Sequence[Hashable]
) -> pd.DataFrame:
    if len(factors):
        raise refusal("got factors and people", "one of the two", "Leave one of them out.")
    about = people.set_axis([plain_spelling(text_of(one)) for one in people.index], axis=0)
    twice = about.index[about.index.duplicated()]
    if len(twice):
        raise refusal(
            f"got people with two rows about {twice[0]!r}",
            "one row a persona, its name in the index",
            "Drop one, or call people.set_index first.",
        )
    texts = {text_of(one): pd.Series(named(about[one]), about.index) for one in about.columns}
    return pd.DataFrame(texts, index=about.index).astype("str").reindex(index)
