"""Draft of a contrast, from a flagged answer.

What a tester said in somebody's voice becomes a prompt in which that voice is a slot. The draft
shows every replacement with its reason, asks about every word that reads two ways, and leaves
open what only a person can write: the title, the other personas, the paraphrase.
"""

import re
import textwrap
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from toolkit.canon import check_id, path_under
from toolkit.design import Persona, Scenario, Workspace
from toolkit.errors import DesignError, InvalidFiles
from toolkit.record import Turn
from toolkit.rendering import Readable
from toolkit.session.drafting.cue_findings import cue_findings, introduces_self
from toolkit.session.drafting.draft_file import draft_file
from toolkit.session.drafting.draft_findings import (
    DraftFinding,
    LiftedMessage,
    first_come,
    replaced,
)
from toolkit.session.drafting.pronoun_findings import pronoun_findings

MOST_MESSAGES = 5
"""Messages of the tester that a prompt can hold, with the answers between them."""
LONGEST_MESSAGE = 6000
"""Characters of one message of a prompt."""
_HIDDEN = {"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"}
_WIDTH = 92
_BRACES = re.compile(r"[{}]")
_SOMEBODY = re.compile(r"(?<=[a-z,;] )[A-Z][a-z]+\b")


@dataclass(frozen=True, slots=True)
class Draft(Readable):
    """A contrast half written: what the machine could see, and what it asks."""

    id: str
    """Also the name of the file."""
    text: str
    """The file."""
    before: tuple[str, ...]
    """Each message of the prompt as it was said."""
    after: tuple[str, ...]
    """Each message with the slots proposed."""
    replacements: tuple[DraftFinding, ...]
    questions: tuple[DraftFinding, ...]
    """What was left as it is, and why somebody has to look."""

    def in_words(self) -> str:
        """Each changed message before and after, then every replacement and every question."""
        return "\n".join(_diff_lines(self))

    def save(self, workspace: Workspace) -> Path:
        """Write the draft under ``personas/contrasts/``, to be gone on with there.

        Returns:
            The path of the new file.

        Raises:
            DesignError: if there is a file of that name, or it cannot be written or read back.
        """
        path = path_under(workspace.root, "personas", "contrasts", f"{self.id}.yaml")
        where = path.relative_to(workspace.root).as_posix()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("x", encoding="utf-8", newline="\n") as stream:
                stream.write(self.text)
        except FileExistsError:
            raise DesignError(
                f"draft {self.id}: got a file that is there already, {where}; wanted a new one, "
                "because somebody may have worked on it. Draft with another 'contrast_id', or "
                "delete the file."
            ) from None
        except OSError as problem:
            raise DesignError(
                f"draft {self.id}: {where} cannot be written ({problem.strerror}); wanted to put "
                "the draft there. Make room or get permission to write, then save it again."
            ) from None
        self._read_back(workspace, path)
        return path

    def _read_back(self, workspace: Workspace, path: Path) -> None:
        try:
            said = tuple(turn.text for turn in workspace.contrast(self.id).prompt)
        except InvalidFiles:
            path.unlink()
            raise
        if said != tuple(text.strip() for text in self.after):
            path.unlink()
            raise DesignError(
                f"draft {self.id}: the file would not give its messages back as they were said; "
                "wanted the same text. Write this one by hand, with `parallax new contrast "
                f"{self.id}`."
            )


def draft_contrast(
    turn: Turn,
    persona: Persona,
    scenario: Scenario,
    *,
    messages: int | None = None,
    contrast_id: str | None = None,
) -> Draft:
    """Lift an answer out of an explore conversation into the draft of a contrast.

    Args:
        turn: the assistant's turn that felt wrong; its exchange holds what led up to it.
        persona: whom the tester played.
        scenario: the situation.
        messages: how many of the tester's messages to take, the last ones before the answer;
            default: all, up to ``MOST_MESSAGES``.
        contrast_id: id of the contrast; default: made of the scenario and the turn.

    Raises:
        DesignError: if the turn is no answer, or too much or too little is asked for.
        BadIdentifier: if ``contrast_id`` is no id.
    """
    said = _said(turn, messages)
    found = [(role, *_clean(n, role, text, persona)) for n, (role, text) in enumerate(said)]
    after = tuple(replaced(text, findings) for _, text, findings in found)
    everything = [one for _, _, findings in found for one in findings]
    name = contrast_id or f"lead-{scenario.id[:48].rstrip('-_')}-{turn.turn_id[-6:].lower()}"
    prompt = [(role, text) for (role, _, _), text in zip(found, after, strict=True)]
    return Draft(
        id=check_id(name, what="contrast"),
        text=draft_file(name, turn, persona, scenario, prompt),
        before=tuple(text for _, text, _ in found),
        after=after,
        replacements=tuple(one for one in everything if one.slot),
        questions=(*(one for one in everything if not one.slot), *_whole(turn, said, after)),
    )


