"""The file of a draft: YAML a person can go on with, which reads back to the very same text."""

import json
import re
import textwrap
from collections.abc import Sequence

from toolkit.design import Persona, Scenario
from toolkit.record import Turn

OTHER_PERSONA = "todo-another-persona"
"""Stands for the personas to compare with until somebody names them."""
_WIDTH = 96
_ODD_SPACE = re.compile(r"^[ \n]|[ \n]$|  |\t|[ ]\n|\n[ ]")
"""White space that a folded block would not give back as it was."""


def field(key: str, text: str, indent: int) -> list[str]:
    """Write ``key: text`` so that it can be edited: folded, or quoted where folding would harm.

    Args:
        key: with its dash, if it begins an entry.
        text: any text without characters that nobody can see.
        indent: of the key; the text goes four deeper.
    """
    margin = " " * indent
    if text == _TODO:
        return [f"{margin}{key}: {text}"]
    if not text.strip() or _ODD_SPACE.search(text):
        return [f"{margin}{key}: {json.dumps(text, ensure_ascii=False)}"]
    inner = margin + "    "
    lines = [f"{margin}{key}: >-"]
    for number, paragraph in enumerate(text.split("\n")):
        # In a folded block an empty line stands for one line break.
        lines += [""] * (number > 0)
        lines += textwrap.wrap(
            paragraph,
            _WIDTH,
            initial_indent=inner,
            subsequent_indent=inner,
            break_long_words=False,
            break_on_hyphens=False,
        )
    return lines


def draft_file(
    identifier: str,
    turn: Turn,
    persona: Persona,
    scenario: Scenario,
    prompt: Sequence[tuple[str, str]],
) -> str:
    """Put a whole draft together.

    Args:
        identifier: of the contrast.
        turn: the answer it was lifted from.
        persona: whose voice is the reference.
        scenario: the situation.
        prompt: role and text of each message.
    """
    states = any(slot in text for _, text in prompt for slot in ("{identity}", "{noun}", "{place}"))
    lines = [
        *("# yaml-language-server: $schema=../schema/contrast.json", "#"),
        *(f"# {line}" for line in _HEAD),
        f"id: {identifier}",
        "title: TODO one line that says what is compared",
        f"scenario: {scenario.id}",
        "origin: lead",
        f"cueing: {'explicit' if states else 'implicit'}",
        f"reference: {persona.id}",
        "lead:",
        f"  session_id: {json.dumps(turn.session_id)}",
        f"  turn_id: {json.dumps(turn.turn_id)}",
        *("personas:", f"  - {persona.id}", f"  - {OTHER_PERSONA}"),
        *("prompt:", *_messages(prompt)),
    ]
    todo = [(role, _TODO if role == "user" else text) for role, text in prompt]
    return "\n".join([*lines, "paraphrase:", *_messages(todo)]) + "\n"


_HEAD = (
    "Lifted from an answer that a tester flagged. personas/README.md shows how to finish it: read",
    "the prompt aloud, settle what the draft asked, name the personas to compare with, and write",
    "the paraphrase. `parallax check` lists what is still to be done.",
)
_TODO = "TODO the same message in other words, with the same slots"


def _messages(prompt: Sequence[tuple[str, str]]) -> list[str]:
    lines: list[str] = []
    for role, text in prompt:
        other = [f"  - role: {role}", *field("text", text, 4)]
        lines += field("- text", text, 2) if role == "user" else other
    return lines
