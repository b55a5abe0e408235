"""Verbs as far as agreement needs them: which form goes with one, which with more than one."""

import re

_BASE = """
accept answer apply arrive ask begin believe belong bring build buy call care carry check come
complain cook decide deserve do drive earn eat enjoy expect explain feel find finish get give
go handle have hear help hope keep know lead learn leave like listen live look love make manage mean
meet miss move need open own pay plan play prefer promise remember repair report represent
run say see seem sell send serve show sign sit sleep speak spend stand start stay stop struggle
study suit support take teach tell thank think travel try turn understand use visit wait walk want
watch wear win wonder work write
""".split()  # noqa: SIM905
_IRREGULAR = {
    "be": "is",
    "are": "is",
    "were": "was",
    "have": "has",
    "do": "does",
    "go": "goes",
    "aren't": "isn't",
    "weren't": "wasn't",
    "haven't": "hasn't",
    "don't": "doesn't",
}
_NO_VERBS = {"always", "besides", "perhaps", "sometimes", "afterwards", "nowadays", "thus", "plus"}


def _third(base: str) -> str:
    if base in _IRREGULAR:
        return _IRREGULAR[base]
    if re.search(r"(?:[sxz]|ch|sh)$", base):
        return base + "es"
    return re.sub(r"(?<=[^aeiou])y$", "ie", base) + "s"


_PLURAL_TO_SINGULAR = {base: _third(base) for base in _BASE} | {
    plural: singular for plural, singular in _IRREGULAR.items() if plural != "be"
}
_SINGULAR_TO_PLURAL = {singular: plural for plural, singular in _PLURAL_TO_SINGULAR.items()}

SINGULAR = frozenset(_SINGULAR_TO_PLURAL)
"""Forms that go with *she*: ``is``, ``has``, ``writes``."""
PLURAL = frozenset(_PLURAL_TO_SINGULAR)
"""Forms that go with *they*: ``are``, ``have``, ``write``."""
TO_BE_AND_HAVE = ("is", "are", "was", "were", "has", "have", "does", "do") + tuple(
    verb for pair in list(_IRREGULAR.items())[-4:] for verb in pair
)
"""Verbs that stand before their subject in a question."""
MODALS = ("can", "could", "will", "would", "shall", "should", "may", "might", "must", "did", "had")
"""Verbs with one form for everybody."""


def both_forms(verb: str) -> tuple[str, str] | None:
    """Singular and plural of a verb in the present (or *was*), or None if it is neither.

    A word nobody listed counts as a singular when it ends as one does.
    """
    if verb in PLURAL:
        return _PLURAL_TO_SINGULAR[verb], verb
    if verb in SINGULAR:
        return verb, _SINGULAR_TO_PLURAL[verb]
    if re.fullmatch(r"[a-z]{3,}[^s\W]s", verb) and verb not in _NO_VERBS:
        return verb, verb[:-1]
    return None
