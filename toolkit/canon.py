"""Canonical JSON, content hashes, ids and times, shared by every room.

Canonical JSON is ASCII with sorted keys, no spaces and no NaN. Being ASCII it carries U+0000 and
lone surrogates as escapes, so SQLite and PostgreSQL store every text a browser can send without
loss.
"""

import hashlib
import json
import re
import secrets
import time
from datetime import UTC, datetime
from pathlib import Path

from toolkit.errors import BadIdentifier

VERSION = "0.1.0"
"""Version of the toolkit, as every session row keeps it."""
HASH_TAG = "sha256"
_ID = re.compile(r"[a-z][a-z0-9]*(?:[_-][a-z0-9]+)*")
_ID_LENGTH = 64
_DEVICE = re.compile(
    r"\s*(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³])\s*(?:[.:].*)?", re.IGNORECASE
)
"""Names that Windows gives to devices, whatever their ending; no file can be called so."""


def canonical_json(value: object) -> str:
    """Write ``value`` the one way that is hashed and stored.

    Raises:
        ValueError: for NaN or an infinity.
        TypeError: for anything JSON has no word for.
    """
    return json.dumps(
        value, ensure_ascii=True, sort_keys=True, separators=(",", ":"), allow_nan=False
    )


def content_hash(value: object) -> str:
    """Hash ``value`` through its canonical JSON: ``"sha256:"`` and 64 hex digits."""
    return text_hash(canonical_json(value))


def text_hash(text: str) -> str:
    """Hash an ASCII or UTF-8 text, tagged with the algorithm."""
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return f"{HASH_TAG}:{digest}"


def new_id() -> str:
    """Make a UUIDv7 (RFC 9562): random, and sorted by the millisecond it was made in."""
    milliseconds = time.time_ns() // 1_000_000
    value = (milliseconds & ((1 << 48) - 1)) << 80 | secrets.randbits(80)
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    text = f"{value:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def now() -> datetime:
    """Tell the current time, in UTC and aware of it."""
    return datetime.now(UTC)


def timestamp(moment: datetime | None = None) -> str:
    """Write a moment (default: now) as ``2026-01-31T09:30:00.123456Z``.

    Raises:
        ValueError: for a datetime without a time zone.
    """
    moment = moment or now()
    if moment.tzinfo is None:
        raise ValueError("timestamp: got a datetime without a time zone; wanted an aware one")
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def check_id(text: str, *, what: str = "id") -> str:
    """Return ``text`` if it is a well-formed id of a file people write.

    Args:
        text: the id alone, without a folder or an ending.
        what: what it is the id of, as the message calls it: ``persona``.

    Raises:
        BadIdentifier: unless it is 1–64 characters of lower-case ASCII letters and digits in
            words joined by single ``_`` or ``-``, beginning with a letter, and no device of
            Windows such as ``con``.
    """
    if is_device(text):
        raise BadIdentifier(
            f"{what}: got {_shorten(text)}, which is a device of Windows; wanted the name of a "
            "file that every computer can hold. Add a word to it, such as "
            f"{_shorten(text.split('.')[0].strip().lower() + '-1')}."
        )
    if len(text) <= _ID_LENGTH and _ID.fullmatch(text):
        return text
    raise BadIdentifier(
        f"{what}: got {_shorten(text)}; wanted lower-case letters and digits in words joined by "
        f"'-' or '_', starting with a letter, at most {_ID_LENGTH} characters, for example "
        "'amara-okafor'. Give the id alone, without a folder or an ending."
    )


def is_device(name: str) -> bool:
    """Whether Windows takes a name for a device, whatever its case and ending."""
    return _DEVICE.fullmatch(name) is not None


def path_under(root: Path, *parts: str) -> Path:
    """Join ``parts`` below ``root``, refusing whatever could lead elsewhere.

    Args:
        root: an existing or future folder.
        parts: single path components, such as ``"people"`` and ``"amara-okafor.yaml"``.

    Raises:
        BadIdentifier: if a part is empty, absolute, ``..``, holds a separator, or if any existing
            component below ``root`` is a symbolic link.
    """
    path = root
    for part in parts:
        if part in {"", ".", ".."} or any(mark in part for mark in ("/", "\\", "\0", ":")):
            raise BadIdentifier(
                f"path: got {_shorten(part)} as a part below {root.name}/; wanted one plain file "
                "or folder name. Use the name alone."
            )
        if is_device(part) or part.endswith((".", " ")):
            raise BadIdentifier(
                f"path: got {_shorten(part)} as a part below {root.name}/, which Windows takes for "
                "a device or writes without its end; wanted a name that every computer can hold. "
                "Add a word to it."
            )
        path = path / part
        if path.is_symlink():
            raise BadIdentifier(
                f"path: {path.relative_to(root)} below {root.name}/ is a symbolic link; wanted a "
                "real file or folder. Replace the link by a copy of what it points to."
            )
    return path


def _shorten(text: str) -> str:
    shown = text if len(text) <= 80 else text[:77] + "..."
    return ascii(shown)
