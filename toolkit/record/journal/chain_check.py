"""Verification of hash chains: recompute each link and say where one does not hold.

What this cannot see, because nothing after it is left to disagree: the newest entries of a chain
cut off, a whole chain removed, or a chain rewritten from some point to its end by somebody who
recomputed every hash. Those need a signed checkpoint of the chains' ends kept elsewhere.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from toolkit.record.journal.entry import FIRST, link_hash


@dataclass(frozen=True, slots=True)
class Problem:
    """One place where a chain does not hold."""

    chain: str
    position: int
    expected: str
    found: str

    def __str__(self) -> str:
        return (
            f"chain {self.chain}, position {self.position}: expected {self.expected}, found "
            f"{self.found}"
        )


@dataclass(frozen=True, slots=True)
class Verification:
    """What was looked at, and every problem found."""

    chains: int
    entries: int
    problems: tuple[Problem, ...]
    faults: tuple[str, ...] = ()
    """What the database says against itself, and what was kept and is missing, in sentences."""

    @property
    def ok(self) -> bool:
        """True when every link of every chain holds, and nothing else is known to be wrong."""
        return not self.problems and not self.faults


def verify_chains(stored: Iterable[Mapping[str, Any]]) -> Verification:
    """Check entries, each with its body as the text it was hashed as, by chain and position."""
    chains = entries = position = 0
    chain: str | None = None
    previous = FIRST
    problems: list[Problem] = []
    for entry in stored:
        if entry["chain"] != chain:
            chain, position, previous = entry["chain"], 0, FIRST
            chains += 1
        entries += 1
        differing = _differing(entry, position, previous)
        problems += [Problem(entry["chain"], entry["position"], *one) for one in differing]
        # Going on from what was found reports each break once, not once for every later entry.
        position, previous = entry["position"] + 1, entry["hash"]
    return Verification(chains, entries, tuple(problems))


def _differing(entry: Mapping[str, Any], position: int, previous: str) -> Iterator[tuple[str, str]]:
    """What was expected and what was found, where they differ."""
    if entry["position"] != position:
        yield f"position {position} next", f"position {entry['position']}"
    if entry["previous"] != previous:
        yield f"a link to {_hash(previous)}", f"a link to {_hash(entry['previous'])}"
    computed = link_hash(entry["body"], entry)
    if entry["hash"] != computed:
        changed = f"{entry['kind']} {entry['event_id']} was changed"
        yield (
            f"content with the hash {_hash(entry['hash'])}",
            f"content with the hash {_hash(computed)} ({changed})",
        )


def _hash(text: str) -> str:
    return text[:19] + "…" if text else "nothing (the start of a chain)"
