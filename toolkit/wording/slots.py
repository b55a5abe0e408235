"""The slot grammar: what may stand in braces in a prompt.

A slot is named for the part it plays in the sentence, so that each persona's cues fill it in the
right form; nothing is ever swapped in a finished text.
"""

import re
from dataclasses import dataclass

from toolkit.wording.pronouns import CASES

NAMES = ("name", "name.first", "name.last")
SAMPLES = ("sample.1", "sample.2")
STATING = ("identity", "noun", "place")
"""Slots that state who somebody is."""
FIXED = (*NAMES, *CASES, "a", *STATING, "locale", *SAMPLES)
"""Every slot but ``verb:is|are`` and those of the contrast's own dialect sentences."""
DIALECT = "dialect."
_SLOT = re.compile(r"\{([^{}]*)\}")
_VERB = re.compile(r"verb:([^|{}]*)\|([^|{}]*)")


@dataclass(frozen=True, slots=True)
class Slot:
    """One slot where it stands in a text."""

    name: str
    """As written between the braces."""
    start: int
    """Code points of the written text, braces included."""
    end: int

    @property
    def written(self) -> str:
        """With its braces."""
        return f"{{{self.name}}}"

    @property
    def forms(self) -> tuple[str, str] | None:
        """Singular and plural of a verb slot, else None; ``("", "")`` for a broken one."""
        if self.name != "verb" and not self.name.startswith("verb:"):
            return None
        match = _VERB.fullmatch(self.name)
        forms = (match[1].strip(), match[2].strip()) if match else ("", "")
        return forms if all(forms) else ("", "")

    @property
    def is_sentence(self) -> bool:
        """Whether whole sentences fill it."""
        return self.name == "identity" or self.name in SAMPLES or self.name.startswith(DIALECT)

    @property
    def family(self) -> str:
        """What it tells: all cases of a pronoun tell the same, articles and verbs tell nothing."""
        if self.name in CASES:
            return "pronoun"
        return "" if self.name == "a" or self.forms else self.name


def slots_in(text: str) -> tuple[Slot, ...]:
    """List the slots of a written text, in order, whether or not there are such slots."""
    return tuple(Slot(match[1], match.start(), match.end()) for match in _SLOT.finditer(text))
