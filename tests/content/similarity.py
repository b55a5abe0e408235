"""How alike two written texts are: shared sentences, shared word runs, shingles and skeletons.

A text is what one file says to people, as ``{field: text}``. Two texts made from one template
share sentences or long runs of words; if every content word was swapped they still share their
*skeleton*, the order of the little words that hold sentences together.
"""

import re
from collections.abc import Mapping

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_SENTENCE_END = re.compile(r"(?<=[.!?:;…])[\"'”’)]*\s+|\n+")
_LITTLE_WORDS = frozenset(
    _WORD.findall(
        """a about after again all also am an and any are as at be because been before but by can
        could did do does down each else even every few for from had has have he her
        here hers him his how i if in into is it its just last let like made make many
        may me might more most much must my next no nor not now of off on once one
        only or other our out over own please said same say says she should since so
        some still such than that the their them then there these they this those
        through to too under until up us very was we were what when where which while
        who whom whose why will with within without would yet you your yours"""
    )
)


def words(text: str) -> list[str]:
    """Split ``text`` into lower-case words, with straight apostrophes."""
    return [word.lower().replace("’", "'") for word in _WORD.findall(text)]


def sentences(text: str, *, min_words: int = 5) -> set[str]:
    """Collect the sentences of at least ``min_words`` words, free of case and punctuation."""
    split = (words(" ".join(part.split())) for part in _SENTENCE_END.split(text))
    return {" ".join(sentence) for sentence in split if len(sentence) >= min_words}


def shared_sentences(
    a: Mapping[str, str], b: Mapping[str, str], *, min_words: int = 5
) -> list[str]:
    """List the sentences that stand in any field of ``a`` and in any field of ``b``."""
    found = [
        set().union(*(sentences(text, min_words=min_words) for text in side.values()))
        for side in (a, b)
    ]
    return sorted(found[0] & found[1])


def shared_ngrams(a: Mapping[str, str], b: Mapping[str, str], *, n: int = 7) -> list[str]:
    """List the runs of ``n`` words that stand in both; no run crosses from field to field."""
    found = [set().union(*(ngrams(words(text), n) for text in side.values())) for side in (a, b)]
    return sorted(" ".join(gram) for gram in found[0] & found[1])


def ngrams(tokens: list[str], n: int) -> set[tuple[str, ...]]:
    """Collect every run of ``n`` tokens."""
    return {tuple(tokens[start : start + n]) for start in range(len(tokens) - n + 1)}


def shingle_similarity(text_a: str, text_b: str, *, n: int = 3) -> float:
    """Share of word runs of length ``n`` that two texts have in common (Jaccard, 0 to 1)."""
    return _jaccard(ngrams(words(text_a), n), ngrams(words(text_b), n))


def skeleton(text: str) -> list[str]:
    """Keep little words and sentence ends, and turn each run of content words into one ``_``."""
    bones: list[str] = []
    for sentence in _SENTENCE_END.split(text):
        for word in words(sentence):
            bone = word if word in _LITTLE_WORDS else "_"
            if bone != "_" or bones[-1:] != ["_"]:
                bones.append(bone)
        bones.append(".")
    return bones


def skeleton_similarity(text_a: str, text_b: str, *, n: int = 7) -> float:
    """Share of skeleton runs of length ``n`` in common: high when only content was swapped."""
    return _jaccard(ngrams(skeleton(text_a), n), ngrams(skeleton(text_b), n))


def _jaccard(a: set[tuple[str, ...]], b: set[tuple[str, ...]]) -> float:
    union = a | b
    return len(a & b) / len(union) if union else 0.0
