import numpy as np
import pandas as pd

from toolkit.analysis import readable


def test_what_is_missing_is_shown_as_a_dash_and_a_missing_bound_in_words() -> None:
    table = pd.DataFrame({"p": [0.25, np.nan], "high": [np.inf, 1.0], "n": [3, 4]})
    shown = readable(table)
    assert shown.to_dict("list") == {"p": [0.25, "–"], "high": ["no bound", 1.0], "n": [3, 4]}
    assert table["p"].isna().sum() == 1


def test_hidden_characters_in_a_cell_are_shown() -> None:
    table = pd.DataFrame({"said": ["user\u202egnp.exe", None]})
    assert readable(table)["said"].tolist() == ["user<U+202E>gnp.exe", "–"]


def test_columns_keep_what_they_hold_so_that_a_printed_table_is_not_wider() -> None:
    table = pd.DataFrame(
        {"n": [40, 8], "low": [0.5, np.nan], "who": ["b", "a"], "yes": [True, False]}
    )
    shown = readable(table)
    assert [str(kind) for kind in shown.dtypes] == ["object"] * 4
    assert str(shown).splitlines() == [
        "    n  low who    yes",
        "0  40  0.5   b   True",
        "1   8    –   a  False",
    ]
