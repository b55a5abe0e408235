"""Mask traces: what still tells of a name or pronoun once masked, and how it tells nothing.

A title before a name, initials beside it, the "n" of an article, the apostrophe after a final s,
and above all the verb: "she has" and "they have" would be told apart with the pronoun gone.
"""

import re
from functools import cache

from toolkit.wording.lexicon import any_of, titles_of
from toolkit.wording.mask_marks import GROUP, IDENTITY, NAME, PLACE, THEY
from toolkit.wording.verbs import both_forms

_AFTER_NAME = re.compile(rf"(?<={NAME})(?:[\s-]?[A-Z]\.)+(?=[\s,;:]|$)")
_AGAIN = re.compile(rf"({NAME}|{GROUP}|{PLACE})(?:(?:[\s-]+|[._])\1)+")
_ARTICLE = re.compile(rf"\b([Aa])n(?=\s+(?:{GROUP}|{IDENTITY}|{NAME}|{PLACE}))")
_FINAL_S = re.compile(rf"((?:{NAME}|{GROUP}|{PLACE})['’])(?=\s+[a-z])")
_ADVERB = r"(?:(?:also|always|already|just|never|now|often|still|usually|[a-z]+ly)\s+)?"
_VERB_AFTER = re.compile(rf"({THEY}\s+{_ADVERB})([A-Za-z]+(?:n['’]t)?)(?![\w'’])")
_VERB_BEFORE = re.compile(rf"\b((?:is|was|has|does)(?:n['’]t)?)(?=\s+{THEY})", re.IGNORECASE)
_SHORTENED = re.compile(rf"({THEY}['’])(?:s|ve)\b", re.IGNORECASE)


def without_traces(text: str) -> str:
    """Clear a masked text of what its masked words have left; once is enough."""
    text = without_titles(text)
    text = _AFTER_NAME.sub("", text)
    text = _AGAIN.sub(r"\1", text)
    text = _ARTICLE.sub(r"\1", text)
    text = _FINAL_S.sub(r"\1s", text)
    text = _SHORTENED.sub(r"\1re", text)
    text = _VERB_BEFORE.sub(lambda match: _plural(match[1]), text)
    return _VERB_AFTER.sub(lambda match: match[1] + _plural(match[2]), text)


def without_titles(text: str) -> str:
    """Leave out titles and initials before a masked name, and titles behind it."""
    return _behind_name().sub("", _before_name().sub("", text))


@cache
def _before_name() -> re.Pattern[str]:
    some = titles_of("title_before_name")
    exact = "|".join(sorted({*some, *(one.upper() for one in some)}, key=len, reverse=True))
    title = rf"(?:(?i:{any_of('courtesy')}|{'|'.join(titles_of('title'))})|{exact})(?!\w)"
    return re.compile(
        rf"(?<!\w)(?:{title}\.?(?:\s*/\s*|\s+)|(?:[A-Z]\.[\s-]{{0,2}})){{1,5}}(?={NAME})"
    )


@cache
def _behind_name() -> re.Pattern[str]:
    behind = "|".join(titles_of("title_after_name"))
    return re.compile(rf"(?<={NAME})(?:[-‐‑]|[^\S\n])?(?:{behind})(?![a-zA-Z])")


def _plural(verb: str) -> str:
    """The form for everybody, as in prompts: ‹they› have."""
    forms = both_forms(verb.casefold().replace("’", "'"))
    if forms is None:
        return verb
    plural = forms[1].replace("'", "’") if "’" in verb else forms[1]
    return plural[:1].upper() + plural[1:] if verb[:1].isupper() else plural
