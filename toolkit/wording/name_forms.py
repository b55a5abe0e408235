"""The forms of a name: declined, respelled, in Latin letters, with what stands at its sides.

The endings and spellings themselves are data, in ``name_forms.json``; whatever a language has no
rule for stands in a persona's file, under ``also``.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from itertools import islice, product

from toolkit.wording.name_data import forms_data
from toolkit.wording.tokens import folded, is_cased, tokens

_MOST = 128
"""Spellings of one name in Latin letters that are looked for."""
_SHORTEST = 3
"""Letters of a form that an ending or another spelling has made."""
_ONLY_S = frozenset({"de", "sv", "da", "no"})
"""Languages in which a name takes an s."""
_FAMILY_OF_ONE = ("CJK", "HANGUL")


def script_of(text: str) -> str:
    """Name the script of a text's first letter, as names of characters begin: ``HANGUL``."""
    letter = next((sign for sign in text if sign.isalpha()), "")
    name = unicodedata.name(letter, "") if letter else ""
    return name.partition(" ")[0].partition("-")[0]


@cache
def split_name(name: str) -> tuple[str, ...]:
    """Take a name apart, also one that is written without a space: family and given name."""
    parts = tuple(name.split())
    if len(parts) != 1 or script_of(name) not in _FAMILY_OF_ONE or not 2 <= len(name) <= 4:
        return parts
    long = name[:2] in forms_data()["two_character_families"]
    first = 2 if len(name) == 4 or (long and len(name) > 2) else 1
    return name[:first], name[first:]


@cache
def declined(part: str) -> frozenset[tuple[str, str]]:
    """Every declined form of one part of a name, folded, and the language it is meant in.

    Args:
        part: one word; the language is empty where the script alone says it.
    """
    script, word = script_of(part), folded(part)
    if script != "LATIN":
        return frozenset(
            (form, "") for form in _endings(word, forms_data()["scripts"].get(script, ()))
        )
    return frozenset(
        (form, language)
        for language, said in forms_data()["languages"].items()
        for form in _endings(word, said["endings"])
    )


def _endings(word: str, rules: tuple[str, ...]) -> Iterator[str]:
    for rule in rules:
        ending, *replacements = rule.split(" ")
        if re.search(ending, word):
            forms = (re.sub(ending, one, word, count=1) for one in replacements or [""])
            yield from (one for one in forms if len(one) >= _SHORTEST and one != word)


@cache
def respelled(part: str) -> frozenset[str]:
    """Other spellings of one part of a name: *Mueller* for Müller, in Latin letters for Иван."""
    if script_of(part) != "LATIN":
        return romanized(part)
    spelled = forms_data()["respelled"]
    letters = unicodedata.normalize("NFC", part.lower())
    told = {"".join(spelled.get(sign, sign) for sign in letters)}
    told |= {
        "".join(one if sign == mark else sign for sign in letters) for mark, one in spelled.items()
    }
    plain = folded(part)
    if len(plain) > 4:
        told.add(re.sub(r"(?<=[b-df-hj-np-tv-z])([aou])e(?![aeioul])", r"\1", plain))
    return frozenset(one for one in map(folded, told) if one != plain)


@cache
def romanized(part: str) -> frozenset[str]:
    """Spellings of one part of a name in Latin letters; none where no rule gives them."""
    script, word = script_of(part), unicodedata.normalize("NFC", part.lower())
    pieces: list[list[str]] | None
    if script == "HANGUL":
        families = forms_data()["koreans"]
        pieces = [families[part]] if part in families else [_syllable(sign) for sign in word]
    elif script == "CJK":
        known = forms_data()["han"]
        plain = [forms_data()["one_character"].get(sign, sign) for sign in word]
        pieces = [known[sign] for sign in plain] if all(one in known for one in plain) else None
    elif script == "DEVANAGARI":
        pieces = _devanagari(part)
    else:
        letters = forms_data()["latin"].get("HIRAGANA" if script == "KATAKANA" else script)
        if script == "KATAKANA":
            word = "".join(chr(ord(sign) - 0x60) if "ァ" <= sign <= "ヶ" else sign for sign in word)
        word = folded(word) if script == "GREEK" else word
        pieces = _spelled(word, letters) if letters else None
    if not pieces:
        return frozenset()
    joint = " " if script == "CJK" else ""
    return frozenset(islice((joint.join(one) for one in product(*pieces)), _MOST))


def _spelled(word: str, letters: Mapping[str, list[str]]) -> list[list[str]] | None:
    """Take a word apart by the longest letters there are; None if one of them is not known."""
    pieces, place = list[list[str]](), 0
    while place < len(word):
        two, one = word[place : place + 2], word[place : place + 1]
        found = two if two in letters else one
        if found not in letters:
            return None
        pieces.append(letters[found])
        place += len(found)
    return pieces