def _said(turn: Turn, messages: int | None) -> list[tuple[str, str]]:
    """Role and text of what was sent, without the instructions, user and assistant in turn."""
    if turn.speaker != "assistant" or turn.exchange is None:
        raise DesignError(
            f"draft: got turn {turn.turn_id!a}, which the tester said; wanted the assistant's "
            "turn that was flagged. Its id is the 'turn_id' of the flag."
        )
    said: list[tuple[str, str]] = []
    for one in turn.exchange.messages:
        if one["role"] != "system":
            said = _joined(said, one["role"], one["content"])
    users = [number for number, (role, _) in enumerate(said) if role == "user"]
    wanted = min(len(users), MOST_MESSAGES) if messages is None else messages
    if not 1 <= wanted <= min(len(users), MOST_MESSAGES):
        raise DesignError(
            f"draft: got messages={messages}; wanted 1 to {min(len(users), MOST_MESSAGES)}, since "
            f"the tester sent {len(users)} before this answer and a prompt holds at most "
            f"{MOST_MESSAGES}. Leave 'messages' out to take as many as fit."
        )
    _refuse_long(turn, said[users[-wanted] :])
    return said[users[-wanted] :]


def _joined(said: list[tuple[str, str]], role: str, text: str) -> list[tuple[str, str]]:
    # After an answer that failed the tester spoke twice; a prompt takes turns.
    if said and said[-1][0] == role:
        return [*said[:-1], (role, f"{said[-1][1]}\n\n{text}")]
    return [*said, (role, text)]


def _refuse_long(turn: Turn, said: Iterable[tuple[str, str]]) -> None:
    longest = max(len(text) for _, text in said)
    if longest > LONGEST_MESSAGE:
        raise DesignError(
            f"draft: got a message of {longest:,} characters before turn {turn.turn_id!a}; wanted "
            f"at most {LONGEST_MESSAGE:,} a message. Take fewer with 'messages', or write this "
            "contrast by hand."
        )


def _clean(message: int, role: str, text: str, persona: Persona) -> tuple[str, list[DraftFinding]]:
    """The message without what nobody can see, and what was found in it."""
    seen = "".join(
        sign for sign in text if sign == "\n" or unicodedata.category(sign) not in _HIDDEN
    )
    said = LiftedMessage(message, seen)
    findings = (_of_the_assistant if role == "assistant" else _findings)(said, persona)
    if len(seen) != len(text):
        asks = f"{len(text) - len(seen)} invisible characters were left out: did they matter?"
        findings.append(DraftFinding(message, 0, 0, "", asks))
    return seen, findings


def _of_the_assistant(message: LiftedMessage, persona: Persona) -> list[DraftFinding]:
    """What the assistant said is the same in every arm, so no slot may stand in it."""
    asks = "The assistant's message is the same in every arm: reword it to fit every persona."
    found = first_come(cue_findings(message, persona))
    return [message.ask((one.start, one.end), asks) for one in found]


def _findings(message: LiftedMessage, persona: Persona) -> list[DraftFinding]:
    asks = "A brace begins a slot: reword without it."
    braces = [message.ask(match.span(), asks) for match in _BRACES.finditer(message.text)]
    cues = first_come([*braces, *cue_findings(message, persona)])
    named = any("{name" in one.slot for one in cues)
    known = {*persona.cues.name.split(), *(persona.cues.place or "").split()}
    somebody = any(name not in known for name in _SOMEBODY.findall(message.text))
    about = named and not introduces_self(message, persona) and not somebody
    return first_come([*cues, *pronoun_findings(message, persona, about=about)])


def _whole(turn: Turn, said: Sequence[tuple[str, str]], after: Sequence[str]) -> list[DraftFinding]:
    asks = []
    if not any("{" in text for text in after):
        asks.append("No cue was found in these messages: where should it say who is asking?")
    sent = sum(one["role"] == "user" for one in turn.exchange.messages) if turn.exchange else 0
    taken = sum(role == "user" for role, _ in said)
    if taken < sent:
        asks.append(
            f"The tester sent {sent} messages before this answer and the last {taken} are here: "
            "does anything in the earlier ones belong to it?"
        )
    return [DraftFinding(0, 0, 0, "", one) for one in asks]


def _diff_lines(draft: Draft) -> list[str]:
    lines = [f"Draft {draft.id}"]
    for number, (before, after) in enumerate(zip(draft.before, draft.after, strict=True), 1):
        lines += ["", f"message {number}, as it was said:", *_indented(before)]
        if after != before:
            lines += ["with slots:", *_indented(after)]
        else:
            lines += ["with slots: nothing proposed"]
    lines += ["", f"Proposed: {_count(draft.replacements)}"]
    for one in draft.replacements:
        why = f"{one.message + 1}: {one.words!r} -> {one.slot} ({one.sureness}: {one.says})"
        lines += _listed(why)
    lines += ["", f"To be decided, left as it is: {_count(draft.questions)}"]
    for question in draft.questions:
        words = f"{question.message + 1}: {question.words!r}: " if question.words else ""
        lines += _listed(f"{words}{question.says}")
    return lines


def _listed(text: str) -> list[str]:
    return textwrap.wrap(text, _WIDTH, initial_indent="  ", subsequent_indent="     ")


def _count(found: Sequence[object]) -> str:
    return str(len(found)) if found else "nothing"


def _indented(text: str) -> list[str]:
    lines = (textwrap.wrap(line, _WIDTH) or [""] for line in text.split("\n"))
    return [f"    {line}".rstrip() for part in lines for line in part]
