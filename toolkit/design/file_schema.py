"""The base of everything people write: closed, frozen, plain text."""

import ast
from collections.abc import Iterable
from functools import cache
from inspect import cleandoc, getsource
from itertools import pairwise
from textwrap import dedent
from typing import Annotated, ClassVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints
from pydantic_core import InitErrorDetails, PydanticCustomError, ValidationError

from toolkit.canon import check_id, content_hash
from toolkit.design.closed_lists import refusal
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
        raise refusal(ID_WORDS) from None


def raise_at(
    complaints: Iterable[tuple[tuple[str | int, ...], PydanticCustomError, object]],
) -> None:
    """Raise one error holding every complaint, each at its own place; nothing if there is none.

    Args:
        complaints: place below the validated value, the refusal, and the value refused.

    Raises:
        ValidationError: to be raised from inside a validator.
    """
    details = [
        InitErrorDetails(type=refused, loc=place, input=value)
        for place, refused, value in complaints
    ]
    if details:
        raise ValidationError.from_exception_data("written", details)


def each_once(words: tuple[str, ...]) -> tuple[str, ...]:
    """Validate that a list names nothing twice."""
    raise_at(
        ((index,), refusal("each name once", "Delete one of the two."), word)
        for index, word in enumerate(words)
        if word in words[:index]
    )
    return words


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


class Written(BaseModel):
    """A value read from a file: unknown fields are refused and nothing changes after reading."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, str_strip_whitespace=True, defer_build=True
    )

    @property
    def hash(self) -> str:
        """Hash of the content, the same whatever the file's layout or order of fields."""
        return content_hash(self.model_dump(mode="json"))


class Filed(Written):
    """A value that has a file of its own."""

    FOLDER: ClassVar[str]
    """Folder below ``personas/``."""
    NOUN: ClassVar[str]
    """What one of them is called; also the name of its schema."""

    id: Identifier
    """The file's name without its ending."""


@cache
def meanings(kind: type[Written]) -> dict[str, str]:
    """Read from the source what is said of each field, on the lines right under it.

    Only when somebody asks: pydantic's own ``use_attribute_docstrings`` reads it at each import.
    """
    bases = (one for one in reversed(kind.__mro__) if issubclass(one, Written))
    bodies = (ast.parse(dedent(getsource(one))).body[0] for one in bases)
    return {
        field.target.id: cleandoc(said.value.value)
        for body in bodies
        for field, said in pairwise(getattr(body, "body", ()))
        if isinstance(field, ast.AnnAssign)
        and isinstance(field.target, ast.Name)
        and isinstance(said, ast.Expr)
        and isinstance(said.value, ast.Constant)
        and isinstance(said.value.value, str)
    }
