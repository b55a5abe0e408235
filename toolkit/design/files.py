"""Strict YAML, the one door to it: small, and every scalar stays the text it is.

``NO`` is not false here and ``01234`` is not 668; the schemas decide later what is a number.
Aliases, anchors, tags, directives, duplicate keys and second documents are refused, so what a
person sees in the file is what the study holds. The parser's events are read one by one, and no
deeper than ``MAX_DEPTH``: hostile input meets that limit, never Python's.
"""

import os
import re
import stat
from collections.abc import Container, Iterable, Iterator
from pathlib import Path

import yaml

from toolkit.design.document import Document, FieldPath, dotted, shorten, shown
from toolkit.errors import Complaint

MAX_BYTES = 256 * 1024
MAX_DEPTH = 12
MAX_VALUES = 5_000
SCHEMA_LINE = "# yaml-language-server: $schema=../schema/{noun}.json"

# U+0085, U+2028 and U+2029 break lines for YAML and for few editors: line numbers would lie.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]"
)

_SYNTAX = (
    ("'\\t' that cannot start", "a tab", "spaces for indentation"),
    ("that cannot start any token", "a text with a reserved first character", "quotes around it"),
    (
        "mapping values are not allowed",
        "a ':' where no field can begin",
        "quotes around a text that holds ': ', or the indentation of the lines around it",
    ),
    ("unexpected end of stream", "a quote that is never closed", "a closing quote"),
    ("could not find expected ':'", "a line without ':'", "'field: value'"),
    ("unknown escape", "an unknown escape after '\\'", "single quotes around such a text"),
    ("expected <block end>", "a line that fits nothing above it", "the indentation of its peers"),
    ("expected ','", "a bracket that is never closed", "a closing bracket, or no brackets"),
)
"""What a parser's complaint holds, and how we say it: what was got, what is wanted."""

_FROM_THE_START = ("unexpected end of stream", "could not find expected ':'", "expected ','")
"""Mistakes that are noticed long after the line that holds them."""


class UnreadableFile(Exception):
    """Reading cannot go on; its one argument is the complaint that says why."""


def read_document(path: Path, *, file: str, noun: str, standalone: bool = False) -> Document:
    """Read one file people wrote, with everything that is wrong with it as YAML.

    Args:
        path: the file.
        file: how complaints name it.
        noun: ``persona``, ``scenario`` or ``study``; line 1 must name its schema.
        standalone: belongs to no workspace, so there is no schema to name.
    """
    try:
        text = _decode(_read_bytes(path, file), file)
        builder = _Builder(file, has_template=not standalone)
        if not standalone:
            builder.check_first_line(text, noun)
        value = builder.build(text, noun)
    except UnreadableFile as error:
        return Document(file, None, complaints=error.args)
    complaints = tuple(sorted(builder.complaints, key=lambda complaint: complaint.line))
    return Document(file, value, builder.lines, frozenset(builder.unread), complaints)


def _read_bytes(path: Path, file: str) -> bytes:
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    try:
        _refuse_special(os.lstat(path).st_mode, file)
        descriptor = os.open(path, flags)
        with os.fdopen(descriptor, "rb") as stream:
            status = os.fstat(descriptor)
            _refuse_special(status.st_mode, file)
            content = stream.read(MAX_BYTES + 1)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise _stop(file, f"a file that cannot be read ({reason})", "a readable file") from None
    if len(content) > MAX_BYTES:
        size = max(status.st_size, len(content))
        raise _stop(file, f"{size:,} bytes", f"at most {MAX_BYTES:,} bytes", "Shorten the texts.")
    return content


def _refuse_special(mode: int, file: str) -> None:
    if stat.S_ISLNK(mode):
        hint = "Replace the link by a copy of what it points to."
        raise _stop(file, "a symbolic link", "a regular file", hint)
    if not stat.S_ISREG(mode):
        what = "a folder" if stat.S_ISDIR(mode) else "a device, pipe or socket"
        raise _stop(file, what, "a regular file", "Move it elsewhere.")


def _decode(content: bytes, file: str) -> str:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        hint = "Save the file as UTF-8."
        raise _stop(file, "bytes that are not UTF-8", "UTF-8 text", hint, line=line) from None
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if odd := _INVISIBLE.search(text):
        line = text.count("\n", 0, odd.start()) + 1
        got = f"the invisible character U+{ord(odd.group()):04X}"
        raise _stop(file, got, "text that can be seen", "Delete it.", line=line)
    return text


def _stop(file: str, got: str, wanted: str, hint: str = "", *, line: int = 0) -> UnreadableFile:
    return UnreadableFile(Complaint(file, line, "", got, wanted, hint))


def _line(event: yaml.Event) -> int:
    # Only the end of the stream may come without a mark, and it is never complained about.
    return event.start_mark.line + 1 if event.start_mark else 0


