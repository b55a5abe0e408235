"""Decision of a model: a yes or no, or a grade, from its first token's log-probabilities.

The words of a sampled answer say which side came up once; the log-probabilities say how likely
each side was. What they leave out is as telling: if much of the probability lies on words that are
no answer to the question, the rest says little, and an analysis leaves such a unit out.
"""

import math
from collections.abc import Sequence

from toolkit.endpoints import TokenChoice
from toolkit.errors import DesignError

_WORD_MARKS = "\u2581\u0120"
"""How SentencePiece and byte-level tokenizers write the space before a word."""


def decide(
    logprobs: Sequence[TokenChoice], words: Sequence[str] = ("Yes", "No")
) -> dict[str, float] | None:
    """Read a decision from ``Answer.logprobs``.

    Tokens are compared without regard to case, to space around them or to a tokenizer's mark for
    it, so ``" yes"`` and ``"YES"`` both count for ``Yes``. A token that is only the beginning of
    a word counts for nothing.

    Args:
        logprobs: what the first token could have been.
        words: the answers asked for: ``("Yes", "No")``, or grades such as ``("1", …, "5")``. Each
            should be one token of the endpoint's tokenizer.

    Returns:
        The probability of each answer word as its first token, in the order asked for; 0 for a
        word that is not among the alternatives the endpoint named. None if it gave no
        log-probabilities.

    Raises:
        DesignError: if there are fewer than two words, or two that read the same.
    """
    sides = _sides(words)
    if not logprobs:
        return None
    masses = dict.fromkeys(words, 0.0)
    for token, logprob in logprobs:
        word = sides.get(_plain(token))
        if word is not None:
            masses[word] += math.exp(logprob)
    return masses


def _sides(words: Sequence[str]) -> dict[str, str]:
    sides = {_plain(word): word for word in words}
    if len(words) > 1 and len(sides) == len(words) and "" not in sides:
        return sides
    raise DesignError(
        f"decision: got the answer words {', '.join(map(ascii, words)) or 'none'}; wanted two or "
        "more that differ in more than case and space. Name each possible answer once, such as "
        "Yes and No."
    )


def _plain(token: str) -> str:
    return token.strip(_WORD_MARKS).strip().casefold()
