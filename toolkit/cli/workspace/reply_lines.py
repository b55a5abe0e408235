"""What ``run`` and ``status`` say of the replies so far: failures by persona, repeats, changes."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    # For its type alone: most commands that look a study up read no record.
    from toolkit.record import ReplyTally

_MOST = 8
"""Personas or words named; of the others it is said how many."""
_NAMES = {"model": "models", "region": "regions or providers", "fingerprint": "system fingerprints"}


def reply_lines(tally: "ReplyTally") -> list[str]:
    """Say what a count alone hides.

    Args:
        tally: of the replies of a freeze.
    """
    return [*_failures(tally), *_repeats(tally), *_reported(tally)]


def _failures(tally: "ReplyTally") -> Iterator[str]:
    """Failures by persona and arm: one persona alone is a finding and no noise."""
    words: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for one, count in tally.failures.items():
        words[one.persona_id, one.arm][one.word] += count
    ranked = sorted(words.items(), key=lambda pair: (-pair[1].total(), pair[0]))
    for (persona, arm), counted in ranked[:_MOST]:
        sent = tally.sent[persona, arm]
        why = _listed(counted)
        yield f"No answer for {persona} ({arm}): {counted.total():,} of {sent:,} ({why})"
    if more := ranked[_MOST:]:
        yield f"No answer for {len(more)} more personas: {sum(one.total() for _, one in more):,}"


def _repeats(tally: "ReplyTally") -> Iterator[str]:
    if tally.repeated:
        yield (
            f"{tally.repeated:,} of {tally.repeatable:,} replies to a prompt sent before repeat an "
            "earlier reply letter for letter: a cache or temperature 0. They are one observation."
        )


def _reported(tally: "ReplyTally") -> Iterator[str]:
    for alias, kinds in sorted(tally.reported.items()):
        for name, counted in kinds.items():
            if len(counted) > 1:
                yield f"{alias} reported {len(counted)} {_NAMES[name]}: {_listed(counted)}"


def _listed(counted: Counter[str]) -> str:
    named = [f"{word[:60]!a} {count:,}" for word, count in counted.most_common(_MOST)]
    more = len(counted) - _MOST
    return ", ".join([*named, *([f"{more} more"] if more > 0 else [])])
