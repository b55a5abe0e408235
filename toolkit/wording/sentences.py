"""Sentence boundaries: where a sentence begins, as far as a capital letter goes."""

import re

_OPENING = "\"'“‘(["
_CLOSING = "\"'”’)]"
_BULLET = re.compile(r"(?:^|\n)[ \t]{0,8}[-*•]$")
_ABBREVIATION = re.compile(
    r"(?:\b(?:[ei]\.[ge]|vs|approx|mr|mrs|ms|dr|st|jr|sr|cf|ca|"
    r"sra|srta|sig|mme|mlle|dhr|mevr|hr|fr|prof|smt)\.|\b[A-Z]\.[A-Z]\.)$",
    re.IGNORECASE,
)


def begins_sentence(before: str) -> bool:
    """Whether what comes after this text begins a sentence."""
    bare = before.rstrip(_OPENING + " \t\n")
    gap = before[len(bare) :]
    if not bare or re.search(r"\n[ \t]*\n", gap):
        return True
    if not gap[:1].isspace() and not gap[1:2].isspace():
        return False
    ended = bare.rstrip(_CLOSING)[-1:] in {".", "!", "?", "…"}
    return bool(_BULLET.search(bare[-9:])) or (ended and not _ABBREVIATION.search(bare[-9:]))
