"""The file of a draft: YAML a person can go on with, which reads back to the very same text."""

import json
import re
import textwrap
from collections.abc import Mapping, Sequence

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
    *,
    head: Sequence[str],
    plain: Mapping[str, str],
    lead: Mapping[str, str],
    personas: Sequence[str],
    prompt: Sequence[tuple[str, str]],
) -> str:
    """Put a whole draft together.

    Args:
        head: comment lines for whoever goes on with it.
        plain: the fields of one short value, in order.
        lead: session and turn it was lifted from.
        personas: ids.
        prompt: role and text of each message.
    """
    lines = ["# yaml-language-server: $schema=../schema/contrast.json", "#"]
    lines += [f"# {line}".rstrip() for line in head]
    lines += [f"{key}: {value}" for key, value in plain.items()]
    lines += ["lead:", *(f"  {key}: {json.dumps(value)}" for key, value in lead.items())]
    lines += ["personas:", *(f"  - {name}" for name in personas)]
    lines += ["prompt:", *_messages(prompt)]
    todo = [(role, _TODO if role == "user" else text) for role, text in prompt]
    lines += ["paraphrase:", *_messages(todo)]
    return "\n".join(lines) + "\n"


_TODO = "TODO the same message in other words, with the same slots"


def _messages(prompt: Sequence[tuple[str, str]]) -> list[str]:
    lines: list[str] = []
    for role, text in prompt:
        if role != "user":
            lines += [f"  - role: {role}", *_text("text", text, 4)]
        else:
            lines += _text("- text", text, 2)
    return lines


def _text(key: str, text: str, indent: int) -> list[str]:
    if text == _TODO:
        return [f"{' ' * indent}{key}: {text}"]
    return field(key, text, indent)
