"""Types of the fields that people write: ids, lines, paragraphs, whole numbers."""

from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from toolkit.canon import check_id, is_device
from toolkit.design.validation_errors import refusal
from toolkit.errors import BadIdentifier

ONE_LINE = r"^[^\n]*$"
LOCALE = r"^[a-z]{2,3}(-[A-Z][a-z]{3})?-[A-Z]{2}$"
PATTERNS = {
    ONE_LINE: "one line, without a line break",
    LOCALE: "a language and region as in BCP 47, such as en-NG",
}
"""What each pattern asks for, in words."""
ID_PATTERN = r"^[a-z][a-z0-9]*([_-][a-z0-9]+)*$"
"""The grammar of ``canon.check_id``, for editors."""
ID_WORDS = (
    "lower-case letters and digits in words joined by '-' or '_', starting with a letter, "
    "at most 64 characters"
)


def _check_identifier(text: str) -> str:
    try:
        return check_id(text)
    except BadIdentifier:
        hint = "Windows has a device of that name: add a word." if is_device(text) else ""
        raise refusal(ID_WORDS, hint) from None


Identifier = Annotated[
    str,
    AfterValidator(_check_identifier),
    Field(json_schema_extra={"pattern": ID_PATTERN, "minLength": 1, "maxLength": 64}),
]
"""An id, as it is also the name of a file."""
Line = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300, pattern=ONE_LINE)
]
"""Text of one line, 1–300 characters."""
Paragraph = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=6000)]
"""Text of one or more lines, 1–6000 characters."""
Count = Annotated[int, Field(ge=1, le=100_000)]
"""How many: a whole number from 1."""
Seed = Annotated[int, Field(ge=0, lt=2**31)]
"""What randomness starts from: a whole number that every endpoint and database can hold."""