def _syllable(sign: str) -> list[str]:
    """Spell a Korean syllable by the Revised Romanization and by what people write instead."""
    number = ord(sign) - 0xAC00
    first, middle, last = (one.split() for one in forms_data()["korean_letters"])
    parts = (first[number // 588], middle[number % 588 // 28], last[number % 28])
    spellings = product(*(part.split("/") for part in parts))
    return ["".join(one).replace("-", "") for one in spellings]


def _devanagari(part: str) -> list[list[str]] | None:
    """Spell a word of Devanagari; the vowel that no sign writes is said, or not, at its end."""
    told = forms_data()["devanagari"]
    consonants, vowels, signs = told["consonants"], told["vowels"], told["signs"]
    word, pieces, place = part.replace("\u093c", ""), list[list[str]](), 0
    while place < len(word):
        several = (word[place : place + length] for length in (3, 1))
        found = next((one for one in several if one in consonants), "")
        place += len(found) or 1
        if not found:
            one = word[place - 1]
            if one not in vowels and one not in signs:
                return None
            pieces.append(vowels.get(one) or signs[one])
            continue
        pieces.append(consonants[found])
        after = word[place : place + 1]
        if after == "\u094d":
            place += 1
        elif not after:
            pieces.append(["", "a"])
        elif after not in vowels or after in "अआइईउऊएऐओऔऋ":
            pieces.append(["a", ""] if place + 1 < len(word) and len(pieces) > 2 else ["a"])
    return pieces


@lru_cache(maxsize=512)
def languages_of(line: str) -> frozenset[str]:
    """The languages a line of text may be written in, by its commonest words; all without any."""
    words = [token.text for token in tokens(line)]
    counts = {
        language: sum(word in _common_words()[language] for word in words)
        for language in _common_words()
    }
    most = max(counts.values())
    of = frozenset(one for one, count in counts.items() if count == most)
    # An s is no ending where it may be a plural of English.
    return of if most else of - _ONLY_S


@cache
def _common_words() -> dict[str, frozenset[str]]:
    return {one: frozenset(of["words"].split()) for one, of in forms_data()["languages"].items()}


def without_prefix(text: str, letters: str) -> Iterator[tuple[int, str]]:
    """Take off the particles that some scripts write at the front of a word.

    Args:
        text: a word as written.
        letters: the same, folded.

    Yields:
        How many code points to leave out, and the letters that remain.
    """
    pattern = forms_data()["prefixes"].get(script_of(text))
    if pattern is None or letters in forms_data()["not_prefixed"]:
        return
    for length in range(1, min(5, len(letters) - 1)):
        taken, left = letters[:length], letters[length:]
        if re.fullmatch(pattern, taken):
            start = next(n for n in range(len(text) + 1) if folded(text[:n]) == taken)
            yield start, left
            if taken.endswith("لل"):
                yield start, f"ال{left}"


def goes_on(name: str, after: str) -> bool:
    """Whether letters after a name, without a gap, make another word of it.

    Args:
        name: as written.
        after: the text after it.
    """
    if after[:1] == "":
        return False
    script = script_of(name)
    if script == "HANGUL" and len(name) < _SHORTEST:
        return not _particles("korean_endings", "가-힣", 4).match(after)
    if script == "HIRAGANA":
        return not _particles("kana_endings", "ぁ-ゖ", 1).match(after)
    return script == "KATAKANA" and re.match("[ァ-ヺー]", after) is not None


def is_inside(name: str, before: str) -> bool:
    """Whether a name is only the end of a longer word of its script.

    Args:
        name: as written.
        before: the text before it.
    """
    script = script_of(name)
    if script == "HIRAGANA":
        return re.search("[ぁ-ゖ]$", before) is not None and before[-1] not in "はがをにのともでや"
    return script == "KATAKANA" and re.search("[ァ-ヺー]$", before) is not None


def is_addressed(name: str, before: str, after: str) -> bool:
    """Whether one character stands where only a name does: 王先生, 小王, 김 과장.

    Args:
        name: as written.
        before: the text before it.
        after: the text after it.
    """
    honorific = forms_data()["addressed"].get(script_of(name))
    if honorific and re.match(rf"[^\S\n]?(?:{honorific})", after):
        return True
    familiar = re.search(r"(?:^|[^一-鿿]|[和跟给给请叫找让问对])[小老阿]$", before)
    return bool(familiar) and not re.match(r"[子国妃孩儿人家师板乡虎鼠姨]", after)


def is_word_too(part: str) -> bool:
    """Whether a name is also a word, in a script without capitals that would tell them apart."""
    return not is_cased(part[:1]) and reads_as_word(part)


def reads_as_word(part: str) -> bool:
    """Whether a name is also a word of some language that is written in its script."""
    return folded(part) in _words(script_of(part))


@cache
def _words(script: str) -> frozenset[str]:
    return frozenset(map(folded, forms_data()["words"].get(script, "").split()))


@cache
def _particles(name: str, letters: str, most: int) -> re.Pattern[str]:
    endings = "|".join(sorted(forms_data()[name], key=len, reverse=True))
    end = f"(?![{letters}])"
    # Kana go on with anything after a particle, Korean words end with the last of theirs.
    return re.compile(f"(?:{endings})|{end}" if most == 1 else f"(?:{endings}){{0,{most}}}{end}")
