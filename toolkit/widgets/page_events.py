"""Page events: an id, an action and its fields from the browser, checked before use."""

import re
from dataclasses import dataclass, field
from typing import Any

from toolkit.errors import NotNow

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_PARTS_AT_MOST = 50


@dataclass(frozen=True, slots=True)
class Event:
    """One thing the tester did."""

    id: str
    """A UUID made in the browser; it becomes the id of the row, so a repeat changes nothing."""
    action: str
    fields: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def read(cls, content: object) -> "Event | None":
        """Read a message of the page; None for what no page of ours would send."""
        if not isinstance(content, dict):
            return None
        event_id, action = content.get("id"), content.get("action")
        if not isinstance(action, str) or not _is_uuid(event_id):
            return None
        fields = {key: value for key, value in content.items() if key not in ("id", "action")}
        return cls(str(event_id), action, fields)

    def text(self, name: str) -> str:
        """A field that holds text; missing counts as empty."""
        return str(self._typed(name, str, ""))

    def number(self, name: str) -> int:
        """A field that must hold a whole number."""
        return int(self._typed(name, int, None))

    def maybe_number(self, name: str) -> int | None:
        """A field that holds a whole number or nothing."""
        return None if self.fields.get(name) is None else self.number(name)

    def maybe_text(self, name: str) -> str | None:
        """A field that holds text or nothing."""
        return None if self.fields.get(name) is None else self.text(name) or None

    def yes(self, name: str) -> bool:
        """A field that holds true or false."""
        return bool(self._typed(name, bool, False))

    def events(self, name: str) -> list["Event"]:
        """A field that holds a list of parts, each with an id of its own."""
        parts = [one for one in self._typed(name, list, []) if isinstance(one, dict)]
        read = [Event.read({**one, "action": self.action}) for one in parts[:_PARTS_AT_MOST]]
        return [one for one in read if one is not None]

    def _typed(self, name: str, kind: type, otherwise: object) -> Any:
        value = self.fields.get(name, otherwise)
        if isinstance(value, kind) and (kind is bool or not isinstance(value, bool)):
            return value
        raise NotNow(
            f"panel: got {type(value).__name__} as {name} of {self.action!a}; wanted "
            f"{kind.__name__}. Reload the page and try again."
        )


def _is_uuid(value: object) -> bool:
    return isinstance(value, str) and _UUID.fullmatch(value) is not None
