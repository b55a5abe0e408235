"""Hiding who an answer was written for, alike in every arm, without touching another word.

In a prompt the slots say where the cues are. In a reply everything is masked that any persona of
the contrast could have brought, so that what is left says little about which one it was: a name
is found without its accents, in any case and with a possessive; a title before it goes with it.
What the endpoint added by itself (an age, a country that no slot names) stays, because that is
its answer.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from toolkit.design import Contrast, Persona, Rendered, RenderedTurn, Span
from toolkit.session.cue_words import (
    GROUP,
    IDENTITY,
    LOCALE,
    NAME,
    PLACE,
    THEM,
    THEMSELF,
    THEY,
    CueWord,
    Descriptions,
    cue_words,
    descriptions,
    sentence_mark,
    used_slots,
)
from toolkit.session.mask_traces import without_traces

_SLOT_MARKS: Mapping[str, str] = {
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
_MARKS = frozenset({*_SLOT_MARKS.values(), THEM})
_LETTERS = str.maketrans({"đ": "d", "ð": "d", "ø": "o", "ł": "l", "ı": "i", "’": "'", "ʼ": "'"})
_BEFORE, _AFTER = r"(?<![^\W_])", r"(?![^\W_])"


class Mask:
    """Masks the prompts and replies of one contrast.

    Args:
        contrast: the prompt with its slots.
        people: its personas, the reference among them.
    """

    def __init__(self, contrast: Contrast, people: Sequence[Persona]) -> None:
        self._sentences = {
            slot: sentence_mark(contrast, slot, people)
            for slot in used_slots(contrast, people)
            if slot.startswith(("dialect.", "sample."))
        }
        words = cue_words(contrast, people)
        self._by_text = {_plain(one.text): one for one in words}
        self._kept = [*_MARKS, *self._sentences.values(), *contrast.others]
        self._pattern = _pattern(self._kept, words, descriptions(contrast, people))

    def prompt(self, rendered: Rendered) -> tuple[dict[str, str], ...]:
        """The messages of one arm with every slot masked: ``{"role": …, "text": …}`` each."""
        return tuple({"role": turn.role, "text": self._turn(turn)} for turn in rendered.turns)

    def reply(self, text: str) -> str:
        """A reply with every cue masked; masking it again changes nothing."""
        folded = _fold(text)
        masked, end = "", 0
        for match in self._pattern.finditer(folded.text):
            start, stop = folded.places[match.start()], folded.places[match.end()]
            mark = self._mark(match, text[start:stop])
            if mark is not None:
                masked += text[end:start] + mark
                end = stop
        return without_traces(masked + text[end:])

    def _mark(self, match: re.Match[str], written: str) -> str | None:
        """What takes the place of a match; None where it stays."""
        if match["kept"] is not None:
            return None
        if match["described"] is not None:
            return GROUP
        if match["mail"] is not None:
            return NAME
        word = self._by_text[_spaced(match.group())]
        return None if word.capital and not written[:1].isupper() else word.mark

    def _turn(self, turn: RenderedTurn) -> str:
        text, end = "", 0
        for span in turn.spans:
            text += turn.text[end : span.start] + self._slot(span, turn.text[span.start : span.end])
            end = span.end
        return text + turn.text[end:]

    def _slot(self, span: Span, written: str) -> str:
        if span.slot == "a":
            return "A" if written[:1].isupper() else "a"
        if span.slot.startswith("verb:"):
            # The plural for everybody, since ‹they› stands before it.
            plural = span.slot.partition("|")[2].strip()
            return plural[:1].upper() + plural[1:] if written[:1].isupper() else plural
        return self._sentences.get(span.slot) or _SLOT_MARKS[span.slot]


class _Folded(NamedTuple):
    text: str
    places: list[int]
    """Where each folded character begins in the original; one more for the end."""


def _fold(text: str) -> _Folded:
    """Write without accents, case and invisible characters, and remember where each was."""
    folded: list[str] = []
    places: list[int] = []
    for place, letter in enumerate(text):
        plain = unicodedata.normalize("NFKD", letter).casefold().translate(_LETTERS)
        for one in plain:
            if not unicodedata.combining(one) and unicodedata.category(one) != "Cf":
                folded.append(one)
                places.append(place)
    return _Folded("".join(folded), [*places, len(text)])


def _plain(text: str) -> str:
    return _spaced(_fold(text).text)


def _spaced(text: str) -> str:
    return " ".join(text.split())


def _pattern(
    kept: Iterable[str], words: Sequence[CueWord], described: Descriptions
) -> re.Pattern[str]:
    """What to look for in folded text: longest first, so that a part never hides the whole."""
    parts = [rf"(?P<kept>{_any_of(_plain(one) for one in kept)})", rf"(?P<mail>{_mail(words)})"]
    parts += [rf"(?P<word>{_any_of(_plain(one.text) for one in words)})"] if words else []
    runs = _runs(described) if described.telling else "(?!)"
    return re.compile("|".join([*parts, rf"(?P<described>{runs})"]))


def _mail(words: Sequence[CueWord]) -> str:
    """The part of an address before the @, if a name is somewhere in it or short ones are all."""
    names = sorted({_plain(one.text) for one in words if one.mark == NAME})
    names = [one for one in names if one.isalpha()]
    if not names:
        return "(?!)"
    short, long = "|".join(names), "|".join(one for one in names if len(one) > 3) or "(?!)"
    whole = rf"(?:{short})(?:[._-]?(?:{short})){{0,5}}\d{{0,4}}"
    return rf"(?<![\w.+-])(?:{whole}|[\w.+-]{{0,40}}?(?:{long})[\w.+-]{{0,40}})(?=@)"


def _any_of(texts: Iterable[str]) -> str:
    longest_first = sorted({one for one in texts if one}, key=lambda one: (-len(one), one))
    return "|".join(_whole(one) for one in longest_first) or "(?!)"


def _whole(text: str) -> str:
    """A text as whole words, with any white space between them."""
    inner = r"\s+".join(re.escape(word) for word in text.split())
    before = _BEFORE if text[0].isalnum() else ""
    after = _AFTER if text[-1].isalnum() else ""
    return f"{before}{inner}{after}"


def _runs(described: Descriptions) -> str:
    telling = _bare({_plain(one) for one in described.telling})
    around = _bare({_plain(one) for one in described.telling | described.around})
    # Few enough words that a text of nothing but these costs no more than its length.
    return rf"{_BEFORE}(?:{around}[\s-]+){{0,8}}{telling}(?:[\s-]+{around}){{0,8}}{_AFTER}"


def _bare(words: set[str]) -> str:
    longest_first = sorted(words, key=lambda one: (-len(one), one))
    return "(?:" + "|".join(rf"{re.escape(one)}s?{_AFTER}" for one in longest_first) + ")"
