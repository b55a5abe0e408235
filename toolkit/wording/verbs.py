"""Verb agreement: which form goes with one, which with more than one."""

import re

from toolkit.wording.lexicon import ordinary, plural

_AUXILIARIES = dict(pair.split() for pair in ordinary("auxiliary"))
_PLURAL_TO_SINGULAR = _AUXILIARIES | {
    base: third[0] if third else plural(base) for base, *third in map(str.split, ordinary("verb"))
}
_SINGULAR_TO_PLURAL = {one: many for many, one in _PLURAL_TO_SINGULAR.items()}

SINGULAR = frozenset(_SINGULAR_TO_PLURAL)
"""Forms that go with *she*: ``is``, ``has``, ``writes``."""
PLURAL = frozenset(_PLURAL_TO_SINGULAR)
"""Forms that go with *they*: ``are``, ``have``, ``write``."""
AUXILIARIES = frozenset(_AUXILIARIES) | frozenset(_AUXILIARIES.values())
"""Verbs that stand before their subject in a question, in both forms."""
MODALS = ordinary("modal")
"""Verbs with one form for everybody."""


def both_forms(verb: str) -> tuple[str, str] | None:
    """Singular and plural of a verb in the present (or *was*), or None if it is neither.

    A word nobody listed counts as a singular when it ends as one does.
    """
    if verb in PLURAL:
        return _PLURAL_TO_SINGULAR[verb], verb
    if verb in SINGULAR:
        return verb, _SINGULAR_TO_PLURAL[verb]
    if re.fullmatch(r"[a-z]{3,}[^s\W]s", verb) and verb not in ordinary("no_verb"):
        return verb, re.sub("(?<=ch|sh)e$|(?<=[xo])e$", "", re.sub("ie$", "y", verb[:-1]))
    return None
