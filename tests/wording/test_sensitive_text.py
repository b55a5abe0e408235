"""Keys, personal data and invisible characters are pointed out; what looks alike is not."""

import csv
from pathlib import Path

import pytest

from toolkit.wording import INVISIBLE, KEY, sensitive_parts

CASES = Path(__file__).with_name("sensitive_cases.tsv")
KINDS = {
    "key": KEY,
    "e-mail": "an e-mail address",
    "phone": "a phone number",
    "card": "a card number",
    "account": "a bank account number",
    "national": "a national identity number",
    "invisible": INVISIBLE,
}


def cases() -> list[dict[str, str]]:
    with CASES.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


@pytest.mark.parametrize("case", cases(), ids=lambda case: case["why"])
def test_what_may_not_belong_in_a_message(case: dict[str, str]) -> None:
    found = sensitive_parts(case["text"])
    kinds = {one.kind for one in found}
    assert kinds == ({KINDS[case["kind"]]} if case["kind"] != "none" else set())
    assert all(case["text"][one.start : one.end] for one in found)


def test_pieces_do_not_overlap_and_long_texts_are_quick() -> None:
    text = "anna@firma.de " * 20 + "1 " * 4000 + "a" * 4000 + " +49 30 901820"
    found = sorted(sensitive_parts(text), key=lambda one: one.start)
    assert len(found) == 21
    assert all(one.end <= other.start for one, other in zip(found, found[1:], strict=False))
