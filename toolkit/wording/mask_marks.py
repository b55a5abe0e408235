"""Marks: what stands in a text for what is masked, alike in every arm."""

NAME, GROUP, PLACE, LOCALE, IDENTITY = "‹name›", "‹group›", "‹place›", "‹locale›", "‹identity›"
THEY, THEM, THEMSELF = "‹they›", "‹them/their›", "‹themself›"
SLOT_MARKS = {
    "name": NAME,
    "name.first": NAME,
    "name.last": NAME,
    "subject": THEY,
    "object": "‹them›",
    "possessive": "‹their›",
    "possessive.pronoun": "‹theirs›",
    "reflexive": THEMSELF,
    "identity": IDENTITY,
    "noun": GROUP,
    "place": PLACE,
    "locale": LOCALE,
}
"""A slot of a prompt to its mark; in a prompt the case of a pronoun is known."""
MARKS = frozenset({*SLOT_MARKS.values(), THEM})