class _Builder:
    """Turns YAML events into dicts, lists and texts."""

    def __init__(self, file: str, *, has_template: bool = True) -> None:
        self.file = file
        self._has_template = has_template
        self.complaints: list[Complaint] = []
        self.lines: dict[FieldPath, int] = {}
        self.unread: set[FieldPath] = set()
        self._said: set[str] = set()
        self._events: Iterator[yaml.Event] = iter(())

    def check_first_line(self, text: str, noun: str) -> None:
        wanted = SCHEMA_LINE.format(noun=noun)
        first = text.partition("\n")[0].strip()
        if first != wanted:
            hint = "With it, editors complete fields and check them as you type."
            self._complain(1, shown(first), f"the line {wanted!r}", hint)

    def build(self, text: str, noun: str) -> dict[str, object]:
        top: object = ""
        documents = 0
        self._events = self._few(yaml.parse(text, Loader=yaml.SafeLoader))
        try:
            for event in self._events:
                if isinstance(event, yaml.DocumentStartEvent):
                    documents += 1
                    self._check_document(event, documents)
                elif isinstance(event, yaml.NodeEvent):
                    top = self._node(event, ())
        except yaml.MarkedYAMLError as error:
            raise self._syntax(error) from None
        if top == "":
            template = f"Start from a template with `parallax new {noun}`."
            hint = template if self._has_template else ""
            raise _stop(self.file, "an empty file", f"the fields of a {noun}", hint)
        if not isinstance(top, dict):
            wanted = f"the fields of a {noun}, each as 'field: value'"
            raise _stop(self.file, shown(top), wanted)
        return top

    def _few(self, events: Iterable[yaml.Event]) -> Iterator[yaml.Event]:
        for number, event in enumerate(events):
            if number > MAX_VALUES:
                got = f"more than {MAX_VALUES:,} values"
                raise self._stop(event, got, "a file one can read", "Shorten it.")
            yield event

    def _check_document(self, event: yaml.DocumentStartEvent, number: int) -> None:
        if number > 1:
            hint = "Give each its own file."
            raise self._stop(event, "a second document", "one document a file", hint)
        if event.version or event.tags:
            self._complain(_line(event), "a '%' directive", "plain YAML", "Delete the line.")

    def _node(self, event: yaml.Event, place: FieldPath) -> object:
        """Read a value whose first event was taken."""
        self._check_node(event)
        if isinstance(event, yaml.AliasEvent):
            self.unread.add(place)
            return ""
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event)
        if len(place) == MAX_DEPTH:
            got = f"more than {MAX_DEPTH} levels of nesting"
            raise self._stop(event, got, f"at most {MAX_DEPTH}", "Flatten it.")
        return self._list(place) if isinstance(event, yaml.SequenceStartEvent) else self._map(place)

    def _list(self, place: FieldPath) -> list[object]:
        found: list[object] = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            here = (*place, len(found))
            self.lines[here] = _line(event)
            found.append(self._node(event, here))
        return found

    def _map(self, place: FieldPath) -> dict[str, object]:
        found: dict[str, object] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            key, twice = self._read_key(event, place, found)
            # The first value stands; a second is read under a name nobody can look up.
            value = self._node(next(self._events), (*place, f"{key}\0" if twice else key))
            if not twice:
                found[key] = value
        return found

    def _check_node(self, event: yaml.Event) -> None:
        anchor = shorten(getattr(event, "anchor", None) or "", 40)
        if isinstance(event, yaml.AliasEvent):
            self._once("alias", event, f"the alias '*{anchor}'")
        elif anchor:
            self._once("anchor", event, f"the anchor '&{anchor}'")
        if (tag := getattr(event, "tag", None)) is not None:
            self._once("tag", event, f"the tag {shown(tag)}")

    def _once(self, kind: str, event: yaml.Event, got: str) -> None:
        # A file full of aliases is one mistake, not a thousand.
        if kind not in self._said:
            self._said.add(kind)
            self._complain(_line(event), got, "the text itself", "Write it out in full.")

    def _read_key(
        self, event: yaml.Event, place: FieldPath, found: Container[str]
    ) -> tuple[str, bool]:
        """Read a field's name, and whether it stood in the file before."""
        self._check_node(event)
        if not isinstance(event, yaml.ScalarEvent):
            raise self._stop(event, "a field name that is not plain text", "a name")
        line = _line(event)
        key = self._scalar(event)
        if twice := key in found:
            hint = f"It is already on line {self.lines[*place, key]}; keep one of the two."
            got, wanted = f"{shown(key)} a second time", "each field once"
            self._complain(line, got, wanted, hint, (*place, key))
        else:
            self.lines[*place, key] = line
        return key, twice

    def _scalar(self, event: yaml.ScalarEvent) -> str:
        text = str(event.value)
        if odd := _INVISIBLE.search(text):
            got = f"an escape for the invisible character U+{ord(odd.group()):04X}"
            raise self._stop(event, got, "text that can be seen", "Delete it.")
        return text

    def _stop(self, event: yaml.Event, got: str, wanted: str, hint: str = "") -> UnreadableFile:
        return _stop(self.file, got, wanted, hint, line=_line(event))

    def _complain(
        self, line: int, got: str, wanted: str, hint: str = "", place: FieldPath = ()
    ) -> None:
        self.complaints.append(Complaint(self.file, line, dotted(place), got, wanted, hint))

    def _syntax(self, error: yaml.MarkedYAMLError) -> UnreadableFile:
        problem = error.problem or ""
        mark = error.problem_mark
        if any(part in problem for part in _FROM_THE_START):
            mark = error.context_mark or mark
        line = mark.line + 1 if mark else 0
        for part, got, wanted in _SYNTAX:
            if part in problem:
                return _stop(self.file, got, wanted, line=line)
        return _stop(self.file, "a line that is not YAML", "'field: value'", line=line)
