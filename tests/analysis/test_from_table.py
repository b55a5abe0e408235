"""Anybody's table as observations."""

import re

import numpy as np
import pandas as pd
import pytest

from toolkit.analysis import disparity, from_table
from toolkit.analysis.frames import OBSERVATION_COLUMNS
from toolkit.errors import AnalysisError


def audit() -> pd.DataFrame:
    """Six letters in five situations, as a published audit might have them."""
    rng = np.random.default_rng(5)
    rows = [
        {"situation": place, "name": name, "callback": int(rng.random() < 0.5), "city": place % 2}
        for place in range(5)
        for name in ("Name 1", "Name 2", "Name 3")
        for _ in range(4)
    ]
    return pd.DataFrame(rows)


def small(**changed: object) -> pd.DataFrame:
    table = pd.DataFrame(
        {
            "score": [1, 5, 3, 2, 4, 4],
            "who": ["a", "b", "a", "b", "a", "b"],
            "where": ["x", "x", "y", "y", "z", "z"],
            "judge": [1, 1, 2, 2, 3, 3],
            "sex": ["f", "m", "f", "m", "f", "m"],
        }
    )
    return table.assign(**changed)


NAMES = {"value": "score", "persona": "who", "scenario": "where"}


def taken(table: pd.DataFrame, **options: object):  # type: ignore[no-untyped-def]
    given = {"scale": "likert", "bounds": (1, 5), "reference": "a", **NAMES, **options}
    return from_table(table, **{key: one for key, one in given.items() if one is not None})  # type: ignore[arg-type]


def test_an_audit_is_reanalyzed_in_a_few_lines() -> None:
    observations = from_table(
        audit(),
        value="callback",
        persona="name",
        scenario="situation",
        scale="binary",
        reference="Name 1",
    )
    found = disparity(observations)
    assert [one.subject for one in found.findings] == ["Name 2", "Name 3"]
    table = audit().pivot_table(index="situation", columns="name", values="callback")
    by_hand = (table["Name 2"] - table["Name 1"]).mean()
    assert found.findings[0].estimate is not None
    assert found.findings[0].estimate.value == pytest.approx(by_hand, abs=1e-12)
    assert found.findings[0].plan == "exploratory"


def test_columns_are_the_declared_ones_whatever_came_in() -> None:
    observations = taken(small(), rater="judge", factors=["sex"])
    frame = observations.frame
    assert list(frame.columns) == [one.name for one in OBSERVATION_COLUMNS]
    assert [str(kind) for kind in frame.dtypes] == [one.dtype for one in OBSERVATION_COLUMNS]
    assert list(frame["value"]) == [1, 5, 3, 2, 4, 4]
    assert list(frame["rater"]) == ["1", "1", "2", "2", "3", "3"]
    assert list(frame["arm"]) == ["reference", "swap"] * 3
    assert list(frame["contrast"]) == list(frame["scenario"])
    assert set(frame["origin"]) == {"planned"}
    assert set(frame["stage"]) == {"confirm"}
    assert observations.people.to_dict() == {"sex": {"a": "f", "b": "m"}}
    assert observations.outcome == "score"
    assert observations.bounds == (1.0, 5.0)
    assert not observations.left_out


def test_the_table_is_not_changed_and_its_index_does_not_matter() -> None:
    table = small()
    before = table.copy(deep=True)
    plain = taken(table)
    again = taken(table.set_axis([7, 7, 7, 1, 1, 1], axis=0))
    pd.testing.assert_frame_equal(table, before)
    pd.testing.assert_frame_equal(plain.frame, again.frame)


@pytest.mark.parametrize("kind", ["object", "category", "str"])
def test_names_of_any_type_read_the_same(kind: str) -> None:
    wanted = taken(small()).frame
    got = taken(small().astype({"who": kind, "where": kind})).frame
    pd.testing.assert_frame_equal(got, wanted)


def test_numbers_are_names_too_also_beside_missing_ones() -> None:
    table = small(who=[1, 2, 1, 2, 1, None])
    observations = taken(table, reference=1)
    assert list(observations.frame["persona"]) == ["1", "2", "1", "2", "1"]
    assert list(observations.frame["arm"]) == ["reference", "swap"] * 2 + ["reference"]


