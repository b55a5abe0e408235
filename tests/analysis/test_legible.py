import pytest

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
