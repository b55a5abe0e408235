"""Error messages of the panel, in words for a tester."""

import re
from collections.abc import Iterable

UNEXPECTED = (
    "Something went wrong that was not foreseen. What is marked as saved is safe. Reload the page "
    "and run the cell again; if it happens twice, tell the people who run the study."
)
_NAME = re.compile(r"\b(?:openai|embedded|scripted):[^\s,;'\"]*[^\s,;:.'\"]")
_ADDRESS = re.compile(r"\bhttps?://[^\s,;'\"]*[^\s,;:.'\"]")


def plain_words(message: str, *, names: Iterable[str] = ()) -> str:
    """Take out of ``message`` who answers and where: a tester is not to know.

    Args:
        message: an error's message.
        names: names and hosts to take out wherever they stand as whole words.
    """
    message = _ADDRESS.sub("its server", message)
    message = _NAME.sub("the assistant", message)
    for name in sorted(filter(None, names), key=len, reverse=True):
        message = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", "the assistant", message)
    message = message.replace("the assistant at the assistant", "the assistant")
    return message[:1].upper() + message[1:]