def test_rows_without_what_is_needed_are_counted_once_each() -> None:
    table = small(
        score=[1, None, 3, 2, 4, 4],
        who=["a", None, "a", None, "a", "b"],
        judge=[1, 1, None, 2, 3, 3],
    )
    observations = taken(table, rater="judge")
    assert dict(observations.left_out) == {"no value": 1, "no persona": 1, "no rater": 1}
    assert len(observations.frame) == 3


def test_what_may_be_missing_leaves_no_row_out() -> None:
    table = small(reply=["r1", None, "r3", "r4", "r5", "r6"], again=[0, None, 0, 1, 0, 1])
    frame = taken(table, reply="reply", replicate="again", position="again").frame
    assert len(frame) == 6
    assert frame["reply"].isna().sum() == frame["replicate"].isna().sum() == 1
    assert frame["position"].isna().sum() == 1


def test_one_name_in_two_scenarios_is_two_contrasts() -> None:
    frame = taken(small(text=["1", "1", "1", "1", "2", "2"]), contrast="text").frame
    assert list(frame["contrast"]) == ["x: 1", "x: 1", "y: 1", "y: 1", "2", "2"]
    assert frame.groupby("contrast", observed=True)["scenario"].nunique().max() == 1


def test_arms_may_be_said_by_a_column() -> None:
    arms = ["reference", "swap", "reference", "paraphrase", "reference", "resample"]
    frame = taken(small(arm=arms), arm="arm", reference=None).frame
    assert list(frame["arm"]) == arms


def test_pairs_need_no_reference() -> None:
    table = small(score=[1, -1, 0, 1, 0, 0], left=[1, -1, 1, -1, 1, -1])
    pairs = taken(table, scale="preference", bounds=None, side="left", reference=None)
    assert set(pairs.frame["arm"]) == {"swap"}
    assert list(pairs.frame["side"]) == [1, -1, 1, -1, 1, -1]
    assert pairs.bounds == (-1.0, 1.0)
    # Both replies are the reference's: nothing was swapped.
    alike = taken(table, scale="preference", bounds=None, reference="a")
    assert set(alike.frame["arm"][alike.frame["persona"].eq("a")]) == {"resample"}


def test_yes_and_no_may_be_true_and_false_and_texts_that_are_numbers() -> None:
    for values in ([True, False] * 3, ["1", "0"] * 3, pd.array([1, 0] * 3, dtype="Int64")):
        frame = taken(small(score=values), scale="binary", bounds=None).frame
        assert list(frame["value"]) == [1.0, 0.0] * 3


def test_cells_with_counts_stand_for_as_many_rows() -> None:
    frame = taken(small(count=[1, 2, 3, 1, 1, 1]), weight="count").frame
    assert list(frame["weight"]) == [1, 2, 3, 1, 1, 1]


def test_people_may_be_a_table_of_their_own() -> None:
    people = pd.DataFrame({"age": [30, 40, 50]}, index=["b", "a", "elsewhere"])
    assert taken(small(), people=people).people.to_dict() == {"age": {"a": "40", "b": "30"}}


def test_an_empty_table_is_taken_and_says_nothing() -> None:
    observations = taken(small().iloc[:0], reference=None, arm="sex")
    assert observations.frame.empty
    assert disparity(observations).findings == ()


def test_explore_is_what_the_caller_says_and_no_test_takes_it() -> None:
    with pytest.raises(
        AnalysisError, match=re.escape("of stage 'explore'; wanted stage 'confirm'")
    ):
        disparity(taken(small(), stage="explore"))


def test_a_lone_surrogate_in_a_name_is_written_as_its_escape() -> None:
    table = small(who=pd.Series(["a", "\ud800"] * 3, dtype="object"))
    assert set(taken(table, reply="who").frame["persona"]) == {"a", "\\ud800"}


