"""Thoughts of a reasoning model, kept apart from the text that it says.

Servers put them into a field of their own, or into the text between tags; some send the closing
tag only, because the opening one belongs to their prompt, and some are cut off inside.
"""

import re

_TAGS = {
    "<think>": "</think>",
    "<thinking>": "</thinking>",
    "<thought>": "</thought>",
    "<thoughts>": "</thoughts>",
    "<reasoning>": "</reasoning>",
    "<seed:think>": "</seed:think>",
    "<|thinking|>": "<|/thinking|>",
    "<|start_thinking|>": "<|end_thinking|>",
    "<|begin_of_thought|>": "<|end_of_thought|>",
    "<|channel|>analysis<|message|>": "<|channel|>final<|message|>",
    "◁think▷": "◁/think▷",
    "[think]": "[/think]",
}
_LONGEST = max(map(len, (*_TAGS, *_TAGS.values())))
_BEGUN = {tag[:cut] for pair in _TAGS.items() for tag in pair for cut in range(1, len(tag))}
_QUOTES = ("`", "'", '"')
_CLOSING = {closing: opening for opening, closing in _TAGS.items()}
# A tag right after a quotation mark is spoken about and not used.
_TAG = re.compile(
    "(?<![`'\"])(?:" + "|".join(map(re.escape, (*_TAGS, *_CLOSING))) + ")",
    re.IGNORECASE | re.ASCII,
)
_SIGNS = re.compile(r"[<\[◁]")


class ThoughtSplitter:
    """Takes the text of an answer as it comes, in pieces cut anywhere, and keeps thoughts apart.

    Args:
        begun: the tag of a block that is taken to be open from the start, because the server's
            last answer closed one that it never opened; empty for none.

    Attributes:
        unopened: the tag of a block that was closed and never opened; empty if there was none.
    """

    def __init__(self, begun: str = "") -> None:
        self.unopened = begun
        self._said: list[str] = []
        self._thoughts: list[str] = []
        self._held = ""
        self._open = begun
        """The tag whose block is open; empty outside."""
        self._tag = ""
        """The same as it was written."""
        self._inside: list[str] = []
        self._at_line_start = False
        self._met = self._closed = False

    @property
    def text(self) -> str:
        """What is said so far, without thoughts."""
        return "".join(self._said)

    @property
    def thoughts(self) -> str:
        """What was thought so far."""
        return "".join(self._thoughts)

    def think(self, thought: str) -> None:
        """Add what the server itself marks as a thought."""
        if thought:
            self._thoughts.append(thought)

    def take(self, piece: str) -> str:
        """Add a piece and return what is now said for certain, often all of it.

        A closing tag without an opening one makes thoughts of what was said before it, which then
        is no longer part of ``text``.
        """
        plain = self._said and not (self._held or self._met or _SIGNS.search(piece))
        if plain and not piece.endswith(_QUOTES):
            return self._say(piece)
        self._held += piece
        return self._split(last=False)

    def end(self) -> str:
        """Return what was held back because a tag could have begun there."""
        held = self._held.strip().lower()
        if not self._said and len(held) > 1 and held in _BEGUN:
            # Broken off in the middle of an opening tag.
            self.think(self._held)
            self._held = ""
        said = self._split(last=True)
        if self._open and not (self._at_line_start or self._closed):
            # A tag in the middle of a line that nothing closes is a word like others.
            said += self._say("".join((self._tag, *self._inside)))
            self._inside.clear()
        self._shut()
        return said

    def _split(self, *, last: bool) -> str:
        said = ""
        self._begin_in_full()
        while found := self._next_tag():
            before, after = self._held[: found.start()], self._held[found.end() :]
            if self._open:
                self._inside.append(before)
                self._shut()
            elif found[0].lower() in _TAGS:
                said += self._say(before) if self._said or before.strip() else ""
                self._opened(found[0])
            elif not self._closed or after.strip():
                self._all_thought(before)
                self.unopened, said = _CLOSING[found[0].lower()], ""
            elif last:
                said += self._say(before)
            else:
                # Whether text follows decides what came before a stray tag.
                return said
            self._held, self._met = after, True
        return said + self._rest(0 if last else self._could_begin())

    def _begin_in_full(self) -> None:
        """Let a block that was taken to be open begin with its tag after all."""
        taken = self._open and not self._tag and not "".join(self._inside).strip()
        held = self._held.lstrip()
        if taken and held.lower().startswith(self._open):
            self._held, self._tag, self._inside = held[len(self._open) :], self._open, []

    def _rest(self, kept: int) -> str:
        cut = len(self._held) - kept
        rest, self._held = self._held[:cut], self._held[cut:]
        if self._open:
            self._inside.append(rest)
            return ""
        return self._say(rest)

    def _next_tag(self) -> re.Match[str] | None:
        closing = _TAGS.get(self._open)
        tags = _TAG.finditer(self._held)
        return next((one for one in tags if not closing or one[0].lower() == closing), None)

    def _opened(self, tag: str) -> None:
        before = self.text
        self._at_line_start = not before.strip() or before.endswith("\n")
        self._open, self._tag = tag.lower(), tag

    def _shut(self) -> None:
        """End the open block, if there is one."""
        self._closed = self._closed or bool(self._open)
        self._thoughts += self._inside
        self._inside, self._open, self._tag = [], "", ""

    def _all_thought(self, before: str) -> None:
        """Make thoughts of all that came before a closing tag without an opening one."""
        self._say(before)
        self._thoughts += self._said
        self._said = []
        self._closed = True

    def _could_begin(self) -> int:
        """How many characters at the end could still turn out to belong to a tag."""
        tail = self._held[-_LONGEST:].lower()
        begun = next((cut for cut in range(len(tail), 0, -1) if tail[-cut:] in _BEGUN), 0)
        kept = begun + self._held[: len(self._held) - begun].endswith(_QUOTES)
        blank = not self._held[: len(self._held) - kept].strip()
        # Blank lines between thoughts and the answer belong to neither.
        return len(self._held) if blank and not (self._open or self._said) else kept

    def _say(self, piece: str) -> str:
        if self._met and not self._said:
            piece = piece.lstrip()
        if piece:
            self._said.append(piece)
        return piece
