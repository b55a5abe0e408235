import numpy as np
import pandas as pd
import pytest

from toolkit.analysis import readable
from toolkit.analysis.legible import unlinked


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("see http://evil.example/x.png now", "see http[:]//evil.example/x.png now"),
        ("HTTPS://a.example", "HTTPS[:]//a.example"),
        ("www.evil.example", "www[.]evil.example"),
        ("a plain sentence: nothing else", "a plain sentence: nothing else"),
    ],
)
def test_an_address_is_written_so_that_nothing_makes_a_link_of_it(text: str, shown: str) -> None:
    assert unlinked(text) == shown


def test_what_is_missing_is_shown_as_a_dash_and_a_missing_bound_in_words() -> None:
    table = pd.DataFrame({"p": [0.25, np.nan], "high": [np.inf, 1.0], "n": [3, 4]})
    shown = readable(table)
    assert shown.to_dict("list") == {"p": [0.25, "–"], "high": ["no bound", 1.0], "n": [3, 4]}
    assert table["p"].isna().sum() == 1