@pytest.mark.parametrize(
    ("changed", "options", "message"),
    [
        (
            {},
            {"persona": "whom"},
            "from_table: got persona='whom', and the table has no such column; wanted one of "
            "'score', 'who', 'where', 'judge', 'sex'. Name a column that is there once.",
        ),
        (
            {},
            {"raters": "judge"},
            "from_table: got the argument 'raters'; wanted one of value, persona, scenario, rater, "
            "contrast, arm, reply, replicate, endpoint, position, side, weight. Did you mean "
            "'rater'?",
        ),
        (
            {},
            {"value": None},
            "from_table: got no column for 'value'; wanted value, persona and scenario named. Add "
            "value= with the name of a column.",
        ),
        (
            {},
            {"bounds": None},
            "from_table: got the scale 'likert' without bounds; wanted the lowest and highest "
            "answer there can be, used or not. Add bounds=(1, 5), for example.",
        ),
        (
            {},
            {"bounds": (5, 1)},
            "from_table: got the bounds (5, 1); wanted the lower one first. Write bounds=(lowest, "
            "highest).",
        ),
        (
            {},
            {"scale": "ordinal"},
            "from_table: got the scale 'ordinal'; wanted one of 'likert', 'binary', 'preference', "
            "'number'. Choose one.",
        ),
        (
            {},
            {"scale": "binary"},
            "from_table: got the bounds (1, 5) for the scale 'binary'; wanted (0, 1), which it has "
            "by itself. Leave bounds out, or choose the scale 'likert' or 'number'.",
        ),
        (
            {"score": [1, 6, 3, 2.5, 4, 4]},
            {},
            "from_table: got 2 of 6 rows whose value ('score') is 6, 2.5; wanted whole numbers "
            "from 1 to 5. Convert the column first, or choose another scale or other bounds.",
        ),
        (
            {"score": [1, 6, 7, 8, 9, 10]},
            {},
            "from_table: got 5 of 6 rows whose value ('score') is 6, 7, 8, 9, 10; wanted whole "
            "numbers from 1 to 5. Convert the column first, or choose another scale or other "
            "bounds.",
        ),
        (
            {"score": ["yes", "no"] * 3},
            {"scale": "binary", "bounds": None},
            "from_table: got 6 of 6 rows whose value ('score') is 'yes', 'no'; wanted numbers. "
            "Convert it: df['score'] = df['score'].map({'yes': 1, 'no': 0}).",
        ),
        (
            {},
            {"reference": "c"},
            "from_table: got the reference 'c', whom no row is about; wanted one of 'a', 'b'. Name "
            "the persona as the table does.",
        ),
        (
            {},
            {"reference": None},
            "from_table: got neither a reference nor a column of arms; wanted to know whom "
            "everybody is compared with. Add reference= with one of 'a', 'b'.",
        ),
        (
            {},
            {"arm": "sex"},
            "from_table: got the reference 'a' and a column of arms; wanted one of the two. Leave "
            "reference= out: the arm says which rows are the reference's.",
        ),
        (
            {},
            {"arm": "sex", "reference": None},
            "from_table: got the arms 'f', 'm'; wanted nothing but 'reference', 'swap', "
            "'paraphrase', 'resample'. Map the column to these names.",
        ),
        (
            {"sex": ["f", "m", "f", "m", "m", "m"]},
            {"factors": ["sex"]},
            "from_table: got the persona 'a' with 'f', 'm' as sex; wanted one value a persona. "
            "Name a column that describes the persona, and not the row.",
        ),
        (
            {"n": [1, 0, 1, 1, 1, 1]},
            {"weight": "n"},
            "from_table: got 1 of 6 rows whose weight ('n') is 0; wanted numbers above 0. Drop "
            "rows that stand for no observation.",
        ),
        (
            {},
            {"position": "sex"},
            "from_table: got 6 of 6 rows whose position ('sex') is 'f', 'm'; wanted numbers. Leave "
            "position= out, or give the column as numbers.",
        ),
        (
            {},
            {"replicate": "score", "side": "score"},
            "from_table: got 5 of 6 rows whose side ('score') is 5, 3, 2, 4; wanted 1, -1 or 0. "
            "Map left to 1 and right to -1.",
        ),
        (
            {},
            {"factors": ["sex"], "people": pd.DataFrame(index=["a"])},
            "from_table: got factors and people; wanted one of the two. Leave one of them out.",
        ),
        (
            {},
            {"people": pd.DataFrame({"age": [1, 2]}, index=["a", "a"])},
            "from_table: got people with two rows about 'a'; wanted one row a persona, its name in "
            "the index. Drop one, or call people.set_index first.",
        ),
    ],
)
def test_a_refusal_says_what_it_got_and_what_to_do(
    changed: dict[str, object], options: dict[str, object], message: str
) -> None:
    with pytest.raises(AnalysisError) as problem:
        taken(small(**changed), **options)
    assert str(problem.value) == message
