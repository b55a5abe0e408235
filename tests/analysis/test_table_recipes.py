"""A table that cannot be taken as it is: the sentence holds the line that mends it."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from comparisons import complete, judged

from toolkit.analysis import disparity, from_table
from toolkit.analysis.mixed import fit
from toolkit.analysis.plots import caterpillar, forest
from toolkit.errors import AnalysisError

ROLES: Any = {"value": "score", "persona": "who", "scenario": "where", "reference": "a"}
WITHIN = {"likert": (1, 5), "number": (0, 1), "binary": None, "preference": None}


def table(score: Any = (1, 5, 3, 2)) -> pd.DataFrame:
    return pd.DataFrame({"score": score, "who": list("abab"), "where": list("xxyy")})


class Unread(NamedTuple):
    why: str
    score: Any
    scale: str
    recipe: str
    """What the sentence says to run."""
    gives: list[float]
    """What that makes of the column."""


def ordered(*levels: str) -> pd.Categorical:
    return pd.Categorical([*levels, *levels][:4], categories=levels, ordered=True)


UNREAD = [
    Unread("yes and no", ["yes", "no"] * 2, "binary", ".map({'yes': 1, 'no': 0})", [1, 0, 1, 0]),
    Unread("capitals", ["Y", "N"] * 2, "binary", ".map({'Y': 1, 'N': 0})", [1, 0, 1, 0]),
    Unread(
        "another language", ["ja", "nein"] * 2, "binary", ".map({'ja': 1, 'nein': 0})", [1, 0, 1, 0]
    ),
    Unread(
        "truth values written out",
        ["True", "False"] * 2,
        "binary",
        ".map({'True': 1, 'False': 0})",
        [1, 0, 1, 0],
    ),
    Unread(
        "yes and no as categories",
        pd.Categorical(["no", "yes"] * 2),
        "binary",
        ".map({'no': 0, 'yes': 1})",
        [0, 1, 0, 1],
    ),
    Unread(
        "percent, as shares",
        ["40 %", "5%", "100 %", "0 %"],
        "number",
        ".astype('str').str.rstrip('% \\u00a0\\u202f').astype('float') / 100",
        [0.4, 0.05, 1, 0],
    ),
    Unread(
        "percent after a space that does not break",
        ["40\u00a0%", "5\u202f%", "1%", "0%"],
        "number",
        ".astype('str').str.rstrip('% \\u00a0\\u202f').astype('float') / 100",
        [0.4, 0.05, 0.01, 0],
    ),
    Unread(
        "a comma for a point",
        ["0,4", "0,5", "1", "0"],
        "number",
        ".astype('str').str.replace(',', '.').astype('float')",
        [0.4, 0.5, 1, 0],
    ),
    Unread(
        "ordered answers in words",
        ordered("bad", "fair", "good"),
        "likert",
        ".cat.codes.where(df['score'].notna()) + 1",
        [1, 2, 3, 1],
    ),
]


@pytest.mark.parametrize("case", UNREAD, ids=[one.why for one in UNREAD])
def test_the_sentence_holds_the_line_that_makes_numbers_of_it(case: Unread) -> None:
    df = table(case.score)
    options: Any = {"scale": case.scale, "bounds": WITHIN[case.scale], **ROLES}
    with pytest.raises(AnalysisError) as caught:
        from_table(df, **options)
    assert str(caught.value).endswith(f"Convert it: df['score'] = df['score']{case.recipe}.")
    names: dict[str, Any] = {"df": df}
    exec(str(caught.value).split("Convert it: ")[1].removesuffix("."), names)  # noqa: S102
    assert list(from_table(names["df"], **options).frame["value"]) == case.gives


def test_words_whose_order_nobody_said_are_left_open() -> None:
    with pytest.raises(AnalysisError) as caught:
        from_table(table(["good", "bad", "good", "fair"]), scale="likert", bounds=(1, 3), **ROLES)
    assert str(caught.value).endswith(
        "Convert it: df['score'] = df['score'].map({'good': …, 'bad': …, 'fair': …})."
    )


@pytest.mark.parametrize("score", [["1", "x" * 3, "2", "3"], ["1", "0", "7", "2"]])
def test_no_line_is_made_up_for_what_is_off_the_scale(score: list[str]) -> None:
    with pytest.raises(AnalysisError, match=r"Convert"):
        from_table(table(score), scale="likert", bounds=(1, 5), **ROLES)


ANY: Any = table()
FOUND = disparity(
    judged(complete(np.array([[-0.5], [0.4], [-1.1]]), raters=4), scale="number", bounds=(0, 9))
)
NO_COLUMN = ", and the table has no such column; wanted one of 'score', 'who', 'where'. "
FLAT = (
    "Columns named by several levels are flattened first: df.columns = ['_'.join(map(str, one)) "
    "for one in df.columns]."
)
Call = Callable[[], object]
REFUSED: list[tuple[str, Call, str]] = [
    (
        "data= as elsewhere",
        lambda: from_table(data=ANY, scale="number", **ROLES),  # type: ignore[call-arg]
        "from_table: got the table as data=; wanted a pandas DataFrame as the first argument. "
        "Write from_table(df, …) and leave data= out.",
    ),
    (
        "no table",
        lambda: from_table(scale="number", **ROLES),
        "from_table: got no table; wanted a pandas DataFrame as the first argument. Write "
        "from_table(df, …).",
    ),
    (
        "a table of another library",
        lambda: from_table(pa.table({"score": [1]}), scale="number", **ROLES),
        "from_table: got a Table; wanted a pandas DataFrame. Convert it: from_table(df.to_pandas()"
        ", …).",
    ),
    (
        "a column for a table",
        lambda: from_table(ANY["score"], scale="number", **ROLES),
        "from_table: got a Series; wanted a pandas DataFrame. Convert it: from_table(df.to_frame()"
        ", …).",
    ),
    (
        "a list of rows",
        lambda: from_table([{"score": 1}], scale="number", **ROLES),  # type: ignore[arg-type]
        "from_table: got a list; wanted a pandas DataFrame. Convert it: from_table("
        "pd.DataFrame(df), …).",
    ),
    (
        "a column named by a tuple",
        lambda: from_table(ANY, scale="number", rater=("q", "judge"), **ROLES),
        f"from_table: got rater=('q', 'judge'){NO_COLUMN}{FLAT}",
    ),
    (
        "as many names as columns",
        lambda: from_table(ANY, scale="number", rater=("score", "who", "where"), **ROLES),
        f"from_table: got rater=('score', 'who', 'where'){NO_COLUMN}{FLAT}",
    ),
    (
        "a name in brackets",
        lambda: from_table(ANY, scale="number", rater=["who"], **ROLES),
        f"from_table: got rater=['who']{NO_COLUMN}Write 'who', without brackets.",
    ),
    (
        "a tuple among the factors",
        lambda: from_table(ANY, scale="number", factors=[("a", "b")], **ROLES),
        f"from_table: got factors=('a', 'b'){NO_COLUMN}{FLAT}",
    ),
    (
        "one factor for a list",
        lambda: from_table(ANY, scale="number", factors="who", **ROLES),
        "from_table: got factors='who'; wanted a list of columns. Write factors=['who'].",
    ),
    (
        "values for their column",
        lambda: from_table(ANY, scale="number", rater=ANY["who"], **ROLES),
        "from_table: got rater= as a Series; wanted the name of a column. Put the values into the "
        "table, and name their column.",
    ),
    (
        "a result for its findings",
        lambda: forest(FOUND),  # type: ignore[arg-type]
        "forest: got a Disparity; wanted a list of findings. Write forest(found.findings).",
    ),
    (
        "one finding",
        lambda: forest(FOUND.findings[0]),  # type: ignore[arg-type]
        "forest: got a Finding; wanted a list of findings. Write forest([finding]).",
    ),
    (
        "a result's table",
        lambda: caterpillar(FOUND.table),  # type: ignore[arg-type]
        "caterpillar: got a DataFrame; wanted a list of findings. Take them from the result of an "
        "analysis, as disparity(observations).findings.",
    ),
    (
        "several results",
        lambda: forest([FOUND]),  # type: ignore[list-item]
        "forest: got a list with a Disparity; wanted a list of findings. Take them from the result "
        "of an analysis, as disparity(observations).findings.",
    ),
]


@pytest.mark.parametrize(("why", "call", "sentence"), REFUSED, ids=[one[0] for one in REFUSED])
def test_a_wrong_call_is_answered_in_a_sentence(why: str, call: Call, sentence: str) -> None:
    with pytest.raises(AnalysisError) as caught:
        call()
    assert str(caught.value) == sentence, why


def test_columns_of_several_levels_are_named_by_tuples() -> None:
    df = table()
    df.columns = pd.MultiIndex.from_tuples([("a", "score"), ("a", "who"), ("b", "where")])
    found = from_table(
        df,
        value=("a", "score"),
        persona=("a", "who"),
        scenario=("b", "where"),
        scale="number",
        reference="a",
    )
    assert list(found.frame["value"]) == [1, 5, 3, 2]


def test_levels_that_are_whole_numbers_go_by_them() -> None:
    draw = np.random.default_rng(1)
    df = pd.DataFrame({"arm": draw.integers(0, 3, 60), "y": draw.normal(size=60)})
    for kind in ("int64", "float64", "Int64", "uint8"):
        found = fit(df.astype({"arm": kind}), "y ~ C(arm)", [])
        assert list(found.coefficients["name"])[1:] == ["C(arm)[T.1]", "C(arm)[T.2]"]
    halves = fit(df.assign(arm=df["arm"] / 2), "y ~ C(arm)", [])
    assert list(halves.coefficients["name"])[1:] == ["C(arm)[T.0.5]", "C(arm)[T.1.0]"]
